//! How a route is driven: when what point is passed, at what speed.

use super::{Point, Stretch};

/// How somebody moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A car or van.
    Car,
    /// A lorry.
    Lorry,
    /// An electric bicycle.
    EBike,
    /// On foot.
    Walk,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 4] = [Self::Car, Self::Lorry, Self::EBike, Self::Walk];

    /// Name in the truth files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Car => "car",
            Self::Lorry => "lorry",
            Self::EBike => "ebike",
            Self::Walk => "walk",
        }
    }

    /// Fastest, in m/s.
    const fn top_speed(self) -> f64 {
        match self {
            Self::Car => 33.0,
            Self::Lorry => 22.0,
            Self::EBike => 6.5,
            Self::Walk => 1.4,
        }
    }

    /// Gains and loses speed by, in m/s².
    const fn pull(self) -> (f64, f64) {
        match self {
            Self::Car => (1.6, 2.2),
            Self::Lorry => (0.8, 1.5),
            Self::EBike => (0.9, 1.5),
            Self::Walk => (0.7, 1.0),
        }
    }

    /// Speed in m/s at which a bend of `degrees` is taken.
    fn bend_speed(self, degrees: f64) -> f64 {
        match degrees {
            d if d < 25.0 => self.top_speed(),
            d if d < 60.0 => 9.0,
            _ => 5.0,
        }
    }
}

/// A stretch of time with one acceleration.
#[derive(Debug, Clone, Copy)]
struct Phase {
    /// Seconds since departure.
    t: f64,
    /// Metres since departure.
    s: f64,
    /// m/s at the begin.
    v: f64,
    /// m/s².
    a: f64,
}

/// A way that is made: position and speed at any time.
#[derive(Debug)]
pub struct Motion {
    vertices: Vec<Point>,
    /// Metres from the start to each vertex.
    marks: Vec<f64>,
    phases: Vec<Phase>,
    duration_s: f64,
    mode: Mode,
}

/// Where a motion is at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Place.
    pub point: Point,
    /// m/s.
    pub speed: f64,
    /// Course in degrees.
    pub heading: f64,
    /// Metres since departure.
    pub travelled: f64,
}

impl Motion {
    /// Drives `route` in `mode`. `pace` scales the speed limits (1 = at the limit); `wait` is asked at every crossing
    /// with lights how many seconds are lost there.
    #[must_use]
    pub fn along(route: &[Stretch], mode: Mode, pace: f64, mut wait: impl FnMut() -> f64) -> Self {
        let mut vertices: Vec<Point> = Vec::new();
        let mut limits: Vec<f64> = Vec::new();
        let mut waits: Vec<f64> = Vec::new();
        for stretch in route {
            let limit = (stretch.class.limit_kmh() / 3.6 * pace).min(mode.top_speed() * pace.min(1.1));
            for &point in &stretch.shape {
                match vertices.last() {
                    Some(last) if last.distance(point) < 0.5 => {}
                    Some(_) => {
                        limits.push(limit);
                        vertices.push(point);
                        waits.push(0.0);
                    }
                    None => {
                        vertices.push(point);
                        waits.push(0.0);
                    }
                }
            }
            if let Some(last) = waits.last_mut().filter(|_| stretch.lights && mode != Mode::Walk) {
                *last = wait();
            }
        }
        let mut marks = vec![0.0];
        for pair in vertices.windows(2) {
            marks.push(marks[marks.len() - 1] + pair[0].distance(pair[1]));
        }
        let passing = passing_speeds(&vertices, &marks, &limits, &waits, mode);
        let (phases, duration_s) = phases(&marks, &limits, &waits, &passing, mode);
        Self {
            vertices,
            marks,
            phases,
            duration_s,
            mode,
        }
    }

    /// How it moves.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Seconds from departure to arrival.
    #[must_use]
    pub fn duration_s(&self) -> f64 {
        self.duration_s
    }

    /// Metres from departure to arrival.
    #[must_use]
    pub fn length_m(&self) -> f64 {
        self.marks.last().copied().unwrap_or(0.0)
    }

    /// The line that is followed.
    #[must_use]
    pub fn line(&self) -> &[Point] {
        &self.vertices
    }

    /// State `t` seconds after departure; before and after it the start and the end, standing.
    #[must_use]
    pub fn at(&self, t: f64) -> Moment {
        let t = t.clamp(0.0, self.duration_s);
        let index = self.phases.partition_point(|phase| phase.t <= t).max(1) - 1;
        let Some(phase) = self.phases.get(index) else {
            let point = self.vertices.first().copied().unwrap_or_default();
            return Moment {
                point,
                speed: 0.0,
                heading: 0.0,
                travelled: 0.0,
            };
        };
        let dt = t - phase.t;
        let travelled = (phase.s + phase.v * dt + 0.5 * phase.a * dt * dt).clamp(0.0, self.length_m());
        let segment = self
            .marks
            .partition_point(|&mark| mark <= travelled)
            .clamp(1, self.marks.len() - 1);
        let (from, to) = (self.vertices[segment - 1], self.vertices[segment]);
        let length = (self.marks[segment] - self.marks[segment - 1]).max(1e-9);
        Moment {
            point: from.towards(to, (travelled - self.marks[segment - 1]) / length),
            speed: (phase.v + phase.a * dt).max(0.0),
            heading: from.heading_to(to),
            travelled,
        }
    }
}

