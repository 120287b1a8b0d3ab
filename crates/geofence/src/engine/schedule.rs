use events::fence::v1 as proto;
use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

/// Weekly times at which a fence is watched, in a time zone.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Schedule {
    zone: TimeZone,
    windows: Vec<Window>,
}

/// A span of local time that begins on some days of the week.
#[derive(Debug, Clone, PartialEq)]
struct Window {
    /// Monday first.
    days: [bool; 7],
    start: Time,
    end: Time,
}

/// Begins of windows that are reported at most for one stay, so that a clock gone wrong cannot ask for thousands.
const MOST_DAYS: usize = 31;

impl Schedule {
    /// Reads a definition.
    pub(crate) fn read(schedule: &proto::Schedule) -> Result<Self, String> {
        let zone = if schedule.time_zone.is_empty() {
            TimeZone::UTC
        } else {
            TimeZone::get(&schedule.time_zone).map_err(|_| {
                format!(
                    "expected an IANA time zone such as Asia/Shanghai, found {:?}",
                    schedule.time_zone
                )
            })?
        };
        if schedule.windows.is_empty() {
            return Err("expected at least one window in the schedule, found none".into());
        }
        let windows = schedule
            .windows
            .iter()
            .map(Window::read)
            .collect::<Result<_, _>>()?;
        Ok(Self { zone, windows })
    }

    /// True when the fence is watched at that time, Unix milliseconds. A window has its start and not its end.
    pub(crate) fn covers(&self, time: i64) -> bool {
        let Some(today) = self.date(time) else {
            return false;
        };
        // A window over midnight began yesterday.
        [today.yesterday().ok(), Some(today)]
            .into_iter()
            .flatten()
            .any(|day| {
                self.windows
                    .iter()
                    .filter_map(|window| self.span(window, day))
                    .any(|(start, end)| start <= time && time < end)
            })
    }

    /// Begins of windows after `after` and up to `until`, Unix milliseconds, in order. A window that follows another
    /// without a pause does not begin anew.
    pub(crate) fn begins(&self, after: i64, until: i64) -> Vec<i64> {
        let mut begins = Vec::new();
        let Some(mut day) = self.date(after).filter(|_| after < until) else {
            return begins;
        };
        for _ in 0..MOST_DAYS {
            for (start, _) in self.windows.iter().filter_map(|window| self.span(window, day)) {
                if start > after && start <= until && !self.covers(start - 1) {
                    begins.push(start);
                }
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            if self
                .instant(day, Time::midnight())
                .is_none_or(|midnight| midnight > until)
            {
                break;
            }
        }
        begins.sort_unstable();
        begins.dedup();
        begins
    }

    fn date(&self, time: i64) -> Option<Date> {
        let instant = Timestamp::from_millisecond(time).ok()?;
        Some(self.zone.to_datetime(instant).date())
    }

    fn span(&self, window: &Window, day: Date) -> Option<(i64, i64)> {
        let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).ok()?;
        if !window.days.get(weekday).copied().unwrap_or(false) {
            return None;
        }
        let last = if window.end > window.start {
            day
        } else {
            day.tomorrow().ok()?
        };
        Some((self.instant(day, window.start)?, self.instant(last, window.end)?))
    }

    /// A local time that the clocks skip counts as the moment after the gap; one that comes twice, as its first.
    fn instant(&self, day: Date, time: Time) -> Option<i64> {
        let timestamp = self
            .zone
            .to_ambiguous_timestamp(day.to_datetime(time))
            .compatible()
            .ok()?;
        Some(timestamp.as_millisecond())
    }
}

impl Window {
    fn read(window: &proto::Window) -> Result<Self, String> {
        let mut days = [window.days.is_empty(); 7];
        for day in window.days() {
            let number = match day {
                proto::Weekday::Unspecified => return Err("expected a day of the week, found none".into()),
                proto::Weekday::Monday => Weekday::Monday,
                proto::Weekday::Tuesday => Weekday::Tuesday,
                proto::Weekday::Wednesday => Weekday::Wednesday,
                proto::Weekday::Thursday => Weekday::Thursday,
                proto::Weekday::Friday => Weekday::Friday,
                proto::Weekday::Saturday => Weekday::Saturday,
                proto::Weekday::Sunday => Weekday::Sunday,
            }
            .to_monday_zero_offset();
            if let Some(day) = usize::try_from(number)
                .ok()
                .and_then(|number| days.get_mut(number))
            {
                *day = true;
            }
        }
        Ok(Self {
            days,
            start: time_of_day(&window.start)?,
            end: time_of_day(&window.end)?,
        })
    }
}

