//! Framing, checksum and reading of GT06 frames. The reference beside it is the copy of the frame's bytes.
//!
//! Goal for 0x12: at most 60 ns, without an allocation (`crates/wire/tests/gt06_memory.rs` holds the latter).

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wire::gt06::{Message, Model, Splitter};

/// The good fixtures, by name.
fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/wire/fixtures/gt06");
    let mut fixtures: Vec<_> = std::fs::read_dir(folder)
        .expect("the fixtures of wire")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let text = std::fs::read_to_string(&path).expect("a text");
            let digits: String = text.lines().filter(|line| !line.starts_with('#')).collect();
            let bytes = (0..digits.len() / 2)
                .map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).expect("hex"))
                .collect();
            (
                path.file_stem().expect("a name").to_string_lossy().into_owned(),
                bytes,
            )
        })
        .filter(|(name, _)| !name.contains("__"))
        .collect();
    fixtures.sort();
    fixtures
}

fn decode(bytes: &[u8]) {
    let split = Splitter::default().next(black_box(bytes)).expect("a frame");
    let frame = split.frame.expect("a good frame");
    black_box(&Message::parse(&frame, Model::Standard));
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode_gt06");
    for (name, bytes) in fixtures() {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(&name, |bencher| bencher.iter(|| decode(&bytes)));
        if name == "location" {
            let mut copy = vec![0; bytes.len()];
            group.bench_function("reference_copy", |bencher| {
                bencher.iter(|| copy.copy_from_slice(black_box(&bytes)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
