//! Sessions: no panic, memory within the limits, a deadline that moves on. Bytes of the stream are also the clock: after
//! each frame the time goes on by its length in seconds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::jt808::{Settings, Splitter, Terminal};
use wire::{Admission, Claim, Credentials, Session, Time, Verdict};

struct Gate;

impl Admission for Gate {
    fn admit(&mut self, claim: &Claim<'_>) -> Verdict {
        match claim.credentials {
            Credentials::Register => Verdict::Registered { code: "AUTH0001".to_owned() },
            Credentials::Code(b"AUTH0001") | Credentials::None => Verdict::Accepted,
            Credentials::Code(_) => Verdict::WrongCode,
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut splitter = Splitter::default();
    let mut terminal = Terminal::new(Settings::default(), Time(0));
    let mut scratch = Vec::new();
    let mut now = Time(0);
    let mut at = 0;
    while let Some(split) = splitter.next(&bytes[at..], &mut scratch) {
        at += split.consumed;
        let length = split.raw.len();
        if let Ok(frame) = split.frame {
            let step = terminal.receive(frame, now, &mut Gate);
            if let Some(received) = &step.publish {
                received.decode().expect("only what can be read is published");
            }
        }
        now = now.after_s(i64::try_from(length % 64).unwrap_or(0));
        terminal.expire(now);
        assert!(terminal.held_bytes() <= Settings::default().limits.bytes);
        assert!(terminal.deadline().is_some());
    }
});
