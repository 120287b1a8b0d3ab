//! Sub-packets of a terminal: taken, answered, asked for.

use std::borrow::Cow;

use super::reassembly::{Missing, Need, Outcome};
use super::{Received, Terminal};
use crate::jt808::edition::Edition;
use crate::jt808::frame::Frame;
use crate::jt808::header::PartOf;
use crate::jt808::message::{AnswerResult, MediaReceipt, MediaUpload, Message, ResendRequest};
use crate::jt808::part::{Bytes, Trailing};
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

    /// Takes one piece of multimedia of 2011, which is split inside the body: `None` when it is whole. Every piece is
    /// answered; the whole is published as one piece.
    pub(super) fn take_piece<'a>(
        &mut self,
        frame: &Frame<'a>,
        upload: &MediaUpload<'_>,
        now: Time,
        admission: &mut dyn Admission,
    ) -> Option<Step<Received<'a>>> {
        let (total, index) = (upload.total.filter(|total| *total > 1)?, upload.index?);
        if let Err(refusal) = self.admit_by_id(frame, admission) {
            return Some(*refusal);
        }
        let part = PartOf {
            total: u16::try_from(total).unwrap_or(u16::MAX),
            index: u16::try_from(index).unwrap_or(u16::MAX),
        };
        let limits = self.settings.limits;
        let reassembly = self.reassembly.get_or_insert_default();
        let step = match reassembly.take(frame, part, upload.data.0, Edition::V2011, &limits, now) {
            Ok(Outcome::Whole(data)) => {
                let whole = MediaUpload {
                    total: Some(1),
                    index: Some(1),
                    data: Bytes(&data),
                    ..upload.clone()
                };
                let mut body = Vec::new();
                Message::MediaData(whole).write(&mut body, Edition::V2011);
                self.understand(frame, Cow::Owned(body), Edition::V2011, now, admission)
            }
            Ok(Outcome::Kept | Outcome::Repeated) => {
                let receipt = MediaReceipt {
                    answered_serial: Some(frame.header.serial),
                    id: upload.head.id,
                    ..MediaReceipt::default()
                };
                let bytes = self.reply(&frame.header, frame.dialect, &Message::MediaAnswer(receipt));
                Step {
                    answers: vec![Answer {
                        bytes,
                        when: When::AtOnce,
                    }],
                    ..Step::default()
                }
            }
            Err(error) => self.refuse(frame, AnswerResult::FAILED, error),
        };
        Some(step)
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
            Some(front) if header.id == MEDIA && !edition.is_2011() => {
                let answered_serial = None;
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
