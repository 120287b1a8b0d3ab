use super::{Cell, Facts, Parsed, Part, Shown, Tower, Walk};

/// Radio type, country and network code, cell and strength: 4G from type 3 on (0x38, 0x39).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RadioCell {
    /// Up to 3G: type, cell, strength.
    Gsm(u8, Cell, u8),
    /// 4G: type, cell, strength in two bytes.
    Lte(u8, Cell<1, 4, 8>, u16),
}

impl Default for RadioCell {
    fn default() -> Self {
        Self::Gsm(0, Cell::default(), 0)
    }
}

impl<'a> Part<'a> for RadioCell {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, kind) = u8::parse(input)?;
        if kind < 3 {
            let (input, cell) = Cell::parse(input)?;
            let (input, rssi) = u8::parse(input)?;
            return Ok((input, Self::Gsm(kind, cell, rssi)));
        }
        let (input, cell) = Cell::parse(input)?;
        let (input, rssi) = u16::parse(input)?;
        Ok((input, Self::Lte(kind, cell, rssi)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Gsm(kind, cell, rssi) => {
                out.push(*kind);
                cell.write(out);
                out.push(*rssi);
            }
            Self::Lte(kind, cell, rssi) => {
                out.push(*kind);
                cell.write(out);
                rssi.write(out);
            }
        }
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        walk.step::<u8>("radio_type", "网络制式");
        match self {
            Self::Gsm(..) => {
                walk.step::<Cell>("cell", "基站");
                walk.step::<u8>("rssi", "信号强度");
            }
            Self::Lte(..) => {
                walk.step::<Cell<1, 4, 8>>("cell", "基站");
                walk.step::<u16>("rssi", "信号强度");
            }
        }
        Shown::parts(walk.finish())
    }

    fn tell(&self, _: &'static str, facts: &mut Facts<'a>) {
        facts.towers.push(match self {
            Self::Gsm(_, cell, rssi) => Tower {
                signal: Some(*rssi),
                ..cell.tower()
            },
            Self::Lte(_, cell, rssi) => Tower {
                signal: u8::try_from(*rssi).ok(),
                ..cell.tower()
            },
        });
    }
}
