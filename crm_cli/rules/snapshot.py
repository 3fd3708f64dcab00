"""Snapshots of the forecast: what was forecast for a month on a day, so that it can be held against what came.

A row an owner, month and currency, with the figures of the report `forecast`. Taken again on the same day it
is mended, not doubled.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft
from crm_cli.values import dates

FIGURES = ("pipeline_amount", "best_case", "commit", "closed", "weighted")
# What the report calls them, where that is another name.
_TOLD = {"pipeline_amount": "pipeline"}
_STANDING = """
SELECT id, period, owner_id, currency FROM snapshot
WHERE taken_on = ? AND period BETWEEN ? AND ? AND external_id IS NULL"""

Key = tuple[str, int | None, str | None]
"""The month, the owner, the currency."""


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Hold the month to be one."""
    for draft in drafts:
        if "period" not in draft.values:
            continue
        text = str(draft.values["period"] or "").strip()
        first, last = dates.period(text, today=change.today)
        if (
            not first
            or not last
            or first[:7] != last[:7]
            or not first.endswith("-01")
            or len(text) != len("2026-11")
        ):
            raise InvalidError(f"period: {text} is no month; write one such as 2026-11")
        draft.values["period"] = text


def take(change: Change, since: str | None = None, until: str | None = None) -> list[int]:
    """Keep what is forecast today for each month of a span, else for this month and all later ones; returns the rows.

    Raises:
        InvalidError: the span is over.
    """
    this = change.today.isoformat()[:7]
    if until and until[:7] < this:
        raise InvalidError(f"the period was over on {until}: forecast what is to come, such as {this}")
    first, last = max((since or this)[:7], this), (until or date.max.isoformat())[:7]
    found = {key: row for key, row in _forecast(change).items() if first <= key[0] <= last}
    standing = {
        (row["period"], row["owner_id"], row["currency"]): row["id"]
        for row in change.rows(_STANDING, change.today.isoformat(), first, last)
    }
    none = dict.fromkeys(FIGURES, 0)  # what was forecast this morning and is so no more
    drafts = {draft.id: draft for draft in records.load(change, "snapshot", standing.values())}
    written = []
    for key in sorted({**found, **standing}, key=lambda key: (key[0], key[1] or 0, key[2] or "")):
        draft = drafts[standing[key]] if key in standing else _new(change, key)
        draft.values |= found.get(key, none)
        written.append(draft)
    records.write(change, "snapshot", written)
    return [draft.id for draft in written]


def _new(change: Change, key: Key) -> Draft:
    period, owner, currency = key
    told = {"taken_on": change.today.isoformat(), "period": period, "owner_id": owner, "currency": currency}
    return Draft(values=told)


def _forecast(change: Change) -> dict[Key, dict[str, Any]]:
    """The figures of the report, by month, owner and currency."""
    from crm_cli import reports

    asked = reports.Asked(
        change.connection, change.today, reports.load("forecast"), by="owner", zone=change.config.zone,
        rates=change.rate,
    )  # fmt: skip
    rows = asked.report.answer(asked)
    names = [each.name for each in rows.columns]
    found = {}
    for row in rows.rows:
        told = dict(zip(names, row, strict=True))
        if told["month"][:1].isdigit():
            key = (told["month"], told["owner_id"], told["currency"])
            found[key] = {name: told[_TOLD.get(name, name)] for name in FIGURES}
    return found
