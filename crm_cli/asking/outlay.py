"""What campaigns cost and what was won, by day: what reports on the effect of marketing rest on.

A campaign's dated costs are of their days; a cost without days is spread evenly over those that it ran, from its first
day, else the planned one, to its last, as far as they have gone by. Results add what they cost and sold, on their day.
A deal won is of the day that it closed, and of the channel of the campaign that it names.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

SPENT, WON = "spent", "won"
_DATED = """
SELECT m.id, c.day, coalesce(c.amount, 0), m.currency
FROM campaign AS m JOIN campaign_cost AS c ON c.campaign_id = m.id
WHERE m.id IN (SELECT value FROM json_each(?))"""
_WHOLE = """
SELECT id, coalesce(starts_on, planned_start), coalesce(ends_on, planned_end), cost, currency FROM campaign
WHERE id IN (SELECT value FROM json_each(?)) AND cost > 0
  AND id NOT IN (SELECT campaign_id FROM campaign_cost)"""
_RESULTS = """
SELECT r.campaign_id, r.day, coalesce(r.cost, 0), coalesce(r.amount, 0), coalesce(r.currency, m.currency)
FROM result AS r JOIN campaign AS m ON m.id = r.campaign_id
WHERE r.campaign_id IN (SELECT value FROM json_each(?))"""
_DEALS = """
SELECT campaign_id, closed_on, currency, {rate} AS rate, coalesce(sum(amount), 0), count(*) FROM deals
WHERE stage_id IN (SELECT id FROM stage WHERE kind = 'won') AND closed_on <= ? GROUP BY 1, 2, 3, 4"""


class Entry(NamedTuple):
    """An amount spent or won on a day; `campaign` is None of a deal that names none, `day` where none is known."""

    what: str
    campaign: int | None
    day: str | None
    amount: int | Fraction
    currency: str
    rate: str | None = None
    deals: int = 0


def entries(
    connection: sqlite3.Connection, campaigns: Sequence[int], today: date, *, rates: bool
) -> Iterator[Entry]:
    """What was spent on campaigns, and everything that was won, until today; with the deals' own rates if asked."""
    bound = (json.dumps(list(campaigns)),)
    for number, day, amount, currency in connection.execute(_DATED, bound):
        yield Entry(SPENT, number, day, amount, currency)
    for number, first, last, cost, currency in connection.execute(_WHOLE, bound):
        yield from _spread(number, first, last, cost, currency, today)
    for number, day, cost, amount, currency in connection.execute(_RESULTS, bound):
        if cost:
            yield Entry(SPENT, number, day, cost, currency)
        if amount:
            yield Entry(WON, number, day, amount, currency)
    question = _DEALS.format(rate="rate" if rates else "NULL")
    for number, day, currency, rate, amount, deals in connection.execute(question, (today.isoformat(),)):
        yield Entry(WON, number, day, amount, currency, rate, deals)


def _spread(
    number: int, first: str | None, last: str | None, cost: int, currency: str, today: date
) -> Iterator[Entry]:
    """A cost, month by month, by the days that the campaign ran in each."""
    if not first:
        yield Entry(SPENT, number, None, cost, currency)
        return
    begin = date.fromisoformat(first)
    end = max(begin, min(date.fromisoformat(last or first), today))
    days = (end - begin).days + 1
    while begin <= end:
        following = (begin.replace(day=1) + timedelta(32)).replace(day=1)
        part = (min(following, end + timedelta(1)) - begin).days
        yield Entry(SPENT, number, begin.isoformat(), Fraction(cost * part, days), currency)
        begin = following
