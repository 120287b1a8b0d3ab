use super::{Origin, Sighting, View};

/// Something worth a flag, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// A simulated location was reported.
    Mock,
    /// Coarse positions jump between towers.
    TowerFlip,
    /// Two devices, or a device and a punch, were at places that exclude each other.
    Conflict,
}

/// What is left of the sightings, and what was seen on the way.
#[derive(Debug, Clone, Default)]
pub struct Cleaned {
    /// In order of time.
    pub sightings: Vec<Sighting>,
    /// Marks with their times, in order.
    pub marks: Vec<(i64, Mark)>,
}

/// Faster than this between two places, m/s, is no movement but an error (300 km/h).
const IMPOSSIBLE_MS: f64 = 300.0 / 3.6;
/// Two tellings within this time are about the same moment, seconds.
const SAME_MOMENT_S: i64 = 300;
/// Devices that report within this time of each other are compared, seconds.
const SIDE_BY_SIDE_S: i64 = 60;
/// Distance in metres beyond all accuracies from which places exclude each other.
const APART_M: f64 = 1_000.0;
/// Jumps of this many in [`FLIP_WINDOW_S`] are flipping towers.
const FLIPS: usize = 3;
const FLIP_WINDOW_S: i64 = 900;
/// Coarse fixes this far to either side are asked for the majority, seconds.
const MAJORITY_S: i64 = 1_800;
/// Share of coarse fixes around that must be outside for one of them to count as outside.
const MAJORITY: f64 = 0.6;

/// Takes out what contradicts itself. `sightings` are in order of time.
#[must_use]
pub fn clean(mut sightings: Vec<Sighting>) -> Cleaned {
    let mut marks = Vec::new();
    sightings.retain(|sighting| {
        if sighting.mock {
            marks.push((sighting.at, Mark::Mock));
        }
        !sighting.mock
    });
    let first = sightings.first().map(|sighting| sighting.origin);
    if sightings.iter().any(|sighting| Some(sighting.origin) != first) {
        side_by_side(&mut sightings, &mut marks);
    }
    if sightings.iter().any(Sighting::is_coarse) {
        tower_flips(&mut sightings, &mut marks);
        majority(&mut sightings);
    }
    marks.sort_unstable();
    marks.dedup();
    Cleaned { sightings, marks }
}

/// Of two origins that differ at about the same moment the less exact is dropped; places that exclude each other
/// are marked and both dropped.
fn side_by_side(sightings: &mut Vec<Sighting>, marks: &mut Vec<(i64, Mark)>) {
    let mut drop = vec![false; sightings.len()];
    for (i, one) in sightings.iter().enumerate() {
        for (j, other) in sightings.iter().enumerate().skip(i + 1) {
            if other.at - one.until > SAME_MOMENT_S {
                break;
            }
            if same_source(one.origin, other.origin)
                || std::mem::discriminant(&one.view) == std::mem::discriminant(&other.view)
            {
                continue;
            }
            let differ = matches!(one.view, View::Inside(_)) && other.is_out()
                || matches!(other.view, View::Inside(_)) && one.is_out();
            if !differ {
                continue;
            }
            if exclude(one, other) {
                marks.push((one.at, Mark::Conflict));
                mark(&mut drop, i);
                mark(&mut drop, j);
            } else if other.at - one.at <= SIDE_BY_SIDE_S {
                let inside_first = matches!(one.view, View::Inside(_));
                let worse = if one.accuracy_m < other.accuracy_m
                    || (one.accuracy_m == other.accuracy_m && inside_first)
                {
                    j
                } else {
                    i
                };
                mark(&mut drop, worse);
            }
        }
    }
    let mut dropped = drop.into_iter();
    sightings.retain(|_| !dropped.next().unwrap_or(false));
}

fn mark(flags: &mut [bool], at: usize) {
    if let Some(flag) = flags.get_mut(at) {
        *flag = true;
    }
}

