use std::borrow::Cow;

use crate::jt808::edition::Edition;
use crate::jt808::location::Location;
use crate::jt808::part::{Parsed, Part, Shown, Walk, codes, layout};

layout! {
    /// 0x0704: positions that were kept (2013 §8.49, 2019 §8.37). The printed offsets 1 and 2 are wrong.
    pub struct Batch<'a> {
        /// Number of positions as stated; captured messages state wrong ones, so reading goes by the bytes.
        count: u16 = "数据项个数",
        /// Why they come together.
        kind: BatchKind = "位置数据类型",
        /// The positions.
        positions: Positions<'a> = "位置汇报数据项",
    }
}

codes! {
    /// Why positions come in a batch.
    pub struct BatchKind: u8 {
        0 => "normal" "正常位置批量汇报",
        1 => "blind_area" "盲区补报",
    }
}

/// The positions of a batch as received, each behind its length in a word; read while iterating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Positions<'a>(
    /// The bytes.
    pub &'a [u8],
);

impl<'a> Positions<'a> {
    /// The positions in order. One that cannot be read is passed over; a length beyond the end ends the list.
    pub fn iter(self) -> impl Iterator<Item = Location<'a>> {
        self.entries()
            .filter_map(|entry| Location::parse(entry, Edition::default()).ok())
            .map(|(_, position)| position)
    }

    /// The bytes of each position.
    fn entries(self) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (length, after) = rest.split_first_chunk::<2>()?;
            let (entry, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            rest = after;
            Some(entry)
        })
    }

    /// Number of bytes that hold whole entries.
    fn whole(self) -> usize {
        self.entries()
            .fold(0, |sum, entry| sum.saturating_add(entry.len()).saturating_add(2))
    }
}

impl<'a> Part<'a> for Positions<'a> {
    fn parse(input: &'a [u8], _: Edition) -> Parsed<'a, Self> {
        let (whole, rest) = input
            .split_at_checked(Self(input).whole())
            .unwrap_or((input, &[]));
        Ok((rest, Self(whole)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.extend_from_slice(self.0);
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        let mut walk = Walk::new(raw, at, edition);
        for (index, entry) in self.entries().enumerate() {
            walk.push(entry.len().saturating_add(2), |raw, at| {
                let mut parts = Walk::new(raw, at, edition);
                parts.step::<u16>("length", "位置汇报数据体长度");
                parts.step::<Location<'a>>("position", "位置汇报数据体");
                Shown::parts(parts.finish()).into_field(Cow::Owned(index.to_string()), "", at, raw)
            });
        }
        Shown::parts(walk.finish())
    }
}

/// Bytes of positions to be sent in a batch.
#[derive(Debug, Clone, Default)]
pub struct PositionsBuf {
    bytes: Vec<u8>,
    count: u16,
}

impl PositionsBuf {
    /// Adds a position.
    pub fn push(&mut self, position: &Location<'_>) {
        let mut body = Vec::new();
        position.write(&mut body, Edition::default());
        let length = u16::try_from(body.len()).unwrap_or(u16::MAX);
        self.bytes.extend(length.to_be_bytes());
        self.bytes.extend(body.iter().take(usize::from(length)));
        self.count = self.count.saturating_add(1);
    }

    /// The batch.
    #[must_use]
    pub fn batch(&self, kind: BatchKind) -> Batch<'_> {
        Batch {
            count: self.count,
            kind,
            positions: Positions(&self.bytes),
        }
    }
}
