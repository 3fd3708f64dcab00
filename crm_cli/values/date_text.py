"""Absolute days and times of day as they are written, and what a column of them says about its order.

Day and month are never guessed: `03/04/2026` is a day only in an order that is told, or that the rest of its
column settles. Two-digit years are no years. Which years are Jalali is told in `crm_cli.values.jalali`.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, time, timedelta, timezone, tzinfo
from functools import lru_cache

from crm_cli.errors import InvalidError
from crm_cli.values import jalali
from crm_cli.values.folding import ascii_digits, fold

ORDERS = ("dmy", "mdy", "ymd")
"""The orders in which a day is written with numbers."""

_MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_MONTHS = {name.lower()[:length]: n for n, name in enumerate(_MONTH_NAMES, 1) for length in (3, len(name))}
_MONTHS["sept"] = 9
_JALALI_MONTHS = (
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
)

# Texts, not compiled patterns: a command pays for one when it first needs it.
_YEAR_FIRST = r"([0-9]{4})(?:([./-])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{2})([0-9]{2}))"
_YEAR_LAST = r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})"
_DAY_FIRST = r"([0-9]{1,2})(?:st|nd|rd|th)?\.?[\s-]*([a-z]{3,9})\.?,?[\s-]*([0-9]{4})"
_MONTH_FIRST = r"([a-z]{3,9})\.?[\s-]*([0-9]{1,2})(?:st|nd|rd|th)?,?[\s-]+([0-9]{4})"
_JALALI_NAMED = r"([0-9]{1,2})\s+([^\W\d_a-z]+)\s+(?:ماه\s+)?([0-9]{4})"
_SHORT_YEAR = r"[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2}|[0-9]{1,2}[ -][a-z]{3,9}[ -][0-9]{2}"
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+(?=\S)"
_TIME = (
    r"[t,\s]\s*"
    r"(?:(?P<hour>[01]?[0-9]|2[0-3]):(?P<minute>[0-5][0-9])(?::(?P<second>[0-5][0-9])(?:[.,][0-9]+)?)?"
    r"|(?P<hour12>1[0-2]|0?[1-9])(?::(?P<minute12>[0-5][0-9])(?::(?P<second12>[0-5][0-9]))?)?"
    r"\s*(?P<half>[ap])\.?m\.?)"
    r"\s*(?P<offset>z|utc|gmt|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)?\Z"
)


class OrderSeen:
    """What the dates of a column say about the order of day and month, one value at a time.

    Only two numbers with a year after them say something, and only where they can be a day: 31/31/2026 is
    wrong by itself.
    """

    def __init__(self) -> None:
        self.orders = set(ORDERS)
        """The orders that fit every value so far; none when values contradict each other."""
        self._open = False

    def add(self, text: str) -> None:
        """Take one value into account."""
        if text[4:5] == "-" and text[:4].isdigit():
            return
        fitting, differs = _fitting(text)
        if fitting:
            self.orders &= fitting
            self._open |= differs

    @property
    def settled(self) -> str | None:
        """The order to read the column in; None when the values leave it open or contradict each other."""
        if len(self.orders) > 1 and self._open:
            return None
        return next((order for order in ORDERS if order in self.orders), None)


def order_of(values: Iterable[str]) -> set[str]:
    """Which of `dmy`, `mdy` and `ymd` fit all the values; blanks, ISO dates and month names fit each."""
    seen = OrderSeen()
    for value in values:
        seen.add(value)
    return seen.orders


def plain(text: str) -> str:
    """The text in lower case, with ASCII digits and single spaces: the form the others read."""
    return " ".join(ascii_digits(text).lower().split())


def split_time(said: str) -> tuple[str, time | None, tzinfo | None]:
    """Part a plain text into its day, its time and its offset from UTC, as far as it has them."""
    found = re.search(_TIME, said)
    if not found:
        return said, None, None
    hour, minute, second, hour12, minute12, second12, half, offset = found.groups("")
    hours = int(hour12) % 12 + 12 * (half == "p") if half else int(hour)
    moment = time(hours, int(minute or minute12 or 0), int(second or second12 or 0))
    return said[: found.start()].rstrip(" ,"), moment, _offset(offset)


@lru_cache(maxsize=4096)  # columns repeat their days
def absolute_day(said: str, order: str | None, calendar: str | None = None) -> str | None:
    """The ISO day of a plain text without words and time; None where it is not written like a date.

    `calendar`, `gregorian` or `jalali`, is what is said of the file that it stands in.

    Raises:
        InvalidError: no such day, a day that may be two, or a year of two digits.
    """
    said = re.sub(_WEEKDAY, "", said)
    if found := re.fullmatch(_YEAR_FIRST, said):
        year, _, month, day, month_only, day_only = found.groups()
        return _day(said, int(year), int(month or month_only), int(day or day_only), calendar)
    if found := re.fullmatch(_YEAR_LAST, said):
        return _numeric(said, int(found[1]), int(found[3]), int(found[4]), order, calendar)
    if re.fullmatch(_SHORT_YEAR, said):
        raise InvalidError(f'"{said}" has no year of four digits; write the date like 2026-11-05')
    if found := re.fullmatch(_JALALI_NAMED, said):
        return _jalali_named(said, int(found[1]), fold(found[2]), int(found[3]))
    if found := re.fullmatch(_DAY_FIRST, said):
        day, name, year = found.groups()
    elif found := re.fullmatch(_MONTH_FIRST, said):
        name, day, year = found.groups()
    else:
        return None
    return _day(said, int(year), _MONTHS[name], int(day), "gregorian") if name in _MONTHS else None


def _jalali_named(said: str, day: int, name: str, year: int) -> str | None:
    """The day of a month that is called by its Persian name."""
    names = [fold(each) for each in _JALALI_MONTHS]
    return _day(said, year, names.index(name) + 1, day, "jalali") if name in names else None


def _numeric(said: str, first: int, second: int, year: int, order: str | None, calendar: str | None) -> str:
    """The day of two numbers and a year after them, in the order told or the only one that makes a date."""
    read = {"dmy": _iso(year, second, first, calendar), "mdy": _iso(year, first, second, calendar)}
    possible = {order: day for order, day in read.items() if day}
    if order in possible:
        return possible[order]
    if not possible:
        raise _no_day(said)
    if order in read:
        raise InvalidError(f'"{said}" is no date in the order {order}; write {min(possible.values())}')
    if len(set(possible.values())) > 1:
        days = f"{first} {_MONTH_NAMES[second - 1]} or {second} {_MONTH_NAMES[first - 1]}"
        once = "say once `crm config set date_order dmy`, or give --date-order dmy|mdy to an import"
        raise InvalidError(f"{said} may be {days}; write {read['dmy']}, {once}")
    return min(possible.values())


@lru_cache(maxsize=4096)
def _fitting(text: str) -> tuple[frozenset[str], bool]:
    """The orders in which a text is a day, none where it says nothing, and whether they differ."""
    found = re.fullmatch(_YEAR_LAST, re.sub(_WEEKDAY, "", split_time(plain(text))[0]))
    if not found:
        return frozenset(), False
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    read = {"dmy": _iso(year, second, first), "mdy": _iso(year, first, second)}
    return frozenset(order for order, day in read.items() if day), all(read.values()) and first != second


def _offset(offset: str) -> tzinfo | None:
    """The zone of `z`, `utc`, `gmt` or `+02:00`; None for nothing."""
    if not offset:
        return None
    if offset[0] not in "+-":
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[3:].removeprefix(":") or 0)
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))


def _day(said: str, year: int, month: int, day: int, calendar: str | None) -> str:
    found = _iso(year, month, day, calendar)
    if found is None:
        raise _no_day(said)
    return found


def _iso(year: int, month: int, day: int, calendar: str | None = None) -> str | None:
    make = jalali.gregorian if jalali.is_meant(year, calendar) else date
    try:
        return make(year, month, day).isoformat()
    except ValueError:
        return None


def _no_day(said: str) -> InvalidError:
    return InvalidError(f'"{said}" is no day of the calendar; write one like 2026-11-05')
