use events::fence::v1 as proto;
use spatial::{Frame, Point};

/// Devices on the walk.
pub(crate) const DEVICES: u32 = 10_000;
/// South-west corner and side of the area, degrees.
const CORNER: (f64, f64) = (30.0, 120.0);
const SIDE: f64 = 2.0;
const MEAN_RADIUS_M: f64 = 127.0;
const VERTICES: u32 = 32;
const STEP_M: f64 = 150.0;
/// Seconds between two fixes of a device.
pub(crate) const INTERVAL_MS: i64 = 10_000;
/// When the walk begins.
pub(crate) const BEGIN_MS: i64 = 1_772_409_600_000;

/// splitmix64: a small generator with a seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From 0 up to 1.
    #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn place(&mut self) -> Point {
        Point {
            latitude: CORNER.0 + SIDE * self.unit(),
            longitude: CORNER.1 + SIDE * self.unit(),
        }
    }
}

/// How fences are judged in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    /// One fix decides, nothing but enter and exit: what Tile38's `DETECT enter,exit` does.
    Bare,
    /// The defaults: exits wait a minute, crossings are found, and the fixes have an accuracy of 5 m.
    Usual,
    /// As `Bare`, with the fences beside the ways of the devices and none over another.
    Apart,
}

impl Rules {
    pub(crate) fn read(text: &str) -> Option<Self> {
        Some(match text {
            "bare" => Self::Bare,
            "usual" => Self::Usual,
            "apart" => Self::Apart,
            _ => return None,
        })
    }

    /// Accuracy of the fixes in metres.
    pub(crate) fn accuracy_m(self) -> f32 {
        if self == Self::Usual { 5.0 } else { 0.0 }
    }

    fn rules(self) -> Option<proto::Rules> {
        (self != Self::Usual).then(|| proto::Rules {
            enter_fixes: Some(1),
            exit_fixes: Some(1),
            exit_dwell_s: Some(0.0),
            cross: Some(false),
            uncertain: Some(false),
            ..proto::Rules::default()
        })
    }
}

/// Fence number `number` of `count`: a star of 32 vertices.
pub(crate) fn fence(number: u32, count: u32, rules: Rules, dice: &mut Dice) -> proto::Fence {
    let centre = if rules == Rules::Apart {
        apart(number, count)
    } else {
        dice.place()
    };
    let frame = Frame::at(centre);
    let mut coordinates = Vec::with_capacity(66);
    for vertex in 0..VERTICES {
        let angle = f64::from(vertex) / f64::from(VERTICES) * std::f64::consts::TAU;
        let share = if rules == Rules::Apart { 0.1 } else { 1.0 };
        let radius = share * MEAN_RADIUS_M * (0.6 + 0.8 * dice.unit());
        let point = frame.to_point([radius * angle.cos(), radius * angle.sin()]);
        coordinates.extend([point.longitude, point.latitude]);
    }
    coordinates.extend_from_within(..2);
    let ring = proto::Ring { coordinates };
    let area = proto::Area {
        polygons: vec![proto::Polygon { rings: vec![ring] }],
    };
    proto::Fence {
        id: format!("fence-{number:07}"),
        version: 1,
        shape: Some(proto::fence::Shape::Area(area)),
        rules: rules.rules(),
        ..proto::Fence::default()
    }
}

/// The fences of [`Rules::Apart`] stand on a grid over the same area, in the gaps between the devices' lanes.
fn apart(number: u32, count: u32) -> Point {
    let side = f64::from(count).sqrt().ceil();
    let (row, column) = ((f64::from(number) / side).floor(), f64::from(number) % side);
    Point {
        latitude: CORNER.0 + SIDE * (row + 0.5) / side,
        longitude: CORNER.1 + SIDE * (column + 0.5) / side,
    }
}

/// A device on its walk.
pub(crate) struct Walker {
    pub(crate) place: Point,
}

impl Walker {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        Self { place: dice.place() }
    }

    /// Goes a step in a random direction; the border turns it back.
    pub(crate) fn step(&mut self, rules: Rules, dice: &mut Dice) -> Point {
        let angle = dice.unit() * std::f64::consts::TAU;
        let mut next = Frame::at(self.place).to_point([STEP_M * angle.cos(), STEP_M * angle.sin()]);
        next.latitude = next.latitude.clamp(CORNER.0, CORNER.0 + SIDE);
        next.longitude = next.longitude.clamp(CORNER.1, CORNER.1 + SIDE);
        self.place = next;
        if rules == Rules::Apart {
            // A lane half way between two rows of the densest grid, where no fence is.
            let lane = SIDE / 1000.0;
            let row = ((next.latitude - CORNER.0) / lane).floor();
            next.latitude = CORNER.0 + row * lane;
        }
        next
    }
}
