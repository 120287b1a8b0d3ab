use events::position::v1::Source;
use spatial::Point;

use super::{Origin, Sighting, View};
use crate::roster::{Person, Roster, SiteId};

/// A fix less exact than this, 68 % radius in metres, is coarse: alone it neither begins nor ends presence.
pub const COARSE_M: f64 = 100.0;
/// P(inside) up to which a fix can be outside.
const P_OUT: f64 = 0.15;
/// A fix is outside for sure when it lies this many times its accuracy beyond the border. For a small site and a
/// coarse fix P(inside) is small everywhere, so it alone says nothing; as far out as this lies 1 fix of 100 of
/// somebody inside (round normal error: 0.32 to the power of 2²).
const SURE: f64 = 2.0;
/// The same for exact fixes: 1 case of 20.
const SURE_EXACT: f64 = 1.62;

/// A position of a device.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fix {
    /// Unix seconds.
    pub at: i64,
    /// Place in the person's list of devices.
    pub device: u16,
    /// Where.
    pub point: Point,
    /// 68 % radius in metres.
    pub accuracy_m: f32,
    /// The device says that the location is simulated.
    pub mock: bool,
}

/// Accuracy to be assumed where the device states none, metres.
#[must_use]
pub fn default_accuracy(source: Source) -> f64 {
    match source {
        Source::Gnss | Source::Manual => 10.0,
        Source::Unspecified => 30.0,
        Source::Assisted | Source::Wifi => 50.0,
        Source::Cell => 1_000.0,
    }
}

/// Puts a fix in relation to the sites of a person.
#[must_use]
pub fn view(fix: &Fix, roster: &Roster, person: &Person) -> Sighting {
    let accuracy = f64::from(fix.accuracy_m);
    let mut inside: Option<(SiteId, f64)> = None;
    let mut sure_out = true;
    let mut nearest = f64::INFINITY;
    let relation = |id: SiteId| {
        let shape = roster.site(id)?.shape.as_ref()?;
        Some(shape.relation(fix.point, accuracy))
    };
    for id in &person.sites {
        let Some(relation) = relation(*id) else { continue };
        if relation.probability >= person.policy.p_in && inside.is_none_or(|(_, p)| relation.probability > p)
        {
            inside = Some((*id, relation.probability));
        }
        let beyond = relation.signed_m();
        nearest = nearest.min(beyond);
        let sure = if accuracy > COARSE_M { SURE } else { SURE_EXACT };
        sure_out &= relation.probability <= P_OUT && beyond >= sure * accuracy;
    }
    let view = if let Some((id, _)) = inside {
        View::Inside(id)
    } else if !nearest.is_finite() {
        // Without a place of work that has a shape a position says nothing about presence there.
        foreign(fix, roster, person).map_or(View::Near, View::Foreign)
    } else if let Some(id) = foreign(fix, roster, person).filter(|_| sure_out) {
        View::Foreign(id)
    } else if sure_out {
        View::Outside
    } else {
        View::Near
    };
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a metre is enough for speeds and distances shown"
    )]
    Sighting {
        at: fix.at,
        until: fix.at,
        view,
        accuracy_m: fix.accuracy_m,
        distance_m: if nearest.is_finite() {
            nearest.max(0.0) as f32
        } else {
            0.0
        },
        latitude: fix.point.latitude as f32,
        longitude: fix.point.longitude as f32,
        origin: Origin::Fix(fix.device),
        mock: fix.mock,
    }
}

/// A place that is not the person's, for sure.
fn foreign(fix: &Fix, roster: &Roster, person: &Person) -> Option<SiteId> {
    for (position, site) in roster.sites.iter().enumerate() {
        let id = SiteId::try_from(position).ok()?;
        if person.sites.contains(&id) {
            continue;
        }
        let Some(shape) = &site.shape else { continue };
        let bounds = shape.bounds();
        let beside = fix.point.latitude > bounds.north || fix.point.latitude < bounds.south;
        if !beside && shape.relation(fix.point, f64::from(fix.accuracy_m)).probability >= person.policy.p_in {
            return Some(id);
        }
    }
    None
}
