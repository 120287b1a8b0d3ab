use events::origin::v1::Protocol;
use wire::jt808::{Message, Settings, Splitter, Terminal};
use wire::{Session, Time};

use super::secret::{Remains, holds_secret};
use super::{Expired, Gate, Good, Patience, Turn};

/// A JT/T 808 connection.
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
        // Frames borrow the room for unescaped bytes while the turn needs the rest of it.
        let mut unescaped = std::mem::take(&mut turn.room.unescaped);
        while let Some(split) = self.splitter.next(&input[done..], &mut unescaped) {
            done += split.consumed;
            let frame = match split.frame {
                Ok(frame) => frame,
                Err(error) => {
                    let secret = self.remains.bad(Protocol::Jt808, split.raw);
                    turn.bad(Protocol::Jt808, split.raw, secret, error);
                    continue;
                }
            };
            self.remains.good();
            let id = frame.header.id;
            let good = Good {
                protocol: Protocol::Jt808,
                raw: frame.raw,
                secret: holds_secret(Protocol::Jt808, id.into()),
                claims: None,
                name: Message::row(id).map_or("unknown", |row| row.name),
                message_id: id.into(),
                serial: frame.header.serial.into(),
            };
            let mut gate = Gate::new(turn, Protocol::Jt808);
            let step = self.session.receive(frame, turn.now, &mut gate);
            let good = Good {
                claims: gate.claims.as_deref(),
                ..good
            };
            turn.good(
                good,
                self.session.device(),
                (gate.change, gate.quiet),
                step,
                crate::translate::jt808::translate,
            );
        }
        turn.room.unescaped = unescaped;
        done
    }

    /// Bytes of messages whose sub-packets did not all come yet, and when the oldest of them got its last one.
    pub(crate) fn held(&self) -> (usize, Option<Time>) {
        (self.session.held_bytes(), self.session.held_since())
    }

    pub(crate) fn expire(&mut self, now: Time) -> Expired {
        self.session.expire(now).into()
    }
}
