//! The many small rectangles of an index, by the cells of a grid in which they lie: one look tells what is at a place,
//! however many rectangles there are elsewhere.
//!
//! A rectangle stands in the bucket of each cell that it touches. Cells of one row lie side by side, and where a row begins is
//! a hash, so the table is as long as there is something to hold and not as long as the earth is wide. Cells that
//! share a bucket do not disturb each other, since rectangles are compared anyway.

use super::Entry;

/// Cells of a degree: 1 to 512, which is about 200 m.
const FINEST: f64 = 512.0;
/// Most cells that a rectangle may touch.
const MOST_CELLS: i64 = 16;
/// Most rectangles in one bucket: a longer list is slower to go through than a tree to go down.
const FULL: u32 = 128;
/// Parts on each side of a cell: a bit for each says whether there is anything.
const PARTS: i32 = 4;
/// Cells on each side of a block. A search over many cells skips blocks in which there is nothing.
const BLOCK: i32 = 16;

/// Column and row of a part, cell or block, counted from longitude and latitude 0.
type Cell = [i32; 2];

/// Rectangles in buckets.
#[derive(Debug, Clone, Default)]
pub(super) struct Grid {
    cells_per_degree: f64,
    /// The parts of its cells in which a bucket has something. Most searches end here, in a table that stays near the
    /// processor.
    parts: Box<[u16]>,
    /// Where each bucket begins in `entries`, and the end of the last one.
    starts: Box<[u32]>,
    entries: Box<[Entry]>,
    /// Blocks with something in them, in order.
    blocks: Box<[Cell]>,
    /// Rectangles, each counted once.
    len: usize,
}

impl Grid {
    /// A grid of these rectangles, and those that are too large for its cells or lie too densely: they need a tree.
    pub(super) fn build(mut all: Vec<Entry>) -> (Self, Vec<Entry>) {
        let mut grid = Self {
            cells_per_degree: cells_per_degree(&all),
            starts: vec![0; all.len().next_power_of_two() + 1].into(),
            ..Self::default()
        };
        let mut rest: Vec<Entry> = all
            .extract_if(.., |entry| grid.cells_touched(entry) > MOST_CELLS)
            .collect();
        let counts = grid.counts(&all);
        let full = |entry: &mut Entry| {
            grid.buckets_of(entry)
                .any(|bucket| counts.get(bucket).is_some_and(|count| *count > FULL))
        };
        rest.extend(all.extract_if(.., full));
        grid.fill(&all);
        (grid, rest)
    }

