mod grid;

use std::sync::Arc;

use rstar::{AABB, Envelope, ParentNode, RStarInsertionStrategy, RTree, RTreeNode, RTreeObject, RTreeParams};

use self::grid::Grid;
use crate::{Bounds, Point};

/// Edits that the side tree takes before a rebuild is worth its second per million.
const SIDE_LIMIT: usize = 16_384;

/// Which slots may have something at a place: rectangles in a grid, and in R-trees what does not suit a grid.
///
/// The main part is built at once and never changes; it is shared and swapped whole. Additions go to a small side tree,
/// removals to a bitmap. When the side has grown, [`Index::rebuild`] gives a job that can run on any thread, and
/// [`Index::install`] swaps its result in. A slot number must not be used again while the index may still hold it.
#[derive(Clone, Default)]
pub struct Index {
    main: Arc<Main>,
    side: Tree,
    /// Slots added since the main part was made: their rectangles, to be carried over at a swap.
    added: Vec<Entry>,
    removed: Bitmap,
}

type Tree = RTree<Entry, Fanout>;

/// What was there when the index was built.
#[derive(Debug, Default)]
struct Main {
    /// Small rectangles that lie apart: most of them.
    grid: Grid,
    /// The others.
    tree: Tree,
}

impl Main {
    fn build(entries: Vec<Entry>) -> Arc<Self> {
        let (grid, rest) = Grid::build(entries);
        Arc::new(Self {
            grid,
            tree: Tree::bulk_load_with_params(rest),
        })
    }

    fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.grid.iter().chain(&self.tree)
    }

    fn len(&self) -> usize {
        self.grid.len() + self.tree.size()
    }
}

/// Wide nodes: fewer steps down for many rectangles.
#[derive(Debug, Clone, Copy, Default)]
struct Fanout;

impl RTreeParams for Fanout {
    const MIN_SIZE: usize = 4;
    const MAX_SIZE: usize = 12;
    const REINSERTION_COUNT: usize = 3;
    type DefaultInsertionStrategy = RStarInsertionStrategy;
}

/// A rectangle in single precision, rounded outwards, and the slot it belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Entry {
    low: [f32; 2],
    high: [f32; 2],
    slot: u32,
}

impl Entry {
    #[inline]
    fn touches(&self, other: &Self) -> bool {
        // Without branches: which side fails cannot be foretold.
        (self.low[0] <= other.high[0])
            & (self.low[1] <= other.high[1])
            & (other.low[0] <= self.high[0])
            & (other.low[1] <= self.high[1])
    }

    fn reach(&self) -> Reach {
        Reach {
            low: self.low,
            high: self.high,
        }
    }
}

impl RTreeObject for Entry {
    type Envelope = AABB<[f32; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.low, self.high)
    }
}

/// The rectangle of the index by which a slot was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    low: [f32; 2],
    high: [f32; 2],
}

impl Reach {
    /// True when the point may lie in the rectangle.
    #[must_use]
    pub fn holds(&self, point: Point) -> bool {
        let latitude = f64::from(self.low[1]) <= point.latitude && point.latitude <= f64::from(self.high[1]);
        let (west, east) = (f64::from(self.low[0]), f64::from(self.high[0]));
        // Either rectangle of a pair that meets at the antimeridian may be the one that was found.
        latitude
            && [0.0, 360.0, -360.0].iter().any(|turn| {
                let longitude = point.longitude + turn;
                west <= longitude && longitude <= east
            })
    }
}

/// A rebuild to be run beside the stream.
#[derive(Debug)]
pub struct Rebuild {
    main: Arc<Main>,
    added: Vec<Entry>,
    removed: Bitmap,
}

/// A finished rebuild, to be given to [`Index::install`].
#[derive(Debug)]
pub struct Rebuilt {
    main: Arc<Main>,
    /// How many of the additions it holds.
    added: usize,
    removed: Bitmap,
}

impl Index {
    /// An index of all these at once.
    #[must_use]
    pub fn bulk_load(entries: impl IntoIterator<Item = (Bounds, u32)>) -> Self {
        let entries = entries
            .into_iter()
            .flat_map(|(bounds, slot)| copies(bounds, slot))
            .collect();
        Self {
            main: Main::build(entries),
            ..Self::default()
        }
    }

    /// Adds a rectangle of a slot.
    pub fn insert(&mut self, bounds: Bounds, slot: u32) {
        for entry in copies(bounds, slot) {
            self.side.insert(entry);
            self.added.push(entry);
        }
    }

    /// Forgets a slot.
    pub fn remove(&mut self, slot: u32) {
        self.removed.set(slot);
    }

