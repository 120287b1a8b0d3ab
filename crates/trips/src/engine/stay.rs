//! Stays: what the story says, with an anchor, joined where nothing worth a trip lies between, and exact to the fix.

use super::config::Config;
use super::place::Place;
use super::story::{Kind, Sample, Span};
use super::track::{Mark, Track};

/// Fixes further from an anchor than this many standard deviations do not move it.
const STRAY: f64 = 3.0;
/// An anchor is no better known than this share of the variance of its fixes, since their errors are alike.
const ANCHOR_SHARE: f64 = 20.0;
/// A stay may be off by a slot or two against its fixes, seconds.
const SLACK_S: f64 = 90.0;

/// Time at one place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stay {
    /// First fix at the place.
    pub first: usize,
    /// Last fix at the place.
    pub last: usize,
    /// Mean of the fixes, weighted by their accuracy.
    pub anchor: Place,
    /// Typical standard deviation of its fixes, metres per axis.
    pub sigma: f64,
}

impl Stay {
    /// The stay over the fixes `first..=last`.
    fn over(track: &Track, config: &Config, first: usize, last: usize) -> Self {
        let marks = track.range(first..last + 1);
        let best = marks.iter().fold(
            track.at(first),
            |best, mark| if mark.sigma < best.sigma { mark } else { best },
        );
        let (mut anchor, mut sigma) = (best.place, best.sigma);
        for _ in 0..2 {
            let (mut weights, mut east, mut north, mut sigmas) = (0.0, 0.0, 0.0, 0.0);
            for mark in marks {
                let variance = mark.sigma * mark.sigma + config.wander_m * config.wander_m;
                let (x, y) = anchor.offset_m(&mark.place);
                if x * x + y * y <= STRAY * STRAY * variance {
                    weights += 1.0 / variance;
                    east += x / variance;
                    north += y / variance;
                    sigmas += mark.sigma / variance;
                }
            }
            if weights > 0.0 {
                anchor = anchor.moved_m(east / weights, north / weights);
                sigma = sigmas / weights;
            }
        }
        Self {
            first,
            last,
            anchor,
            sigma,
        }
    }

    /// True when the fix is at the place as far as its error tells.
    pub(crate) fn holds(&self, mark: &Mark, still_m: f64) -> bool {
        let anchor = self.sigma * self.sigma / ANCHOR_SHARE;
        mark.place.square_m2(&self.anchor) <= 4.0 * (mark.sigma * mark.sigma + still_m * still_m + anchor)
    }
}

/// Metres that the fixes from `first` up to `end` surely lead away from the stays at both sides.
pub(crate) fn reach(
    track: &Track,
    before: Option<&Stay>,
    behind: Option<&Stay>,
    first: usize,
    end: usize,
) -> f64 {
    let marks = track.range(first..end.max(first));
    let away = |place: &Place| {
        marks
            .iter()
            .map(|mark| mark.place.distance_m(place) - 2.0 * mark.sigma)
            .fold(0.0, f64::max)
    };
    match (before, behind) {
        (Some(a), Some(b)) => {
            let apart = a.anchor.distance_m(&b.anchor) - 2.0 * a.sigma.hypot(b.sigma);
            away(&a.anchor).min(away(&b.anchor)).max(apart)
        }
        (Some(stay), None) | (None, Some(stay)) => away(&stay.anchor),
        (None, None) => marks
            .first()
            .map_or(0.0, |head| away(&head.place) - 2.0 * head.sigma),
    }
}

/// The stays of a story.
pub(crate) fn stays(track: &Track, samples: &[Sample], spans: &[Span], config: &Config) -> Vec<Stay> {
    let fix = |sample: usize| samples.get(sample).map_or(0, |sample| sample.fix);
    let mut stays: Vec<Stay> = Vec::new();
    for span in spans.iter().filter(|span| span.kind == Kind::Stay) {
        let stay = Stay::over(track, config, fix(span.first), fix(span.last));
        match stays.last_mut() {
            Some(before) if belong_together(track, before, &stay, config) => {
                *before = Stay::over(track, config, before.first, stay.last);
            }
            _ => stays.push(stay),
        }
    }
    if let Some(stay) = stays.first_mut()
        && reach(track, None, Some(stay), 0, stay.first) < config.trip_m
    {
        stay.first = 0;
    }
    if let Some(stay) = stays.last_mut()
        && reach(track, Some(stay), None, stay.last + 1, track.len()) < config.trip_m
    {
        stay.last = track.len().saturating_sub(1);
    }
    fit(track, &mut stays, config);
    stays
}

/// True when nothing worth a trip lies between two stays at nearly one place.
fn belong_together(track: &Track, before: &Stay, behind: &Stay, config: &Config) -> bool {
    let apart = before.anchor.distance_m(&behind.anchor);
    apart < config.trip_m / 2.0 + 2.0 * before.sigma.hypot(behind.sigma)
        && reach(track, Some(before), Some(behind), before.last + 1, behind.first) < config.trip_m
}

/// Moves the ends of the stays to the first and the last fix that is at the place.
fn fit(track: &Track, stays: &mut [Stay], config: &Config) {
    let mut low = 0;
    let nexts: Vec<usize> = stays
        .iter()
        .skip(1)
        .map(|stay| stay.first)
        .chain([track.len()])
        .collect();
    for (stay, high) in stays.iter_mut().zip(nexts) {
        let probe = *stay;
        let at_place = |at: usize| probe.holds(track.at(at), config.still_m);
        let brief = |from: usize, to: usize| (track.at(to).seconds - track.at(from).seconds).abs() <= SLACK_S;
        while let Some(at) = (stay.last + 1..high)
            .take_while(|at| *at == stay.last + 1 || brief(stay.last, *at))
            .find(|at| at_place(*at))
        {
            stay.last = at;
        }
        while high < track.len() && stay.last > stay.first && !at_place(stay.last) && brief(stay.last, high) {
            stay.last -= 1;
        }
        while stay.first > low && at_place(stay.first - 1) {
            stay.first -= 1;
        }
        while low > 0 && stay.first < stay.last && !at_place(stay.first) && brief(stay.first, low - 1) {
            stay.first += 1;
        }
        low = stay.last + 1;
    }
}
