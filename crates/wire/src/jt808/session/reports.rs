//! Messages of a terminal that was let in, and their answers.

use jiff::Timestamp;
use jiff::tz::Offset;

use super::{Received, Terminal};
use crate::jt808::frame::Frame;
use crate::jt808::message::{
    AnswerResult, Answering, FileKind, FileReceipt, FileResult, MediaReceipt, Message, MessageId,
    ServerTimeBody, ShortReceipt, VendorTimeBody,
};
use crate::jt808::part::BcdTime;
use crate::{Admission, Answer, Close, Step, Time, When};

impl Terminal {
    /// Everything but registration and authentication.
    pub(super) fn reported<'a>(
        &mut self,
        frame: &Frame<'a>,
        received: Received<'a>,
        message: &Message<'_>,
        known: bool,
        now: Time,
        admission: &mut dyn Admission,
    ) -> Step<Received<'a>> {
        let mut step = Step::default();
        match self.admit_by_id(frame, admission) {
            Ok(new) => step.admitted = new,
            Err(refusal) => return *refusal,
        }
        self.note_answer(message);
        if let Message::TerminalResend(request) = message {
            let parts = self
                .downlink
                .as_ref()
                .map(|waiting| waiting.parts(request.first_serial, request.indices()));
            let parts = parts.unwrap_or_default();
            step.answers.extend(parts.into_iter().map(|bytes| Answer {
                bytes,
                when: When::AtOnce,
            }));
        }
        if let Some((answer, when)) = self.answer(frame, message, known, now) {
            step.answers.push(Answer { bytes: answer, when });
        }
        if matches!(message, Message::Unregister(_)) {
            step.close = Some(Close::Unregistered);
        }
        step.publish = Some(Received {
            authenticated: self.authenticated,
            ..received
        });
        step
    }

    /// The answer to a message.
    fn answer(
        &mut self,
        frame: &Frame<'_>,
        message: &Message<'_>,
        known: bool,
        now: Time,
    ) -> Option<(Vec<u8>, When)> {
        let (header, dialect) = (frame.header, frame.dialect);
        let own = match message {
            Message::TimeQuery(_) => {
                let utc = BcdTime::from_time(now, 0);
                (Message::ServerTime(ServerTimeBody { utc }), When::AtOnce)
            }
            Message::VendorTimeQuery(_) => (Message::VendorTime(vendor_time(now)?), When::AtOnce),
            Message::MediaData(upload) => {
                let answered_serial = self.answer_edition(&header).is_2011().then_some(header.serial);
                let receipt = MediaReceipt {
                    answered_serial,
                    id: upload.head.id,
                    ..MediaReceipt::default()
                };
                (Message::MediaAnswer(receipt), When::Durable)
            }
            Message::AttachmentDone(file) => {
                let receipt = FileReceipt {
                    name: file.name,
                    kind: FileKind(file.kind.0),
                    result: FileResult(0),
                    ..FileReceipt::default()
                };
                (Message::AttachmentAnswer(receipt), When::Durable)
            }
            Message::ShortLocation(_) | Message::ShortBlindLocation(_) => {
                if !header.properties.answer_wanted() {
                    return None;
                }
                let receipt = ShortReceipt {
                    answered_id: MessageId(header.id),
                    result: AnswerResult::OK,
                };
                (Message::ShortAnswer(receipt), When::Durable)
            }
            Message::Heartbeat(_) | Message::SecondHeartbeat(_) => {
                return Some((self.general(frame, AnswerResult::OK), When::AtOnce));
            }
            _ => {
                let result = if known {
                    AnswerResult::OK
                } else {
                    self.settings.unknown
                };
                let silent = Message::row(header.id).is_some_and(|row| row.answering == Answering::Silent);
                return (!silent).then(|| (self.general(frame, result), When::Durable));
            }
        };
        Some((self.reply(&header, dialect, &own.0), own.1))
    }

    /// Takes note of an answer to something that the platform said.
    fn note_answer(&mut self, message: &Message<'_>) {
        let Some(downlink) = &mut self.downlink else {
            return;
        };
        let answered = match message {
            Message::TerminalAnswer(answer) => (Some(answer.answered_id.0), answer.answered_serial),
            Message::ParametersAnswer(answer) => (None, answer.answered_serial),
            Message::VehicleControlAnswer(answer) => (None, answer.answered_serial),
            Message::LocationAnswer(answer) => {
                let Some(serial) = answer.answered_serial else {
                    return;
                };
                (None, serial)
            }
            Message::QuestionAnswer(answer) => (None, answer.answered_serial),
            Message::RecorderData(answer) => (None, answer.answered_serial),
            Message::StoredMediaList(answer) => (None, answer.answered_serial),
            Message::CameraAnswer(answer) => (None, answer.answered_serial),
            Message::Recordings(answer) => (None, answer.answered_serial),
            Message::UploadDone(answer) => (None, answer.answered_serial),
            Message::PropertiesAnswer(_) => return downlink.answered_id(0x8107),
            Message::AreaAnswer(_) => return downlink.answered_id(0x8608),
            Message::Driver(_) => return downlink.answered_id(0x8702),
            Message::TerminalKey(_) => return downlink.answered_id(0x8A00),
            Message::AvProperties(_) => return downlink.answered_id(0x9003),
            _ => return,
        };
        downlink.answered(answered.0, answered.1);
    }
}

/// The time for terminals that ask with 0x0109.
fn vendor_time(now: Time) -> Option<VendorTimeBody> {
    let civil = Offset::UTC.to_datetime(Timestamp::from_millisecond(now.0).ok()?);
    Some(VendorTimeBody {
        year: u16::try_from(civil.year()).ok()?,
        month: civil.month().cast_unsigned(),
        day: civil.day().cast_unsigned(),
        hour: civil.hour().cast_unsigned(),
        minute: civil.minute().cast_unsigned(),
        second: civil.second().cast_unsigned(),
        result: 0,
    })
}
