//! When a result is due: not while a device goes on driving or standing, but when it may have arrived or left.
//!
//! What is due decides when provisional records are told and what the analyses cost, never what the final ones say.

use serde::{Deserialize, Serialize};

use super::config::Config;
use super::fix::{Fix, Millis};
use super::place::Place;
use super::role::VICINITY_S;

/// Within this distance, and twice what two fixes may be wrong by, a device has not gone on, metres.
const SPOT_M: f64 = 150.0;
/// A stand is looked at this much later than it could be a stop: it began within the spot, not at its edge, milliseconds.
const MARGIN_MS: Millis = 60_000;
/// A stand that persists is looked at again at the latest after this time, milliseconds.
const LONGEST_MS: Millis = 6 * 3_600_000;

/// Where the newest fixes are, and when to look at them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pace {
    /// First fix at the spot: degrees, radius of its accuracy in metres, time.
    spot: Option<(f64, f64, f64, Millis)>,
    /// Time of the next look.
    next: Millis,
}

impl Pace {
    /// Takes the newest fix.
    pub(crate) fn follow(&mut self, fix: &Fix, config: &Config) {
        let here = (fix.latitude(), fix.longitude(), fix.accuracy_m(), fix.time);
        let Some((latitude, longitude, accuracy_m, since)) = self.spot else {
            self.spot = Some(here);
            return;
        };
        let near = SPOT_M + 2.0 * (accuracy_m + fix.accuracy_m());
        if Place::new(latitude, longitude).distance_m(&Place::from(fix)) > near {
            if fix.time - since >= stand(config) {
                // gone: where to is seen a little later
                self.next = self.next.min(fix.time + stop(config));
            }
            self.spot = Some(here);
        }
    }

    /// True when the time up to `newest` is worth an analysis, after one up to `analysed`.
    pub(crate) fn is_due(&self, newest: Millis, analysed: Millis, config: &Config) -> bool {
        let settled = self.spot.is_some_and(|(.., since)| {
            let stop = since + stand(config);
            newest >= stop && analysed < stop
        });
        settled || newest >= self.next
    }

    /// An analysis up to `newest` was made: a stand is looked at again when it has doubled, a way when the stop before
    /// it can be judged.
    pub(crate) fn looked(&mut self, newest: Millis, config: &Config) {
        let stood = self.spot.map_or(0, |(.., since)| newest - since);
        let pause = if stood >= stop(config) {
            stood.min(LONGEST_MS)
        } else {
            (VICINITY_S * 1e3) as Millis
        };
        self.next = newest + pause;
    }
}

fn stop(config: &Config) -> Millis {
    (config.stop_s * 1e3) as Millis
}

fn stand(config: &Config) -> Millis {
    stop(config) + MARGIN_MS
}
