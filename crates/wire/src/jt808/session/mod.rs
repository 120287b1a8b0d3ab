//! The platform's side of one connection (§4 of the reference's order: register, authenticate, report).

mod received;

pub use received::Received;

use super::edition::Edition;
use super::encode::Envelope;
use super::frame::{Dialect, Frame};
use super::message::{
    AnswerResult, Answering, Decoded, GeneralAnswer, Message, RegistrationAnswer, RegistrationResult,
    ServerTimeBody,
};
use super::part::{BcdTime, Text};
use crate::{
    Admission, Answer, Claim, Close, Credentials, ErrorKind, Session, Step, Time, Verdict, When, WireError,
};

/// Code that is given out where the admission lets a terminal in without one of its own: some terminals cannot use
/// an empty code.
const OPEN_CODE: &str = "0000";

/// How a session behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Seconds from the start of the connection to the first admission.
    pub login_s: i64,
    /// Seconds of silence after which the connection is given up: three heartbeat periods are common.
    pub idle_s: i64,
    /// What messages that are not in the table are answered with.
    pub unknown: AnswerResult,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            login_s: 20,
            idle_s: 540,
            unknown: AnswerResult::NOT_SUPPORTED,
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
    /// The terminal showed a code or was given one on this connection.
    authenticated: bool,
    /// Serial of the next frame to the terminal.
    serial: u16,
    /// Start of the connection or last frame.
    heard: Time,
}

impl Terminal {
    /// A connection that was made at `now`.
    #[must_use]
    pub fn new(settings: Settings, now: Time) -> Self {
        Self {
            settings,
            older: Edition::V2013,
            device: None,
            authenticated: false,
            serial: 0,
            heard: now,
        }
    }

    /// The edition of headers without version flag, as far as it is known.
    #[must_use]
    pub const fn older_edition(&self) -> Edition {
        self.older
    }

    /// Serial for the next frame to the terminal; `count` consecutive ones are taken.
    pub fn take_serials(&mut self, count: u16) -> u16 {
        let serial = self.serial;
        self.serial = self.serial.wrapping_add(count);
        serial
    }

    /// A frame to the terminal in the form of the frame that it answers.
    fn reply(&mut self, to: &Frame<'_>, edition: Edition, message: &Message<'_>) -> Vec<u8> {
        let edition = to.header.edition(if edition.since_2019() {
            Edition::V2013
        } else {
            edition
        });
        Envelope {
            edition,
            version: to.header.version.unwrap_or_default(),
            phone: to.header.phone,
            serial: self.take_serials(1),
            dialect: to.dialect,
        }
        .frame(message)
    }

    fn general(&mut self, to: &Frame<'_>, edition: Edition, result: AnswerResult) -> Vec<u8> {
        let answer = GeneralAnswer {
            answered_serial: to.header.serial,
            answered_id: to.header.id,
            result,
        };
        self.reply(to, edition, &Message::PlatformAnswer(answer))
    }

