//! The fences of the town, and whether a point is inside.

use super::{Mode, Motion, PlaceKind, Places, Point, RoadNetwork};

/// A fence's shape on the plane.
#[derive(Debug, Clone)]
pub enum Shape {
    /// All points within `radius_m`.
    Circle {
        /// Middle.
        centre: Point,
        /// Metres.
        radius_m: f64,
    },
    /// All points inside the ring; the last point is not repeated.
    Polygon {
        /// Corners, counter-clockwise.
        ring: Vec<Point>,
    },
    /// All points within half of `width_m` of a line.
    Corridor {
        /// The line.
        line: Vec<Point>,
        /// Metres, both sides together.
        width_m: f64,
    },
}

/// A fence of the town.
#[derive(Debug, Clone)]
pub struct Fence {
    /// Id, the place's where it belongs to one.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Kind of the place it belongs to; none for zones.
    pub place: Option<PlaceKind>,
    /// Shape.
    pub shape: Shape,
}

impl Shape {
    /// True when the point is inside or on the border.
    #[must_use]
    pub fn contains(&self, point: Point) -> bool {
        match self {
            Self::Circle { centre, radius_m } => centre.distance(point) <= *radius_m,
            Self::Polygon { ring } => in_ring(ring, point),
            Self::Corridor { line, width_m } => line
                .windows(2)
                .any(|pair| to_segment(point, pair[0], pair[1]) <= width_m / 2.0),
        }
    }
}

fn in_ring(ring: &[Point], p: Point) -> bool {
    let mut inside = false;
    for (i, a) in ring.iter().enumerate() {
        let b = ring[(i + 1) % ring.len()];
        if (a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x {
            inside = !inside;
        }
    }
    inside
}

fn to_segment(p: Point, a: Point, b: Point) -> f64 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length = dx * dx + dy * dy;
    let along = if length == 0.0 {
        0.0
    } else {
        (((p.x - a.x) * dx + (p.y - a.y) * dy) / length).clamp(0.0, 1.0)
    };
    p.distance(a.towards(b, along))
}

/// The fences that belong to the places, one zone on the way, and the corridor of the patrol.
#[must_use]
pub(super) fn generate(roads: &RoadNetwork, places: &Places) -> Vec<Fence> {
    let mut fences: Vec<Fence> = places.all.iter().filter_map(around).collect();
    let depot = places.first(PlaceKind::Depot);
    let first = places.first(PlaceKind::Customer);
    let patrol = Motion::along(&places.route(depot, first, roads), Mode::Car, 1.0, || 0.0);
    let middle = patrol.at(patrol.duration_s() / 2.0).point;
    fences.push(Fence {
        id: "checkpoint".to_owned(),
        name: "Checkpoint on the patrol's way".to_owned(),
        place: None,
        shape: Shape::Polygon {
            ring: square(middle, 30.0, 20.0),
        },
    });
    fences.push(Fence {
        id: "patrol-corridor".to_owned(),
        name: "First leg of the patrol".to_owned(),
        place: None,
        shape: Shape::Corridor {
            line: patrol.line().to_vec(),
            width_m: 100.0,
        },
    });
    fences
}

fn around(place: &super::Place) -> Option<Fence> {
    let circle = |radius_m| Shape::Circle {
        centre: place.point,
        radius_m,
    };
    let (name, shape) = match place.kind {
        PlaceKind::HeadOffice => ("Head office", circle(200.0)),
        PlaceKind::Branch => (
            "Branch",
            Shape::Polygon {
                ring: square(place.point, 130.0, 20.0),
            },
        ),
        PlaceKind::Depot => (
            "Depot",
            Shape::Polygon {
                ring: square(place.point, 160.0, 65.0),
            },
        ),
        PlaceKind::Customer => ("Customer", circle(150.0)),
        PlaceKind::Canteen | PlaceKind::Home => return None,
    };
    Some(Fence {
        id: place.id.clone(),
        name: format!("{name} {}", place.id.rsplit('-').next().unwrap_or_default()),
        place: Some(place.kind),
        shape,
    })
}

/// A square with `half` metres from its middle to each side, turned by `turn_deg`.
fn square(middle: Point, half: f64, turn_deg: f64) -> Vec<Point> {
    // Counter-clockwise, as GeoJSON (RFC 7946, 3.1.6) wants outer rings.
    [45.0, 315.0, 225.0, 135.0]
        .map(|corner| middle.moved(corner + turn_deg, half * std::f64::consts::SQRT_2))
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_contain_their_middle_and_not_what_is_beyond() {
        let middle = Point::new(100.0, -50.0);
        let shapes = [
            Shape::Circle {
                centre: middle,
                radius_m: 150.0,
            },
            Shape::Polygon {
                ring: square(middle, 150.0, 30.0),
            },
            Shape::Corridor {
                line: vec![middle.moved(0.0, 500.0), middle.moved(180.0, 500.0)],
                width_m: 300.0,
            },
        ];
        for shape in shapes {
            assert!(shape.contains(middle), "{shape:?}");
            assert!(shape.contains(middle.moved(90.0, 149.0)), "{shape:?}");
            assert!(!shape.contains(middle.moved(90.0, 230.0)), "{shape:?}");
        }
    }
}
