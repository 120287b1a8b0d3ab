//! Sub-packets of a terminal: taken, answered, asked for.

use std::borrow::Cow;

use super::reassembly::{Missing, Need, Outcome};
use super::{Received, Terminal};
use crate::jt808::edition::Edition;
use crate::jt808::frame::Frame;
use crate::jt808::header::PartOf;
use crate::jt808::message::{AnswerResult, MediaReceipt, Message, ResendRequest};
use crate::jt808::part::Trailing;
use crate::{Admission, Answer, Step, Time, When};

/// Multimedia data, whose sub-packets are answered with 0x8800.
const MEDIA: u16 = 0x0801;

impl Terminal {
    /// Takes one sub-packet. The answer to a part only says that it came; what a terminal may rely on is the answer
    /// to the last one, which waits until the whole message is durable.
    pub(super) fn take_part<'a>(
        &mut self,
        frame: &Frame<'a>,
        part: PartOf,
        body: &[u8],
        edition: Edition,
        now: Time,
        admission: &mut dyn Admission,
    ) -> Step<Received<'a>> {
        let admitted = match self.admit_by_id(frame, admission) {
            Ok(admitted) => admitted,
            Err(refusal) => return *refusal,
        };
        let limits = self.settings.limits;
        let outcome = self
            .reassembly
            .get_or_insert_default()
            .take(frame, part, body, edition, &limits, now);
        let mut step = match outcome {
            Ok(Outcome::Whole(whole)) => self.understand(frame, Cow::Owned(whole), edition, now, admission),
            Ok(Outcome::Kept | Outcome::Repeated) => {
                let mut step = Step::default();
                if frame.header.id != MEDIA || self.settings.answer_media_parts {
                    let bytes = self.general(frame, AnswerResult::OK);
                    step.answers.push(Answer {
                        bytes,
                        when: When::AtOnce,
                    });
                }
                step
            }
            Err(error) => self.refuse(frame, AnswerResult::FAILED, error),
        };
        step.admitted |= admitted;
        if self.held_bytes() == 0
            && self
                .reassembly
                .as_ref()
                .is_some_and(|reassembly| reassembly.is_empty())
        {
            self.reassembly = None;
        }
        step
    }

    /// Asks for missing sub-packets and gives up messages that wait too long.
    pub(super) fn chase_parts(&mut self, now: Time, step: &mut Step<Received<'static>>) {
        let limits = self.settings.limits;
        let Some(need) = self
            .reassembly
            .as_mut()
            .and_then(|reassembly| reassembly.due(&limits, now))
        else {
            return;
        };
        match need {
            Need::GivenUp(error) => step.reject = Some(error),
            Need::Ask(missing) => {
                if let Some(bytes) = self.ask(missing) {
                    step.answers.push(Answer {
                        bytes,
                        when: When::AtOnce,
                    });
                }
            }
        }
    }

    /// 0x8800 for multimedia whose id is known, else 0x8003, which 2011 does not have.
    fn ask(&mut self, missing: Missing) -> Option<Vec<u8>> {
        let Missing {
            header,
            dialect,
            edition,
            first_serial,
            indices,
            front,
        } = missing;
        let message = match front {
            Some(front) if header.id == MEDIA => {
                let answered_serial = edition.is_2011().then_some(header.serial);
                let id = u32::from_be_bytes(front);
                Message::MediaAnswer(MediaReceipt {
                    answered_serial,
                    id,
                    missing: Trailing(Some(indices.into())),
                })
            }
            _ if edition.is_2011() => return None,
            _ => Message::PlatformResend(ResendRequest::new(first_serial, indices, edition)),
        };
        Some(self.reply(&header, dialect, &message))
    }
}
