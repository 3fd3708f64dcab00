"""The goals of months beside what is forecast for them: what shall be won, so that it can be held against what is open.

A month's goal is that of a goal for just this month, measured by won amount: the one that nobody owns, else
those of the owners together; one that is part of another of the same month is in it already. So is the goal of the
period that is asked about, where that is no month.
"""

from collections import defaultdict
from typing import TYPE_CHECKING

from crm_cli import fields, filters

if TYPE_CHECKING:
    from fractions import Fraction

    from crm_cli.asking.goals import Goal
    from crm_cli.reports import Asked

Key = tuple[int | None, str, str | None]
"""The owner where the forecast is by owner, the month, the currency."""
_KNOWN = "SELECT EXISTS (SELECT 1 FROM goal WHERE metric = 'won_amount')"
_GOALS = "SELECT id FROM goals WHERE ({where}) AND metric = 'won_amount' AND {days}"
_MONTHLY = "starts_on = substr(starts_on, 1, 7) || '-01' AND ends_on = date(starts_on, '+1 month', '-1 day')"
_SHARED = ("owner", "owner_id", "pipeline", "pipeline_id")
"""What goals and deals are both filtered by."""


def of_months(asked: "Asked") -> "dict[Key, int | Fraction]":
    """What shall be won in each month, in ten-thousandths; nothing where deals are asked for that no goal is about."""
    if asked.by not in (None, "owner") or not asked.connection.execute(_KNOWN).fetchone()[0]:
        return {}
    chosen = _chosen(asked, _MONTHLY)
    if chosen is None:
        asked.notes.append(
            "goals are left out: they are for all deals, or for those of an owner or a pipeline"
        )
        return {}
    return _targets(asked, chosen)


def of_period(asked: "Asked") -> "dict[str | None, int | Fraction]":
    """What shall be won in just the period that is asked about, by currency; nothing of a month, which has its row."""
    if asked.by or not asked.since or not asked.until:
        return {}
    days = f"NOT ({_MONTHLY}) AND starts_on = '{asked.since}' AND ends_on = '{asked.until}'"
    return {
        currency: target for (*_, currency), target in _targets(asked, _chosen(asked, days) or {}).items()
    }


def _targets(
    asked: "Asked", chosen: "dict[tuple[int | None, str, str], list[Goal]]"
) -> "dict[Key, int | Fraction]":
    found: dict[Key, int | Fraction] = defaultdict(int)
    for (owner, month, currency), goals in chosen.items():
        purse = asked.purse(currency)
        if purse:
            told = [
                each for goal in _tops(goals, by_owner=bool(asked.by)) if (each := goal.target) is not None
            ]
            found[owner, month, purse.currency] += sum(told) * purse.factor
    return {key: target for key, target in found.items() if target}


def _chosen(asked: "Asked", days: str) -> "dict[tuple[int | None, str, str], list[Goal]] | None":
    """The goals of such days, by the month they begin in; None where deals are chosen by what goals lack."""
    from crm_cli.asking import goals

    split = [filters.split(text) for text in asked.texts]
    names = [found[0].partition(".")[0] if found else "" for found in split]
    if not set(names) <= set(_SHARED):
        return None
    where, bound = "1", list[object]()
    if asked.texts and asked.asking:
        where, bound = filters.where(fields.noun("goal"), asked.texts, asked.asking)
    if not any(name.startswith("pipeline") for name in names):
        where = f"({where}) AND pipeline_id IS NULL"
    known = goals.load(asked.connection)
    months: dict[tuple[int | None, str, str], list[Goal]] = defaultdict(list)
    for (number,) in asked.connection.execute(_GOALS.format(where=where, days=days), bound):
        goal = known[number]
        months[goal.owner_id if asked.by else None, goal.starts_on[:7], goal.currency or ""].append(goal)
    return months


def _tops(goals: "list[Goal]", *, by_owner: bool) -> "list[Goal]":
    """Those that are in none of the others."""
    ids = {goal.id for goal in goals}
    tops = [goal for goal in goals if goal.parent_id not in ids]
    unowned = [goal for goal in tops if goal.owner_id is None]
    return tops if by_owner else unowned or tops
