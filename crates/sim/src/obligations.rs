//! What a simulated device was promised: every acknowledged message is an obligation of the gateway.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

/// A set of sequence numbers as ranges, both ends included; small when most numbers follow each other.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    /// The numbers from 0 up to, without, `end`.
    #[must_use]
    pub fn below(end: u64) -> Self {
        Self(end.checked_sub(1).map(|last| (0, last)).into_iter().collect())
    }

    /// Puts a number in.
    pub fn insert(&mut self, number: u64) {
        let place = self.0.partition_point(|&(_, last)| last < number);
        if self.0.get(place).is_some_and(|&(first, _)| first <= number) {
            return;
        }
        let joins_left = place > 0 && self.0[place - 1].1 + 1 == number;
        let joins_right = self.0.get(place).is_some_and(|&(first, _)| first == number + 1);
        match (joins_left, joins_right) {
            (true, true) => {
                self.0[place - 1].1 = self.0[place].1;
                self.0.remove(place);
            }
            (true, false) => self.0[place - 1].1 = number,
            (false, true) => self.0[place].0 = number,
            (false, false) => self.0.insert(place, (number, number)),
        }
    }

    /// True when the number is in the set.
    #[must_use]
    pub fn contains(&self, number: u64) -> bool {
        let place = self.0.partition_point(|&(_, last)| last < number);
        self.0.get(place).is_some_and(|&(first, _)| first <= number)
    }

    /// How many numbers the set holds.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// True when the set holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every number, growing.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().flat_map(|&(first, last)| first..=last)
    }
}

/// What became of the messages of one device of a load run.
///
/// The message with sequence number `n` carries the fix time `base + n` seconds, so a record of the topic names its
/// message by device and fix time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Obligations {
    /// Device id.
    pub device: String,
    /// Fix time of the message 0, Unix seconds.
    pub base: i64,
    /// Messages that were given to the network.
    pub sent: Ranges,
    /// Messages that were acknowledged as received.
    pub acked: Ranges,
    /// Messages that were sent more than once.
    pub resent: Ranges,
}

impl Obligations {
    /// Writes one line of JSON per device.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_all(all: &[Self], path: &Path) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        for one in all {
            serde_json::to_writer(&mut out, one)?;
            out.write_all(b"\n")?;
        }
        out.flush()
    }

    /// Reads what [`Obligations::write_all`] wrote.
    ///
    /// # Errors
    /// When the file cannot be read or a line is no obligation.
    pub fn read_all(path: &Path) -> io::Result<Vec<Self>> {
        BufReader::new(File::open(path)?)
            .lines()
            .map(|line| Ok(serde_json::from_str(&line?)?))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_join_whatever_the_order() {
        let mut ranges = Ranges::default();
        for number in [5, 1, 2, 9, 3, 4, 5, 7] {
            ranges.insert(number);
        }
        assert_eq!(ranges, Ranges(vec![(1, 5), (7, 7), (9, 9)]));
        assert_eq!(ranges.len(), 7);
        assert!(ranges.contains(4) && !ranges.contains(6) && !ranges.contains(0));
        ranges.insert(8);
        assert_eq!(ranges, Ranges(vec![(1, 5), (7, 9)]));
    }
}
