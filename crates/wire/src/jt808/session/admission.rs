//! Who may connect: registration, authentication, and terminals that do neither.

use super::{Received, Terminal};
use crate::jt808::frame::Frame;
use crate::jt808::message::{AnswerResult, Message, RegistrationAnswer, RegistrationResult};
use crate::jt808::part::Text;
use crate::{Admission, Answer, Claim, Close, Credentials, ErrorKind, Step, Verdict, When, WireError};

/// Code that is given out where the admission lets a terminal in without one of its own: some terminals cannot use
/// an empty code.
const OPEN_CODE: &str = "0000";

impl Terminal {
    /// 0x0100. A known terminal that registers again gets a code again: an error would make many terminals try for
    /// ever.
    pub(super) fn registered<'a>(
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
        let bytes = self.reply(&frame.header, frame.dialect, &Message::RegisterAnswer(answer));
        step.answers.push(Answer { bytes, when });
        if result.accepted() {
            step.admitted = self.admit(frame, device);
            self.authenticated = true;
            step.publish = Some(Received {
                authenticated: true,
                ..received
            });
        } else {
            step.reject = Some(refused(&device, &verdict));
        }
        step
    }

    /// 0x0102.
    pub(super) fn authenticated<'a>(
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
                step.admitted = self.admit(frame, device);
                let bytes = self.general(frame, AnswerResult::OK);
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
                let bytes = self.general(frame, AnswerResult::FAILED);
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
    fn admit(&mut self, frame: &Frame<'_>, device: String) -> bool {
        self.admitted = Some(frame.header.phone);
        let new = self.device.as_deref() != Some(device.as_str());
        self.device = Some(device);
        new
    }

    /// Lets a terminal in that neither registered nor authenticated on this connection, if the admission does; says
    /// whether that is new. A link of a forwarding platform carries many terminals: each is admitted when its id
    /// comes up.
    pub(super) fn admit_by_id<'a>(
        &mut self,
        frame: &Frame<'a>,
        admission: &mut dyn Admission,
    ) -> Result<bool, Box<Step<Received<'a>>>> {
        if self.admitted == Some(frame.header.phone) {
            return Ok(false);
        }
        let device = frame.header.phone.digits();
        if self.device.as_deref() == Some(device.as_str()) {
            self.admitted = Some(frame.header.phone);
            return Ok(false);
        }
        match admission.admit(&Claim {
            device: &device,
            credentials: Credentials::None,
        }) {
            Verdict::Accepted | Verdict::Registered { .. } => {
                self.authenticated = false;
                Ok(self.admit(frame, device))
            }
            Verdict::Banned => Err(Box::new(Step {
                reject: Some(refused(&device, &Verdict::Banned)),
                close: Some(Close::NotAdmitted),
                ..Step::default()
            })),
            verdict => Err(Box::new(self.refuse(
                frame,
                AnswerResult::FAILED,
                refused(&device, &verdict),
            ))),
        }
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
