//! Where the next analysis begins, so that it need not look at everything again.

use serde::{Deserialize, Serialize};

use super::config::Config;
use super::fix::Millis;
use super::report::{Carried, Reporter, is_stop};
use super::role::{self, Cast};

/// An analysis begins at most this long before the end of the last sure stop, milliseconds.
pub(super) const RUN_UP_MS: Millis = 900_000;

/// Where an analysis may begin instead of at the oldest fix: within a stop.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Begin {
    pub(super) time: Millis,
    pub(super) carried: Carried,
}

/// The last stop whose role nothing newer can change.
pub(super) fn next_begin(reporter: &Reporter<'_>, config: &Config) -> Option<Begin> {
    let (track, newest) = (reporter.track, reporter.track.len().saturating_sub(1));
    let sure = |cast: &&Cast| {
        cast.until.at - cast.from.at > config.wait_s
            || track.at(newest).seconds > cast.until.at + role::VICINITY_S
    };
    let cast = reporter.casts.iter().filter(is_stop).rfind(sure)?;
    begin_in(reporter, cast, track.at(cast.stay.last).time - RUN_UP_MS)
}

/// The last stop that began before `oldest`, from about then on.
pub(super) fn front(reporter: &Reporter<'_>, oldest: Millis) -> Option<Begin> {
    let track = reporter.track;
    let old = |cast: &&Cast| track.at(cast.stay.first).time <= oldest;
    let cast = reporter.casts.iter().filter(is_stop).rfind(old)?;
    begin_in(
        reporter,
        cast,
        oldest.min(track.at(cast.stay.last).time - RUN_UP_MS),
    )
}

/// The first fix of a stop from `time` on that is surely at its place.
fn begin_in(reporter: &Reporter<'_>, cast: &Cast, time: Millis) -> Option<Begin> {
    let track = reporter.track;
    let marks = track.range(cast.stay.first..cast.stay.last + 1);
    let mark = marks
        .iter()
        .find(|mark| mark.time >= time && cast.stay.holds(mark, reporter.config.wander_m))?;
    Some(Begin {
        time: mark.time,
        carried: reporter.carry(cast),
    })
}