    /// Number of rectangles.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Every rectangle once.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        (0..self.starts.len().saturating_sub(1)).flat_map(move |bucket| {
            self.bucket(bucket)
                .iter()
                .filter(move |entry| self.place(self.cell(entry.low)) == bucket)
        })
    }

    /// Calls `found` once with each rectangle that touches `wanted`.
    #[inline]
    pub(super) fn visit(&self, wanted: &Entry, found: &mut impl FnMut(&Entry)) {
        if self.len == 0 {
            return;
        }
        let (low, high) = (self.cell(wanted.low), self.cell(wanted.high));
        if self.cells_touched(wanted) <= MOST_CELLS {
            self.visit_cells(wanted, low, high, found);
            return;
        }
        let (first, last) = (low.map(block), high.map(block));
        let mut visit = |block: Cell| {
            let [column, row] = block.map(|number| number.saturating_mul(BLOCK));
            let from = [column.max(low[0]), row.max(low[1])];
            let to = [(column + BLOCK - 1).min(high[0]), (row + BLOCK - 1).min(high[1])];
            self.visit_cells(wanted, from, to, found);
        };
        let asked = cells_between(first, last);
        if usize::try_from(asked).is_ok_and(|asked| asked <= self.blocks.len()) {
            for column in first[0]..=last[0] {
                for row in first[1]..=last[1] {
                    if self.blocks.binary_search(&[column, row]).is_ok() {
                        visit([column, row]);
                    }
                }
            }
        } else {
            let within = |at: usize, block: &Cell| first[at] <= block[at] && block[at] <= last[at];
            self.blocks
                .iter()
                .filter(|block| within(0, block) && within(1, block))
                .for_each(|block| visit(*block));
        }
    }

    /// Looks into the cells of a rectangle of cells. What touches several of them is found in the first; that is not asked
    /// where there is one cell only, as for a point.
    #[inline]
    fn visit_cells(&self, wanted: &Entry, low: Cell, high: Cell, found: &mut impl FnMut(&Entry)) {
        let is_one_cell = self.cell(wanted.low) == self.cell(wanted.high);
        for row in low[1]..=high[1] {
            for column in low[0]..=high[0] {
                let bucket = self.place([column, row]);
                let wanted_parts = self.parts_of(wanted, [column, row]);
                if self
                    .parts
                    .get(bucket)
                    .is_none_or(|parts| parts & wanted_parts == 0)
                {
                    continue;
                }
                for entry in self.bucket(bucket) {
                    if entry.touches(wanted)
                        && (is_one_cell || self.first_cell(entry, wanted) == [column, row])
                    {
                        found(entry);
                    }
                }
            }
        }
    }

    /// The first cell that both touch.
    fn first_cell(&self, entry: &Entry, wanted: &Entry) -> Cell {
        self.cell([entry.low[0].max(wanted.low[0]), entry.low[1].max(wanted.low[1])])
    }

    fn fill(&mut self, all: &[Entry]) {
        self.len = all.len();
        // The end of each bucket, which moves down to its begin as the bucket is filled.
        let mut end = 0;
        self.starts = self
            .counts(all)
            .iter()
            .map(|count| {
                end += count;
                end
            })
            .collect();
        let Some(filler) = all.first() else { return };
        let mut entries = vec![*filler; usize::try_from(end).unwrap_or(usize::MAX)];
        for entry in all {
            for bucket in self.buckets_of(entry) {
                if let Some(start) = self.starts.get_mut(bucket) {
                    *start -= 1;
                    if let Some(place) = entries.get_mut(usize::try_from(*start).unwrap_or(usize::MAX)) {
                        *place = *entry;
                    }
                }
            }
        }
        self.entries = entries.into();
        let mut parts = vec![0; self.starts.len()];
        for entry in all {
            for cell in cells(self.cell(entry.low), self.cell(entry.high)) {
                if let Some(held) = parts.get_mut(self.place(cell)) {
                    *held |= self.parts_of(entry, cell);
                }
            }
        }
        self.parts = parts.into();
        let mut blocks: Vec<Cell> = all
            .iter()
            .flat_map(|entry| {
                let (low, high) = (self.cell(entry.low).map(block), self.cell(entry.high).map(block));
                [low, high, [low[0], high[1]], [high[0], low[1]]]
            })
            .collect();
        blocks.sort_unstable();
        blocks.dedup();
        self.blocks = blocks.into();
    }

    /// Rectangles of each bucket, and none behind the last one.
    fn counts(&self, all: &[Entry]) -> Vec<u32> {
        let mut counts = vec![0; self.starts.len()];
        for entry in all {
            for bucket in self.buckets_of(entry) {
                if let Some(count) = counts.get_mut(bucket) {
                    *count += 1;
                }
            }
        }
        counts
    }

    fn bucket(&self, bucket: usize) -> &[Entry] {
        let (Some(start), Some(end)) = (self.starts.get(bucket), self.starts.get(bucket + 1)) else {
            return &[];
        };
        let index = |place: u32| usize::try_from(place).unwrap_or(usize::MAX);
        self.entries.get(index(*start)..index(*end)).unwrap_or_default()
    }

    /// The buckets of a small rectangle, each once.
    fn buckets_of(&self, entry: &Entry) -> impl Iterator<Item = usize> + use<> {
        let mut buckets = [usize::MAX; MOST_CELLS as usize];
        let mut count = 0;
        for cell in cells(self.cell(entry.low), self.cell(entry.high)) {
            let bucket = self.place(cell);
            if !buckets.iter().take(count).any(|other| *other == bucket)
                && let Some(next) = buckets.get_mut(count)
            {
                *next = bucket;
                count += 1;
            }
        }
        buckets.into_iter().take(count)
    }

    /// The bucket of a cell.
    fn place(&self, [column, row]: Cell) -> usize {
        let hash = i64::from(row).cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let at = hash.wrapping_add(i64::from(column).cast_unsigned());
        let mask = self.starts.len().saturating_sub(2);
        usize::try_from(at & u64::try_from(mask).unwrap_or(u64::MAX)).unwrap_or(usize::MAX)
    }

    fn cell(&self, place: [f32; 2]) -> Cell {
        self.part(place).map(|part| part.div_euclid(PARTS))
    }

    #[allow(clippy::cast_possible_truncation, reason = "less than a million")]
    fn part(&self, [longitude, latitude]: [f32; 2]) -> Cell {
        let per_degree = self.cells_per_degree * f64::from(PARTS);
        // Rounded down without `floor`, which is a call where the processor is not known to round by itself.
        let number = |degrees: f32| {
            let exact = f64::from(degrees) * per_degree;
            let whole = exact as i32;
            whole - i32::from(f64::from(whole) > exact)
        };
        [number(longitude), number(latitude)]
    }

    /// The parts of the cell that a rectangle touches, a bit for each.
    fn parts_of(&self, entry: &Entry, cell: Cell) -> u16 {
        let (low, high) = (self.part(entry.low), self.part(entry.high));
        // The bits from the first to the last part on one axis.
        let span = |at: usize| {
            let first = (low[at] - cell[at] * PARTS).clamp(0, PARTS - 1);
            let last = (high[at] - cell[at] * PARTS).clamp(0, PARTS - 1);
            (2_u16 << last) - (1 << first)
        };
        let (columns, rows) = (span(0), span(1));
        (0..PARTS)
            .filter(|row| rows >> row & 1 == 1)
            .fold(0, |parts, row| parts | columns << (PARTS * row))
    }

    fn cells_touched(&self, entry: &Entry) -> i64 {
        cells_between(self.cell(entry.low), self.cell(entry.high))
    }
}

fn cells(low: Cell, high: Cell) -> impl Iterator<Item = Cell> {
    (low[1]..=high[1]).flat_map(move |row| (low[0]..=high[0]).map(move |column| [column, row]))
}

fn cells_between(low: Cell, high: Cell) -> i64 {
    let side = |at: usize| i64::from(high[at]) - i64::from(low[at]) + 1;
    side(0) * side(1)
}

fn block(cell: i32) -> i32 {
    cell.div_euclid(BLOCK)
}

/// Cells as large as three of four rectangles, so that most stand in few cells. A power of two, with which the cell of a
/// coordinate is exact.
fn cells_per_degree(all: &[Entry]) -> f64 {
    let mut sides: Vec<f32> = all
        .iter()
        .map(|entry| (entry.high[0] - entry.low[0]).max(entry.high[1] - entry.low[1]))
        .collect();
    if sides.is_empty() {
        return FINEST;
    }
    let place = sides.len() / 4 * 3;
    let (_, side, _) = sides.select_nth_unstable_by(place, f32::total_cmp);
    let mut cells = FINEST;
    while cells > 1.0 && 1.0 / cells < f64::from(*side) {
        cells /= 2.0;
    }
    cells
}
