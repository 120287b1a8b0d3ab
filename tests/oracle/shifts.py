#!/usr/bin/env python3
"""When shifts begin and end by Python's zoneinfo, around every change of a clock from 2020 to 2030.

Prints a line for each zone and day: zone, day, and begin and end in Unix seconds of the shifts 22:00-06:00 and
18:30-02:30. A local time that the clock leaps over is read as if it had not leapt, one that comes twice as the first.
"""

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

FIRST, LAST = date(2020, 1, 1), date(2031, 1, 1)
SHIFTS = ((time(22, 0), time(6, 0)), (time(18, 30), time(2, 30)))


def offset(day, zone):
    return datetime.combine(day, time(12), timezone.utc).astimezone(zone).utcoffset()


def changes(zone):
    """Days on which the offset is another than on the day before. No clock is changed twice within a week."""
    week, day = FIRST, timedelta(days=1)
    while week <= LAST:
        end = week + 7 * day
        if offset(week, zone) != offset(end, zone):
            days = (week + number * day for number in range(1, 8))
            yield from (found for found in days if offset(found, zone) != offset(found - day, zone))
        week = end


def second(day, clock, zone):
    return int(datetime.combine(day, clock, zone).timestamp())


def main():
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        days = {change + timedelta(days=off) for change in changes(zone) for off in (-2, -1, 0)}
        for day in sorted(days):
            times = []
            for start, end in SHIFTS:
                times += [second(day, start, zone), second(day + timedelta(days=1), end, zone)]
            print(name, day, *times)


main()
