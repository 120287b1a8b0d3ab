use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Point, RoadClass, RoadNetwork, Stretch};

/// What a place is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlaceKind {
    /// Head office.
    HeadOffice,
    /// Second office of the same firm.
    Branch,
    /// Yard of the vehicles, guarded at night.
    Depot,
    /// Somebody who is visited or delivered to.
    Customer,
    /// Where people eat.
    Canteen,
    /// Where a person lives.
    Home,
}

impl PlaceKind {
    /// Name in ids and truth files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HeadOffice => "head-office",
            Self::Branch => "branch",
            Self::Depot => "depot",
            Self::Customer => "customer",
            Self::Canteen => "canteen",
            Self::Home => "home",
        }
    }
}

/// Index of a place in [`Places::all`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaceId(pub usize);

/// Where people and vehicles stand.
#[derive(Debug, Clone)]
pub struct Place {
    /// Id in the truth files, for example `customer-03`.
    pub id: String,
    /// What it is for.
    pub kind: PlaceKind,
    /// Where one stands.
    pub point: Point,
    /// Crossing at which its drive meets the road.
    crossing: usize,
}

/// All places of the town.
#[derive(Debug)]
pub struct Places {
    /// In a fixed order: offices, depot, canteen, customers, homes.
    pub all: Vec<Place>,
}

/// How many customers there are.
const CUSTOMERS: usize = 24;

impl Places {
    /// Builds the places of a seed with a home for each of `homes` people.
    #[must_use]
    pub fn generate(seed: u64, homes: usize, roads: &RoadNetwork) -> Self {
        let mut rng = StdRng::seed_from_u64(seed ^ 0x706c_6163);
        let mut places = Self { all: Vec::new() };
        let office = Point::new(-3400.0, 1700.0);
        places.add(PlaceKind::HeadOffice, office, roads, &mut rng);
        places.add(PlaceKind::Branch, Point::new(4300.0, -3000.0), roads, &mut rng);
        places.add(PlaceKind::Depot, Point::new(-6800.0, -4200.0), roads, &mut rng);
        let office = places.all[0].point;
        places.add_at(PlaceKind::Canteen, office.moved(120.0, 430.0), roads);
        for _ in 0..CUSTOMERS {
            let near = Point::new(
                rng.random_range(-8500.0..8500.0),
                rng.random_range(-8500.0..8500.0),
            );
            places.add(PlaceKind::Customer, near, roads, &mut rng);
        }
        for _ in 0..homes {
            let near = office.moved(rng.random_range(0.0..360.0), rng.random_range(1200.0..7500.0));
            places.add(PlaceKind::Home, near, roads, &mut rng);
        }
        places
    }

    fn add(&mut self, kind: PlaceKind, near: Point, roads: &RoadNetwork, rng: &mut StdRng) {
        let gate = roads.crossing(roads.nearest(near));
        let free = |point: Point, others: &[Place]| others.iter().all(|o| o.point.distance(point) > 520.0);
        let mut point = gate;
        // Apart from each other, so that standing at one place is not standing at two.
        for _ in 0..64 {
            let reach = rng.random_range(0.0..1.0) * 700.0;
            point = gate.moved(rng.random_range(0.0..360.0), 70.0 + reach);
            if kind == PlaceKind::Home || free(point, &self.all) {
                break;
            }
        }
        self.add_at(kind, point, roads);
    }

    fn add_at(&mut self, kind: PlaceKind, point: Point, roads: &RoadNetwork) {
        let number = self.of(kind).count() + 1;
        self.all.push(Place {
            id: format!("{}-{number:02}", kind.name()),
            kind,
            point,
            crossing: roads.nearest(point),
        });
    }

    /// The place of an id.
    #[must_use]
    pub fn get(&self, id: PlaceId) -> &Place {
        &self.all[id.0]
    }

    /// All places of a kind.
    pub fn of(&self, kind: PlaceKind) -> impl Iterator<Item = PlaceId> + '_ {
        self.all
            .iter()
            .enumerate()
            .filter(move |(_, place)| place.kind == kind)
            .map(|(index, _)| PlaceId(index))
    }

    /// First place of a kind; every kind but homes has one.
    #[must_use]
    pub fn first(&self, kind: PlaceKind) -> PlaceId {
        self.of(kind).next().unwrap_or(PlaceId(0))
    }

    /// The way by road between two places, drives included; a straight footpath when both hang on one crossing.
    #[must_use]
    pub fn route(&self, from: PlaceId, to: PlaceId, roads: &RoadNetwork) -> Vec<Stretch> {
        let (a, b) = (self.get(from), self.get(to));
        let lane = |shape: Vec<Point>| Stretch {
            shape,
            class: RoadClass::Street,
            lights: false,
        };
        if a.crossing == b.crossing {
            return vec![lane(vec![a.point, b.point])];
        }
        let mut stretches = vec![lane(vec![a.point, roads.crossing(a.crossing)])];
        stretches.extend(roads.route(a.crossing, b.crossing));
        stretches.push(lane(vec![roads.crossing(b.crossing), b.point]));
        stretches
    }
}