    fn registered<'a>(
        &mut self,
        frame: &Frame<'a>,
        received: Received<'a>,
        admission: &mut dyn Admission,
    ) -> Step<Received<'a>> {
        let device = frame.header.phone.digits();
        let verdict = admission.admit(&Claim {
            device: &device,
            credentials: Credentials::Register,
        });
        let mut step = Step::default();
        let (result, code, when) = match &verdict {
            Verdict::Registered { code } => (0, code.as_str(), When::Durable),
            Verdict::Accepted => (0, OPEN_CODE, When::Durable),
            Verdict::UnknownDevice | Verdict::WrongCode => (4, "", When::AtOnce),
            Verdict::Banned => {
                step.reject = Some(refused(&device, &verdict));
                step.close = Some(Close::NotAdmitted);
                return step;
            }
        };
        let result = RegistrationResult(result);
        let answer = RegistrationAnswer {
            answered_serial: frame.header.serial,
            result,
            code: result.accepted().then_some(Text(code.as_bytes())),
        };
        let bytes = self.reply(frame, received.edition, &Message::RegisterAnswer(answer));
        step.answers.push(Answer { bytes, when });
        if result.accepted() {
            step.admitted = self.admit(device);
            self.authenticated = true;
            step.publish = Some(received);
        } else {
            step.reject = Some(refused(&device, &verdict));
        }
        step
    }

    fn authenticated<'a>(
        &mut self,
        frame: &Frame<'a>,
        received: Received<'a>,
        code: &str,
        admission: &mut dyn Admission,
    ) -> Step<Received<'a>> {
        let device = frame.header.phone.digits();
        let verdict = admission.admit(&Claim {
            device: &device,
            credentials: Credentials::Code(code.as_bytes()),
        });
        let mut step = Step::default();
        match verdict {
            Verdict::Accepted | Verdict::Registered { .. } => {
                self.authenticated = true;
                step.admitted = self.admit(device);
                let bytes = self.general(frame, received.edition, AnswerResult::OK);
                step.answers.push(Answer {
                    bytes,
                    when: When::Durable,
                });
                step.publish = Some(Received {
                    authenticated: true,
                    ..received
                });
            }
            Verdict::UnknownDevice | Verdict::WrongCode => {
                let bytes = self.general(frame, received.edition, AnswerResult::FAILED);
                step.answers.push(Answer {
                    bytes,
                    when: When::AtOnce,
                });
                step.reject = Some(refused(&device, &verdict));
            }
            Verdict::Banned => {
                step.reject = Some(refused(&device, &verdict));
                step.close = Some(Close::NotAdmitted);
            }
        }
        step
    }

    /// Notes who the terminal is; true when that is new.
    fn admit(&mut self, device: String) -> bool {
        let new = self.device.as_deref() != Some(device.as_str());
        self.device = Some(device);
        new
    }

    /// Lets a terminal in that neither registered nor authenticated on this connection, if the admission does.
    fn admit_by_id(
        &mut self,
        frame: &Frame<'_>,
        admission: &mut dyn Admission,
    ) -> Result<bool, (Verdict, String)> {
        let device = frame.header.phone.digits();
        if self.device.as_deref() == Some(device.as_str()) {
            return Ok(false);
        }
        match admission.admit(&Claim {
            device: &device,
            credentials: Credentials::None,
        }) {
            Verdict::Accepted | Verdict::Registered { .. } => {
                self.authenticated = false;
                Ok(self.admit(device))
            }
            verdict => Err((verdict, device)),
        }
    }

    /// Everything but registration and authentication.
    fn reported<'a>(
        &mut self,
        frame: &Frame<'a>,
        received: Received<'a>,
        answering: Option<Answering>,
        now: Time,
        admission: &mut dyn Admission,
    ) -> Step<Received<'a>> {
        let mut step = Step::default();
        match self.admit_by_id(frame, admission) {
            Ok(new) => step.admitted = new,
            Err((verdict, device)) => {
                let bytes = self.general(frame, received.edition, AnswerResult::FAILED);
                step.answers.push(Answer {
                    bytes,
                    when: When::AtOnce,
                });
                step.reject = Some(refused(&device, &verdict));
                if verdict == Verdict::Banned {
                    step.answers.clear();
                    step.close = Some(Close::NotAdmitted);
                }
                return step;
            }
        }
        let edition = received.edition;
        match (answering, frame.header.id) {
            (Some(Answering::Own), 0x0004) => {
                let utc = BcdTime::from_time(now, 0);
                let bytes = self.reply(frame, edition, &Message::ServerTime(ServerTimeBody { utc }));
                step.answers.push(Answer {
                    bytes,
                    when: When::AtOnce,
                });
            }
            (Some(Answering::General | Answering::Own), id) => {
                let when = if id == 0x0002 { When::AtOnce } else { When::Durable };
                let bytes = self.general(frame, edition, AnswerResult::OK);
                step.answers.push(Answer { bytes, when });
            }
            (Some(Answering::Silent), _) => {}
            (None, _) => {
                let bytes = self.general(frame, edition, self.settings.unknown);
                step.answers.push(Answer {
                    bytes,
                    when: When::Durable,
                });
            }
        }
        if frame.header.id == 0x0003 {
            step.close = Some(Close::Unregistered);
        }
        step.publish = Some(Received {
            authenticated: self.authenticated,
            ..received
        });
        step
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
            return Step::default();
        }
        let hint = frame.header.edition(self.older);
        let decoded = match Message::parse(frame.header.id, hint, frame.body) {
            Ok(decoded) => decoded,
            Err(error) => {
                let bytes = self.general(&frame, hint, AnswerResult::WRONG);
                return Step {
                    answers: vec![Answer {
                        bytes,
                        when: When::AtOnce,
                    }],
                    reject: Some(error),
                    ..Step::default()
                };
            }
        };
        let Decoded { message, edition, .. } = decoded;
        if frame.header.id == 0x0100 && !frame.header.properties.versioned() && !edition.since_2019() {
            self.older = edition;
        }
        let received = Received::new(&frame, edition);
        match message {
            Message::Register(_) => self.registered(&frame, received, admission),
            Message::Authenticate(authentication) => {
                self.authenticated(&frame, received, &authentication.code.decode(), admission)
            }
            _ => {
                let answering = Message::row(frame.header.id).map(|row| row.answering);
                self.reported(&frame, received, answering, now, admission)
            }
        }
    }

    fn expire(&mut self, now: Time) -> Step<Received<'static>> {
        let mut step = Step::default();
        if self.deadline().is_some_and(|deadline| now >= deadline) {
            step.close = Some(if self.device.is_some() {
                Close::Idle
            } else {
                Close::LoginTimeout
            });
        }
        step
    }

    fn deadline(&self) -> Option<Time> {
        let seconds = if self.device.is_some() {
            self.settings.idle_s
        } else {
            self.settings.login_s
        };
        Some(self.heard.after_s(seconds))
    }

    fn device(&self) -> Option<&str> {
        self.device.as_deref()
    }
}

fn refused(device: &str, verdict: &Verdict) -> WireError {
    let why = match verdict {
        Verdict::UnknownDevice => "it is not known",
        Verdict::WrongCode => "it did not show its code",
        Verdict::Banned => "it is banned for a while",
        Verdict::Accepted | Verdict::Registered { .. } => "it was let in",
    };
    WireError::new(
        ErrorKind::NotAdmitted,
        0,
        format!("expected a terminal that may connect, found {device}: {why}"),
    )
}
