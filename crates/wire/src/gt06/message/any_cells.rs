use super::super::part::{Cell, CellScan, CellSlots, Facts, Parsed, Part, Shown, Walk};

/// Country and network code, a byte for 2G or 4G, a count byte, cells (0xA9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnyCells {
    /// The byte, 0 for 2G, and cells.
    Gsm(u8, CellSlots<0, 2, 3>),
    /// 4G.
    Lte(CellSlots<0, 4, 8>),
}

impl Default for AnyCells {
    fn default() -> Self {
        Self::Gsm(0, CellSlots::default())
    }
}

/// The byte that says 4G.
const LTE: u8 = 1;

fn cells<'a, const AREA: usize, const CELL: usize>(
    network: &Cell<1, 0, 0>,
    input: &'a [u8],
) -> Parsed<'a, CellSlots<0, AREA, CELL>> {
    let (mut input, number) = u8::parse(input)?;
    let mut cells = Vec::new();
    for _ in 0..number {
        let (rest, cell) = CellScan::parse(input)?;
        cells.push(cell);
        input = rest;
    }
    Ok((
        input,
        CellSlots {
            mcc_word: network.mcc_word,
            mnc: network.mnc,
            cells,
        },
    ))
}

fn write<const AREA: usize, const CELL: usize>(
    slots: &CellSlots<0, AREA, CELL>,
    kind: u8,
    out: &mut Vec<u8>,
) {
    Cell::<1, 0, 0> {
        mcc_word: slots.mcc_word,
        mnc: slots.mnc,
        area: 0,
        cell: 0,
    }
    .write(out);
    let cells = slots.cells.get(..255).unwrap_or(&slots.cells);
    out.extend([kind, u8::try_from(cells.len()).unwrap_or(u8::MAX)]);
    for cell in cells {
        cell.write(out);
    }
}

fn show<'a, const AREA: usize, const CELL: usize>(walk: &mut Walk<'a>, slots: &CellSlots<0, AREA, CELL>) {
    walk.step::<u8>("cell_count", "基站数量");
    for index in 0..slots.cells.len() {
        walk.step::<CellScan<AREA, CELL>>(format!("cell_{index}"), "基站");
    }
}

impl<'a> Part<'a> for AnyCells {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, network) = Cell::<1, 0, 0>::parse(input)?;
        let (input, kind) = u8::parse(input)?;
        if kind == LTE {
            cells(&network, input).map(|(input, cells)| (input, Self::Lte(cells)))
        } else {
            cells(&network, input).map(|(input, cells)| (input, Self::Gsm(kind, cells)))
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Gsm(kind, slots) => write(slots, *kind, out),
            Self::Lte(slots) => write(slots, LTE, out),
        }
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        walk.step::<Cell<1, 0, 0>>("network", "网络");
        walk.step::<u8>("radio_type", "网络制式");
        match self {
            Self::Gsm(_, slots) => show(&mut walk, slots),
            Self::Lte(slots) => show(&mut walk, slots),
        }
        Shown::parts(walk.finish())
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        match self {
            Self::Gsm(_, slots) => slots.tell(name, facts),
            Self::Lte(slots) => slots.tell(name, facts),
        }
    }
}
