"""How far goals are: what shall be reached, what has been achieved, and whether that keeps pace with time.

A goal counts what its own owner has achieved and what the owners of the goals below it have, each once; a
goal that nobody owns counts what everybody has. Without a target of its own it shall reach what the goals
right below it shall reach together; scores do not add up.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from crm_cli import output
from crm_cli.asking import blocks
from crm_cli.asking.achieved import Achieved, Owners
from crm_cli.asking.figures import money, rounded, share

if TYPE_CHECKING:
    from fractions import Fraction

    from crm_cli.desk import Desk

LEVELS = frozenset(("nps",))
"""Metrics that are a height at any time, and do not grow with it."""
_GOALS = """
SELECT id, name, metric, period, starts_on, ends_on, baseline, target, stretch, currency, owner_id, owner,
  pipeline_id, parent_id, parent FROM goals ORDER BY starts_on, ends_on DESC, id"""


@dataclass
class Goal:
    """A goal, with the goals below it."""

    id: int
    name: str
    metric: str
    period: str
    starts_on: str
    ends_on: str
    baseline: int | None
    own_target: int | None
    stretch: int | None
    currency: str | None
    owner_id: int | None
    owner: str | None
    pipeline_id: int | None
    parent_id: int | None
    parent: str | None
    below: list["Goal"] = field(default_factory=list)

    @property
    def target(self) -> int | None:
        """What shall be reached: its own, else what the goals below it shall reach together."""
        if self.own_target is not None or self.metric in LEVELS:
            return self.own_target
        told = [each for goal in self.below if (each := goal.target) is not None]
        return sum(told) if told else None

    @property
    def owners(self) -> Owners:
        """Whose achievements count."""
        found = {self.owner_id}.union(*(goal.owners or {None} for goal in self.below))
        return None if None in found else frozenset(found)

    def days(self, today: date) -> tuple[int, int]:
        """The days of its period, and those that have begun."""
        first, last = date.fromisoformat(self.starts_on), date.fromisoformat(self.ends_on)
        whole = (last - first).days + 1
        return whole, min(max((today - first).days + 1, 0), whole)


@dataclass(frozen=True)
class Progress:
    """How far a goal is: `actual` and `missing` as its figures; `pct` of the target; `pace`, 1 being in time."""

    actual: "int | Fraction | None"
    pct: int | None
    pace: int | None
    missing: "int | Fraction | None"
    per_day: "int | Fraction | None"


def load(connection: sqlite3.Connection) -> dict[int, Goal]:
    """Every goal by id, in the order of their periods."""
    found = {row[0]: Goal(*row) for row in connection.execute(_GOALS)}
    for goal in found.values():
        if goal.parent_id:
            found[goal.parent_id].below.append(goal)
    return found


def progress(goal: Goal, achieved: Achieved, today: date) -> Progress:
    """How far a goal is at the end of a day."""
    actual = achieved.of(
        goal.metric, goal.starts_on, goal.ends_on, goal.owners,
        pipeline_id=goal.pipeline_id, currency=goal.currency,
    )  # fmt: skip
    target = goal.target
    if target is None or actual is None:
        return Progress(actual, None, None, None, None)
    whole, begun = goal.days(today)
    missing = max(target - actual, 0)
    left = min(whole - begun + 1, whole) if today.isoformat() <= goal.ends_on else 0
    grows = goal.metric not in LEVELS
    return Progress(
        actual,
        share(actual, target) if target > 0 else None,
        rounded(actual * whole, target * begun) if grows and target > 0 else None,
        missing,
        missing / _exact(left) if grows and left else None,
    )


def sections(desk: "Desk", goal_id: int) -> Iterator[tuple[str, list[str]]]:
    """What the picture of a goal shows beside its fields: how far it is, and the goals below it."""
    goals, today = load(desk.connection), desk.reading.today
    achieved = Achieved(desk.connection, today, desk.config.zone, desk.rate)
    lines = [_line(goals[goal_id], achieved, today)]
    yield "how far it is", blocks.aligned(lines)
    yield "made up of", blocks.aligned([_line(goal, achieved, today) for goal in goals[goal_id].below])


def _line(goal: Goal, achieved: Achieved, today: date) -> list[str]:
    from crm_cli.values import show
    from crm_cli.values.amounts import money_human

    def told(value: Any) -> str:
        return "-" if value is None else money_human(money(value, goal.currency) or 0, goal.currency)

    found = progress(goal, achieved, today)
    return [
        str(goal.id),
        output.visible(goal.name),
        output.visible(goal.owner or ""),
        goal.period,
        f"{told(found.actual)} of {told(goal.target)} {goal.currency or ''}".rstrip(),
        f"{show('percent', found.pct)} %" if found.pct is not None else "",
        f"pace {show('decimal', found.pace)}" if found.pace is not None else "",
    ]


def _exact(number: int) -> "Fraction":
    from fractions import Fraction

    return Fraction(number)
