//! From the analysis to the records that are published.

use serde::{Deserialize, Serialize};

use events::trip::v1 as proto;
use events::trip::v1::{Finality, Flag, Verdict};

use super::config::Config;
use super::course;
use super::fix::Millis;
use super::moment::Moment;
use super::path;
use super::record::{Draft, Gist, ONGOING, Record, Source, id, shape, stamp};
use super::role::{Cast, Role};
use super::track::{Mark, RADIUS_TO_SIGMA, Track};
use super::travel::{self, Travel};
use super::way::Way;

/// Coarser than this on the way, the times are not sure and the distance is no basis for claims, metres per axis.
const COARSE_SIGMA_M: f64 = 150.0;
/// A start or end this many seconds off the next fix is inferred.
const INFERRED_S: f64 = 60.0;

/// Builds the records of one analysis.
pub(crate) struct Reporter<'a> {
    pub device: &'a str,
    pub track: &'a Track,
    pub casts: &'a [Cast],
    pub config: &'a Config,
    /// Fix time that names the first stop and when it was reached, where that is known from an earlier analysis.
    pub carried: Option<Carried>,
}

/// A stop that an analysis begins within.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Carried {
    pub key: Millis,
    pub from: Millis,
    pub earliest: Option<Millis>,
    pub latest: Millis,
    pub latitude: f64,
    pub longitude: f64,
}

