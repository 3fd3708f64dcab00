"""Customers who have become quiet: no purchase for twice as long as they usually take, and still customers.

Usual is the median of the days between their latest purchases. Of who bought fewer times than `FEWEST` nobody knows a
rhythm; who has not bought for longer than `customer.months` is no customer any more, and no news.

Each customer's latest days are taken from the end of an index, so that long histories cost nothing.
"""

import json
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from crm_cli.asking import bought
from crm_cli.values.dates import add_months

if TYPE_CHECKING:
    from crm_cli.desk import Desk

FEWEST = 4  # purchases
LATEST = 13  # purchases whose rhythm counts
LEAST = 14  # days without a purchase that are worth a word
TIMES = 2
_WHO = {
    "company": ("company_id", "SELECT id, name, owner_id FROM company"),
    "contact": ("contact_id", "SELECT id, name, owner_id FROM contact"),
}
_DAYS = """
SELECT id, name, owner_id, last, (SELECT json_group_array(day) FROM (
    SELECT DISTINCT {day} AS day FROM {table} WHERE {own} = who.id AND {counts} ORDER BY {day} DESC LIMIT {latest}))
FROM (
  SELECT *, (SELECT max({day}) FROM {table} WHERE {own} = whose.id AND {counts}) AS last FROM ({who}) AS whose) AS who
WHERE last > ?2 AND last < ?3 AND (?4 IS NULL OR owner_id = ?4)"""
# What was bought in the year up to the last purchase, in the currency of most of it.
_WORTH = """
SELECT currency, sum(amount) FROM {table} WHERE {own} = ?2 AND {day} > ?3 AND {counts}
GROUP BY currency ORDER BY 2 DESC LIMIT 1"""
Row = tuple[Any, ...]


def quiet(desk: "Desk", owner: int | None = None) -> list[Row]:
    """Who has become quiet: noun, id, name, why, no day, what a year brought, currency, owner's id; dearest first."""
    noun = "invoice" if _any(desk, "invoice") else "deal"
    found: list[Row] = []
    for who in _WHO:
        if _any(desk, noun, _WHO[who][0]):
            found += _of(desk, noun, who, owner)
    return sorted(found, key=lambda row: (-(row[5] or 0), row[2] or "", row[1]))


def _any(desk: "Desk", table: str, column: str = "id") -> bool:
    question = f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {column} IS NOT NULL)"
    return bool(desk.connection.execute(question).fetchone()[0])


def _of(desk: "Desk", noun: str, who: str, owner: int | None) -> list[Row]:
    own, people = _WHO[who]
    company = "" if who == "company" else " AND company_id IS NULL"
    words = {
        "table": noun,
        "own": own,
        "day": bought.DAYS[noun],
        "counts": bought.CONDITIONS[noun] + company,
    }
    today = desk.reading.today
    since = add_months(today, -int(desk.config.get("customer.months"))).isoformat()
    bound = (today.isoformat(), since, (today - timedelta(LEAST)).isoformat(), owner)
    rows = []
    for number, name, owner_id, last, told in desk.connection.execute(
        _DAYS.format(who=people, latest=LATEST, **words), bound
    ).fetchall():
        usual, silent = _usual(json.loads(told)), (today - date.fromisoformat(last)).days
        if usual and silent > TIMES * usual:
            year = add_months(date.fromisoformat(last), -12).isoformat()
            worth = desk.connection.execute(_WORTH.format(**words), (bound[0], number, year)).fetchone()
            why = f"no purchase for {silent} days, usually every {usual:.0f}"
            rows.append((who, number, name, why, None, worth[1], worth[0], owner_id))
    return rows


def _usual(days: list[str]) -> float | None:
    """The median of the days between purchases, the latest first; None of too few."""
    if len(days) < FEWEST:
        return None
    told = [date.fromisoformat(day) for day in days]
    gaps = sorted((later - earlier).days for later, earlier in pairwise(told))
    half = len(gaps) // 2  # not from `statistics`, which costs each `crm today` 3 ms to load
    return gaps[half] if len(gaps) % 2 else (gaps[half - 1] + gaps[half]) / 2
