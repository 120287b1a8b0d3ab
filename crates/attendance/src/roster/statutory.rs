//! Which days of the Chinese holidays are statutory: their overtime is a class of its own.
//!
//! The yearly notice lists days off without saying which of them are the holiday itself and which are moved rest
//! days. The regulation on public holidays (State Council Decree 795, in force from 2025; 11 days before) says it:
//! New Year 1 January, Spring Festival the eve (from 2025) and the first three days, Qingming, Labour Day 1 May (and
//! 2 May from 2025), Dragon Boat, Mid-Autumn, National Day 1 to 3 October.

use jiff::ToSpan as _;
use jiff::civil::Date;

/// Year, then month and day of Spring Festival, Qingming, Dragon Boat and Mid-Autumn (Chinese lunisolar calendar).
const FEASTS: [(i16, [(i8, i8); 4]); 7] = [
    (2024, [(2, 10), (4, 4), (6, 10), (9, 17)]),
    (2025, [(1, 29), (4, 4), (5, 31), (10, 6)]),
    (2026, [(2, 17), (4, 5), (6, 19), (9, 25)]),
    (2027, [(2, 6), (4, 5), (6, 9), (9, 15)]),
    (2028, [(1, 26), (4, 4), (5, 28), (10, 3)]),
    (2029, [(2, 13), (4, 4), (6, 16), (9, 22)]),
    (2030, [(2, 3), (4, 5), (6, 5), (9, 12)]),
];

/// True when the day is a statutory holiday in China; false for all days of years outside 2024 to 2030.
#[must_use]
pub(super) fn is_statutory(day: Date) -> bool {
    let Some((_, feasts)) = FEASTS.iter().find(|(year, _)| *year == day.year()) else {
        return false;
    };
    let since_2025 = day.year() >= 2025;
    if matches!((day.month(), day.day()), (1, 1) | (5, 1) | (10, 1..=3))
        || (since_2025 && (day.month(), day.day()) == (5, 2))
    {
        return true;
    }
    let [spring, single @ ..] = feasts;
    let Ok(new_year) = Date::new(day.year(), spring.0, spring.1) else {
        return false;
    };
    let first = new_year.saturating_sub(i64::from(since_2025).days());
    (first..=new_year.saturating_add(2.days())).contains(&day) || single.contains(&(day.month(), day.day()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_has_thirteen_statutory_days_since_2025() {
        // In 2028 Mid-Autumn falls on 3 October, which is one already.
        for (year, expected) in [
            (2024, 11),
            (2025, 13),
            (2026, 13),
            (2027, 13),
            (2028, 12),
            (2029, 13),
            (2030, 13),
        ] {
            let first = Date::new(year, 1, 1).unwrap();
            let count = first
                .series(1.day())
                .take_while(|day| day.year() == year)
                .filter(|day| is_statutory(*day))
                .count();
            assert_eq!(count, expected, "{year}");
        }
    }
}
