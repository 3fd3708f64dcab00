"""Working hours as people write them, and back: of a week, of a day, of days unlike their weekday.

A week is `mon-fri 09:00-12:30,13:30-17:00; sat 10:00-14:00` or `24x7`; days that it does not name are free.
It may begin on any day (`sat-wed`), and hours may pass midnight (`22:00-06:00`): they belong to the day on
which they begin.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from crm_cli.errors import InvalidError

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = 24 * 60  # minutes
CLOSED = "closed"
ALWAYS = "24x7"
LONGEST = 366  # days of a range
SHORTEST = 2  # letters that tell a day of the week
LAST_MINUTE = 59
_ALWAYS = re.compile(r"24\s*[x×/*]\s*7")
_SPAN = re.compile(r"(\d{1,2})(?::(\d\d))?\s*[-–]\s*(\d{1,2})(?::(\d\d))?")
_BETWEEN = re.compile(r"\s*[-–]\s*")
_PART = re.compile(r"(\D*?)\s*(closed|\d.*)", re.DOTALL)
_EXCEPTION = re.compile(r"(\S+?)(?:\s*\.\.\s*(\S+))?\s+(closed|\d[\d:,\s–-]*\d)(?:\s+(.*))?", re.DOTALL)

Span = tuple[int, int]
"""Minutes after the midnight that a day begins with, from and until; the end may lie in the next day."""
Spans = tuple[Span, ...]
Week = tuple[Spans, ...]
"""The hours of each day, Monday first."""
WHOLE: Week = (((0, DAY),),) * 7


def parse_week(text: str) -> Week:
    """The hours of a week.

    Raises:
        InvalidError: a word that is no day, hours that are none, or a week without any working time.
    """
    if _ALWAYS.fullmatch(text.strip().lower()):
        return WHOLE
    week: list[list[Span]] = [[] for _ in DAYS]
    for part in re.split(r"[;\n]", text.lower()):
        if not part.strip():
            continue
        found = _PART.fullmatch(part.strip())
        if not found or not found[1].strip():
            raise InvalidError(
                f'"{part.strip()}" names no days and hours; write them like mon-fri 09:00-17:00'
            )
        spans = parse_day(found[2])
        for day in _days(found[1]):
            week[day] += spans
    if not any(week):
        raise InvalidError("a week without any working hours meets no deadline; write some, or 24x7")
    return tuple(_united(spans) for spans in week)


def parse_day(text: str) -> Spans:
    """The hours of a day: `09:00-12:30,13:30-17:00`, or `closed`.

    Raises:
        InvalidError: they are no hours.
    """
    if text.strip().lower() == CLOSED:
        return ()
    return _united(_span(part.strip()) for part in text.split(","))


def week_text(week: Week) -> str:
    """A week as it is stored: days of the same hours together, in the order of the week."""
    if week == WHOLE:
        return ALWAYS
    said = []
    for spans in dict.fromkeys(filter(None, week)):
        runs = list(_runs([day for day, each in enumerate(week) if each == spans]))
        said.append(f"{','.join(runs)} {day_text(spans)}")
    return "; ".join(said)


def day_text(spans: Spans) -> str:
    """The hours of a day as they are stored."""
    return ",".join(f"{_clock(begin)}-{_clock(end, last=True)}" for begin, end in spans) or CLOSED


def parse_exceptions(text: str) -> Iterator[tuple[str, str | None, str, str | None]]:
    """Days unlike their weekday as texts: the first, the last of a range, the hours, the name.

    Raises:
        InvalidError: an entry that names no day or no hours.
    """
    for part in re.split(r"[;\n]", text):
        if not part.strip():
            continue
        found = _EXCEPTION.fullmatch(part.strip())
        if not found:
            raise InvalidError(
                f'"{part.strip()}" is no day with hours; write it like 2026-12-24 09:00-12:00 or 2026-12-31 closed'
            )
        yield found[1], found[2], found[3], found[4]


def span_of_days(first: str, last: str | None) -> list[str]:
    """Every day from the first to the last, as ISO text.

    Raises:
        InvalidError: the last comes before the first, or more than a year after it.
    """
    begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
    if not 0 <= (end - begin).days < LONGEST:
        raise InvalidError(f"{first}..{last}: give the earlier day first, and at most a year")
    return [(begin + timedelta(days=number)).isoformat() for number in range((end - begin).days + 1)]


def _days(text: str) -> Iterator[int]:
    """The days that a text names: `mon`, `sat-wed`, `mon,wed,fri`."""
    for part in filter(None, re.split(r"[,:\s]+", _BETWEEN.sub("-", text))):
        begin, _, end = part.partition("-")
        first, last = _day(begin), _day(end or begin)
        yield from ((first + step) % 7 for step in range((last - first) % 7 + 1))


def _day(name: str) -> int:
    for number, day in enumerate(DAYS):
        if len(name) >= SHORTEST and day.startswith(name):
            return number
    raise InvalidError(f'"{name}" is no day of the week; write mon, tue, wed, thu, fri, sat or sun')


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if not found:
        raise InvalidError(f'"{text}" are no hours; write them like 09:00-17:00, or closed')
    begin, end = (
        int(hour) * 60 + int(minute or 0) for hour, minute in (found.groups()[:2], found.groups()[2:])
    )
    if begin >= DAY or end > DAY or max(int(found[2] or 0), int(found[4] or 0)) > LAST_MINUTE or begin == end:
        raise InvalidError(f'"{text}" are no hours; write them like 09:00-17:00, a whole day as 00:00-24:00')
    if end < begin and ":" not in text:
        raise InvalidError(f'"{text}" may pass midnight or noon; write minutes, such as 09:00-17:00')
    return (begin, end if end > begin else end + DAY)


def _united(spans: Iterable[Span]) -> Spans:
    """Spans in order, those that touch or overlap as one."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    if any(end - begin > DAY for begin, end in found):
        raise InvalidError("hours of one day that run into each other past midnight; write them on each day")
    return tuple(found)


def _runs(days: list[int]) -> Iterator[str]:
    """Days of the week in runs: `mon-fri`, `mon`, and `sat-wed` where the week's end stands between."""
    rest = [day for day in days if (day - 1) % 7 not in days] or days[:1]
    for first in rest:
        length = next((step for step in range(1, 7) if (first + step) % 7 not in days), 7)
        names = DAYS[first][:3], DAYS[(first + length - 1) % 7][:3]
        yield names[0] if length == 1 else "-".join(names)


def _clock(minutes: int, *, last: bool = False) -> str:
    minutes = minutes if last and minutes == DAY else minutes % DAY
    return f"{minutes // 60:02}:{minutes % 60:02}"
