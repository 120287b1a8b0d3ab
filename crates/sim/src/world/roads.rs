//! A road network made by rule: a jittered grid with arterials, an expressway ring, a river and its bridges.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::Point;

/// Crossings per side of the grid.
const SIDE: usize = 25;
/// Metres between neighbouring crossings before they are moved about.
const SPACING_M: f64 = 850.0;
/// Every this many rows and columns one is an arterial road.
const ARTERIAL_EVERY: usize = 4;
/// Rows whose roads cross the river on a bridge.
const BRIDGE_ROWS: [usize; 4] = [4, 10, 14, 20];
/// Points between two crossings, so that roads bend.
const BENDS: usize = 6;

/// What a road is, and how fast it is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoadClass {
    /// The ring, without lights.
    Expressway,
    /// Main road.
    Arterial,
    /// Side street.
    Street,
}

impl RoadClass {
    /// Speed limit in km/h.
    #[must_use]
    pub const fn limit_kmh(self) -> f64 {
        match self {
            Self::Expressway => 80.0,
            Self::Arterial => 60.0,
            Self::Street => 40.0,
        }
    }
}

#[derive(Debug)]
struct Road {
    to: usize,
    class: RoadClass,
    /// From crossing to crossing, both included.
    shape: Vec<Point>,
    length_m: f64,
}

/// The roads of the town.
#[derive(Debug)]
pub struct RoadNetwork {
    crossings: Vec<Point>,
    roads: Vec<Vec<Road>>,
    /// Crossings that reach each other.
    connected: Vec<usize>,
}

/// One stretch of a route: where it goes and what road it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// Points in driving order; the first is the last of the stretch before.
    pub shape: Vec<Point>,
    /// Kind of road.
    pub class: RoadClass,
    /// True when the stretch ends at a crossing with traffic lights.
    pub lights: bool,
}

impl RoadNetwork {
    /// Builds the network of a seed.
    #[must_use]
    pub fn generate(seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed ^ 0x726f_6164);
        let half = (SIDE - 1) as f64 / 2.0;
        let crossings: Vec<Point> = (0..SIDE * SIDE)
            .map(|index| {
                let (row, column) = (index / SIDE, index % SIDE);
                Point::new(
                    (column as f64 - half) * SPACING_M + rng.random_range(-150.0..150.0),
                    (row as f64 - half) * SPACING_M + rng.random_range(-150.0..150.0),
                )
            })
            .collect();
        let mut network = Self {
            roads: crossings.iter().map(|_| Vec::new()).collect(),
            crossings,
            connected: Vec::new(),
        };
        for row in 0..SIDE {
            for column in 0..SIDE {
                let from = row * SIDE + column;
                if column + 1 < SIDE {
                    network.join(
                        from,
                        from + 1,
                        line_class(row),
                        BRIDGE_ROWS.contains(&row),
                        &mut rng,
                    );
                }
                if row + 1 < SIDE {
                    network.join(from, from + SIDE, line_class(column), false, &mut rng);
                }
            }
        }
        network.connected = network.component_of(SIDE * SIDE / 2 + SIDE / 4);
        network
    }

    fn join(&mut self, from: usize, to: usize, class: RoadClass, bridge: bool, rng: &mut StdRng) {
        let missing = class == RoadClass::Street && rng.random_bool(0.12);
        let (a, b) = (self.crossings[from], self.crossings[to]);
        let length = a.distance(b);
        let bow = rng.random_range(-0.08..0.08) * length;
        if missing || (crosses_river(a, b) && !bridge) {
            return;
        }
        let side = a.heading_to(b) + 90.0;
        let shape: Vec<Point> = (0..=BENDS)
            .map(|i| {
                let f = i as f64 / BENDS as f64;
                match i {
                    0 => a,
                    BENDS => b,
                    _ => a.towards(b, f).moved(side, bow * 4.0 * f * (1.0 - f)),
                }
            })
            .collect();
        let length_m = shape.windows(2).map(|pair| pair[0].distance(pair[1])).sum();
        let back = shape.iter().rev().copied().collect();
        self.roads[from].push(Road {
            to,
            class,
            shape,
            length_m,
        });
        self.roads[to].push(Road {
            to: from,
            class,
            shape: back,
            length_m,
        });
    }

    fn component_of(&self, start: usize) -> Vec<usize> {
        let mut seen = vec![false; self.crossings.len()];
        let mut waiting = vec![start];
        seen[start] = true;
        while let Some(at) = waiting.pop() {
            for road in &self.roads[at] {
                if !std::mem::replace(&mut seen[road.to], true) {
                    waiting.push(road.to);
                }
            }
        }
        (0..seen.len()).filter(|&index| seen[index]).collect()
    }

    /// Place of a crossing.
    #[must_use]
    pub fn crossing(&self, index: usize) -> Point {
        self.crossings[index]
    }

    /// The crossing next to a point, of those that reach each other.
    #[must_use]
    pub fn nearest(&self, point: Point) -> usize {
        self.connected
            .iter()
            .copied()
            .min_by(|&a, &b| {
                let distance = |index: usize| self.crossings[index].distance(point);
                distance(a).total_cmp(&distance(b))
            })
            .unwrap_or(0)
    }

    /// The quickest way between two crossings (Dijkstra over driving time), empty when they are the same or do not
    /// reach each other.
    #[must_use]
    pub fn route(&self, from: usize, to: usize) -> Vec<Stretch> {
        let mut best = vec![u64::MAX; self.crossings.len()];
        let mut came: Vec<Option<(usize, usize)>> = vec![None; self.crossings.len()];
        let mut queue = BinaryHeap::from([Reverse((0_u64, from))]);
        best[from] = 0;
        while let Some(Reverse((cost, at))) = queue.pop() {
            if at == to {
                break;
            }
            if cost > best[at] {
                continue;
            }
            for (number, road) in self.roads[at].iter().enumerate() {
                let next = cost + (road.length_m / road.class.limit_kmh() * 1000.0) as u64;
                if next < best[road.to] {
                    best[road.to] = next;
                    came[road.to] = Some((at, number));
                    queue.push(Reverse((next, road.to)));
                }
            }
        }
        let mut stretches = Vec::new();
        let mut at = to;
        while let Some((before, number)) = came[at].filter(|_| at != from) {
            let road = &self.roads[before][number];
            stretches.push(Stretch {
                shape: road.shape.clone(),
                class: road.class,
                lights: road.class != RoadClass::Expressway && self.roads[at].len() > 2,
            });
            at = before;
        }
        stretches.reverse();
        stretches
    }
}

