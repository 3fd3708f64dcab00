"""Revenue by month, or by who and what brought it, and how it grows."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from crm_cli import fields, filters
from crm_cli.asking import several, spans
from crm_cli.asking.bought import CONDITIONS
from crm_cli.asking.figures import money, share
from crm_cli.asking.groups import Place
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Choice, Purse

if TYPE_CHECKING:
    from fractions import Fraction

NOUN = "invoice"
NOUNS = ("invoice", "deal")
DAY = "issued_on"
COLUMNS = (
    Field("amount", "money", "What was invoiced; of deals, what was won"),
    Field("growth_pct", "percent", "Against the time before, or the same a year before"),
    Field("sales", "integer", "How many invoices; of deals, how many were won"),
    Field("currency", "currency", "Currency of the amounts"),
)
MEASURE = "amount"
OPTIONS = (
    Choice("against", "What growth is against", ("before", "year")),
    Choice("from", "What is counted; else invoices, and deals in a store without any", ("invoices", "deals")),
)
FORMULA = """
Invoices by the day they were issued, void ones apart, credits below nothing; tax included where they include it.
A store without invoices, or --from deals: deals won, by the day they closed.
growth_pct = (amount − amount before) ÷ amount before, where that is not nothing.
Before is the span of time before (the month, quarter …), with --against year the same one a year before; both whole:
a span that is not over, or that the period cuts, has no growth. By anything else than time, before is as long a time
before the period, or the same period a year before; all time has none.
By product, an amount falls to each product by its share of the lines' net.
"""
SUMMED = """
SELECT "group", purse, coalesce(sum(amount){now}, 0), count(*){now}, {before} FROM chosen GROUP BY "group", purse
"""
# The same of companies, most of which have one currency: in the order of an index, so that a million rows need no
# sorting; then by currency those that have several.
ALONE = """
SELECT "group", min(purse), min(purse) IS max(purse) AND count(purse) IN (0, count(*)),
  coalesce(sum(amount){now}, 0), count(*){now}, {before} FROM chosen GROUP BY "group"
