//! JT/T 808: bytes to meaning. Reference for scale: 20 to 34 ns for framing, checksum and fields of a 45-byte 0x0200
//! in the hand-written and nom prototypes of the design.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use wire::jt808::{Edition, Envelope, Message, Splitter};

/// Bytes of a fixture: hex text with `#` comments.
fn fixture(path: &Path) -> Vec<u8> {
    let text = std::fs::read_to_string(path).expect("the fixtures stand beside the crate");
    let digits: Vec<u8> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::bytes)
        .filter_map(|digit| char::from(digit).to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

/// Good frames of the fixtures, by name.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/wire/fixtures/jt808");
    let mut frames: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .expect("the fixtures stand beside the crate")
        .map(|entry| entry.expect("a readable folder").path())
        .map(|path| {
            (
                path.file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                fixture(&path),
            )
        })
        .filter(|(name, _)| !name.contains("__"))
        .collect();
    frames.sort();
    frames
}

/// Splits, checks and reads all frames of a stream; gives how many there were.
fn decode(stream: &[u8], scratch: &mut Vec<u8>) -> usize {
    let mut splitter = Splitter::default();
    let mut at = 0;
    let mut count = 0;
    while let Some(split) = splitter.next(&stream[at..], scratch) {
        at += split.consumed;
        if let Ok(frame) = split.frame {
            let edition = frame.header.edition(Edition::V2013);
            if frame.header.part.is_none() {
                black_box(&Message::parse(frame.header.id, edition, frame.body));
            }
            count += 1;
        }
    }
    count
}

fn benches(criterion: &mut Criterion) {
    let mut scratch = Vec::new();

    let mut body = vec![
        0, 0, 0, 0, 0, 0x0C, 0, 3, 1, 0x57, 0xFA, 0xF8, 6, 0xCC, 0x62, 0x89,
    ];
    body.extend([0, 0x38, 1, 0x6D, 0, 0x80, 0x24, 6, 0x15, 0x10, 0x30, 0x45]);
    let envelope = Envelope::new(Edition::V2013, "13800138000", 3).expect("a number of eleven digits");
    let position = envelope.seal(0x0200, 3, None, &body);
    let mut group = criterion.benchmark_group("jt808");
    group.throughput(Throughput::Elements(1));
    group.bench_function("location_without_items", |bench| {
        bench.iter(|| decode(black_box(&position), &mut scratch));
    });

    for (name, frame) in corpus() {
        if !frame.starts_with(&[0x7E]) {
            continue;
        }
        group.throughput(Throughput::Bytes(frame.len() as u64));
        group.bench_function(format!("fixture/{name}"), |bench| {
            bench.iter(|| decode(black_box(&frame), &mut scratch));
        });
    }

    let stream: Vec<u8> = corpus().into_iter().flat_map(|(_, frame)| frame).collect();
    group.throughput(Throughput::Bytes(stream.len() as u64));
    group.bench_function("corpus", |bench| {
        bench.iter(|| decode(black_box(&stream), &mut scratch));
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
