use events::origin::v1::Protocol;
use wire::jt808::{Message, Settings, Splitter, Terminal};
use wire::{Session, Time};

use super::{Expired, Gate, Good, Patience, Turn};

/// Id of the message whose frames hold the authentication code.
const AUTHENTICATE: u16 = 0x0102;

/// A JT/T 808 connection.
pub(crate) struct Line {
    splitter: Splitter,
    session: Terminal,
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
                    turn.bad(Protocol::Jt808, split.raw, may_hold_code(split.raw), error);
                    continue;
                }
            };
            let id = frame.header.id;
            let good = Good {
                protocol: Protocol::Jt808,
                raw: frame.raw,
                secret: id == AUTHENTICATE,
                name: Message::row(id).map_or("unknown", |row| row.name),
                message_id: id.into(),
                serial: frame.header.serial.into(),
            };
            let mut gate = Gate::new(turn.registry, Protocol::Jt808, turn.now.0);
            let step = self.session.receive(frame, turn.now, &mut gate);
            turn.good(
                good,
                self.session.device(),
                gate.change,
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

/// True for bytes that may hold an authentication frame, whole, damaged, or behind something else.
fn may_hold_code(raw: &[u8]) -> bool {
    raw.windows(2).any(|id| id == AUTHENTICATE.to_be_bytes())
}
