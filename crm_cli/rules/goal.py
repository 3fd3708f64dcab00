"""A goal's own rules: its period as days, what it is measured in, and that what it is part of can hold it.

A goal has a target of its own, or that of the goals below it: these are measured alike, in the same currency,
within its period, so that they add up.
"""

import json
import re
from collections.abc import Sequence
from datetime import date

from crm_cli import choices
from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import lines
from crm_cli.rules.drafts import Draft
from crm_cli.values import dates
from crm_cli.values.amounts import SCALE

MONEY = frozenset(("won_amount", "revenue"))
DEALS = frozenset(("won_amount", "won_count"))
FIGURES = ("baseline", "target", "stretch")
BEST = 100 * SCALE  # the net promoter score of those who have promoters alone
# A period that names its days, whenever it is read.
_ABSOLUTE = r"[0-9]{4}[0-9qw-]*(\.\.[0-9]{4}[0-9qw-]*)?"
_PAIRS = """
SELECT below.id, below.name, below.metric, below.currency, below.starts_on, below.ends_on, above.name AS above,
  above.metric AS above_metric, above.currency AS above_currency, above.starts_on AS above_starts_on,
  above.ends_on AS above_ends_on, above.period AS above_period
FROM goal AS below JOIN goal AS above ON above.id = below.parent_id
WHERE below.id IN (SELECT value FROM json_each(?1)) OR above.id IN (SELECT value FROM json_each(?1))"""
_RING = """
WITH RECURSIVE up(first, id) AS (
  SELECT id, parent_id FROM goal WHERE id IN (SELECT value FROM json_each(?))
  UNION SELECT up.first, goal.parent_id FROM up JOIN goal ON goal.id = up.id)
SELECT name FROM goal WHERE id IN (SELECT first FROM up WHERE id = first) ORDER BY id"""


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete the period's days and the currency; refuse figures that can be none."""
    for draft in drafts:
        if not draft.get("metric"):
            raise InvalidError(f"metric: say what is measured: {', '.join(choices.GoalMetric)}")
        _period(change, draft)
        _currency(change, draft)
        _figures(draft)
        if draft.get("pipeline_id") and draft.get("metric") not in DEALS:
            raise InvalidError(f"pipeline: {draft.get('metric')} are not of a pipeline; leave it out")


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Hold goals to what they are part of, and say which ones wait for goals below them."""
    ids = json.dumps([draft.id for draft in drafts])
    if ring := change.value(_RING, ids):
        raise InvalidError(f"parent: {ring} would be part of itself; choose another goal")
    for row in change.rows(_PAIRS, ids):
        within = row["above_starts_on"] <= row["starts_on"] and row["ends_on"] <= row["above_ends_on"]
        for what, own, above in (("metric", row["metric"], row["above_metric"]),
                                 ("currency", row["currency"], row["above_currency"])):  # fmt: skip
            if own != above:
                raise InvalidError(
                    f"parent: {row['above']} has {what} {above}, {row['name']} {own}; these do not add up"
                )
        if not within:
            raise InvalidError(
                f"parent: the period of {row['name']} lies not within that of {row['above']}, {row['above_period']}"
            )
    for draft in drafts:
        if draft.before is None and not draft.imported and draft.get("target") is None:
            change.note(f"without a target: it is what goals with --parent {draft.id} add up to", draft)


def _period(change: Change, draft: Draft) -> None:
    """Tell the days of a period; one that is over is for those who insist."""
    if draft.before is not None and "period" not in draft.given:
        return
    text = draft.get("period")
    if not text:
        raise InvalidError("period: say in which time, such as 2026-Q3, 2026-11 or 2026")
    week_start = list(choices.Weekday).index(choices.Weekday(change.config.get("week_start")))
    try:
        first, last = dates.period(
            text, today=change.today, week_start=week_start, order=change.reading.date_order
        )
    except InvalidError as error:
        raise InvalidError(f"period: {error}") from None
    if not first or not last:
        raise InvalidError(
            f"period: {text} has no end; write a first and a last day, such as 2026-07..2026-09"
        )
    if draft.before is None and not draft.imported and not change.forced and last < change.today.isoformat():
        raise InvalidError(
            f"period: {text} was over on {last}; give one to come, or --force to keep it as it was"
        )
    draft.values |= {"period": _named(text, first, last), "starts_on": first, "ends_on": last}


def _named(text: str, first: str, last: str) -> str:
    """A period as it is read the same on any day: as it was typed, else by its days."""
    said = text.strip().lower()
    if re.fullmatch(_ABSOLUTE, said):
        return said.upper()
    quarter = f"{first[:4]}-Q{(int(first[5:7]) + 2) // 3}"
    for name in (first[:4], quarter, first[:7]):
        if dates.period(name, today=date.min) == (first, last):
            return name
    return first if first == last else f"{first}..{last}"


def _currency(change: Change, draft: Draft) -> None:
    """Money is measured in a currency; what is counted has none."""
    if draft.get("metric") in MONEY:
        draft.values["currency"] = draft.get("currency") or change.config.currency
        return
    if draft.values.get("currency") and "currency" in draft.given and not draft.imported:
        raise InvalidError(f"currency: {draft.get('metric')} is no money; leave it out")
    draft.values["currency"] = None


def _figures(draft: Draft) -> None:
    """Round money at its currency's digits; refuse what cannot be reached."""
    currency, score = draft.get("currency"), draft.get("metric") == "nps"
    for name in FIGURES:
        value = draft.values.get(name)
        if value is None:
            continue
        if currency:
            draft.values[name] = value = lines.rounded(value, currency)
        if score and not -BEST <= value <= BEST:
            raise InvalidError(f"{name}: a net promoter score lies between -100 and 100")
        if not score and (value < 0 or (name != "baseline" and value == 0)):
            raise InvalidError(f"{name}: give more than nothing")
    target, stretch = draft.get("target"), draft.get("stretch")
    if target is not None and stretch is not None and stretch < target:
        raise InvalidError("stretch: it is less than the target; give more")
