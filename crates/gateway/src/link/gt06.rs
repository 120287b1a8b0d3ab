use events::origin::v1::Protocol;
use wire::gt06::{Settings, Splitter, Terminal};
use wire::{Session, Time};

use super::secret::{Remains, holds_secret};
use super::{Expired, Gate, Good, Patience, Turn};
use crate::translate::gt06;

/// A GT06 connection.
pub(crate) struct Line {
    splitter: Splitter,
    session: Terminal,
    remains: Remains,
}

impl Line {
    pub(crate) fn new(patience: Patience, now: Time) -> Self {
        let settings = Settings {
            login_s: patience.login_s(),
            idle_s: patience.idle_s(),
            ..Settings::default()
        };
        Self {
            splitter: Splitter::default(),
            session: Terminal::new(settings, now),
            remains: Remains::default(),
        }
    }

    pub(crate) fn feed(&mut self, input: &[u8], turn: &mut Turn<'_>) -> usize {
        let mut done = 0;
        while let Some(split) = self.splitter.next(&input[done..]) {
            done += split.consumed;
            let frame = match split.frame {
                Ok(frame) => frame,
                Err(error) => {
                    let secret = self.remains.bad(Protocol::Gt06, split.raw);
                    turn.bad(Protocol::Gt06, split.raw, secret, error);
                    continue;
                }
            };
            self.remains.good();
            let mut gate = Gate::new(turn, Protocol::Gt06);
            let good = Good {
                protocol: Protocol::Gt06,
                raw: frame.raw,
                secret: holds_secret(Protocol::Gt06, frame.number.into()),
                claims: None,
                name: "unknown",
                message_id: frame.number.into(),
                serial: frame.serial.into(),
            };
            let step = self.session.receive(frame, turn.now, &mut gate);
            let name = step
                .publish
                .as_ref()
                .and_then(|received| received.message.row())
                .map(|row| row.name);
            let good = Good {
                name: name.unwrap_or(good.name),
                claims: gate.claims.as_deref(),
                ..good
            };
            turn.good(
                good,
                self.session.device(),
                (gate.change, gate.quiet),
                step,
                |message, context, events| {
                    gt06::translate(message, context, events);
                    Ok(())
                },
            );
        }
        done
    }

    pub(crate) fn expire(&mut self, now: Time) -> Expired {
        self.session.expire(now).into()
    }
}
