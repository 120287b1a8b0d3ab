use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::Point;

/// Metres between towers.
const SPACING_M: f64 = 900.0;
/// Half of the town's side that has towers, in towers.
const REACH: i32 = 16;
/// Towers per side of one location area.
const AREA: i32 = 8;

/// A mobile network's tower as a device names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TowerId {
    /// Mobile country code; 460 is China.
    pub mcc: u16,
    /// Mobile network code.
    pub mnc: u8,
    /// Location area code.
    pub area: u16,
    /// Cell identity.
    pub cell: u32,
}

/// The towers of the town on a jittered grid.
#[derive(Debug)]
pub struct Towers {
    all: Vec<Point>,
}

const SIDE: i32 = 2 * REACH + 1;

impl Towers {
    /// Builds the towers of a seed.
    #[must_use]
    pub fn generate(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed ^ 0x746f_7765);
        let all = (0..SIDE * SIDE)
            .map(|index| {
                let mut place = |grid: i32| {
                    f64::from(grid - REACH) * SPACING_M + rng.random_range(-0.35..0.35) * SPACING_M
                };
                Point::new(place(index % SIDE), place(index / SIDE))
            })
            .collect();
        Self { all }
    }

    /// Every tower with its place.
    pub fn iter(&self) -> impl Iterator<Item = (TowerId, Point)> + '_ {
        self.all
            .iter()
            .enumerate()
            .map(|(index, &point)| (id(index as i32), point))
    }

    /// The towers heard at a point, nearest first, with their distance in metres.
    #[must_use]
    pub fn heard(&self, at: Point) -> Vec<(TowerId, Point, f64)> {
        let grid = |value: f64| ((value / SPACING_M).round() as i32 + REACH).clamp(1, SIDE - 2);
        let (column, row) = (grid(at.x), grid(at.y));
        let mut heard: Vec<_> = (row - 1..=row + 1)
            .flat_map(|row| (column - 1..=column + 1).map(move |column| row * SIDE + column))
            .map(|index| {
                let point = self.all[index as usize];
                (id(index), point, point.distance(at))
            })
            .collect();
        heard.sort_by(|a, b| a.2.total_cmp(&b.2));
        heard
    }
}

fn id(index: i32) -> TowerId {
    let (row, column) = (index / SIDE, index % SIDE);
    TowerId {
        mcc: 460,
        mnc: 0,
        area: (0x7000 + (row / AREA) * 16 + column / AREA) as u16,
        cell: 0x1000 + index as u32,
    }
}
