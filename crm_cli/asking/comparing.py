"""Campaigns beside each other: one beside its plan and earlier ones of its type, several side by side, the next one.

All of it rests on the report of campaigns, so that a figure is the same wherever it is read.
"""

import json
from collections.abc import Iterable, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from crm_cli import filters, reports
from crm_cli.asking import blocks, curve
from crm_cli.fields import Field, noun
from crm_cli.output import Rows
from crm_cli.values.amounts import SCALE, money_human

if TYPE_CHECKING:
    from crm_cli.desk import Desk

Figures = dict[str, Any]
WHOSE = ("campaign", "campaign_id", "campaigns", "currency")
PLANNED = {"cost": "budget", "won_amount": "expected_revenue", "response_rate_pct": "expected_response_pct"}
"""What was planned of a figure."""
# Those of its kind that had begun before it did.
EARLIER = """
SELECT e.id FROM campaign AS e JOIN campaign AS c ON c.id = ? WHERE e.id <> c.id AND e.type IS c.type
  AND e.status <> 'cancelled' AND coalesce(e.starts_on, e.planned_start, substr(e.created_at, 1, 10))
    < coalesce(c.starts_on, c.planned_start, substr(c.created_at, 1, 10))
"""
# What is over, and so has brought what it brings.
OVER = "status <> 'cancelled' AND coalesce(ends_on, starts_on, '') <= ?"
BRINGS = {
    "won": Field("won_amount", "money", "What it may be expected to win; as often more as less"),
    "responses": Field("responded", "decimal", "Answers that may be expected; as often more as less"),
    "leads": Field("leads", "decimal", "Leads that may be expected; as often more as less"),
    "sales": Field("sales", "decimal", "Sales that may be expected; as often more as less"),
}
"""What a budget can be asked about."""


def report(desk: "Desk", ids: Iterable[int], by: str | None = None) -> Rows:
    """The report of campaigns, of these in their order; or of the groups that they make."""
    wanted = list(ids)
    asked = reports.Asked(
        desk.connection, desk.reading.today, reports.load("campaigns"), zone=desk.config.zone, by=by,
        where=("id IN (SELECT value FROM json_each(?))", [json.dumps(wanted)]), rates=desk.rate,
    )  # fmt: skip
    rows = asked.report.answer(asked)
    if by:
        return rows
    place = [each.name for each in rows.columns].index("campaign_id")
    rows.rows = sorted(rows.rows, key=lambda row: wanted.index(row[place]))
    return rows


def side_by_side(desk: "Desk", ids: Sequence[int], by: str | None = None) -> Rows:
    """Campaigns next to each other, or the groups that they make, a row for each figure that one of them has."""
    rows = report(desk, ids, by)
    found = _figures(rows)
    heads = _groups(rows.columns[0].name, found) if by else _names(ids, found)
    columns = [Field("figure", "text"), *(Field(head, "text") for head in heads)]
    told = [each for each in _told(rows.columns, found) if not by or each is not rows.columns[0]]
    lines = [
        (each.name, *(blocks.short(each, row[each.name], row["currency"]) for row in found)) for each in told
    ]
    return Rows(columns, [("currency", *(row["currency"] for row in found)), *lines], rows.notes)


def _names(ids: Sequence[int], found: Sequence[Figures]) -> list[str]:
    names = [each["campaign"] for each in found]
    return [
        each["campaign"] if names.count(each["campaign"]) == 1
        else f"{each['campaign']} {each['currency'] if ids.count(each['campaign_id']) == 1 else each['campaign_id']}"
        for each in found
    ]  # fmt: skip


def _groups(name: str, found: Sequence[Figures]) -> list[str]:
    names = [str(each[name] or "none") for each in found]
    return [
        one if names.count(one) == 1 else f"{one} {each['currency']}"
        for one, each in zip(names, found, strict=True)
    ]


def measured(desk: "Desk", campaign_id: int) -> Rows:
    """A campaign beside its plan and the middle of earlier ones of its type, a row for each figure."""
    before = [row[0] for row in desk.connection.execute(EARLIER, (campaign_id,))]
    rows = report(desk, [campaign_id])
    own = _figures(rows)
    others = _figures(report(desk, before)) if before else []
    lines = []
    for each in _told(rows.columns, own):
        if each.name in PLANNED.values():
            continue
        for mine in own:
            money = each.kind == "money"
            past = [
                row[each.name]
                for row in others
                if row[each.name] is not None and (not money or row["currency"] == mine["currency"])
            ]
            plan = mine[PLANNED[each.name]] if each.name in PLANNED else None
            middle = None if not past or each.kind == "text" else round(median(past))
            told = [blocks.short(each, value, mine["currency"]) for value in (mine[each.name], plan, middle)]
            if any(told):
                unit = f"{each.name} {mine['currency']}" if money else each.name
                lines.append((unit, *told, len(past) if middle is not None else None))
    columns = [Field(name, "text") for name in ("figure", "campaign", "plan", "earlier")]
    rows.notes.append(_beside(before))
    return Rows([*columns, Field("of", "integer", "Earlier campaigns")], lines, rows.notes)


