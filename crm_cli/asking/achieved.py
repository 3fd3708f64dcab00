"""What has been achieved in a span of days, by whom: the facts that goals are measured by, up to the day asked about.

Each metric is one question for a span, summed by owner, pipeline, currency and rate, so that the goals of
many people in one quarter cost as much as that of one.
"""

import sqlite3
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from crm_cli.asking import asof, instants
from crm_cli.values.amounts import SCALE, round_half_up

if TYPE_CHECKING:
    from fractions import Fraction

Owners = frozenset[int | None] | None
"""Whose facts count; None for everybody's."""
Rows = list[tuple[Any, ...]]

_WON = "stage_id IN (SELECT id FROM stage WHERE kind = 'won')"
_STANDING = "(void_on IS NULL OR void_on > ?1)"  # an invoice that is not void on the day
_DEALS = f"""
SELECT owner_id, pipeline_id, currency, rate, count(*), sum(amount) FROM deals
WHERE {_WON} AND closed_on BETWEEN ?2 AND ?3 GROUP BY 1, 2, 3, 4"""
_INVOICES = f"""
SELECT owner_id, NULL, currency, rate, count(*), sum(amount) FROM invoice
WHERE issued_on BETWEEN ?2 AND ?3 AND {_STANDING} GROUP BY 1, 3, 4"""
_COUNTED = "SELECT owner_id, NULL, NULL, NULL, count(*), 0 FROM {table} WHERE {during}{more} GROUP BY 1"
_DONE = " AND status IN ('done', 'completed') AND kind = "
# Metric: its table, the instant that counts, what else holds.
_EVENTS = {
    "leads": ("lead", "created_at", ""),
    "calls": ("activity", "done_at", f"{_DONE}'call'"),
    "meetings": ("activity", "done_at", f"{_DONE}'meeting'"),
    "cases_resolved": ('"case"', "resolved_at", " AND status <> 'cancelled'"),
}
# A new customer is the owner's of its company, else of its contact.
_FIRST = """
SELECT coalesce((SELECT owner_id FROM company WHERE id = buyer), (SELECT owner_id FROM contact WHERE id = -buyer)),
  NULL, NULL, NULL, count(*), first
FROM (SELECT coalesce(company_id, -contact_id) AS buyer, min({day}) AS first FROM {table} WHERE {bought} GROUP BY 1)
WHERE buyer IS NOT NULL AND first BETWEEN ?2 AND ?3 GROUP BY 1, first"""
_SCORES = """
SELECT coalesce(owner_id, (SELECT owner_id FROM contact WHERE id = contact_id),
    (SELECT owner_id FROM company WHERE id = company_id)), coalesce(contact_id, -id), score
FROM survey WHERE kind = 'nps' AND {during} ORDER BY at, id"""


class Achieved:
    """What has been achieved until the end of a day.

    `zone` is where days begin; `rates` gives one unit of a currency in the base currency.
    """

    def __init__(
        self, connection: sqlite3.Connection, today: date, zone: str, rates: Callable[[str], str | None]
    ) -> None:
        self._connection, self._today, self._zone, self._rates = connection, today, zone, rates
        self._facts: dict[tuple[str, str, str], Rows] = {}
        self.invoiced = bool(connection.execute("SELECT EXISTS (SELECT 1 FROM invoice)").fetchone()[0])
        """Whether purchases are told by invoices; else by won deals."""
        self.unrated: set[str] = set()
        """Currencies of deals and invoices that were left out, because no rate says what they are worth."""

    def of(
        self,
        metric: str,
        first: str,
        last: str,
        owners: Owners,
        *,
        pipeline_id: int | None = None,
        currency: str | None = None,
    ) -> "int | Fraction | None":
        """The figure in ten-thousandths: an amount in `currency`, a number, a score; None of a score nobody gave."""
        today = self._today.isoformat()
        if metric == "new_customers":  # told by all that was ever bought: asked once for all spans
            rows = [row for row in self._rows(metric, "", today) if first <= row[5] <= last]
        else:
            rows = self._rows(metric, first, min(last, today))
        mine = [row for row in rows if owners is None or row[0] in owners]
        if metric == "nps":
            return _score(mine)
        chosen = [row for row in mine if pipeline_id is None or row[1] == pipeline_id]
        if currency:
            return self._sum(chosen, currency)
        return SCALE * sum(int(row[4]) for row in chosen)

    def _sum(self, rows: Iterable[tuple[Any, ...]], currency: str) -> "int | Fraction":
        """Amounts in a currency: its own, and others by the rates on their records."""
        from fractions import Fraction

        total: int | Fraction = 0
        for _, _, own, rate, _, amount in rows:
            if own == currency or not amount:
                total += amount or 0
                continue
            base = self._rates(currency)
            if not rate or not base:
                self.unrated.add(own)
                continue
            total += amount * Fraction(rate) / Fraction(base)
        return total

    def _rows(self, metric: str, first: str, last: str) -> Rows:
        key = (metric, first, last)
        if key not in self._facts:
            question = self._question(metric, first, last) if first <= last else "SELECT 1 WHERE 0"
            values = (self._today.isoformat(), first, last) if "?3" in question else ()
            self._facts[key] = self._connection.execute(question, values).fetchall()
        return self._facts[key]

    def _question(self, metric: str, first: str, last: str) -> str:
        if metric in _EVENTS:
            table, at, more = _EVENTS[metric]
            return _COUNTED.format(table=table, during=self._during(at, first, last), more=more)
        if metric == "nps":
            return _SCORES.format(during=self._during("at", first, last))
        if metric in ("revenue", "new_customers") and self.invoiced:
            first_bought = _FIRST.format(day="issued_on", table="invoice", bought=_STANDING)
            return _INVOICES if metric == "revenue" else first_bought
        then = asof.deals(self._connection, self._today)
        first_won = _FIRST.format(day="closed_on", table="deals", bought=_WON)
        return (f"WITH {then}" if then else "") + (first_won if metric == "new_customers" else _DEALS)

    def _during(self, at: str, first: str, last: str) -> str:
        return instants.within(at, first, last, self._zone)


def _score(rows: Rows) -> int | None:
    """The net promoter score of the latest answers of each person."""
    latest = {person: score for _, person, score in rows}
    if not latest:
        return None
    over = sum((score >= 9) - (score <= 6) for score in latest.values())  # noqa: PLR2004 - promoters, detractors
    return round_half_up(100 * 100 * over, len(latest)) * 100
