//! One connection of a GT06 device that means ill.

use sim::hostile::Forge;
use wire::gt06::frame::DEFAULT_MAX_LONG;
use wire::gt06::{Message, Settings, Splitter, Terminal, analyse};
use wire::{Admission, Claim, Session, Time, Verdict};

use crate::INPUTS;
use crate::watch::Seen;

struct Gate(Verdict);

impl Admission for Gate {
    fn admit(&mut self, claim: &Claim<'_>) -> Verdict {
        assert!(!claim.device.is_empty());
        self.0.clone()
    }
}

pub(crate) fn connection(forge: &mut Forge, number: u64, dissect: bool, seen: &mut Seen) {
    // One in eight is not let in; the switches of the settings take turns.
    let mut gate = Gate(if number % 8 == 7 {
        Verdict::UnknownDevice
    } else {
        Verdict::Accepted
    });
    let settings = Settings {
        answer_all: number & 1 != 0,
        alarm_address: number & 2 != 0,
        ..Settings::default()
    };
    let mut now = Time(1_772_409_600_000);
    let mut terminal = Terminal::new(settings, now);
    let mut stream = Vec::new();
    forge.hello(&mut stream);
    for _ in 0..INPUTS {
        let before = stream.len();
        forge.next(&mut stream);
        seen.inputs += 1;
        seen.bytes += (stream.len() - before) as u64;
        if dissect {
            seen.dissected += 1;
            let shown: usize = analyse(&stream[before..]).iter().map(|item| item.raw.len()).sum();
            assert!(shown <= stream.len() - before);
        }
        let mut at = 0;
        while let Some(split) = Splitter::default().next(&stream[at..]) {
            assert!(split.consumed > 0 && at + split.consumed <= stream.len());
            at += split.consumed;
            let Ok(frame) = split.frame else {
                seen.bad += 1;
                continue;
            };
            seen.frames += 1;
            now = now.after_s(1);
            let model = wire::gt06::Model::default();
            if let Ok(decoded) = Message::parse(&frame, model) {
                let _ = decoded.message.facts();
            }
            let step = terminal.receive(frame, now, &mut gate);
            assert!(step.publish.is_none() || terminal.device().is_some());
            assert!(step.answers.len() <= 2);
            seen.published += u64::from(step.publish.is_some());
            seen.answers += step.answers.len() as u64;
        }
        stream.drain(..at);
        assert!(
            stream.len() <= DEFAULT_MAX_LONG + 16,
            "{} bytes wait",
            stream.len()
        );
    }
    let _ = terminal.expire(now.after_s(100_000));
}
