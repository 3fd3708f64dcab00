"""When things happen in the demo: on working days, in office hours, more in autumn than in August."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

FRIDAY = 4

# How busy each month is, January first, in tenths of an ordinary one.
SEASON = (11, 12, 13, 10, 10, 9, 6, 5, 13, 14, 12, 7)


def workday(day: date) -> date:
    """The day, or the Friday before a weekend."""
    return day - timedelta(max(0, day.weekday() - FRIDAY))


def next_workday(day: date) -> date:
    """The day, or the Monday after a weekend."""
    return day + timedelta(7 - day.weekday() if day.weekday() > FRIDAY else 0)


def ago(today: date, days: int) -> date:
    """The working day so many days before today, or just before that."""
    return workday(today - timedelta(days))


def busy_day(
    today: date, first: int, last: int, dice: Random, drawn: Callable[[date], int] | None = None
) -> date:
    """A working day from `first` to `last` days ago, likelier in a busy month, and where `drawn` (0 to 8) says so."""
    while True:
        day = today - timedelta(dice.randint(first, last))
        likely = SEASON[day.month - 1] * (2 + drawn(day) if drawn else 10)
        if dice.randrange(10 * max(SEASON)) < likely:
            return workday(day)


def moment(day: date, dice: Random) -> str:
    """An instant of a day that is the same day, and office hours, all over Europe."""
    return f"{day}T{dice.randint(8, 14):02}:{dice.randrange(0, 60, 5):02}:00Z"
