"""How often something repeats: the words that people write, and the rules of iCalendar (RFC 5545, 3.3.10).

What words can say is kept in words (`weekly`, `every 2 weeks`), all else as the rule itself, with the days
that are taken out of the series behind it: `FREQ=WEEKLY;BYDAY=MO,WE EXDATE:20261005`.
"""

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from crm_cli.errors import InvalidError

if TYPE_CHECKING:
    from dateutil.relativedelta import relativedelta
    from dateutil.rrule import rruleset

OUT = " EXDATE:"
WORDS = {"daily": "day", "weekly": "week", "monthly": "month", "quarterly": "3 months", "yearly": "year"}
DIGITS = 3  # of a number that words count with
_EVERY = re.compile(r"(?:every\s+)?(?:(\d{1,3})\s*)?(day|week|month|year)s?")
_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_FREQUENCIES = {unit: name for name, unit in _UNITS.items()}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def check(text: str) -> None:
    """Refuse what is neither words nor a rule."""
    if is_rule(text):
        _days(text, date.min)
    else:
        _count(text)


def is_rule(text: str) -> bool:
    """Whether a recurrence is kept as a rule of iCalendar."""
    return text.startswith("FREQ=")


def rule(text: str) -> str:
    """The rule of iCalendar for a recurrence, without the days that are taken out."""
    if is_rule(text):
        return text.partition(OUT)[0]
    count, unit = _count(text)
    return f"FREQ={_FREQUENCIES[unit]}" + (f";INTERVAL={count}" if count > 1 else "")


def words(said: str, first: date | None) -> str:
    """A rule in words where they say the same of a series that begins on `first`, else the rule."""
    parts = dict(part.partition("=")[::2] for part in said.split(";"))
    parts.pop("WKST", None)
    day = {"BYDAY": _WEEKDAYS[first.weekday()], "BYMONTHDAY": str(first.day)} if first else {}
    plain = {"WEEKLY": ("BYDAY",), "MONTHLY": ("BYMONTHDAY",)}.get(parts.get("FREQ", ""), ())
    left = {name: value for name, value in parts.items() if name not in plain or value != day.get(name)}
    if (
        not left.keys() <= {"FREQ", "INTERVAL"}
        or left.get("FREQ") not in _UNITS
        or len(left.get("INTERVAL", "")) > DIGITS
    ):
        return said
    count, unit = int(left.get("INTERVAL", "1")), _UNITS[left["FREQ"]]
    step = unit if count == 1 else f"{count} {unit}s"
    return next((word for word, each in WORDS.items() if each == step), f"every {step}")


def following(text: str, base: date, after: date) -> date | None:
    """The first day of a series after a day, None where it ends before.

    Args:
        text: words or a rule.
        base: the day that the series counts from, so that the 31st comes back after February.
        after: the day that the answer is later than.

    Raises:
        InvalidError: the text is neither.
    """
    if not is_rule(text):
        every, count = _step(text), 1
        while base + every * count <= after:
            count += 1
        return base + every * count
    moment = _days(text, base).after(_midnight(max(after, base)))
    return moment.date() if moment else None


def rest(text: str, base: date, day: date) -> str:
    """What is left of a series from `day` on; only one that is counted gets shorter."""
    found = re.search(r"COUNT=(\d+)", text) if is_rule(text) else None
    if not found:
        return text
    gone = len(_days(text.partition(OUT)[0], base).between(_midnight(base), _midnight(day), inc=True)) - 1
    return text.replace(found[0], f"COUNT={max(1, int(found[1]) - gone)}")


def _days(text: str, base: date) -> "rruleset":
    """The days of a rule, those left out that are taken out of it.

    The hours of a rule are told in zones; its days are what people mean.
    """
    from dateutil.rrule import rruleset, rrulestr

    said, _, out = text.partition(OUT)
    found = rruleset()
    try:
        _ = _UNITS[said.removeprefix("FREQ=").partition(";")[0]]  # what repeats by the hour is no appointment
        found.rrule(rrulestr(re.sub(r"(UNTIL=\d{8})T\w*", r"\1", said), dtstart=_midnight(base)))  # type: ignore[arg-type]
        for each in out.split(",") if out else ():
            found.exdate(datetime.strptime(each, "%Y%m%d"))  # noqa: DTZ007 - a day
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError):
        raise InvalidError(f'recurrence: "{text}" is no rule of iCalendar; write one like weekly') from None
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _count(text: str) -> tuple[int, str]:
    """So many of a unit."""
    word = text.strip().lower()
    found = _EVERY.fullmatch(WORDS.get(word, word))
    count = int(found[1] or 1) if found else 0
    if not found or not count:
        raise InvalidError(
            f'recurrence: "{text}" is not one; write daily, weekly, monthly, yearly or every 2 weeks'
        )
    return count, found[2]


def _step(text: str) -> "relativedelta":
    from dateutil.relativedelta import relativedelta

    count, unit = _count(text)
    return {
        "day": relativedelta(days=count),
        "week": relativedelta(weeks=count),
        "month": relativedelta(months=count),
        "year": relativedelta(years=count),
    }[unit]
