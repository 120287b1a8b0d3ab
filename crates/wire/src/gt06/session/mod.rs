//! The platform's side of a connection.

mod address;
mod received;
mod zone;

pub use received::Received;
pub use zone::Zone;

use super::encode::{acknowledge, seal, seal_topin};
use super::frame::{Form, Frame};
use super::message::{Answering, Decoded, Message};
use super::model::Model;
use super::part::{Date, Imei};
use crate::{
    Admission, Answer, Claim, Close, Credentials, ErrorKind, Session, Step, Time, Verdict, When, WireError,
};

/// How the platform behaves towards a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Time for the login, seconds from the connect.
    pub login_s: i64,
    /// Longest silence, seconds. Devices send a heartbeat every three to five minutes.
    pub idle_s: i64,
    /// Zone of the device's clock, minutes east of UTC, where it is known better than the device says.
    pub zone_min: Option<i32>,
    /// Family of the device, where its messages do not tell.
    pub model: Option<Model>,
    /// Answer messages that need no answer too: some firmwares wait for it.
    pub answer_all: bool,
    /// Send the position as text after the answer to an alarm, for the device to pass on as SMS.
    pub alarm_address: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            login_s: 20,
            idle_s: 900,
            zone_min: None,
            model: None,
            answer_all: false,
            alarm_address: false,
        }
    }
}

/// One connection of a device, see [`Session`].
///
/// The device says who it is once, in its login; what comes before it is refused without an answer. An unknown device
/// gets its login answered all the same, since it would reboot in a loop otherwise, and nothing it sends is taken.
#[derive(Debug, Clone)]
pub struct Terminal {
    settings: Settings,
    device: Option<String>,
    /// The login was answered, but the device is not let in.
    refused: bool,
    model: Model,
    login_zone_min: Option<i32>,
    heard: Time,
}

impl Terminal {
    /// A connection that was accepted at `now`.
    #[must_use]
    pub fn new(settings: Settings, now: Time) -> Self {
        Self {
            settings,
            device: None,
            refused: false,
            model: settings.model.unwrap_or_default(),
            login_zone_min: None,
            heard: now,
        }
    }

    /// What is known about the kind of device.
    #[must_use]
    pub const fn model(&self) -> Model {
        self.model
    }

    fn received<'a>(&self, frame: &Frame<'a>, decoded: Decoded<'a>) -> Received<'a> {
        Received {
            number: frame.number,
            form: frame.form,
            serial: frame.serial,
            message: decoded.message,
            content: frame.content,
            rest: decoded.rest,
            zone: Zone {
                configured_min: self.settings.zone_min,
                login_min: self.login_zone_min,
            },
            model: self.model,
            checksum: frame.checksum,
        }
    }

