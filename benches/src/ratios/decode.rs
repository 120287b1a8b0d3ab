//! Time to find, check and read one frame.

use std::hint::black_box;
use std::time::Instant;

use sim::load::{FrameMaker, Protocol};
use wire::{gt06, jt808};

/// A position of GT06, the worked example of its documents.
const GT06: &str = "78781F120B081D112E10CF027AC7EB0C46584900148F01CC00287D001FB8000380810D0A";
const ROUNDS: u32 = 200_000;
const REPEATS: u32 = 7;

/// Nanoseconds per frame by protocol, the best of some repeats.
pub(crate) fn measure() -> [(&'static str, f64); 2] {
    let gt06 = hex::decode(GT06).unwrap_or_default();
    let jt808 = frame(Protocol::Jt808);
    let gt06_splitter = gt06::Splitter::default();
    let mut jt808_splitter = jt808::Splitter::default();
    let mut room = Vec::new();
    [
        (
            "decode GT06 0x12 (frame, checksum, fields)",
            best(|| {
                let split = gt06_splitter.next(black_box(&gt06));
                let frame = split.and_then(|split| split.frame.ok());
                frame.is_some_and(|frame| {
                    let message = gt06::Message::parse(&frame, gt06::Model::default());
                    black_box(&message).is_ok()
                })
            }),
        ),
        (
            "decode JT/T 808 0x0200 (frame, checksum, fields)",
            best(|| {
                let split = jt808_splitter.next(black_box(&jt808), &mut room);
                let frame = split.and_then(|split| split.frame.ok());
                frame.is_some_and(|frame| {
                    let message = jt808::Message::parse(frame.header.id, jt808::Edition::V2013, frame.body);
                    black_box(&message).is_ok()
                })
            }),
        ),
    ]
}

fn frame(protocol: Protocol) -> Vec<u8> {
    let mut bytes = Vec::new();
    FrameMaker::new(protocol, 1, 1_750_000_000).data(1, &mut bytes);
    bytes
}

fn best(mut decode: impl FnMut() -> bool) -> f64 {
    assert!(decode(), "the frame is good");
    let repeat = |decode: &mut dyn FnMut() -> bool| {
        let started = Instant::now();
        for _ in 0..ROUNDS {
            black_box(decode());
        }
        started.elapsed().as_nanos() as f64 / f64::from(ROUNDS)
    };
    (0..REPEATS).map(|_| repeat(&mut decode)).fold(f64::MAX, f64::min)
}