/// `HH:MM` or `HH:MM:SS`; `24:00` is the midnight at the end of the day.
fn time_of_day(text: &str) -> Result<Time, String> {
    if text == "24:00" {
        return Ok(Time::midnight());
    }
    let unusable = || format!("expected a local time as HH:MM, found {text:?}");
    let mut parts = text.split(':').map(|part| part.parse::<i8>().ok());
    let hour = parts.next().flatten().ok_or_else(unusable)?;
    let minute = parts.next().flatten().ok_or_else(unusable)?;
    let second = parts
        .next()
        .map_or(Some(0), |second| second)
        .ok_or_else(unusable)?;
    Time::new(hour, minute, second, 0).map_err(|_| unusable())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(zone: &str, days: &[proto::Weekday], start: &str, end: &str) -> Schedule {
        Schedule::read(&proto::Schedule {
            time_zone: zone.into(),
            windows: vec![proto::Window {
                days: days.iter().map(|day| (*day).into()).collect(),
                start: start.into(),
                end: end.into(),
            }],
        })
        .unwrap()
    }

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    const WORK_DAYS: [proto::Weekday; 5] = [
        proto::Weekday::Monday,
        proto::Weekday::Tuesday,
        proto::Weekday::Wednesday,
        proto::Weekday::Thursday,
        proto::Weekday::Friday,
    ];

    #[test]
    fn office_hours_begin_on_work_days_only() {
        let office = schedule("Asia/Shanghai", &WORK_DAYS, "08:00", "18:00");
        // 2026-03-06 is a Friday.
        assert!(!office.covers(at("2026-03-06T07:59:59.999+08:00")));
        assert!(office.covers(at("2026-03-06T08:00:00+08:00")));
        assert!(!office.covers(at("2026-03-06T18:00:00+08:00")));
        assert!(!office.covers(at("2026-03-07T10:00:00+08:00")));
        assert_eq!(
            office.begins(at("2026-03-05T09:00:00+08:00"), at("2026-03-09T08:00:00+08:00")),
            [at("2026-03-06T08:00:00+08:00"), at("2026-03-09T08:00:00+08:00")]
        );
    }

    #[test]
    fn a_night_reaches_into_the_next_day_and_over_a_clock_change() {
        let night = schedule("Europe/Berlin", &[], "22:00", "06:00");
        assert!(night.covers(at("2026-03-29T05:59:00+02:00")));
        assert!(!night.covers(at("2026-03-29T06:00:00+02:00")));
        assert_eq!(
            night
                .begins(at("2026-03-28T00:00:00+01:00"), at("2026-03-29T23:00:00+02:00"))
                .len(),
            2
        );
    }

    #[test]
    fn the_whole_week_begins_once() {
        let always = schedule("UTC", &[], "00:00", "24:00");
        assert!(always.covers(at("2026-03-29T00:00:00Z")));
        assert_eq!(
            always.begins(at("2026-03-01T00:00:00Z"), at("2026-03-05T00:00:00Z")),
            [0_i64; 0]
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let bad = |zone: &str, start: &str| {
            Schedule::read(&proto::Schedule {
                time_zone: zone.into(),
                windows: vec![proto::Window {
                    days: vec![],
                    start: start.into(),
                    end: "18:00".into(),
                }],
            })
            .unwrap_err()
        };
        assert_eq!(
            bad("Mars/Base", "08:00"),
            "expected an IANA time zone such as Asia/Shanghai, found \"Mars/Base\""
        );
        assert_eq!(
            bad("", "8 o'clock"),
            "expected a local time as HH:MM, found \"8 o'clock\""
        );
        assert_eq!(
            bad("", "25:00"),
            "expected a local time as HH:MM, found \"25:00\""
        );
    }
}
