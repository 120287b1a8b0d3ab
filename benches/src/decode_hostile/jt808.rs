//! One connection of a JT/T 808 terminal that means ill.

use sim::hostile::Forge;
use wire::jt808::{Settings, Splitter, Terminal, analyse};
use wire::{Admission, Claim, Credentials, Field, Session, Time, Verdict};

use crate::INPUTS;
use crate::watch::Seen;

/// Room that undoing escapes may take, bytes.
const SCRATCH: usize = 16 * 1024;
/// Most bytes of an unfinished frame that a splitter waits with.
const WAITING: usize = wire::jt808::frame::MAX_ESCAPED;

struct Gate;

impl Admission for Gate {
    fn admit(&mut self, claim: &Claim<'_>) -> Verdict {
        match claim.credentials {
            Credentials::Register => Verdict::Registered {
                code: "AUTH0001".to_owned(),
            },
            Credentials::Code(b"AUTH0001") | Credentials::None => Verdict::Accepted,
            Credentials::Code(_) => Verdict::WrongCode,
        }
    }
}

pub(crate) fn connection(forge: &mut Forge, dissect: bool, seen: &mut Seen) {
    let mut now = Time(1_772_409_600_000);
    let mut terminal = Terminal::new(Settings::default(), now);
    let (mut splitter, mut scratch, mut stream) = (Splitter::default(), Vec::new(), Vec::new());
    forge.hello(&mut stream);
    for _ in 0..INPUTS {
        let before = stream.len();
        forge.next(&mut stream);
        seen.inputs += 1;
        seen.bytes += (stream.len() - before) as u64;
        if dissect {
            seen.dissected += 1;
            for item in analyse(&stream[before..]) {
                covered(&item.fields, 0);
            }
        }
        let mut at = 0;
        while let Some(split) = splitter.next(&stream[at..], &mut scratch) {
            assert!(split.consumed > 0 && at + split.consumed <= stream.len());
            at += split.consumed;
            let Ok(frame) = split.frame else {
                seen.bad += 1;
                continue;
            };
            seen.frames += 1;
            now = now.after_s(i64::from(frame.header.serial % 64));
            let step = terminal.receive(frame, now, &mut Gate);
            seen.answers += step.answers.len() as u64;
            if let Some(received) = &step.publish {
                seen.published += 1;
                assert!(received.decode().is_ok(), "only what can be read is published");
            }
            terminal.expire(now);
            assert!(terminal.held_bytes() <= Settings::default().limits.bytes);
        }
        stream.drain(..at);
        assert!(stream.len() <= WAITING, "{} bytes wait", stream.len());
        assert!(scratch.capacity() <= SCRATCH);
    }
}

/// Fields follow on one another; gives where they end.
fn covered(fields: &[Field], from: usize) -> usize {
    fields.iter().fold(from, |at, field| {
        assert_eq!(field.offset, at);
        let end = at + field.raw.len();
        if !field.parts.is_empty() {
            assert_eq!(covered(&field.parts, at), end);
        }
        end
    })
}
