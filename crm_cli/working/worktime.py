"""The arithmetic of working time: how much of it lies between two instants, and when so much has passed.

A calendar is unrolled into sorted intervals of instants with the working time before each, a few years at a
time, so that every question is a bisection. Instants and durations are whole seconds, instants since 1970
in UTC; nothing that lies between a wall clock and an instant is counted by hand, so that an hour which a
change of the clocks takes out of a shift, or adds to it, is not worked or is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import accumulate

from crm_cli.errors import InvalidError
from crm_cli.working.hours import WHOLE, Spans, Week

FARTHEST = 10  # years that a deadline may lie ahead
_DAY = timedelta(days=1)


def seconds_of(instant: str) -> int:
    """An instant as it is stored, as seconds since 1970."""
    return int(datetime.fromisoformat(instant).timestamp())


def instant_of(seconds: int) -> str:
    """Seconds since 1970 as an instant is stored: `2026-06-15T09:00:00Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Plan:
    """When is worked: the hours of a week in a zone (None: the system's), free days, days of other hours.

    `free` gives the holidays of a year by name; a day of `days` goes before both. Hours that pass midnight belong to
    the day on which they begin: what is free on the next day does not cut them.
    """

    zone: tzinfo | None
    week: Week
    days: Mapping[date, Spans] = field(default_factory=dict)
    free: Callable[[int], Mapping[date, str]] | None = None

    def hours(self, day: date) -> Spans:
        """The hours of a day."""
        if day in self.days:
            return self.days[day]
        return () if self.free and day in self.free(day.year) else self.week[day.weekday()]

    def holiday(self, day: date) -> str | None:
        """What holiday a day is, None where it is none."""
        return self.free(day.year).get(day) if self.free else None

    @property
    def always(self) -> bool:
        """Whether all time is working time."""
        return self.week == WHOLE and not self.days and self.free is None


class Worktime:
    """The working time of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._years: dict[int, list[tuple[int, int]]] = {}
        self._begins: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []
        """The working time before each interval, and before the end of all."""
        self._known = (0, 0)
        """Between which instants the intervals are complete."""

    def between(self, begin: int, end: int) -> int:
        """The working seconds from one instant to a later one; 0 where it is not later."""
        if end <= begin:
            return 0
        if self.plan.always:
            return end - begin
        self._unroll(begin, end)
        return self._worked(end) - self._worked(begin)

    def after(self, begin: int, seconds: int) -> int:
        """The first instant by which so many working seconds have passed since `begin`.

        No time at all has passed at once, whether it is worked then or not.

        Raises:
            InvalidError: that is not within ten years: the calendar has next to no working time.
        """
        if seconds <= 0 or self.plan.always:
            return begin + max(seconds, 0)
        for years in (0, 1, 2, 5, FARTHEST):
            self._unroll(begin, begin + years * 366 * 86_400)
            wanted = self._worked(begin) + seconds
            if wanted <= self._before[-1]:
                place = bisect_left(self._before, wanted) - 1
                return self._begins[place] + wanted - self._before[place]
        raise InvalidError(
            f"{seconds / 3600:,.0f} working hours do not pass within {FARTHEST} years of "
            f"{instant_of(begin)}; give the calendar more hours"
        )

    def intervals(self, begin: int, end: int) -> Iterator[tuple[int, int]]:
        """The intervals of work that touch the time from one instant to another, whole."""
        self._unroll(begin, end)
        for place in range(bisect_right(self._ends, begin), len(self._begins)):
            if self._begins[place] >= end:
                return
            yield self._begins[place], self._ends[place]

    def _worked(self, instant: int) -> int:
        """The working seconds before an instant, counted from the first interval that is unrolled."""
        place = bisect_right(self._begins, instant) - 1
        if place < 0:
            return 0
        return self._before[place] + min(instant, self._ends[place]) - self._begins[place]

    def _unroll(self, begin: int, end: int) -> None:
        """See to it that the intervals from one instant to another are known."""
        if self._known[0] <= begin and end <= self._known[1]:
            return
        wanted = (
            (begin, end) if self._known == (0, 0) else (min(begin, self._known[0]), max(end, self._known[1]))
        )
        first, last = (datetime.fromtimestamp(each, UTC).year for each in wanted)
        if first <= date.min.year + 1 or last >= date.max.year - 1:
            raise InvalidError("there is no working time where the calendar begins or ends; mend the year")
        # A shift or a zone reaches over New Year, so the years around are unrolled and not yet relied on.
        for year in range(first - 1, last + 2):
            if year not in self._years:
                self._years[year] = list(_year(self.plan, year))
        merged = _merged([each for year in range(first - 1, last + 2) for each in self._years[year]])
        self._begins, self._ends = [each[0] for each in merged], [each[1] for each in merged]
        self._before = list(accumulate((end - begin for begin, end in merged), initial=0))
        self._known = (_new_year(first), _new_year(last + 1))


def _year(plan: Plan, year: int) -> Iterator[tuple[int, int]]:
    """The intervals of work that begin in a year, in the zone of the plan."""
    day = date(year, 1, 1)
    while day.year == year:
        for begin, end in plan.hours(day):
            yield first_at(plan.zone, day, begin), first_at(plan.zone, day, end)
        day += _DAY


def first_at(zone: tzinfo | None, day: date, minutes: int) -> int:
    """The first instant at which the clocks of a zone show a time of a day, or a later one.

    A time that comes twice is thus its first; one that is left out is the moment of the change.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return int(found.timestamp())
    late = int(found.timestamp())  # by the offset before the change, so that the clocks show a later time
    early = int(wall.replace(tzinfo=zone, fold=1).timestamp())
    while late - early > 1:
        middle = (late + early) // 2
        shown = datetime.fromtimestamp(middle, UTC).astimezone(zone).replace(tzinfo=None)
        early, late = (early, middle) if shown >= wall else (middle, late)
    return late


def _merged(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Intervals in order, those that touch or overlap as one, those without length as none."""
    found: list[tuple[int, int]] = []
    for begin, end in sorted(intervals):
        if found and begin <= found[-1][1]:
            if end > found[-1][1]:
                found[-1] = (found[-1][0], end)
        elif begin < end:
            found.append((begin, end))
    return found


def _new_year(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