    fn login<'a>(
        &mut self,
        frame: &Frame<'a>,
        decoded: Decoded<'a>,
        login: (Imei, Option<i32>),
        admission: &mut dyn Admission,
    ) -> Step<Received<'a>> {
        let device = login.0.digits();
        let verdict = admission.admit(&Claim {
            device: &device,
            credentials: Credentials::None,
        });
        let bytes = acknowledge(Form::Short, frame.number, frame.serial);
        let mut step = Step::default();
        match verdict {
            Verdict::Accepted | Verdict::Registered { .. } => {
                self.login_zone_min = login.1;
                self.refused = false;
                step.admitted = self.device.as_deref() != Some(device.as_str());
                self.device = Some(device);
                step.answers.push(Answer {
                    bytes,
                    when: When::Durable,
                });
                step.publish = Some(self.received(frame, decoded));
            }
            Verdict::UnknownDevice | Verdict::WrongCode => {
                self.device = None;
                self.refused = true;
                step.answers.push(Answer {
                    bytes,
                    when: When::AtOnce,
                });
                step.reject = Some(not_admitted(
                    &device,
                    "it is not known; add it, or switch learning on",
                ));
            }
            Verdict::Banned => {
                self.device = None;
                step.reject = Some(not_admitted(&device, "it is banned for a while"));
                step.close = Some(Close::NotAdmitted);
            }
        }
        step
    }

    /// A frame of a device that did not log in, or was not let in.
    fn outside<'a>(&self, frame: &Frame<'a>) -> Step<Received<'a>> {
        let mut step = Step::default();
        if self.refused {
            if is_heartbeat(frame) {
                let bytes = acknowledge(frame.form, frame.number, frame.serial);
                step.answers.push(Answer {
                    bytes,
                    when: When::AtOnce,
                });
            }
            step.reject = Some(WireError::new(
                ErrorKind::NotAdmitted,
                0,
                format!(
                    "expected a device that is let in, found message 0x{:02X} of one that is not",
                    frame.number
                ),
            ));
        } else {
            step.reject = Some(WireError::new(
                ErrorKind::State,
                0,
                format!(
                    "expected a login (0x01) first, found message 0x{:02X}",
                    frame.number
                ),
            ));
        }
        step
    }

    fn answers(&self, frame: &Frame<'_>, message: &Message<'_>, now: Time) -> Vec<Answer> {
        let answer = |bytes, when| vec![Answer { bytes, when }];
        let Frame {
            form, number, serial, ..
        } = *frame;
        let empty = acknowledge(form, number, serial);
        let answering = match (message.row().map(|row| row.answering), message) {
            (Some(Answering::Silent), _) if self.settings.answer_all && form != Form::Topin => {
                Answering::Empty
            }
            (Some(answering), _) => answering,
            (None, Message::Unknown(_)) if form == Form::Short => Answering::Empty,
            (None, _) => Answering::Silent,
        };
        match answering {
            Answering::Silent => Vec::new(),
            Answering::Empty if form == Form::Topin => answer(seal_topin(&[1, number]), When::AtOnce),
            Answering::Empty if message.is_heartbeat() && !states_alarm(message) => {
                answer(empty, When::AtOnce)
            }
            Answering::Empty => answer(empty, When::Durable),
            Answering::Short => answer(acknowledge(Form::Short, number, serial), When::Durable),
            Answering::Alarm => {
                let mut answers = answer(empty, When::Durable);
                if self.settings.alarm_address {
                    let address = address::alarm(&message.facts(), serial);
                    answers.extend(address.map(|bytes| Answer {
                        bytes,
                        when: When::Durable,
                    }));
                }
                answers
            }
            Answering::Address => answer(
                address::request(&message.facts(), serial).unwrap_or(empty),
                When::Durable,
            ),
            Answering::Clock => {
                let Date(utc) = Date::from_time(now, 0);
                answer(seal(form, number, &utc, serial), When::AtOnce)
            }
            Answering::UnixClock => {
                let seconds = u32::try_from(now.0.div_euclid(1000)).unwrap_or(0);
                let mut content = seconds.to_be_bytes().to_vec();
                content.extend([0, 0]);
                answer(seal(form, number, &content, serial), When::AtOnce)
            }
            Answering::Date => {
                let mut content = vec![0, number];
                content.extend_from_slice(frame.content.get(2..8).unwrap_or_default());
                answer(seal_topin(&content), When::Durable)
            }
        }
    }
}

/// Messages that say no more than that the device is there.
const fn is_heartbeat(frame: &Frame<'_>) -> bool {
    matches!(
        (frame.form, frame.number),
        (Form::Short, 0x13 | 0x23 | 0x36) | (Form::Topin, 0x08)
    )
}

/// A heartbeat that carries an alarm is data: its answer is a promise.
fn states_alarm(message: &Message<'_>) -> bool {
    let facts = message.facts();
    facts.alarm.is_some_and(|alarm| alarm.0 != 0) || facts.info.is_some_and(|info| info.alarm().is_some())
}

fn not_admitted(device: &str, why: &str) -> WireError {
    let message = format!("expected a device that may connect, found {device}: {why}");
    WireError::new(ErrorKind::NotAdmitted, 0, message)
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
        if self.settings.model.is_none() {
            self.model = Model::evidence(&frame).unwrap_or(self.model);
        }
        let decoded = match Message::parse(&frame, self.model) {
            Ok(decoded) => decoded,
            Err(error) => {
                return Step {
                    reject: Some(error),
                    ..Step::default()
                };
            }
        };
        if let Some(login) = decoded.message.as_login() {
            return self.login(&frame, decoded, login, admission);
        }
        if self.device.is_none() {
            return self.outside(&frame);
        }
        let answers = self.answers(&frame, &decoded.message, now);
        Step {
            answers,
            publish: Some(self.received(&frame, decoded)),
            ..Step::default()
        }
    }

    fn expire(&mut self, now: Time) -> Step<Self::Message<'static>> {
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
        let waits_for_login = self.device.is_none() && !self.refused;
        let seconds = if waits_for_login {
            self.settings.login_s
        } else {
            self.settings.idle_s
        };
        Some(self.heard.after_s(seconds))
    }

    fn device(&self) -> Option<&str> {
        self.device.as_deref()
    }
}
