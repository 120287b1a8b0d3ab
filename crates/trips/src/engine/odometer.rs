//! The device's own odometer beside the estimate from the fixes, and which of the two a claim may use.

use events::trip::v1::Verdict;

use super::track::{Mark, Track};

/// The two agree within this share of the estimate.
const AGREE: f64 = 0.1;
/// An odometer that counts less than this share of the estimate does not move.
const STUCK: f64 = 0.01;
/// Readings further than this many seconds from start or end say nothing about the trip.
const BESIDE_S: f64 = 1800.0;

/// Difference of the odometer between the readings that enclose fixes `first..end`, and the verdict on it.
pub(crate) fn odometer(
    track: &Track,
    first: usize,
    end: usize,
    estimate_m: f64,
    coarse: bool,
) -> (Option<f64>, Verdict) {
    let close = |mark: &&Mark, seconds: f64| (mark.seconds - seconds).abs() <= BESIDE_S;
    let before = first
        .checked_sub(1)
        .map(|before| track.at(before))
        .filter(|mark| close(mark, track.at(first).seconds))
        .and_then(|mark| mark.odometer);
    let behind = Some(track.at(end))
        .filter(|mark| end > 0 && close(mark, track.at(end - 1).seconds))
        .and_then(|mark| mark.odometer);
    let within = track.range(first..end).iter().filter_map(|mark| mark.odometer);
    let readings: Vec<f64> = before.into_iter().chain(within).chain(behind).collect();
    let (Some(low), Some(high), true) = (readings.first(), readings.last(), readings.len() >= 2) else {
        return (
            None,
            if coarse {
                Verdict::Unusable
            } else {
                Verdict::FixesOnly
            },
        );
    };
    let falls = readings.iter().zip(readings.iter().skip(1)).any(|(a, b)| b < a);
    let risen = high - low;
    let verdict = if falls {
        Verdict::OdometerFalls
    } else if risen < STUCK * estimate_m {
        Verdict::OdometerStuck
    } else if coarse {
        Verdict::Unusable
    } else if (risen - estimate_m).abs() <= AGREE * estimate_m {
        Verdict::Odometer
    } else {
        Verdict::OdometerDiffers
    };
    ((!falls).then_some(risen), verdict)
}
