//! Trips: what a fix costs in order, with the results that are due on the way, beside the anchor rule without any
//! (Li et al. 2008: walk on until a fix is 100 m away), and what the state of a device weighs.
//!
//! `cargo bench -p benches --bench trips`

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use trips::engine::{Config, Device, Fix, Millis, Place};

const START: Millis = 1_772_409_600_000;

/// A fortnight of four drives a day of an hour each, a report every ten seconds; `parked_s` apart when parked.
fn fortnight(parked_s: Millis) -> Vec<Fix> {
    let mut fixes = Vec::new();
    let mut seed = 7_u64;
    let mut noise = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 11) as f64 / (1_u64 << 53) as f64 * 1e-4
    };
    let (mut latitude, mut longitude) = (31.0, 121.0);
    for day in 0..14 {
        let mut time = START + day * 86_400_000;
        for drive in 0..4 {
            let leave = START + day * 86_400_000 + (7 + 3 * drive) * 3_600_000;
            while time < leave {
                fixes.extend(Fix::new(time, latitude + noise(), longitude + noise(), 8.0));
                time += (parked_s * 1000).min((leave - time).max(1));
            }
            let heading = drive as f64 * std::f64::consts::FRAC_PI_2;
            while time < leave + 3_600_000 {
                latitude += heading.cos() * 120.0 / 111_000.0;
                longitude += heading.sin() * 120.0 / 95_000.0;
                fixes.extend(Fix::new(time, latitude + noise(), longitude + noise(), 8.0));
                time += 10_000;
            }
        }
    }
    fixes
}

fn engine(fixes: &[Fix], config: &Config) -> (usize, usize) {
    let mut device = Device::default();
    let mut records = 0;
    for fix in fixes {
        device.push(*fix, None, config);
        if device.is_due(config) {
            records += device.update("356938035643809", fix.time, config).len();
        }
    }
    (records, device.bytes())
}

fn anchor_rule(fixes: &[Fix]) -> usize {
    let (mut stays, mut anchor) = (0, None::<(Place, Millis)>);
    for fix in fixes {
        let place = Place::from(fix);
        match anchor {
            Some((at, since)) if at.distance_m(&place) > 100.0 => {
                stays += usize::from(fix.time - since >= 1_800_000);
                anchor = Some((place, fix.time));
            }
            None => anchor = Some((place, fix.time)),
            Some(_) => {}
        }
    }
    stays
}

fn trips(criterion: &mut Criterion) {
    let config = Config::default();
    for (name, parked_s) in [("parked_10s", 10), ("parked_30min", 1800)] {
        let fixes = fortnight(parked_s);
        let (records, bytes) = engine(&fixes, &config);
        let mut group = criterion.benchmark_group(format!("trips/{name}/{records}_records_{bytes}_bytes"));
        group
            .throughput(Throughput::Elements(fixes.len() as u64))
            .sample_size(10);
        group.bench_function("engine", |bencher| {
            bencher.iter(|| engine(black_box(&fixes), &config))
        });
        group.bench_function("anchor_rule", |bencher| {
            bencher.iter(|| anchor_rule(black_box(&fixes)))
        });
        group.finish();
    }
}

criterion_group!(benches, trips);
criterion_main!(benches);