    /// Calls `found` with each slot that has a rectangle touching `bounds`, and that rectangle; a slot with several
    /// rectangles may come several times.
    #[inline]
    pub fn visit(&self, bounds: Bounds, mut found: impl FnMut(u32, Reach)) {
        let mut ask = |bounds: Bounds| {
            let entry = outwards(bounds, 0);
            let wanted = AABB::from_corners(entry.low, entry.high);
            self.main.grid.visit(&entry, &mut |entry| {
                if !self.removed.has(entry.slot) {
                    found(entry.slot, entry.reach());
                }
            });
            if self.main.tree.size() > 0 {
                descend(self.main.tree.root(), &wanted, &self.removed, &mut found);
            }
            if !self.added.is_empty() {
                descend(self.side.root(), &wanted, &self.removed, &mut found);
            }
        };
        ask(bounds);
        if bounds.east > 180.0 {
            ask(bounds.turned(-360.0));
        }
        if bounds.west < -180.0 {
            ask(bounds.turned(360.0));
        }
    }

    /// A job that merges the side into the main part, when there is enough of it to be worth the work.
    #[must_use]
    pub fn rebuild(&self) -> Option<Rebuild> {
        (self.added.len() + self.removed.count > SIDE_LIMIT).then(|| Rebuild {
            main: Arc::clone(&self.main),
            added: self.added.clone(),
            removed: self.removed.clone(),
        })
    }

    /// Swaps a rebuilt main part in. What was added or removed since the job was taken stays on the side.
    pub fn install(&mut self, rebuilt: Rebuilt) {
        self.main = rebuilt.main;
        self.added.drain(..rebuilt.added.min(self.added.len()));
        self.side = Tree::bulk_load_with_params(self.added.clone());
        self.removed.clear(&rebuilt.removed);
    }

    /// Number of rectangles in the main part and on the side, and of slots that are gone but still there.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize, usize) {
        (self.main.len(), self.added.len(), self.removed.count)
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (main, side, removed) = self.sizes();
        f.debug_struct("Index")
            .field("main", &main)
            .field("side", &side)
            .field("removed", &removed)
            .finish()
    }
}

impl Rebuild {
    /// Does the work: about a second for a million rectangles.
    #[must_use]
    pub fn run(self) -> Rebuilt {
        let entries = self
            .main
            .iter()
            .chain(&self.added)
            .filter(|entry| !self.removed.has(entry.slot))
            .copied()
            .collect();
        Rebuilt {
            main: Main::build(entries),
            added: self.added.len(),
            removed: self.removed,
        }
    }
}

fn descend(
    node: &ParentNode<Entry>,
    wanted: &AABB<[f32; 2]>,
    removed: &Bitmap,
    found: &mut impl FnMut(u32, Reach),
) {
    for child in node.children() {
        match child {
            RTreeNode::Leaf(entry) => {
                if wanted.intersects(&entry.envelope()) && !removed.has(entry.slot) {
                    found(entry.slot, entry.reach());
                }
            }
            RTreeNode::Parent(inner) => {
                if wanted.intersects(&inner.envelope()) {
                    descend(inner, wanted, removed, found);
                }
            }
        }
    }
}

/// The rectangle, and its copy a turn away when it passes the antimeridian.
fn copies(bounds: Bounds, slot: u32) -> impl Iterator<Item = Entry> {
    let turned = if bounds.east > 180.0 {
        Some(bounds.turned(-360.0))
    } else if bounds.west < -180.0 {
        Some(bounds.turned(360.0))
    } else {
        None
    };
    std::iter::once(bounds)
        .chain(turned)
        .map(move |bounds| outwards(bounds, slot))
}

#[allow(clippy::cast_possible_truncation, reason = "rounded outwards right after")]
fn outwards(bounds: Bounds, slot: u32) -> Entry {
    Entry {
        low: [
            (bounds.west as f32).next_down(),
            (bounds.south as f32).next_down(),
        ],
        high: [(bounds.east as f32).next_up(), (bounds.north as f32).next_up()],
        slot,
    }
}

/// A set of slot numbers.
#[derive(Debug, Clone, Default)]
struct Bitmap {
    words: Vec<u64>,
    count: usize,
}

