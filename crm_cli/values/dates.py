"""Days, instants and spans as people write them, stored as ISO text: `2026-11-05`, `2026-11-05T09:30:00Z`.

A local time that a clock change skips or repeats is read with the offset before the change.
"""

import re
from contextlib import suppress
from datetime import date, datetime, time, timedelta

from crm_cli import clock
from crm_cli.clock import now, today
from crm_cli.errors import InvalidError
from crm_cli.values import jalali
from crm_cli.values.date_text import ORDERS, OrderSeen, absolute_day, order_of, plain, split_time

__all__ = [
    "ORDERS",
    "OrderSeen",
    "Span",
    "add_months",
    "has_time",
    "local_day",
    "local_instant",
    "next_day",
    "next_second",
    "now",
    "order_of",
    "parse_day",
    "parse_instant",
    "period",
    "today",
]

Span = tuple[str | None, str | None]
"""First and last day, both included, as ISO text; None is an open end."""

_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS = {name[:length]: n for n, name in enumerate(_WEEK) for length in range(3, len(name) + 1)}
_WORDS = {"today": 0, "yesterday": -1, "tomorrow": 1}
_UNITS = {"d": 1, "w": 7, "m": 1, "y": 12}
# Texts, not compiled patterns: a command pays for one when it first needs it.
_ISO_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ISO_INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
_ISO_LOCAL = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?"
_SHIFT = r"([+-])([0-9]{1,5})([dwmy])"
_IN = r"in (?P<in>[0-9]{1,5}) (?P<unit>day|week|month|year)s?|(?P<ago>[0-9]{1,5}) (?P<past>day|week|month|year)s? ago"
_NAMED = r"(last|previous|this|current|next)[- ](week|month|quarter|year)"
_LAST = r"(?:last|past)[- ]([0-9]{1,5}[dwmy])"
_CALENDAR = r"([0-9]{4})(?:-?q([1-4])|-w([0-9]{2})|-([0-9]{2}))?"
_STEPS = {"last": -1, "previous": -1, "this": 0, "current": 0, "next": 1}
_EXAMPLES = "2026-11-05, 2026-11, 2026-Q3, 2026, last-month, this-year or 2026-01..2026-03"


def parse_day(
    text: str, *, today: date, order: str | None = None, words: bool = True, calendar: str | None = None
) -> str:
    """Give the day that a text names as `YYYY-MM-DD`.

    Args:
        text: ISO (`2026-11-05`, `2026/11/5`, `20261105`), with a month's name (`15 Apr 2021`), in numbers
            (`5/11/2026`), Jalali (`1405/08/14`), or, when `words`, `today`, `fri` (the next one after
            today), `+30d`, `-2w`, `+3m`, `+1y`, `in 3 days`, `2 weeks ago`. A time of day after it is ignored.
        today: the day that words count from.
        order: `dmy`, `mdy` or `ymd` where numbers do not settle it.
        words: whether relative words are allowed.
        calendar: `gregorian` or `jalali` where a file is said to keep it; else the year tells.

    Raises:
        InvalidError: no such day, or a day that may be two.
    """
    if re.fullmatch(_ISO_DAY, text) and not jalali.is_meant(int(text[:4]), calendar):
        return _checked(text)
    said = plain(text)
    if words and (day := _relative(said, today)):
        return day
    absolute = absolute_day(split_time(said)[0], order, calendar)
    if absolute is None:
        raise InvalidError(f'"{text}" is not a date; write one like 2026-11-05, today, fri or +30d')
    return absolute


def parse_instant(
    text: str, *, zone: str, order: str | None = None, today: date | None = None, calendar: str | None = None
) -> str:
    """Give the instant that a text names as `YYYY-MM-DDTHH:MM:SSZ`.

    Without an offset it is local time of `zone`; without a time the day's first moment there. Fractions of a
    second are dropped. `now`, and words for days as in `parse_day`, count from `today`, else from the clock.

    Raises:
        InvalidError: no such instant, or a day that may be two.
    """
    if re.fullmatch(_ISO_INSTANT, text) and not jalali.is_meant(int(text[:4]), calendar):
        return _checked(text)
    if found := local_instant(text, zone, calendar):
        return found
    said = plain(text)
    if said == "now":
        return now(zone)
    day, moment, offset = split_time(said)
    try:
        counted = today or clock.today(zone)
        start = date.fromisoformat(parse_day(day, today=counted, order=order, calendar=calendar))
    except InvalidError as error:
        raise InvalidError(str(error).replace(f'"{day}"', f'"{text}"', 1)) from None
    local = datetime.combine(start, moment or time())
    try:
        return clock.instant_text(local, offset or clock.zone_of(zone))
    except (OverflowError, ValueError):
        raise InvalidError(f'"{text}" lies outside the calendar; write one like 2026-11-05 09:30') from None


def local_instant(text: str, zone: str, calendar: str | None) -> str | None:
    """The instant of a local time in ISO form, on a day through which the zone keeps its offset; else None."""
    if re.fullmatch(_ISO_LOCAL, text) and not jalali.is_meant(int(text[:4]), calendar):
        with suppress(ValueError, OverflowError):
            if (ahead := clock.offset_of(text[:10], zone)) is not None:
                return (datetime.fromisoformat(text) - ahead).isoformat() + "Z"
    return None


