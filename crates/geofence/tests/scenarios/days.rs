//! Days of 10,000 fixes that arrive late, repeated and out of order: the same events as in order, also after the state was
//! saved and restored half way.

use geofence::engine::{Fix, Track};

use crate::shuffled::Dice;
use crate::world::{Remaining, World, area, circle, fix, point, square};

const FIXES: i64 = 10_000;

/// A day of one fix every 8 seconds, wandering among three fences, with the errors of an ordinary phone.
fn day(seed: u64) -> Vec<Fix> {
    let mut dice = Dice::new(seed);
    let (mut east, mut north) = (0.0, 0.0);
    (0..FIXES)
        .map(|n| {
            // Stays for a while, then goes somewhere.
            if n / 200 % 2 == 1 {
                east += (dice.unit() - 0.5) * 120.0 - east * 0.02;
                north += (dice.unit() - 0.5) * 120.0 - north * 0.02;
            }
            let accuracy = if dice.below(20) == 0 { 120.0 } else { 6.0 };
            let off = |dice: &mut Dice| (dice.unit() - 0.5) * accuracy;
            let place = point(east + off(&mut dice), north + off(&mut dice));
            fix(crate::world::MONDAY + n * 8_000, place, accuracy as f32)
        })
        .collect()
}

/// Blocks that come hours late, neighbours that change places, and fixes that come again.
fn disturbed(fixes: &[Fix], seed: u64) -> Vec<Fix> {
    let mut dice = Dice::new(seed);
    let mut arriving: Vec<(i64, Fix)> = Vec::new();
    let mut late_until = 0;
    for (n, fix) in (0..).zip(fixes) {
        if n >= late_until && dice.below(400) == 0 {
            late_until = n + 50 + i64::try_from(dice.below(300)).unwrap();
        }
        let delay = if n < late_until {
            2_000
        } else {
            i64::try_from(dice.below(6)).unwrap()
        };
        arriving.push((n + delay, *fix));
        if dice.below(10) == 0 {
            arriving.push((n + i64::try_from(dice.below(3_000)).unwrap(), *fix));
        }
    }
    arriving.sort_by_key(|(order, _)| *order);
    arriving.into_iter().map(|(_, fix)| fix).collect()
}

fn play(fixes: &[Fix], restore_at: Option<usize>) -> Vec<Remaining> {
    let fences = [
        circle("office", point(0.0, 0.0), 150.0),
        area(
            "yard",
            vec![vec![square(100.0, 0.0, 120.0), square(100.0, 0.0, 40.0)]],
        ),
        circle("kiosk", point(-150.0, 50.0), 30.0),
    ];
    let mut world = World::new(&fences);
    for (number, fix) in fixes.iter().enumerate() {
        world.observe(*fix).unwrap();
        if Some(number) == restore_at {
            world.track = restored(&mut world.track);
        }
    }
    world.finish(fixes.iter().map(|fix| fix.time).max().unwrap());
    world.remaining()
}

/// The track as it comes back from what it saved.
fn restored(track: &mut Track) -> Track {
    let (mut head, mut chunks) = (Vec::new(), std::collections::BTreeMap::new());
    track.save(|chunk, bytes| match (chunk, bytes) {
        (None, bytes) => head = bytes.unwrap(),
        (Some(chunk), Some(bytes)) => drop(chunks.insert(chunk, bytes)),
        (Some(chunk), None) => drop(chunks.remove(&chunk)),
    });
    Track::restore(&head, chunks).unwrap()
}

#[test]
fn disturbed_days_end_with_the_same_events() {
    for seed in 1..=2 {
        let fixes = day(seed);
        let expected = play(&fixes, None);
        assert!(expected.len() > 20, "the day has {} events", expected.len());
        let mixed = disturbed(&fixes, seed + 100);
        assert_ne!(mixed, fixes);
        assert_eq!(play(&mixed, None), expected, "seed {seed}");
        assert_eq!(
            play(&mixed, Some(mixed.len() / 2)),
            expected,
            "seed {seed}, restored half way"
        );
    }
}