/// Speed at which each vertex can be passed: bends, lights, and what braking and pulling away allow.
fn passing_speeds(vertices: &[Point], marks: &[f64], limits: &[f64], waits: &[f64], mode: Mode) -> Vec<f64> {
    let (pull, brake) = mode.pull();
    let last = vertices.len().saturating_sub(1);
    let mut speeds: Vec<f64> = (0..vertices.len())
        .map(|i| {
            if i == 0 || i == last || waits[i] > 0.0 {
                return 0.0;
            }
            let (before, after) = (
                vertices[i - 1].heading_to(vertices[i]),
                vertices[i].heading_to(vertices[i + 1]),
            );
            let bend = ((after - before + 540.0).rem_euclid(360.0) - 180.0).abs();
            mode.bend_speed(bend).min(limits[i - 1]).min(limits[i])
        })
        .collect();
    for i in (0..last).rev() {
        let reachable = (speeds[i + 1].powi(2) + 2.0 * brake * (marks[i + 1] - marks[i])).sqrt();
        speeds[i] = speeds[i].min(reachable);
    }
    for i in 1..speeds.len() {
        let reachable = (speeds[i - 1].powi(2) + 2.0 * pull * (marks[i] - marks[i - 1])).sqrt();
        speeds[i] = speeds[i].min(reachable);
    }
    speeds
}

fn phases(marks: &[f64], limits: &[f64], waits: &[f64], passing: &[f64], mode: Mode) -> (Vec<Phase>, f64) {
    let (pull, brake) = mode.pull();
    let mut phases = Vec::new();
    let mut t = 0.0;
    for i in 0..limits.len() {
        let (v0, v1) = (passing[i], passing[i + 1]);
        let length = marks[i + 1] - marks[i];
        let peak = ((2.0 * pull * brake * length + brake * v0 * v0 + pull * v1 * v1) / (pull + brake))
            .sqrt()
            .min(limits[i])
            .max(v0)
            .max(v1);
        let up = (peak * peak - v0 * v0) / (2.0 * pull);
        let down = (peak * peak - v1 * v1) / (2.0 * brake);
        let level = (length - up - down).max(0.0);
        let mut s = marks[i];
        for (distance, seconds, v, a) in [
            (up, (peak - v0) / pull, v0, pull),
            (level, level / peak.max(0.1), peak, 0.0),
            (down, (peak - v1) / brake, peak, -brake),
        ] {
            if seconds > 0.0 {
                phases.push(Phase { t, s, v, a });
                t += seconds;
                s += distance;
            }
        }
        if waits[i + 1] > 0.0 {
            phases.push(Phase {
                t,
                s: marks[i + 1],
                v: 0.0,
                a: 0.0,
            });
            t += waits[i + 1];
        }
    }
    (phases, t)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::RoadClass;

    fn straight(length: f64, lights: bool) -> Stretch {
        Stretch {
            shape: vec![Point::new(0.0, 0.0), Point::new(length, 0.0)],
            class: RoadClass::Arterial,
            lights,
        }
    }

    #[test]
    fn a_straight_road_is_driven_from_rest_to_rest_at_the_limit() {
        let motion = Motion::along(&[straight(2000.0, false)], Mode::Car, 1.0, || 0.0);
        let middle = motion.at(motion.duration_s() / 2.0);
        assert!((middle.speed - 60.0 / 3.6).abs() < 1e-6);
        assert!((middle.heading - 90.0).abs() < 1e-9);
        assert_eq!(motion.at(0.0).speed, 0.0);
        let end = motion.at(motion.duration_s());
        assert!(end.point.distance(Point::new(2000.0, 0.0)) < 0.01, "{end:?}");
    }

    #[test]
    fn positions_never_jump_and_a_red_light_is_waited_out() {
        let route = [
            straight(500.0, true),
            Stretch {
                shape: vec![Point::new(500.0, 0.0), Point::new(500.0, 700.0)],
                class: RoadClass::Street,
                lights: false,
            },
        ];
        let motion = Motion::along(&route, Mode::Car, 1.0, || 40.0);
        let mut before = motion.at(0.0);
        let mut standing = 0;
        let mut t = 0.0;
        while t < motion.duration_s() {
            t += 0.5;
            let now = motion.at(t);
            assert!(
                now.point.distance(before.point) <= 0.5 * 18.0,
                "jump at {t}: {before:?} {now:?}"
            );
            if now.speed == 0.0 {
                standing += 1;
            }
            before = now;
        }
        assert!(standing >= 78, "stood for {standing} half seconds");
        assert!((motion.length_m() - 1200.0).abs() < 1e-6);
    }
}
