"""The Jalali (Iranian solar) calendar: 1403/08/30 is 2024-11-20.

A year begins on the day of the spring equinox in Tehran. From 1210 to 1634 the leap years follow a cycle of 33
years, eight leap years in each, so that a day is arithmetic. Nothing here knows earlier or later years.

A year from 1300 to 1499 is taken to be Jalali wherever a date is read, since no business keeps Gregorian dates
of those centuries. Where a file is said to be Jalali, so is every year that the calendar knows; where it is said
to be Gregorian, none is.
"""

from datetime import date

FIRST, LAST = 1210, 1634
SURE = range(1300, 1500)
"""The years that are Jalali unless it is said that they are not."""
CALENDARS = ("gregorian", "jalali")
_CYCLE, _LEAPS = 33, 8
_EPOCH = 668_473  # the ordinal of 1210/01/01
_LONG_MONTHS, _LONG, _SHORT = 6, 31, 30
_MONTHS = 12


def is_meant(year: int, calendar: str | None) -> bool:
    """Whether a year as written is Jalali; `calendar` is what is said of its file, None where nothing is."""
    if calendar is None:
        return year in SURE
    return calendar == "jalali" and FIRST <= year <= LAST


def gregorian(year: int, month: int, day: int) -> date:
    """The Gregorian day of a Jalali one.

    Raises:
        ValueError: there is no such day, or it lies in a year that is not known.
    """
    if year > LAST or not 1 <= month <= _MONTHS or not 1 <= day <= _length(year, month):
        raise ValueError((year, month, day))
    return date.fromordinal(_start(year) + _before(month) + day - 1)


def jalali(day: date) -> tuple[int, int, int]:
    """Year, month and day of a Gregorian day.

    Raises:
        ValueError: it lies in a year that is not known.
    """
    number = day.toordinal()
    year = day.year - 621
    if number < _start(year):
        year -= 1
    if year > LAST:
        raise ValueError(day)
    rest = number - _start(year)
    month = next(each for each in range(_MONTHS, 0, -1) if _before(each) <= rest)
    return year, month, rest - _before(month) + 1


def shown(said: str, calendar: str) -> str:
    """A day as people of a calendar read it: `YYYY/MM/DD` in Jalali.

    Args:
        said: the day as `YYYY-MM-DD`; what follows it is kept, and so is a day that the calendar does not know.
        calendar: `gregorian` or `jalali`.
    """
    if calendar != "jalali":
        return said
    try:
        year, month, day = jalali(date.fromisoformat(said[:10]))
    except ValueError:
        return said
    return f"{year}/{month:02}/{day:02}{said[10:]}"


def span(year: int, month: int | None) -> tuple[str, str]:
    """The first and the last day of a Jalali year or month, as `YYYY-MM-DD`."""
    first, last = month or 1, month or _MONTHS
    return gregorian(year, first, 1).isoformat(), gregorian(year, last, _length(year, last)).isoformat()


def _start(year: int) -> int:
    """The ordinal of the first day of a year."""
    if not FIRST <= year <= LAST + 1:
        raise ValueError(year)
    cycles, rest = divmod(year - FIRST, _CYCLE)
    return _EPOCH + 365 * (year - FIRST) + cycles * _LEAPS + (rest + 3) // 4


def _before(month: int) -> int:
    """The days of a year before a month."""
    return (month - 1) * _SHORT + min(month - 1, _LONG_MONTHS)


def _length(year: int, month: int) -> int:
    """The days of a month."""
    if month <= _LONG_MONTHS:
        return _LONG
    rest = (year - FIRST) % _CYCLE
    leap = rest % 4 == 0 and rest < _CYCLE - 1
    return _SHORT if month < _MONTHS or leap else _SHORT - 1
