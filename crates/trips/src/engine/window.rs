//! The fixes of one device that late ones may still join, in order of time and bounded.
//!
//! What is kept is a function of the set of fixes alone: of every cell of time and place the first, the last and the
//! most accurate fix. Larger cells are unions of smaller ones, so thinning early or late gives the same.

use super::fix::{Fix, Millis};

/// Cells of thinning, finest first: milliseconds and binary digits of 1e-7 degrees (11 = 23 m of latitude).
const LEVELS: [(Millis, u32); 7] = [
    (60_000, 11),
    (300_000, 11),
    (900_000, 11),
    (900_000, 13),
    (900_000, 15),
    (3_600_000, 17),
    (14_400_000, 19),
];

/// A share of the most fixes by which there may be more until the next thinning.
const SLACK: usize = 8;

/// What became of a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inserted {
    /// Newer than all others.
    Newest,
    /// Put between others.
    Between,
    /// Known, or worse than one of the same time.
    Known,
}

/// See the module.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Window {
    fixes: Vec<Fix>,
    /// Level of thinning reached, 0 for none.
    level: usize,
    /// Grows whenever fixes were taken out.
    rewrites: u32,
}

impl Window {
    pub(crate) fn fixes(&self) -> &[Fix] {
        &self.fixes
    }

    pub(crate) fn restored(mut fixes: Vec<Fix>, level: usize) -> Self {
        fixes.sort();
        fixes.dedup_by_key(|fix| fix.time);
        Self {
            fixes,
            level,
            rewrites: 0,
        }
    }

    pub(crate) fn level(&self) -> usize {
        self.level
    }

    pub(crate) fn rewrites(&self) -> u32 {
        self.rewrites
    }

    /// Bytes of memory beside the struct's own.
    pub(crate) fn bytes(&self) -> usize {
        self.fixes.capacity() * std::mem::size_of::<Fix>()
    }

    /// Fixes from `time` on.
    pub(crate) fn since(&self, time: Millis) -> &[Fix] {
        let at = self.fixes.partition_point(|fix| fix.time < time);
        self.fixes.get(at..).unwrap_or(&[])
    }

    pub(crate) fn newest(&self) -> Option<Millis> {
        self.fixes.last().map(|fix| fix.time)
    }

    pub(crate) fn oldest(&self) -> Option<Millis> {
        self.fixes.first().map(|fix| fix.time)
    }

    /// Puts a fix at its place. Of two at one time the more accurate stays.
    pub(crate) fn insert(&mut self, fix: Fix, most: usize) -> Inserted {
        if self.fixes.len() == self.fixes.capacity() {
            let room = most + most / SLACK + 1;
            let more = (self.fixes.len() / 2)
                .max(8)
                .min(room.saturating_sub(self.fixes.len()))
                .max(1);
            self.fixes.reserve_exact(more);
        }
        let inserted = match self.fixes.last() {
            None => {
                self.fixes.push(fix);
                Inserted::Newest
            }
            Some(last) if last.time < fix.time => {
                self.fixes.push(fix);
                Inserted::Newest
            }
            Some(_) => {
                let at = self.fixes.partition_point(|known| known.time < fix.time);
                match self.fixes.get_mut(at) {
                    Some(known) if known.time == fix.time => {
                        if *known <= fix {
                            return Inserted::Known;
                        }
                        *known = fix;
                    }
                    _ => self.fixes.insert(at, fix),
                }
                Inserted::Between
            }
        };
        if self.fixes.len() > most + most / SLACK {
            self.thin(most);
        }
        inserted
    }

    /// Forgets the fixes before `time`.
    pub(crate) fn forget(&mut self, time: Millis) {
        let at = self.fixes.partition_point(|fix| fix.time < time);
        if at > 0 {
            self.rewrites = self.rewrites.wrapping_add(1);
        }
        self.fixes.drain(..at);
        if self.fixes.capacity() > 64 && self.fixes.len() < self.fixes.capacity() / 4 {
            self.fixes.shrink_to_fit();
        }
    }

    /// Thins to at most `most` fixes, by the finest cells that do. What is left does not depend on when it is done.
    pub(crate) fn thin(&mut self, most: usize) {
        if self.level == 0 && self.fixes.len() <= most {
            return;
        }
        self.level = self.level.max(1);
        self.rewrites = self.rewrites.wrapping_add(1);
        while let Some(cell) = LEVELS.get(self.level - 1) {
            thin(&mut self.fixes, *cell);
            if self.fixes.len() <= most {
                return;
            }
            self.level += 1;
        }
        let excess = self.fixes.len().saturating_sub(most);
        self.fixes.drain(..excess);
    }
}

fn thin(fixes: &mut Vec<Fix>, (span, digits): (Millis, u32)) {
    /// First, last and best of a cell.
    struct Kept {
        place: (i32, i32),
        first: usize,
        last: usize,
        best: usize,
    }
    let mut keep = vec![false; fixes.len()];
    let mut cells: Vec<Kept> = Vec::new();
    let mut bin = Millis::MIN;
    let settle = |cells: &mut Vec<Kept>, keep: &mut Vec<bool>| {
        for cell in cells.drain(..) {
            for at in [cell.first, cell.last, cell.best] {
                if let Some(keep) = keep.get_mut(at) {
                    *keep = true;
                }
            }
        }
    };
    for (at, fix) in fixes.iter().enumerate() {
        if fix.time.div_euclid(span) != bin {
            settle(&mut cells, &mut keep);
            bin = fix.time.div_euclid(span);
        }
        let place = fix.cell(digits);
        match cells.iter_mut().find(|cell| cell.place == place) {
            Some(cell) => {
                cell.last = at;
                if fixes
                    .get(cell.best)
                    .is_some_and(|best| fix.accuracy_m() < best.accuracy_m())
                {
                    cell.best = at;
                }
            }
            None => cells.push(Kept {
                place,
                first: at,
                last: at,
                best: at,
            }),
        }
    }
    settle(&mut cells, &mut keep);
    let mut keeps = keep.into_iter();
    fixes.retain(|_| keeps.next().unwrap_or(true));
}