def next_one(desk: "Desk", texts: Sequence[str], budgets: Sequence[int], currency: str, brings: str) -> Rows:
    """What a campaign at each budget may be expected to bring, by those that were, and how sure that is.

    Args:
        desk: the desk.
        texts: filters that choose the campaigns that were.
        budgets: ten-thousandths of `currency`.
        currency: only campaigns in it count, since unlike currencies are never added.
        brings: won, responses, leads or sales.
    """
    figure = BRINGS[brings]
    fitted, used, notes = _fitted(desk, texts, currency, figure)
    columns = [
        Field("budget", "money", "What the campaign costs"),
        figure,
        Field("low", figure.kind, "The least, 95 times of 100"),
        Field("high", figure.kind, "The most"),
        Field("roi_pct", "percent", "What it wins less the budget, by the budget"),
        Field("next_coin", "decimal", "What one more of the currency would bring at that budget"),
        Field("exponent", "decimal", "The curve's: 1 brings in proportion, less than 1 ever less"),
        Field("explained_pct", "percent", "Share of the differences that the curve explains, of logarithms"),
        Field("campaigns", "integer", "Campaigns that it rests on"),
        Field("currency", "currency", "Currency of the amounts"),
    ]
    if isinstance(fitted, str):
        return Rows(columns, [], [f"nothing can be said: {fitted}", *notes])
    most = max(used)
    if any(each > most for each in budgets):
        told = f"{money_human(most, currency)} {currency}"
        notes.append(f"none of them cost more than {told}: beyond that the curve is a guess")
    lines = [(*_expected(fitted, each, brings), currency) for each in budgets]
    return Rows(columns, lines, notes)


def _expected(fitted: curve.Curve, budget: int, brings: str) -> tuple[int | None, ...]:
    middle, low, high = (each * SCALE for each in fitted.at(budget / SCALE))
    explained = None if fitted.explained is None else round(fitted.explained * 100 * SCALE)
    return (
        budget,
        *(round(each / 100) * 100 for each in (middle, low, high)),
        round((middle - budget) / budget * 100 * SCALE) if brings == "won" else None,
        round(fitted.exponent * middle / budget * SCALE),
        round(fitted.exponent * SCALE),
        explained,
        fitted.campaigns,
    )


def _fitted(
    desk: "Desk", texts: Sequence[str], currency: str, figure: Field
) -> tuple[curve.Curve | str, list[int], list[str]]:
    """The curve through the campaigns of a filter, what these cost, and what is to be known of them."""
    where, bound = filters.where(noun("campaign"), list(texts), desk.asking)
    today = desk.reading.today.isoformat()
    question = f"SELECT id FROM campaigns WHERE ({where}) AND {OVER}"
    ids = [row[0] for row in desk.connection.execute(question, (*bound, today))]
    paid = [row for row in _figures(report(desk, ids)) if row["cost"]] if ids else []
    found = [row for row in paid if row["currency"] == currency]
    used = [row for row in found if row[figure.name]]
    unit = SCALE if figure.kind == "money" or figure.name == "sales" else 1
    points = [(row["cost"] / SCALE, row[figure.name] / unit) for row in used]
    notes = []
    if used:
        names = ", ".join(str(row["campaign"]) for row in used[: reports.LISTED])
        notes.append(f"it rests on {names}" + (" …" if len(used) > reports.LISTED else ""))
    if len(found) > len(used):
        notes.append(f"{len(found) - len(used)} that cost something brought none, and are not in the curve")
    for other in sorted({row["currency"] for row in paid} - {currency}):
        several = sum(row["currency"] == other for row in paid)
        notes.append(f"{several} in {other} are left out; --currency {other} asks of these")
    return curve.fit(points), [row["cost"] for row in used], notes


def _figures(rows: Rows) -> list[Figures]:
    names = [each.name for each in rows.columns]
    return [dict(zip(names, row, strict=True)) for row in rows.rows]


def _told(columns: Sequence[Field], found: Sequence[Figures]) -> list[Field]:
    """The figures of which one of the campaigns says something."""
    return [each for each in columns if each.name not in WHOSE and any(row[each.name] for row in found)]


def _beside(before: Sequence[int]) -> str:
    if not before:
        return "there is no earlier campaign of its type to measure it against"
    return f"earlier: the middle one of {len(before)} of its type that began before it"
