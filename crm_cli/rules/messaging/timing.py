"""When a person is best reached: the next moment that suits, in the zone where the person lives."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo

from crm_cli import choices, clock
from crm_cli.errors import InvalidError

TIMES = {"morning": ("08:00", "12:00"), "afternoon": ("12:00", "17:00"), "evening": ("17:00", "21:00")}
DAYS = tuple(each.value for each in choices.Weekday)
_SPAN = re.compile(r"(\d{1,2}:\d\d)\s*[-–]\s*(\d{1,2}:\d\d)")


def suits(best_time: str | None, preferred_day: str | None, zones: Sequence[str], at: str) -> str | None:
    """The first instant from `at` on that suits a person, None where `at` does or nothing is said.

    Args:
        best_time: `morning`, `afternoon`, `evening` or `HH:MM-HH:MM`; other words say nothing.
        preferred_day: a day of the week.
        zones: where the person lives, and where we do; the first that there is counts.
        at: the instant from which on it may be.
    """
    span, day = _hours(best_time), DAYS.index(preferred_day) if preferred_day in DAYS else None
    if span is None and day is None:
        return None
    first, last = span or (time(), time())
    place = _zone(zones)
    local = datetime.fromisoformat(at).astimezone(place)
    for days in range(-1, 9):
        date = local.date() + timedelta(days=days)
        if day is not None and date.weekday() != day:
            continue
        start = datetime.combine(date, first)
        end = datetime.combine(date + timedelta(days=last <= first), last)
        start, end = (each.replace(tzinfo=place) if place else each.astimezone() for each in (start, end))
        if start <= local < end:
            return None
        if start > local:
            return clock.instant_text(start.astimezone(UTC), UTC)
    return None


def _hours(words: str | None) -> tuple[time, time] | None:
    said = (words or "").strip().lower()
    found = TIMES.get(said)
    if not found and (match := _SPAN.fullmatch(said)):
        found = (match[1], match[2])
    if not found:
        return None
    try:
        first, last = (datetime.strptime(each, "%H:%M").time() for each in found)  # noqa: DTZ007 - a time of day
    except ValueError:
        return None
    return first, last


def _zone(zones: Sequence[str]) -> tzinfo | None:
    for zone in filter(None, zones):
        try:
            return clock.zone_of(zone)
        except InvalidError:
            continue
    return clock.zone_of("")
