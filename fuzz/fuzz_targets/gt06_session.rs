//! A connection: no stream makes a session publish before a login or answer more than three frames to one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::gt06::{Settings, Splitter, Terminal};
use wire::{Admission, Claim, Session, Time, Verdict};

struct Gate(u8);

impl Admission for Gate {
    fn admit(&mut self, claim: &Claim<'_>) -> Verdict {
        assert!(!claim.device.is_empty());
        match self.0 % 4 {
            0 => Verdict::UnknownDevice,
            1 => Verdict::Banned,
            _ => Verdict::Accepted,
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((&gate, stream)) = data.split_first() else { return };
    let settings = Settings { answer_all: gate & 4 != 0, alarm_address: gate & 8 != 0, ..Settings::default() };
    let mut terminal = Terminal::new(settings, Time(0));
    let (mut at, mut now) = (0, Time(1_700_000_000_000));
    while let Some(split) = Splitter::default().next(&stream[at..]) {
        at += split.consumed;
        now = now.after_s(1);
        let Ok(frame) = split.frame else { continue };
        let step = terminal.receive(frame, now, &mut Gate(gate));
        assert!(step.publish.is_none() || terminal.device().is_some());
        assert!(step.answers.len() <= 2);
        for answer in &step.answers {
            assert!(Splitter::default().next(&answer.bytes).is_some_and(|split| split.frame.is_ok()));
        }
    }
    let _ = terminal.expire(now.after_s(100_000));
});
