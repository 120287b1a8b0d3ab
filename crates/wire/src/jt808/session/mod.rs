//! The platform's side of one connection: register, authenticate, report (2019 §4.3 and §7).

mod admission;
mod answers;
mod downlink;
mod key;
mod parts;
mod reassembly;
mod received;
mod recent;
mod reports;
mod text;

pub use downlink::Patience;
pub use key::PlatformKey;
pub use reassembly::Limits;
pub use received::Received;

use std::borrow::Cow;
use std::sync::Arc;

use self::downlink::Downlink;
use self::reassembly::Reassembly;
use self::recent::Recent;
use super::edition::Edition;
use super::frame::{Dialect, Frame};
use super::header::Header;
use super::message::{AnswerResult, Message};
use super::phone::Phone;
use crate::{Admission, Answer, Close, ErrorKind, Session, Step, Time, When, WireError};

/// How a session behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Seconds from the start of the connection to the first admission.
    pub login_s: i64,
    /// Seconds of silence after which the connection is given up: three heartbeat periods are common.
    pub idle_s: i64,
    /// What messages that are not in the table are answered with.
    pub unknown: AnswerResult,
    /// Every sub-packet of 0x0801 gets a general answer; without, only the whole item gets its 0x8800. Some terminals
    /// wait for the answers, others stop when they get them.
    pub answer_media_parts: bool,
    /// What may be held while sub-packets are missing.
    pub limits: Limits,
    /// How long answers of the terminal are waited for.
    pub patience: Patience,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            login_s: 20,
            idle_s: 540,
            unknown: AnswerResult::NOT_SUPPORTED,
            answer_media_parts: false,
            limits: Limits::default(),
            patience: Patience::default(),
        }
    }
}

/// One connection of a terminal.
#[derive(Debug)]
pub struct Terminal {
    settings: Settings,
    /// The edition of frames without version flag.
    older: Edition,
    /// Digits of the id once it was admitted.
    device: Option<String>,
    /// The same as the header has it, so that not every frame's id has to be turned into digits.
    admitted: Option<Phone>,
    /// The terminal showed a code or was given one on this connection.
    authenticated: bool,
    /// Serial of the next frame to the terminal.
    serial: u16,
    /// Start of the connection or last frame.
    heard: Time,
    /// Header and dialect of the last frame: how the terminal is spoken to.
    last: Option<(Header, Dialect)>,
    /// Opens encrypted bodies.
    key: Option<Arc<PlatformKey>>,
    /// Messages whose sub-packets are not complete. There on demand: most connections never need it.
    reassembly: Option<Box<Reassembly>>,
    /// Messages to the terminal that wait for an answer. There on demand.
    downlink: Option<Box<Downlink>>,
    recent: Recent,
}

impl Terminal {
    /// A connection that was made at `now`.
    #[must_use]
    pub fn new(settings: Settings, now: Time) -> Self {
        Self {
            settings,
            older: Edition::V2013,
            device: None,
            admitted: None,
            authenticated: false,
            serial: 0,
            heard: now,
            last: None,
            key: None,
            reassembly: None,
            downlink: None,
            recent: Recent::default(),
        }
    }

    /// The same with a key that opens encrypted bodies.
    #[must_use]
    pub fn with_key(self, key: Arc<PlatformKey>) -> Self {
        Self {
            key: Some(key),
            ..self
        }
    }

    /// The edition of headers without version flag, as far as it is known.
    #[must_use]
    pub const fn older_edition(&self) -> Edition {
        self.older
    }