impl Reporter<'_> {
    fn carried(&self, cast: &Cast) -> Option<&Carried> {
        self.carried.as_ref().filter(|_| cast.stay.first == 0)
    }

    fn endpoint(&self, place: super::Place, moment: &Moment) -> proto::Endpoint {
        let known = |seconds: f64| seconds.is_finite().then(|| stamp(self.track.time(seconds)));
        proto::Endpoint {
            latitude: place.latitude,
            longitude: place.longitude,
            earliest: known(moment.earliest),
            latest: known(moment.latest),
        }
    }

    /// The draft of a stop.
    pub(crate) fn stop(&self, cast: &Cast) -> Draft {
        let (key, start) = self.arrived(cast);
        let ongoing = cast.stay.last + 1 >= self.track.len();
        // An ongoing stop only grows older: that is no news.
        let end = if ongoing {
            ONGOING
        } else {
            self.track.time(cast.until.at)
        };
        let gist = Gist {
            start,
            end,
            size: 0.0,
            fixes: 0,
            shape: shape(&self.stop_flags(cast), 0, 0),
        };
        Draft {
            key,
            gist,
            source: Source::Stop(*cast),
            ongoing,
        }
    }

    /// The draft of a trip.
    pub(crate) fn trip(&self, way: &Way) -> Draft {
        let travel = travel::travel(self.track, self.casts, way, self.config);
        let first = self
            .track
            .at(if way.first < way.end { way.first } else { way.end });
        let gist = Gist {
            start: self.track.time(way.departed.at),
            end: self.track.time(way.arrived.at),
            size: travel.rough_m,
            fixes: way.end.saturating_sub(way.first),
            shape: shape(
                &self.trip_flags(way, &travel),
                travel.legs.len(),
                travel.pauses.len(),
            ),
        };
        Draft {
            key: first.time,
            gist,
            ongoing: way.to_stop.is_none(),
            source: Source::Trip(*way, travel),
        }
    }

    /// The record of a draft.
    pub(crate) fn record(&self, draft: &Draft, revision: u32, finality: Finality) -> Record {
        let observed_until = Some(stamp(self.track.at(self.track.len().saturating_sub(1)).time));
        match &draft.source {
            Source::Stop(cast) => Record::Stop(proto::Stop {
                revision,
                finality: finality.into(),
                observed_until,
                ..self.stop_record(draft, cast)
            }),
            Source::Trip(way, travel) => Record::Trip(proto::Trip {
                revision,
                finality: finality.into(),
                observed_until,
                ..self.trip_record(draft, way, travel)
            }),
        }
    }

    /// Fix time that names the stop, and when it was reached.
    fn arrived(&self, cast: &Cast) -> (Millis, Millis) {
        self.carried(cast).map_or_else(
            || (self.track.at(cast.stay.first).time, self.track.time(cast.from.at)),
            |carried| (carried.key, carried.from),
        )
    }

    fn stop_flags(&self, cast: &Cast) -> Vec<Flag> {
        let ongoing = cast.stay.last + 1 >= self.track.len();
        let unknown_before = self
            .carried(cast)
            .map_or(!cast.from.earliest.is_finite(), |carried| {
                carried.earliest.is_none()
            });
        let told = [
            (cast.stay.sigma > COARSE_SIGMA_M, Flag::LowConfidence),
            (
                touched(&self.track.conflicts, cast.from.at, cast.until.at),
                Flag::IdConflict,
            ),
            (unknown_before || ongoing, Flag::Edge),
        ];
        told.into_iter()
            .filter(|(applies, _)| *applies)
            .map(|(_, flag)| flag)
            .collect()
    }

    fn stop_record(&self, draft: &Draft, cast: &Cast) -> proto::Stop {
        let anchor = cast.stay.anchor;
        let mut start = self.endpoint(anchor, &cast.from);
        if let Some(carried) = self.carried(cast) {
            start.earliest = carried.earliest.map(stamp);
            start.latest = Some(stamp(carried.latest));
        }
        let end_time = self.track.time(cast.until.at);
        proto::Stop {
            stop_id: id(false, self.device, draft.key),
            device: self.device.to_owned(),
            start_time: Some(stamp(draft.gist.start)),
            end_time: Some(stamp(end_time)),
            start: Some(start),
            end: Some(self.endpoint(anchor, &cast.until)),
            duration_s: (end_time - draft.gist.start) as f64 / 1e3,
            latitude: anchor.latitude,
            longitude: anchor.longitude,
            accuracy_m: cast.stay.sigma.max(self.config.wander_m) * RADIUS_TO_SIGMA,
            flags: self.stop_flags(cast).iter().map(|flag| *flag as i32).collect(),
            fixes: (cast.stay.last + 1).saturating_sub(cast.stay.first) as u32,
            ongoing: draft.ongoing,
            ..proto::Stop::default()
        }
    }

    fn trip_record(&self, draft: &Draft, way: &Way, travel: &Travel) -> proto::Trip {
        let track = self.track;
        let duration_s = (draft.gist.end - draft.gist.start) as f64 / 1e3;
        // a trip that begins with a stand leaves its place at the end of it
        let stood = (way.first..way.end).take_while(|at| track.at(*at).seconds < way.departed.at);
        let first = way.first + stood.count().saturating_sub(1);
        let marks = track.range(first..way.end.max(first));
        let knots = course::course(marks, &travel.pauses, &travel.legs);
        let seen_m = course::length_m(&knots);
        let edge = |knot: Option<&course::Knot>| knot.map(|knot| knot.mark.place);
        let unseen_m = travel::unseen_m(self.casts, way, edge(knots.first()), edge(knots.last()));
        let (odometer_m, verdict) = self.odometer(way, seen_m + unseen_m);
        let unseen_m = unseen_m + self.inferred_m(way, seen_m, &knots);
        let estimate_m = seen_m + unseen_m;
        let claim_m = match (verdict, odometer_m) {
            (Verdict::Odometer, Some(odometer)) => odometer,
            _ => estimate_m,
        };
        let place = |stop: Option<usize>, edge: usize| {
            stop.and_then(|stop| self.casts.get(stop))
                .map_or(track.at(edge).place, |cast| cast.stay.anchor)
        };
        proto::Trip {
            trip_id: id(true, self.device, draft.key),
            device: self.device.to_owned(),
            start_time: Some(stamp(draft.gist.start)),
            end_time: Some(stamp(draft.gist.end)),
            start: Some(self.endpoint(place(way.from_stop, way.first), &way.departed)),
            end: Some(self.endpoint(place(way.to_stop, way.end.saturating_sub(1)), &way.arrived)),
            duration_s,
            distance: Some(proto::Distance {
                estimate_m,
                unseen_m,
                odometer_m,
                claim_m: claim_m.round(),
                verdict: verdict.into(),
            }),
            max_speed_kmh: travel.top_m_s * 3.6,
            mean_speed_kmh: if duration_s > 0.0 {
                estimate_m / duration_s * 3.6
            } else {
                0.0
            },
            legs: self.legs(travel, seen_m),
            halts: self.halts(travel),
            flags: self
                .trip_flags(way, travel)
                .iter()
                .map(|flag| *flag as i32)
                .collect(),
            path: self.path(way, &knots),
            fixes: way.end.saturating_sub(way.first) as u32,
            ongoing: draft.ongoing,
            ..proto::Trip::default()
        }
    }

    /// Metres of the time by which a start that nothing is known before was dated back.
    fn inferred_m(&self, way: &Way, seen_m: f64, knots: &[course::Knot]) -> f64 {
        match (way.from_stop, knots.first(), knots.last()) {
            (None, Some(first), Some(last)) => {
                let pace = travel::pace_m_s(seen_m, last.mark.seconds - first.mark.seconds, self.config);
                pace * (first.mark.seconds - way.departed.at).max(0.0)
            }
            _ => 0.0,
        }
    }

    fn odometer(&self, way: &Way, estimate_m: f64) -> (Option<f64>, Verdict) {
        super::odometer::odometer(self.track, way.first, way.end, estimate_m, self.coarse(way))
    }

    fn coarse(&self, way: &Way) -> bool {
        let mut sigmas: Vec<f64> = self
            .track
            .range(way.first..way.end.max(way.first))
            .iter()
            .map(|mark| mark.sigma)
            .collect();
        sigmas.sort_by(f64::total_cmp);
        sigmas
            .get(sigmas.len() / 2)
            .is_some_and(|median| *median > COARSE_SIGMA_M)
    }

    fn trip_flags(&self, way: &Way, travel: &Travel) -> Vec<Flag> {
        let (departed, arrived) = (&way.departed, &way.arrived);
        let stuck = self.odometer(way, travel.rough_m).1 == Verdict::OdometerStuck;
        // a silence in which the whole way could have happened at any time
        let inferred = way.end <= way.first + 1 && departed.latest - departed.earliest > self.config.gap_s;
        let told = [
            (inferred, Flag::Inferred),
            (travel.gap && !inferred, Flag::Gap),
            (departed.latest - departed.at > INFERRED_S, Flag::InferredStart),
            (arrived.at - arrived.earliest > INFERRED_S, Flag::InferredEnd),
            (stuck, Flag::OdometerStuck),
            (
                touched(&self.track.conflicts, departed.at, arrived.at),
                Flag::IdConflict,
            ),
            (self.coarse(way), Flag::LowConfidence),
            (
                touched(&self.track.jumps, departed.at, arrived.at),
                Flag::JumpsRemoved,
            ),
            (way.from_stop.is_none() || way.to_stop.is_none(), Flag::Edge),
        ];
        told.into_iter()
            .filter(|(applies, _)| *applies)
            .map(|(_, flag)| flag)
            .collect()
    }

    /// Legs whose distances add up to what was seen of the way.
    fn legs(&self, travel: &Travel, seen_m: f64) -> Vec<proto::Leg> {
        let rough_m: f64 = travel.legs.iter().map(|leg| leg.distance_m).sum();
        let scale = if rough_m > 0.0 { seen_m / rough_m } else { 1.0 };
        let mode = |leg: &travel::Leg| match (leg.seen, leg.walk) {
            (false, _) => proto::Mode::Unseen,
            (true, true) => proto::Mode::Walk,
            (true, false) => proto::Mode::Vehicle,
        };
        let leg = |leg: &travel::Leg| proto::Leg {
            mode: mode(leg).into(),
            start_time: Some(stamp(self.track.time(leg.from))),
            end_time: Some(stamp(self.track.time(leg.until))),
            distance_m: leg.distance_m * scale,
        };
        travel.legs.iter().map(leg).collect()
    }

    fn halts(&self, travel: &Travel) -> Vec<proto::Halt> {
        let halt = |pause: &travel::Pause| proto::Halt {
            kind: if pause.wait {
                proto::HaltKind::Wait
            } else {
                proto::HaltKind::Brief
            }
            .into(),
            start_time: Some(stamp(self.track.time(pause.from))),
            end_time: Some(stamp(self.track.time(pause.until))),
            latitude: pause.place.latitude,
            longitude: pause.place.longitude,
        };
        travel.pauses.iter().map(halt).collect()
    }

    fn path(&self, way: &Way, knots: &[course::Knot]) -> Vec<proto::PathPoint> {
        let anchor = |stop: Option<usize>| {
            stop.and_then(|stop| self.casts.get(stop))
                .map(|cast| cast.stay.anchor)
        };
        let point = |place: super::Place, seconds: f64| proto::PathPoint {
            latitude: place.latitude,
            longitude: place.longitude,
            time: Some(stamp(self.track.time(seconds))),
        };
        let line: Vec<Mark> = knots.iter().map(|knot| knot.mark).collect();
        let seen = path::simplified(&line);
        anchor(way.from_stop)
            .map(|place| point(place, way.departed.at))
            .into_iter()
            .chain(
                seen.iter()
                    .map(|mark| point(mark.place, mark.seconds.max(way.departed.at))),
            )
            .chain(anchor(way.to_stop).map(|place| point(place, way.arrived.at)))
            .collect()
    }

    /// What a later analysis that begins within the stop has to know of it.
    pub(crate) fn carry(&self, cast: &Cast) -> Carried {
        let known = |seconds: f64| seconds.is_finite().then(|| self.track.time(seconds));
        let own = || Carried {
            key: self.track.at(cast.stay.first).time,
            from: self.track.time(cast.from.at),
            earliest: known(cast.from.earliest),
            latest: self.track.time(cast.from.latest),
            latitude: cast.stay.anchor.latitude,
            longitude: cast.stay.anchor.longitude,
        };
        self.carried(cast).copied().unwrap_or_else(own)
    }
}

fn touched(times: &[f64], from: f64, until: f64) -> bool {
    times.iter().any(|at| (from..=until).contains(at))
}

/// True when the stay is a stop.
pub(crate) fn is_stop(cast: &&Cast) -> bool {
    cast.role == Role::Stop
}