def period(text: str, *, today: date, week_start: int = 0, order: str | None = None) -> Span:
    """Give the first and the last day of a span, either None where it is open.

    Args:
        text: a day as `parse_day` takes it, `2026-11`, `2026-Q3`, `2026`, `2026-W07` (an ISO week), `1405-08`,
            `last-`, `this-` or `next-` with week, month, quarter or year, `last-30d` (the days since then,
            today included), or a range `A..B`, `A..`, `..B` of such.
        today: the day that words count from.
        week_start: 0 for Monday to 6 for Sunday.
        order: how days of numbers are written, as `parse_day` takes it.

    Raises:
        InvalidError: no such span, or one that ends before it begins.
    """
    said = plain(text)
    if ".." not in said:
        return _single(text, said, today, week_start, order)
    first, last = (part.strip() for part in said.split("..", 1))
    if not first and not last:
        raise InvalidError(f'"{text}" names no day; write {_EXAMPLES}')
    start = _single(text, first, today, week_start, order)[0] if first else None
    end = _single(text, last, today, week_start, order)[1] if last else None
    if start and end and start > end:
        raise InvalidError(f'"{text}" ends before it begins; write the earlier day first')
    return start, end


def local_day(instant: str, zone: str) -> str:
    """The day on which an instant (`…Z`) falls in a zone, as `YYYY-MM-DD`."""
    moment = datetime.fromisoformat(instant)
    return moment.astimezone(clock.zone_of(zone)).date().isoformat()


def next_day(day: str) -> str:
    """The day after a day, both as `YYYY-MM-DD`."""
    return (date.fromisoformat(day) + timedelta(1)).isoformat()


def has_time(text: str) -> bool:
    """Whether a text names a time of day, or the present moment."""
    said = plain(text)
    return said == "now" or split_time(said)[1] is not None


def next_second(instant: str) -> str:
    """The instant a second later, both as `YYYY-MM-DDTHH:MM:SSZ`."""
    later = datetime.fromisoformat(instant).replace(tzinfo=None) + timedelta(seconds=1)
    return later.isoformat(timespec="seconds") + "Z"


def add_months(day: date, months: int) -> date:
    """The same day some months on, or the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, _month_end(first).day))


def _relative(said: str, today: date) -> str | None:
    """The day of a word that counts from today."""
    if (days := _WORDS.get(said)) is not None:
        return (today + timedelta(days)).isoformat()
    if (weekday := _WEEKDAYS.get(said)) is not None:
        return (today + timedelta((weekday - today.weekday() - 1) % 7 + 1)).isoformat()
    if told := re.fullmatch(_IN, said):
        said = f"+{told['in']}{told['unit'][0]}" if told["in"] else f"-{told['ago']}{told['past'][0]}"
    if not (shift := re.fullmatch(_SHIFT, said)):
        return None
    number, unit = int(shift[1] + shift[2]), shift[3]
    try:
        if unit in "dw":
            return (today + timedelta(number * _UNITS[unit])).isoformat()
        return add_months(today, number * _UNITS[unit]).isoformat()
    except (OverflowError, ValueError):
        raise InvalidError(f'"{said}" leads outside the calendar; write a nearer day') from None


def _single(text: str, said: str, today: date, week_start: int, order: str | None) -> Span:
    try:
        if found := re.fullmatch(_NAMED, said):
            return _around(today, _STEPS[found[1]], found[2], week_start)
        if found := re.fullmatch(_LAST, said):
            return parse_day("-" + found[1], today=today), today.isoformat()
        if found := re.fullmatch(_CALENDAR, said):
            return _calendar(found)
    except (ValueError, OverflowError):
        raise InvalidError(f'"{text}" is no span of the calendar; write {_EXAMPLES}') from None
    try:
        day = parse_day(said, today=today, order=order)
    except InvalidError as error:
        if "is not a date" not in str(error):
            raise
        raise InvalidError(f'"{text}" is not a date or period; write {_EXAMPLES}') from None
    return day, day


def _calendar(found: re.Match[str]) -> Span:
    """The span of a year or of its quarter, week or month."""
    year, quarter, week, month = found.groups()
    if jalali.is_meant(int(year), None):
        if week or quarter:
            raise ValueError(year)
        return jalali.span(int(year), int(month) if month else None)
    if week:
        monday = date.fromisocalendar(int(year), int(week), 1)
        return monday.isoformat(), (monday + timedelta(6)).isoformat()
    if quarter:
        return _months(date(int(year), int(quarter) * 3 - 2, 1), 3)
    if month:
        return _months(date(int(year), int(month), 1), 1)
    return f"{date(int(year), 1, 1)}", f"{date(int(year), 12, 31)}"


def _around(today: date, step: int, unit: str, week_start: int) -> Span:
    """The week, month, quarter or year of today, or the one before or after."""
    if unit == "week":
        first = today - timedelta((today.weekday() - week_start) % 7) + timedelta(7 * step)
        return first.isoformat(), (first + timedelta(6)).isoformat()
    length = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = today.replace(month=(today.month - 1) // length * length + 1, day=1)
    return _months(add_months(first, length * step), length)


def _months(first: date, months: int) -> Span:
    """A span of whole months from the first day of one."""
    return first.isoformat(), _month_end(add_months(first, months - 1)).isoformat()


def _month_end(day: date) -> date:
    in_next = day.replace(day=28) + timedelta(4)
    return in_next - timedelta(in_next.day)


def _checked(text: str) -> str:
    """A text in our own form, if the calendar has it."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise InvalidError(f'"{text}" is no day or time of the calendar; write one like 2026-11-05') from None
    return text