fn line_class(line: usize) -> RoadClass {
    if line == 0 || line == SIDE - 1 {
        RoadClass::Expressway
    } else if line.is_multiple_of(ARTERIAL_EVERY) {
        RoadClass::Arterial
    } else {
        RoadClass::Street
    }
}

/// Middle of the river at a height `y`: it runs from the south-west to the north-east.
fn river_x(y: f64) -> f64 {
    0.35 * y + 900.0 * (y / 4000.0).sin()
}

fn crosses_river(a: Point, b: Point) -> bool {
    (a.x > river_x(a.y)) != (b.x > river_x(b.y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_of_the_town_is_connected_and_routes_join_end_to_end() {
        let network = RoadNetwork::generate(7);
        assert!(network.connected.len() > SIDE * SIDE * 9 / 10);
        let (from, to) = (
            network.nearest(Point::new(-8000.0, -8000.0)),
            network.nearest(Point::new(8000.0, 7000.0)),
        );
        let route = network.route(from, to);
        assert_eq!(route[0].shape[0], network.crossing(from));
        assert_eq!(
            route.last().and_then(|last| last.shape.last().copied()),
            Some(network.crossing(to))
        );
        for pair in route.windows(2) {
            assert_eq!(pair[0].shape.last(), pair[1].shape.first());
        }
    }

    #[test]
    fn only_bridge_rows_cross_the_river() {
        let network = RoadNetwork::generate(7);
        let bridges = (0..network.crossings.len())
            .flat_map(|from| network.roads[from].iter().map(move |road| (from, road.to)))
            .filter(|&(from, to)| crosses_river(network.crossings[from], network.crossings[to]))
            .inspect(|(from, _)| assert!(BRIDGE_ROWS.contains(&(from / SIDE))))
            .count();
        assert!(bridges >= BRIDGE_ROWS.len());
    }
}