    /// Bytes of sub-packets that are held, for a budget over all connections.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.reassembly
            .as_ref()
            .map_or(0, |reassembly| reassembly.bytes())
    }

    /// When the message that has waited longest for a sub-packet got its last one; `None` when none waits.
    #[must_use]
    pub fn held_since(&self) -> Option<Time> {
        self.reassembly
            .as_ref()
            .and_then(|reassembly| reassembly.oldest())
    }

    /// Frames of a message to the terminal, in the form of the last frame it sent; kept until it is answered.
    /// `None` before the terminal sent anything, or when too many messages wait already.
    pub fn order(&mut self, message: &Message<'_>, now: Time) -> Option<Vec<Vec<u8>>> {
        let (header, dialect) = self.last?;
        let frames = self.envelope(&header, dialect).frames(message);
        let serial = self.take_serials(u16::try_from(frames.len()).unwrap_or(u16::MAX));
        let kept = self.downlink.get_or_insert_default().keep(
            message.id(),
            serial,
            &frames,
            &self.settings.patience,
            now,
        );
        kept.then_some(frames)
    }

    /// The body of a frame, decrypted where it is encrypted.
    fn open<'a>(&self, frame: &Frame<'a>) -> Result<Cow<'a, [u8]>, WireError> {
        match (frame.header.encryption(), &self.key) {
            (0, _) => Ok(Cow::Borrowed(frame.body)),
            (1, Some(key)) => key.decrypt(frame.body).map(Cow::Owned),
            (1, None) => Err(WireError::new(
                ErrorKind::Encrypted,
                3,
                "expected a plain body since no key is configured, found one encrypted with RSA",
            )),
            (other, _) => Err(WireError::new(
                ErrorKind::Encrypted,
                3,
                format!("expected encryption 0 or 1, found {other}, which the standard reserves"),
            )),
        }
    }

    /// Takes a whole message.
    fn understand<'a>(
        &mut self,
        frame: &Frame<'a>,
        body: Cow<'a, [u8]>,
        edition: Edition,
        now: Time,
        admission: &mut dyn Admission,
    ) -> Step<Received<'a>> {
        let decoded = match Message::parse(frame.header.id, edition, &body) {
            Ok(decoded) => decoded,
            Err(error) => {
                let offset = error
                    .offset
                    .saturating_add(frame.header.width())
                    .saturating_add(1);
                return self.refuse(frame, AnswerResult::WRONG, WireError { offset, ..error });
            }
        };
        if frame.header.id == 0x0100 && frame.header.version.is_none() && !decoded.edition.since_2019() {
            self.older = decoded.edition;
        }
        if let Message::MediaData(upload) = &decoded.message
            && let Some(step) = self.take_piece(frame, upload, now, admission)
        {
            return step;
        }
        let fits = decoded.edition;
        let known = !matches!(decoded.message, Message::Unknown { .. });
        let received = Received::new(frame, fits, Cow::Borrowed(&[]));
        let mut step = match &decoded.message {
            Message::Register(_) => self.registered(frame, received, admission),
            Message::Authenticate(authentication) => {
                let code = authentication.code.decode();
                self.authenticated(frame, received, &code, admission)
            }
            message => {
                let repeated = self.recent.take(message, frame.header.serial, &body);
                self.reported(
                    frame,
                    Received { repeated, ..received },
                    message,
                    known,
                    now,
                    admission,
                )
            }
        };
        if let Some(received) = &mut step.publish {
            received.body = body;
        }
        step
    }

    /// A message that is not taken, with an answer that says so.
    fn refuse<'a>(
        &mut self,
        frame: &Frame<'a>,
        result: AnswerResult,
        error: WireError,
    ) -> Step<Received<'a>> {
        let bytes = self.general(frame, result);
        Step {
            answers: vec![Answer {
                bytes,
                when: When::AtOnce,
            }],
            reject: Some(error),
            ..Step::default()
        }
    }
}

impl Session for Terminal {
    type Frame<'a> = Frame<'a>;
    type Message<'a> = Received<'a>;

    fn receive<'a>(
        &mut self,
        frame: Self::Frame<'a>,
        now: Time,
        admission: &mut dyn Admission,
    ) -> Step<Self::Message<'a>> {
        self.heard = now;
        if frame.dialect == Dialect::Text {
            return text::answer(frame.body, now);
        }
        self.last = Some((frame.header, frame.dialect));
        let edition = frame.header.edition(self.older);
        let body = match self.open(&frame) {
            Ok(body) => body,
            Err(error) => return self.refuse(&frame, AnswerResult::NOT_SUPPORTED, error),
        };
        match frame.header.part {
            Some(part) => self.take_part(&frame, part, &body, edition, now, admission),
            None => self.understand(&frame, body, edition, now, admission),
        }
    }

    fn expire(&mut self, now: Time) -> Step<Received<'static>> {
        let mut step = Step::default();
        let seconds = if self.device.is_some() {
            self.settings.idle_s
        } else {
            self.settings.login_s
        };
        if now >= self.heard.after_s(seconds) {
            step.close = Some(if self.device.is_some() {
                Close::Idle
            } else {
                Close::LoginTimeout
            });
            return step;
        }
        if let Some(downlink) = &mut self.downlink {
            let again = downlink.due(&self.settings.patience, now);
            step.answers.extend(again.into_iter().map(|bytes| Answer {
                bytes,
                when: When::AtOnce,
            }));
        }
        self.chase_parts(now, &mut step);
        step
    }

    fn deadline(&self) -> Option<Time> {
        let seconds = if self.device.is_some() {
            self.settings.idle_s
        } else {
            self.settings.login_s
        };
        let silence = self.heard.after_s(seconds);
        let parts = self
            .reassembly
            .as_ref()
            .and_then(|reassembly| reassembly.deadline(&self.settings.limits));
        let answers = self.downlink.as_ref().and_then(|downlink| downlink.deadline());
        [Some(silence), parts, answers].into_iter().flatten().min()
    }

    fn device(&self) -> Option<&str> {
        self.device.as_deref()
    }
}
