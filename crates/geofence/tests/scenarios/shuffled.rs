//! Any order of arrival, any repetition: the same events.

use events::fence::v1 as proto;
use geofence::engine::Fix;

use crate::world::{Remaining, World};

/// A small generator with a seed (splitmix64), so that a failure can be repeated.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.roll() % u64::try_from(bound).unwrap()).unwrap()
    }

    /// From 0 up to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// Plays the fixes among these fences as given, then shuffled and repeated, and fails when anything differs. Returns what
/// remains.
pub(crate) fn in_any_order(
    fences: &[proto::Fence],
    fixes: &[Fix],
    until: i64,
    orders: u64,
) -> Vec<Remaining> {
    in_any_order_among(|| World::new(fences), fixes, until, orders)
}

/// The same in worlds in which something has happened before the first fix arrives.
pub(crate) fn in_any_order_among(
    make: impl Fn() -> World,
    fixes: &[Fix],
    until: i64,
    orders: u64,
) -> Vec<Remaining> {
    let play = |fixes: &[Fix]| {
        let mut world = make();
        for fix in fixes {
            world.observe(*fix).unwrap();
        }
        world.finish(until);
        world.remaining()
    };
    let expected = play(fixes);
    for seed in 0..orders {
        let mut dice = Dice::new(seed);
        let mut mixed: Vec<Fix> = fixes.to_vec();
        for _ in 0..fixes.len() {
            mixed.push(fixes[dice.below(fixes.len())]);
        }
        dice.shuffle(&mut mixed);
        let found = play(&mixed);
        assert_eq!(
            found.iter().map(ToString::to_string).collect::<Vec<_>>(),
            expected.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "order of seed {seed}"
        );
        assert_eq!(found, expected, "order of seed {seed}");
    }
    // Three times each, in order.
    let tripled: Vec<Fix> = fixes.iter().flat_map(|fix| [*fix; 3]).collect();
    assert_eq!(play(&tripled), expected);
    expected
}