/// What one device, all punches, or all observers said follows in time and does not stand against itself.
fn same_source(one: Origin, other: Origin) -> bool {
    match (one, other) {
        (Origin::Fix(a), Origin::Fix(b)) => a == b,
        (Origin::Presence(_), Origin::Presence(_)) | (Origin::Punch(_), Origin::Punch(_)) => true,
        _ => false,
    }
}

/// True when nobody can have been at both.
fn exclude(one: &Sighting, other: &Sighting) -> bool {
    let seconds = (other.at - one.until).max(0);
    let gap = f64::from(one.distance_m.max(other.distance_m))
        - f64::from(one.accuracy_m)
        - f64::from(other.accuracy_m);
    #[allow(clippy::cast_precision_loss, reason = "at most five minutes")]
    let reach = seconds as f64 * IMPOSSIBLE_MS / 2.0;
    gap > reach + APART_M
}

/// Metres between two sightings, flat: good to a percent over some kilometres.
fn metres(one: &Sighting, other: &Sighting) -> f64 {
    let north = f64::from(other.latitude - one.latitude) * 111_200.0;
    let east =
        f64::from(other.longitude - one.longitude) * 111_300.0 * f64::from(one.latitude).to_radians().cos();
    north.hypot(east)
}

/// Coarse fixes that jump faster than anything moves, again and again, are dropped and marked.
fn tower_flips(sightings: &mut Vec<Sighting>, marks: &mut Vec<(i64, Mark)>) {
    let coarse: Vec<usize> = (0..sightings.len())
        .filter(|i| sightings.get(*i).is_some_and(Sighting::is_coarse))
        .collect();
    let jumps: Vec<(usize, usize, i64)> = coarse
        .windows(2)
        .filter_map(|pair| {
            let [a, b] = pair else { return None };
            let (one, other) = (sightings.get(*a)?, sightings.get(*b)?);
            let sure = metres(one, other) - f64::from(one.accuracy_m) - f64::from(other.accuracy_m);
            #[allow(clippy::cast_precision_loss, reason = "seconds between two fixes")]
            let seconds = (other.at - one.at).max(1) as f64;
            // Half of the impossible: the accuracies are already taken off in full.
            (sure > 0.0 && sure / seconds > IMPOSSIBLE_MS / 2.0).then_some((*a, *b, other.at))
        })
        .collect();
    let mut drop = vec![false; sightings.len()];
    for group in jumps.windows(FLIPS) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            continue;
        };
        if last.2 - first.2 <= FLIP_WINDOW_S {
            for (a, b, at) in group {
                mark(&mut drop, *a);
                mark(&mut drop, *b);
                marks.push((*at, Mark::TowerFlip));
            }
        }
    }
    let mut dropped = drop.into_iter();
    sightings.retain(|_| !dropped.next().unwrap_or(false));
}

/// A coarse fix is outside only where most coarse fixes around it are.
fn majority(sightings: &mut [Sighting]) {
    let coarse: Vec<(usize, i64, bool)> = sightings
        .iter()
        .enumerate()
        .filter(|(_, sighting)| sighting.is_coarse())
        .map(|(i, sighting)| (i, sighting.at, sighting.is_out()))
        .collect();
    let (mut low, mut high, mut out) = (0, 0, 0_usize);
    for (i, at, _) in &coarse {
        while let Some((_, next, is_out)) = coarse.get(high)
            && *next <= at + MAJORITY_S
        {
            out += usize::from(*is_out);
            high += 1;
        }
        while let Some((_, old, is_out)) = coarse.get(low)
            && *old < at - MAJORITY_S
        {
            out -= usize::from(*is_out);
            low += 1;
        }
        #[allow(clippy::cast_precision_loss, reason = "a few hundred fixes")]
        let share = out as f64 / (high - low).max(1) as f64;
        let Some(sighting) = sightings.get_mut(*i) else {
            continue;
        };
        if matches!(sighting.view, View::Outside) && share < MAJORITY {
            sighting.view = View::Near;
        } else if matches!(sighting.view, View::Near) && share >= MAJORITY {
            sighting.view = View::Outside;
        }
    }
}
