use crate::world::{Actor, Fence, Leg, Places, Point, Shape};

/// Seconds between two looks at a moving device; what is shorter inside is not seen.
const STEP_S: f64 = 1.0;

/// One stay of a device inside a fence.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit<'a> {
    /// The fence.
    pub fence: &'a Fence,
    /// First moment inside, seconds since the world's start; 0 where it begins inside.
    pub start: f64,
    /// Last moment inside; the track's end where it ends inside.
    pub end: f64,
}

impl PartialEq for Fence {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// Kind of a crossing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrossingKind {
    /// Into the fence.
    Enter,
    /// Out of it.
    Exit,
}

impl CrossingKind {
    /// Name in the truth files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enter => "enter",
            Self::Exit => "exit",
        }
    }
}

/// One passing of a fence's border.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing<'a> {
    /// The fence.
    pub fence: &'a Fence,
    /// Direction.
    pub kind: CrossingKind,
    /// When, seconds since the world's start.
    pub at: f64,
}

/// All visits of one actor to the fences, in order of their begin.
#[must_use]
pub fn visits<'a>(actor: &Actor, fences: &'a [Fence], places: &Places) -> Vec<Visit<'a>> {
    let mut visits: Vec<Visit<'a>> = fences
        .iter()
        .flat_map(|fence| of_fence(actor, fence, places))
        .collect();
    visits.sort_by(|a, b| {
        a.start
            .total_cmp(&b.start)
            .then_with(|| a.fence.id.cmp(&b.fence.id))
    });
    visits
}

/// The crossings that the visits of one actor consist of, in order of time. Begin and end of the world are none.
#[must_use]
pub fn crossings<'a>(visits: &[Visit<'a>], end: f64) -> Vec<Crossing<'a>> {
    let mut crossings = Vec::new();
    for visit in visits {
        if visit.start > 0.0 {
            crossings.push(Crossing {
                fence: visit.fence,
                kind: CrossingKind::Enter,
                at: visit.start,
            });
        }
        if visit.end < end {
            crossings.push(Crossing {
                fence: visit.fence,
                kind: CrossingKind::Exit,
                at: visit.end,
            });
        }
    }
    crossings.sort_by(|a, b| a.at.total_cmp(&b.at));
    crossings
}

fn of_fence<'a>(actor: &Actor, fence: &'a Fence, places: &Places) -> Vec<Visit<'a>> {
    let bounds = bounds(&fence.shape);
    let inside = |t: f64| {
        let point = actor.track.at(t, places).point;
        within(bounds, point) && fence.shape.contains(point)
    };
    let mut visits = Vec::new();
    let mut since = inside(0.0).then_some(0.0);
    for timed in actor.track.legs() {
        let Leg::Go { motion, .. } = &timed.leg else {
            continue;
        };
        if !motion
            .line()
            .windows(2)
            .any(|pair| meets(bounds, pair[0], pair[1]))
        {
            continue;
        }
        let mut before = timed.start;
        while before < timed.end {
            let now = (before + STEP_S).min(timed.end);
            if inside(now) != since.is_some() {
                let at = border(before, now, since.is_some(), &inside);
                match since.take() {
                    Some(start) => visits.push(Visit {
                        fence,
                        start,
                        end: at,
                    }),
                    None => since = Some(at),
                }
            }
            before = now;
        }
    }
    if let Some(start) = since {
        visits.push(Visit {
            fence,
            start,
            end: actor.track.end(),
        });
    }
    visits
}

/// Moment between `low` and `high` at which `inside` stops being `was`, to the millisecond.
fn border(mut low: f64, mut high: f64, was: bool, inside: &impl Fn(f64) -> bool) -> f64 {
    while high - low > 0.001 {
        let middle = f64::midpoint(low, high);
        if inside(middle) == was {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

type Bounds = (Point, Point);

fn bounds(shape: &Shape) -> Bounds {
    let (points, margin) = match shape {
        Shape::Circle { centre, radius_m } => (std::slice::from_ref(centre), *radius_m),
        Shape::Polygon { ring } => (ring.as_slice(), 0.0),
        Shape::Corridor { line, width_m } => (line.as_slice(), width_m / 2.0),
    };
    let fold = |pick: fn(f64, f64) -> f64, start: f64| {
        points
            .iter()
            .fold((start, start), |sum, p| (pick(sum.0, p.x), pick(sum.1, p.y)))
    };
    let (low, high) = (fold(f64::min, f64::INFINITY), fold(f64::max, f64::NEG_INFINITY));
    (
        Point::new(low.0 - margin, low.1 - margin),
        Point::new(high.0 + margin, high.1 + margin),
    )
}

fn within((low, high): Bounds, p: Point) -> bool {
    (low.x..=high.x).contains(&p.x) && (low.y..=high.y).contains(&p.y)
}

fn meets((low, high): Bounds, a: Point, b: Point) -> bool {
    a.x.min(b.x) <= high.x && a.x.max(b.x) >= low.x && a.y.min(b.y) <= high.y && a.y.max(b.y) >= low.y
}
