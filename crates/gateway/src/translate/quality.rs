use events::position::v1::{Clock, Position, Quality};
use wire::Time;

use super::{Context, timestamp};

/// A fix further ahead of the gateway's clock than this cannot be right (milliseconds).
const FUTURE_MS: i64 = 5 * 60 * 1000;
/// No device of these families was made before 2000-01-01.
const EARLIEST: Time = Time(946_684_800_000);
const HOUR_MS: i64 = 60 * 60 * 1000;
/// How near a difference must be to whole hours to look like a wrong zone rather than a late fix.
const ZONE_SLACK_MS: i64 = 60 * 1000;
/// Zones reach from UTC-12 to UTC+14.
const WIDEST_ZONE_HOURS: i64 = 14;
/// No person or road vehicle is faster.
const FASTEST_KMH: f64 = 300.0;

/// Sets the time of the fix and the clock it is from, and notes what is doubtful about the position.
///
/// A time that is none is replaced by the time of receipt. A wrong-looking time stays as the device said it.
pub(super) fn judge(position: &mut Position, fix_time: Option<Time>, context: &Context<'_>) {
    position.received_at = context.received_at.map(timestamp);
    match fix_time.filter(|time| *time >= EARLIEST) {
        Some(time) => {
            position.fix_time = Some(timestamp(time));
            position.set_clock(if position.valid {
                Clock::Gnss
            } else {
                Clock::Device
            });
            if let Some(received_at) = context.received_at {
                note_time(position, time, received_at);
            }
        }
        None => {
            position.fix_time.clone_from(&position.received_at);
            position.set_clock(Clock::Server);
            position.quality.push(Quality::ImpossibleTime.into());
        }
    }
    if position.latitude == 0.0 && position.longitude == 0.0 {
        position.quality.push(Quality::ZeroCoordinates.into());
    }
    if position.latitude.abs() > 90.0 || position.longitude.abs() > 180.0 {
        position.quality.push(Quality::ImpossibleCoordinates.into());
        position.valid = false;
    }
    if position.speed_kmh.is_some_and(|speed| speed > FASTEST_KMH) {
        position.quality.push(Quality::ImpossibleSpeed.into());
    }
    if context.suspect {
        position.quality.push(Quality::SuspectIdentity.into());
    }
}

fn note_time(position: &mut Position, time: Time, received_at: Time) {
    let ahead = time.0 - received_at.0;
    if ahead > FUTURE_MS {
        position.quality.push(Quality::FutureTime.into());
    }
    let hours = (ahead.abs() + HOUR_MS / 2) / HOUR_MS;
    let off = (ahead.abs() - hours * HOUR_MS).abs();
    // A fix that was kept may be any number of hours old; only fixes sent as fresh ones tell about the zone.
    let fresh = !position.stored;
    if fresh && (1..=WIDEST_ZONE_HOURS).contains(&hours) && off <= ZONE_SLACK_MS {
        position.quality.push(Quality::ZoneSuspect.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use events::origin::v1::Transport;

    const NOW: Time = Time(1_718_418_645_000);

    fn judged(fix_time: Option<i64>, change: impl FnOnce(&mut Position)) -> Position {
        let context = Context {
            device: "1",
            received_at: Some(NOW),
            node: "n",
            generation: 1,
            transport: Transport::Tcp,
            suspect: false,
        };
        let mut position = Position {
            valid: true,
            latitude: 30.5,
            longitude: 114.3,
            ..Position::default()
        };
        change(&mut position);
        judge(&mut position, fix_time.map(Time), &context);
        position
    }

    #[test]
    fn a_sound_fix_has_no_flags() {
        let position = judged(Some(NOW.0 - 2000), |_| {});
        assert_eq!(position.quality, Vec::<i32>::new());
        assert_eq!(position.clock(), Clock::Gnss);
    }

    #[test]
    fn an_eight_hour_offset_is_a_zone_and_a_stored_fix_of_that_age_is_not() {
        let zone = i32::from(Quality::ZoneSuspect);
        assert!(
            judged(Some(NOW.0 - 8 * HOUR_MS - 900), |_| {})
                .quality
                .contains(&zone)
        );
        assert!(
            !judged(Some(NOW.0 - 8 * HOUR_MS - 900), |p| p.stored = true)
                .quality
                .contains(&zone)
        );
        let ahead = judged(Some(NOW.0 + 8 * HOUR_MS), |_| {});
        assert_eq!(ahead.quality, vec![i32::from(Quality::FutureTime), zone]);
    }

    #[test]
    fn no_time_and_times_before_2000_become_the_time_of_receipt() {
        for time in [None, Some(0)] {
            let position = judged(time, |_| {});
            assert_eq!(position.fix_time, Some(timestamp(NOW)));
            assert_eq!(position.clock(), Clock::Server);
            assert_eq!(position.quality, vec![i32::from(Quality::ImpossibleTime)]);
        }
    }

    #[test]
    fn impossible_coordinates_are_kept_and_marked_invalid() {
        let position = judged(Some(NOW.0), |p| p.latitude = 95.0);
        assert!(!position.valid);
        assert_eq!(position.quality, vec![i32::from(Quality::ImpossibleCoordinates)]);
    }
}
