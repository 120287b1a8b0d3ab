use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::world::{PlaceKind, Point, World};

/// Where and when a device cannot reach the gateway.
#[derive(Debug, Clone)]
pub struct Coverage {
    /// Discs without mobile network: middle and radius in metres.
    dead: Vec<(Point, f64)>,
    /// Outages of the device itself, begin and end in seconds, in order.
    outages: Vec<(f64, f64)>,
}

/// Mean seconds between two outages of one device.
const BETWEEN_S: f64 = 5.0 * 3600.0;

impl Coverage {
    /// Coverage of one device of the world.
    #[must_use]
    pub fn of(world: &World, index: usize) -> Self {
        let mut rng = StdRng::seed_from_u64(world.settings.seed ^ 0x636f_7665);
        let dead = world
            .places
            .of(PlaceKind::Customer)
            .step_by(6)
            .map(|id| {
                let near = world.places.get(id).point;
                let middle = near.moved(rng.random_range(0.0..360.0), rng.random_range(250.0..900.0));
                (middle, rng.random_range(250.0..500.0))
            })
            .filter(|&(middle, radius)| !covers_a_place(world, middle, radius))
            .collect();
        let mut rng = StdRng::seed_from_u64(world.settings.seed ^ 0x6f75_7467 ^ ((index as u64) << 32));
        let mut outages = Vec::new();
        let mut t = 0.0;
        loop {
            t += -BETWEEN_S * (1.0 - rng.random::<f64>()).ln() + 600.0;
            if t > world.end() {
                break;
            }
            let until = t + rng.random_range(4.0 * 60.0..35.0 * 60.0);
            outages.push((t, until));
            t = until;
        }
        Self { dead, outages }
    }

    /// True when the network can be reached from `point` at `t` seconds since the world's start.
    #[must_use]
    pub fn reaches(&self, point: Point, t: f64) -> bool {
        let out = self
            .outages
            .get(self.outages.partition_point(|&(_, until)| until <= t))
            .is_some_and(|&(from, _)| from <= t);
        !out && !self
            .dead
            .iter()
            .any(|&(middle, radius)| middle.distance(point) <= radius)
    }
}

/// True when people would live or work without network.
fn covers_a_place(world: &World, middle: Point, radius: f64) -> bool {
    world
        .places
        .all
        .iter()
        .any(|place| place.kind != PlaceKind::Customer && place.point.distance(middle) < radius + 100.0)
}
