use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use super::{gt06, jt808, mutate};
use crate::load::{FrameMaker, Protocol};

/// Time of the first fix of the built-in examples, Unix seconds.
const BASE: i64 = 1_772_409_600;

/// Makes hostile input for one protocol: sound frames with changed bodies, lengths that lie under a right checksum,
/// damaged and torn frames, frames glued together, noise.
///
/// The same seed and examples make the same input.
#[derive(Debug)]
pub struct Forge {
    rng: SmallRng,
    examples: Examples,
    device: FrameMaker,
    body: Vec<u8>,
}

#[derive(Debug)]
enum Examples {
    Jt808(jt808::Heads, Vec<jt808::Example>),
    Gt06(Vec<gt06::Example>),
}

impl Forge {
    /// A forge that says it is the device `number` and starts from the frames in `streams`, which may be none.
    #[must_use]
    pub fn new(protocol: Protocol, number: u64, streams: &[Vec<u8>]) -> Self {
        let mut device = FrameMaker::new(protocol, number, BASE);
        let mut own = Vec::new();
        device.data(1, &mut own);
        device.hello(None, &mut own);
        device.hello(Some("AUTH0001"), &mut own);
        let streams = || std::iter::once(&own).chain(streams);
        let examples = match protocol {
            Protocol::Jt808 => Examples::Jt808(
                jt808::Heads::new(device.device()),
                streams().flat_map(|stream| jt808::examples(stream)).collect(),
            ),
            Protocol::Gt06 => Examples::Gt06(streams().flat_map(|stream| gt06::examples(stream)).collect()),
        };
        Self {
            rng: SmallRng::seed_from_u64(0),
            examples,
            device,
            body: Vec::new(),
        }
    }

    /// Number of messages that input is made from.
    #[must_use]
    pub fn examples(&self) -> usize {
        match &self.examples {
            Examples::Jt808(_, all) => all.len(),
            Examples::Gt06(all) => all.len(),
        }
    }

    /// Begins the sequence of `seed`.
    pub fn restart(&mut self, seed: u64) {
        self.rng = SmallRng::seed_from_u64(seed);
    }

    /// Appends what a device says first, so that what comes after it is listened to.
    pub fn hello(&mut self, out: &mut Vec<u8>) {
        self.device.hello(None, out);
    }

    /// Appends one input.
    pub fn next(&mut self, out: &mut Vec<u8>) {
        match self.rng.random_range(0..16u8) {
            0 => mutate::noise(&mut self.rng, out),
            1 | 2 => {
                let from = out.len();
                self.forged(out);
                mutate::frame(&mut self.rng, out, from);
            }
            3 => self.sound(out),
            _ => self.forged(out),
        }
    }

    /// Appends one input without any sense.
    pub fn noise(&mut self, out: &mut Vec<u8>) {
        mutate::noise(&mut self.rng, out);
    }

    /// A frame with a changed body.
    fn forged(&mut self, out: &mut Vec<u8>) {
        let rng = &mut self.rng;
        self.body.clear();
        match &self.examples {
            Examples::Jt808(heads, all) => {
                let example = &all[mutate::place(rng, all.len())];
                self.body.extend_from_slice(&example.body);
                let other = mutate::place(rng, all.len());
                mutate::body(rng, &mut self.body, &all[other].body);
                jt808::seal(rng, heads, example, &self.body, out);
            }
            Examples::Gt06(all) => {
                let example = &all[mutate::place(rng, all.len())];
                self.body.extend_from_slice(&example.body);
                let other = mutate::place(rng, all.len());
                mutate::body(rng, &mut self.body, &all[other].body);
                gt06::seal(rng, example, &self.body, out);
            }
        }
    }

    /// A frame with the body as it was found.
    fn sound(&mut self, out: &mut Vec<u8>) {
        let rng = &mut self.rng;
        match &self.examples {
            Examples::Jt808(heads, all) => {
                let example = &all[mutate::place(rng, all.len())];
                jt808::seal(rng, heads, example, &example.body, out);
            }
            Examples::Gt06(all) => {
                let example = &all[mutate::place(rng, all.len())];
                gt06::seal(rng, example, &example.body, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(protocol: Protocol, seed: u64, count: usize) -> Vec<u8> {
        let mut forge = Forge::new(protocol, 7, &[]);
        forge.restart(seed);
        let mut out = Vec::new();
        for _ in 0..count {
            forge.next(&mut out);
        }
        out
    }

    #[test]
    fn a_seed_makes_the_same_input_and_another_seed_another() {
        for protocol in [Protocol::Jt808, Protocol::Gt06] {
            assert_eq!(made(protocol, 1, 100), made(protocol, 1, 100));
            assert_ne!(made(protocol, 1, 100), made(protocol, 2, 100));
        }
    }

    #[test]
    fn most_input_gets_past_the_checksum_and_some_does_not() {
        let mut scratch = Vec::new();
        let stream = made(Protocol::Jt808, 1, 1000);
        let mut splitter = wire::jt808::Splitter::default();
        let (mut good, mut bad, mut at) = (0, 0, 0);
        while let Some(split) = splitter.next(&stream[at..], &mut scratch) {
            at += split.consumed;
            *if split.frame.is_ok() { &mut good } else { &mut bad } += 1;
        }
        assert!(good > 400 && bad > 50, "{good} good, {bad} bad");
        let stream = made(Protocol::Gt06, 1, 1000);
        let (mut good, mut bad, mut at) = (0, 0, 0);
        while let Some(split) = wire::gt06::Splitter::default().next(&stream[at..]) {
            at += split.consumed;
            *if split.frame.is_ok() { &mut good } else { &mut bad } += 1;
        }
        assert!(good > 400 && bad > 50, "{good} good, {bad} bad");
    }
}