"""
OTHERS = """
SELECT "group", purse, 1, coalesce(sum(amount){now}, 0), count(*){now}, {before} FROM chosen
WHERE coalesce("group", 0) IN (SELECT value FROM json_each(?5)) GROUP BY "group", purse
"""


@dataclass
class Tally:
    """What one group brought in a currency, and what it brought in the time before."""

    amount: "int | Fraction" = 0
    sales: int = 0
    before: "int | Fraction" = 0


Tallies = dict[tuple[Place, str | None], Tally]


def answer(asked: Asked) -> Rows:
    """A row for each span of time, or group, and currency."""
    by = asked.by or "month"
    put = _put(replace(asked, by=by))
    against = asked.option("against")
    tallies = _over_time(put, against) if put.group.period else _by_group(put, against)
    ordered = sorted(tallies.items(), key=lambda item: _order(put, *item))
    put.explain(
        f"{place.label} {currency}: {tally.sales:,} {put.report.NOUN}s"
        for (place, currency), tally in ordered
    )
    if tallies and put.report.NOUN == "deal" and not asked.said.get("from"):
        put.notes.append("no invoices here: deals won are counted, by the day they closed")
    rows = put.table([(place, _row(tally, currency)) for (place, currency), tally in ordered])
    if not asked.by:
        rows.columns[0] = Field("period", "text", "The month")
    return rows


def _put(asked: Asked) -> Asked:
    """The question put to invoices, or to deals."""
    said = asked.said.get("from")
    has = asked.connection.execute("SELECT EXISTS (SELECT 1 FROM invoice)").fetchone()[0]
    source = asked.option("from") if said else "invoices" if has else "deals"
    put = replace(asked) if source == "invoices" else several.deals(asked)
    if asked.asking:
        put.where = filters.where(fields.noun(put.report.NOUN), asked.texts, asked.asking)
    return put


def _over_time(asked: Asked, against: str) -> Tallies:
    """Spans of time, each against the whole of the one before or of that a year before."""
    since = asked.since and date.fromisoformat(asked.since)
    reach = (date(since.year - 1, 1, 1) - timedelta(7)).isoformat() if since else None
    shown = f"+{asked.report.DAY} >= '{asked.since}'" if since else ""
    found = dict(_asked(replace(asked, since=reach), shown, ""))
    return {
        key: replace(tally, before=_whole_before(asked, found, key, against))
        for key, tally in found.items()
        if tally.sales
    }


def _whole_before(
    asked: Asked, found: Tallies, key: tuple[Place, str | None], against: str
) -> "int | Fraction":
    """What the span before one brought; nothing where the one is not over or not whole."""
    name, label = asked.group.name, key[0].label
    if label is None:
        return 0
    first, last = spans.days(label)
    if last >= min(asked.today.isoformat(), _after(asked.until)) or first < (asked.since or ""):
        return 0
    earlier = spans.before(name, label, year=against == "year")
    tally = found.get((Place(earlier), key[1]))
    return tally.before if tally else 0


def _after(until: str | None) -> str:
    return (date.fromisoformat(until) + timedelta(1)).isoformat() if until else "9"


def _by_group(asked: Asked, against: str) -> Tallies:
    """Groups that are no spans of time, each against itself in the time before the period."""
    if not asked.since or not asked.until:
        return dict(_asked(asked, "", None))
    first, last = spans.earlier(asked.since, asked.until, year=against == "year")
    asked.notes.append(f"growth is against {first} to {last}")
    day = f"+{asked.report.DAY}"
    wide = replace(asked, since=first)
    found = _asked(wide, f"{day} >= '{asked.since}'", f"{day} BETWEEN '{first}' AND '{last}'")
    return {key: tally for key, tally in found if tally.sales}


def _asked(asked: Asked, now: str, before: str | None) -> Iterator[tuple[tuple[Place, str | None], Tally]]:
    """What each group brought on days for which `now` holds, and `before`; empty: on all days, None: on none."""
    begun = asked.chosen(("amount", asked.report.DAY), CONDITIONS[asked.report.NOUN])
    sums = {
        "now": _among(now),
        "before": "0" if before is None else f"coalesce(sum(amount){_among(before)}, 0)",
    }
    tallies: Tallies = defaultdict(Tally)
    for place, purse, (amount, sales, earlier) in _summed(asked, begun, sums):
        tally = tallies[place, purse.currency]
        tally.amount += amount * purse.factor
        tally.sales += sales
        tally.before += earlier * purse.factor
    yield from tallies.items()


def _summed(asked: Asked, begun: str, sums: dict[str, str]) -> Iterator[tuple[Place, Purse, tuple[Any, ...]]]:
    """What each group brought in each currency, now and before."""
    if asked.by != "company" or asked.into:
        yield from asked.ask(begun + SUMMED.format(**sums))
        return
    several: list[int] = []
    for place, purse, (alone, *found) in asked.ask(begun + ALONE.format(**sums)):
        if alone:
            yield place, purse, tuple(found)
        else:
            several.append(place.id or 0)
    if several:
        for place, purse, (_, *found) in asked.ask(begun + OTHERS.format(**sums), json.dumps(several)):
            yield place, purse, tuple(found)


def _among(said: str) -> str:
    return f" FILTER (WHERE {said})" if said else ""


def _order(asked: Asked, key: tuple[Place, str | None], tally: Tally) -> tuple[object, ...]:
    place, currency = key
    if asked.group.period:
        return (*place.order(), currency or "")
    return currency or "", -tally.amount, *place.order()


def _row(tally: Tally, currency: str | None) -> tuple[int | str | None, ...]:
    growth = share(tally.amount - tally.before, tally.before) if tally.before > 0 else None
    return money(tally.amount, currency), growth, tally.sales, currency
