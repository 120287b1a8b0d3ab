//! Trips: what lies between two stops, or between a stop and the edge of what is known.

use super::config::Config;
use super::moment::{Moment, waking};
use super::role::{Cast, Role};
use super::stay::reach;
use super::track::Track;

/// One trip, by indices into the track and the stays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    /// First fix on the way.
    pub first: usize,
    /// One behind the last fix on the way; equal to `first` when the whole way fell into a silence.
    pub end: usize,
    /// Stop it left from.
    pub from_stop: Option<usize>,
    /// Stop it led to.
    pub to_stop: Option<usize>,
    pub departed: Moment,
    pub arrived: Moment,
}

/// The trips between the stops of `casts`.
pub(crate) fn ways(track: &Track, casts: &[Cast], config: &Config) -> Vec<Way> {
    let stops = casts
        .iter()
        .enumerate()
        .filter(|(_, cast)| cast.role == Role::Stop);
    let mut ways = Vec::new();
    let mut before: Option<(usize, &Cast)> = None;
    for behind in stops.map(Some).chain([None]) {
        let first = before.map_or(0, |(_, cast)| cast.stay.last + 1);
        let end = behind.map_or(track.len(), |(_, cast)| cast.stay.first);
        let enclosed = before.is_some() && behind.is_some();
        let far = || {
            let side = |stop: Option<(usize, &Cast)>| stop.map(|(_, cast)| cast.stay);
            reach(track, side(before).as_ref(), side(behind).as_ref(), first, end)
        };
        if (first < end || enclosed) && far() >= config.trip_m {
            let departed = before.map_or_else(|| waking(track, first, end, config), |(_, cast)| cast.until);
            let arrived = behind.map_or_else(
                || {
                    let seen = track.at(end.saturating_sub(1)).seconds;
                    Moment {
                        at: seen,
                        earliest: seen,
                        latest: f64::INFINITY,
                    }
                },
                |(_, cast)| cast.from,
            );
            let stop = |side: Option<(usize, &Cast)>| side.map(|(at, _)| at);
            ways.push(Way {
                first,
                end,
                from_stop: stop(before),
                to_stop: stop(behind),
                departed,
                arrived,
            });
        }
        before = behind;
    }
    ways
}
