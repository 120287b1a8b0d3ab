use crate::jt808::edition::Edition;
use crate::jt808::location::Location;
use crate::jt808::part::{Block, Items, Parsed, Part, Readable, Shown, Walk, layout};

layout! {
    /// 0x0210: positions, each behind a length of one byte. Not in the standard, and used by another vendor for
    /// something else; what does not fit is kept as it is.
    pub struct ShortBatch<'a> {
        /// The positions.
        positions: Readable<'a, Items<ShortEntry<'a>>> = "位置汇报数据项",
    }
}

/// One position behind its length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ShortEntry<'a>(
    /// The position.
    pub Location<'a>,
);

impl<'a> Part<'a> for ShortEntry<'a> {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, block) = Block::<u8>::parse(input, edition)?;
        let (_, position) = Location::parse(block.bytes, edition)?;
        Ok((input, Self(position)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        let mut body = Vec::new();
        self.0.write(&mut body, edition);
        Block::<u8>::new(&body).write(out, edition);
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        let mut walk = Walk::new(raw, at, edition);
        walk.step::<u8>("length", "位置汇报数据体长度");
        walk.step::<Location<'a>>("position", "位置汇报数据体");
        Shown::parts(walk.finish())
    }
}
