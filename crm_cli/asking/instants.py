"""Instants as reports count them: on which day of a zone they fall, and whether they lie in a span of days."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from crm_cli import clock
from crm_cli.values.dates import local_day


def days(zone: str) -> Callable[[str | None], str | None]:
    """The function from an instant (ISO text) to its day in a zone; nothing of nothing.

    A day takes longer to tell than to read: it is told once for each hour, unless the day turns within that hour.
    """

    @lru_cache(maxsize=200_000)  # the hours of 22 years
    def of_hour(hour: str) -> str | None:
        first, last = (local_day(f"{hour}:{rest}Z", zone) for rest in ("00:00", "59:59"))
        return first if first == last else None

    def day(instant: str | None) -> str | None:
        return (of_hour(instant[:13]) or local_day(instant, zone)) if instant else None

    return day


def within(column: str, since: str | None, until: str, zone: str) -> str:
    """The condition, in SQL, that an instant lies between the beginning of a day, if any, and the end of another."""
    end = f"{column} < '{_begin(date.fromisoformat(until) + timedelta(1), zone)}'"
    return f"{column} >= '{_begin(date.fromisoformat(since), zone)}' AND {end}" if since else end


def _begin(day: date, zone: str) -> str:
    return clock.instant_text(datetime.combine(day, time()), clock.zone_of(zone))