impl Bitmap {
    fn has(&self, slot: u32) -> bool {
        let (word, bit) = Self::place(slot);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    fn set(&mut self, slot: u32) {
        let (word, bit) = Self::place(slot);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        if let Some(word) = self.words.get_mut(word)
            && *word & bit == 0
        {
            *word |= bit;
            self.count += 1;
        }
    }

    fn clear(&mut self, gone: &Self) {
        for (word, gone) in self.words.iter_mut().zip(&gone.words) {
            *word &= !gone;
        }
        self.count = self
            .words
            .iter()
            .map(|word| usize::try_from(word.count_ones()).unwrap_or(0))
            .sum();
    }

    fn place(slot: u32) -> (usize, u64) {
        (usize::try_from(slot / 64).unwrap_or(usize::MAX), 1 << (slot % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(latitude: f64, longitude: f64) -> Bounds {
        Bounds::at(Point { latitude, longitude }).grown(100.0)
    }

    fn at(index: &Index, latitude: f64, longitude: f64) -> Vec<u32> {
        let mut slots = Vec::new();
        index.visit(Bounds::at(Point { latitude, longitude }), |slot, _| {
            slots.push(slot)
        });
        slots.sort_unstable();
        slots
    }

    #[test]
    fn both_sides_of_the_antimeridian_are_found() {
        let mut index = Index::bulk_load([
            (around(10.0, 180.0), 1),
            (around(10.0, -179.9999), 2),
            (around(10.0, 0.0), 3),
        ]);
        index.insert(around(10.0, 179.9999), 4);
        for longitude in [180.0, -180.0, 179.9999, -179.9999] {
            assert_eq!(at(&index, 10.0, longitude), [1, 2, 4], "{longitude}");
        }
        assert_eq!(at(&index, 10.0, 0.0), [3]);
        let mut slots = Vec::new();
        index.visit(around(10.0, -179.9988), |slot, _| slots.push(slot));
        slots.sort_unstable();
        assert_eq!(slots, [1, 2, 4]);
    }

    /// Numbers that look random, from 0 up to 1.
    fn unit(seed: &mut u64) -> f64 {
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 40) as f64 / f64::from(1 << 24)
    }

    #[test]
    fn every_search_finds_what_touches_it_and_nothing_twice() {
        let mut seed = 7;
        // Small and large ones, thinly and densely, on both sides of every meridian and of the equator.
        let mut all: Vec<(Bounds, u32)> = Vec::new();
        for slot in 0..6_000 {
            let (north, east, metres) = match slot % 6 {
                0 => (
                    unit(&mut seed) * 170.0 - 85.0,
                    unit(&mut seed) * 360.0 - 180.0,
                    1e5,
                ),
                1 => (unit(&mut seed) * 0.002, unit(&mut seed) * 0.002, 20.0),
                _ => (unit(&mut seed) - 0.5, unit(&mut seed) - 0.5, 150.0),
            };
            let point = Point {
                latitude: north,
                longitude: east,
            };
            all.push((Bounds::at(point).grown(metres * unit(&mut seed)), slot));
        }
        let mut index = Index::bulk_load(all.iter().copied());
        assert!(index.main.grid.len() > 2_000, "{:?}", index.main.grid.len());
        assert!(index.main.tree.size() > 1_000, "{:?}", index.main.tree.size());
        for slot in (0..6_000).step_by(10) {
            index.remove(slot);
        }
        for number in 0..2_000 {
            let (spread, metres) = match number % 4 {
                0 => (1.0, 0.0),
                1 => (0.002, 50.0),
                2 => (1.0, 3_000.0),
                _ => (100.0, 2e6),
            };
            let point = Point {
                latitude: spread * (unit(&mut seed) - 0.5),
                longitude: spread * (unit(&mut seed) - 0.5),
            };
            let wanted = Bounds::at(point).grown(metres * unit(&mut seed));
            let mut found = Vec::new();
            index.visit(wanted, |slot, _| found.push(slot));
            found.sort_unstable();
            let asked = outwards(wanted, 0);
            let mut expected: Vec<u32> = all
                .iter()
                .filter(|(bounds, slot)| slot % 10 != 0 && outwards(*bounds, 0).touches(&asked))
                .map(|(_, slot)| *slot)
                .collect();
            expected.sort_unstable();
            // A rectangle over the antimeridian stands there twice.
            if metres < 1e6 {
                assert_eq!(found, expected, "{wanted:?}");
            } else {
                found.dedup();
                assert!(
                    expected.iter().all(|slot| found.binary_search(slot).is_ok()),
                    "{wanted:?}"
                );
            }
        }
    }

    #[test]
    fn a_rebuild_has_each_rectangle_once() {
        let mut seed = 3;
        let all: Vec<(Bounds, u32)> = (0..3_000)
            .map(|slot| {
                let point = Point {
                    latitude: unit(&mut seed),
                    longitude: unit(&mut seed),
                };
                (Bounds::at(point).grown(500.0 * unit(&mut seed)), slot)
            })
            .collect();
        let index = Index::bulk_load(all);
        let mut slots: Vec<u32> = index.main.iter().map(|entry| entry.slot).collect();
        slots.sort_unstable();
        assert_eq!(slots, (0..3_000).collect::<Vec<u32>>());
        assert_eq!(index.sizes(), (3_000, 0, 0));
    }

    #[test]
    fn edits_before_during_and_after_a_rebuild_are_kept() {
        let count = u32::try_from(SIDE_LIMIT).unwrap() + 1;
        let mut index = Index::bulk_load([(around(0.0, 0.0), 0)]);
        assert!(index.rebuild().is_none());
        for slot in 1..=count {
            index.insert(around(1.0, 1.0 + f64::from(slot) / 100.0), slot);
        }
        index.remove(0);
        index.remove(2);
        let job = index.rebuild().unwrap();
        index.insert(around(2.0, 2.0), count + 1);
        index.remove(3);
        index.install(job.run());
        assert_eq!(at(&index, 0.0, 0.0), [0_u32; 0]);
        assert_eq!(at(&index, 1.0, 1.01), [1]);
        assert_eq!(at(&index, 1.0, 1.02), [0_u32; 0]);
        assert_eq!(at(&index, 1.0, 1.03), [0_u32; 0]);
        assert_eq!(at(&index, 2.0, 2.0), [count + 1]);
        assert_eq!(index.sizes(), (SIDE_LIMIT, 1, 1));
    }
}
