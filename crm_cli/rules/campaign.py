"""A campaign's own rules: days in order, money that is no less than nothing, the ten steps.

What a campaign has cost is the sum of its dated costs where there are any, so that nothing is counted twice. A step
is done on the day when what it is about is first there, by whichever command; undoing that command undoes the step.
"""

import re
from collections.abc import Sequence
from typing import Any

from crm_cli import choices
from crm_cli.changing import Change
from crm_cli.errors import InvalidError, NotFoundError
from crm_cli.rules import lines, records
from crm_cli.rules.drafts import Draft
from crm_cli.values.amounts import SCALE

STEPS = tuple(each.value for each in choices.CampaignStepName)
"""The ten steps in their order."""
MONEY = ("budget", "cost", "expected_revenue")
SHARES = ("expected_response_pct", "control_pct")
SPANS = (("planned_start", "planned_end"), ("starts_on", "ends_on"))
WHOLE = 100 * SCALE
OVER = ("completed", "cancelled")
PARTNERS = ("partner", "reseller")
# What a campaign holds → the step that is done when it is first there.
_SHOWS = {"budget": "budget", "offer": "offer", "promo_code": "offer", "products": "offer", "messages": "message",
          "segments": "target"}  # fmt: skip
_BLANK: dict[str, Any] = {"planned_on": None, "done_on": None, "note": None}

Row = dict[str, Any]


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete currency, cost, days and steps.

    Raises:
        InvalidError: an end before its start, money below nothing, a share that is none, a parent below it.
    """
    for draft in drafts:
        if draft.before is None:
            draft.values["currency"] = draft.values.get("currency") or change.config.currency
        _days(change, draft)
        _amounts(draft)
        _costs(change, draft)
        _kin(change, draft)
        _tell_partner(change, draft)
        if draft.parts.get("messages") and not draft.imported:
            from crm_cli.rules.messaging import composing

            composing.check(change.connection, draft.parts["messages"])
        if not draft.imported:
            _done(change, draft, _shown(draft))


def _tell_partner(change: Change, draft: Draft) -> None:
    """Tell of a campaign's partner that is none: it is taken, since a sponsor may be a customer."""
    partner = draft.values.get("partner_id")
    if not partner or draft.imported or (draft.before and draft.before["partner_id"] == partner):
        return
    found = change.one("SELECT name, type FROM company WHERE id = ?", partner)
    if found and found["type"] not in PARTNERS:
        way = f"`crm company edit {partner} --type partner` makes it one"
        change.notes.append(f"{found['name']} is a {found['type']}, not a partner; {way}")


def done(change: Change, campaign_id: int, step: str) -> None:
    """Let one of the ten steps be done today, where it is not yet."""
    draft = _loaded(change, campaign_id)
    _done(change, draft, [step])
    records.write(change, "campaign", [draft])


def plan(change: Change, campaign_id: int, step: str, **said: str | None) -> None:
    """Set what is given of a step: `planned_on`, `done_on` (days) and `note`; None empties it."""
    draft = _loaded(change, campaign_id)
    rows = _steps(change, draft)
    row = next((each for each in rows if each["step"] == step), None)
    if row is None:
        rows.append(row := {"step": step} | _BLANK)
    row |= said
    draft.parts["steps"] = [each for each in rows if any(each[column] for column in _BLANK)]
    records.write(change, "campaign", [draft])


def step_named(word: str) -> str:
    """The step of a word as people write it, or of its number.

    Raises:
        InvalidError: there is no such step; names the nearest.
    """
    from crm_cli.fields import nearest

    key = word.strip().lower()
    if re.fullmatch(r"\d{1,9}", key) and 1 <= int(key) <= len(STEPS):
        return STEPS[int(key) - 1]
    if key not in STEPS:
        raise nearest(key, list(STEPS), "step")
    return key


def _loaded(change: Change, campaign_id: int) -> Draft:
    found = records.load(change, "campaign", [campaign_id])
    if not found:
        raise NotFoundError(f"there is no campaign {campaign_id}; `crm campaign list` shows them")
    return found[0]


def _steps(change: Change, draft: Draft) -> list[Row]:
    """The steps of a campaign as the draft says, else as they stand."""
    if "steps" in draft.parts or draft.before is None:
        return [_BLANK | row for row in draft.parts.get("steps", [])]
    question = (
        "SELECT id, step, planned_on, done_on, note FROM campaign_step WHERE campaign_id = ? ORDER BY id"
    )
    return [dict(row) for row in change.rows(question, draft.id)]


def _shown(draft: Draft) -> list[str]:
    """The steps that what a draft says is the doing of."""
    said = {key: draft.values.get(key) if key in draft.given else draft.parts.get(key) for key in _SHOWS}
    steps = [step for key, step in _SHOWS.items() if said[key]]
    return ["create", *steps] if draft.before is None else steps


def _done(change: Change, draft: Draft, steps: Sequence[str]) -> None:
    """Mark steps as done today in a draft, where they are not yet."""
    if not steps:
        return
    rows, today = _steps(change, draft), change.today.isoformat()
    by_name = {row["step"]: row for row in rows}
    for step in dict.fromkeys(steps):
        if step not in by_name:
            by_name[step] = {"step": step} | _BLANK
            rows.append(by_name[step])
        by_name[step]["done_on"] = by_name[step]["done_on"] or today
    draft.parts["steps"] = rows


def _days(change: Change, draft: Draft) -> None:
    """Keep days in order; a campaign that becomes active or completed by hand has done so today."""
    status, was = draft.values.get("status"), draft.before["status"] if draft.before else None
    if not draft.imported and status != was:
        today = change.today.isoformat()
        if status == "active" and not draft.get("starts_on"):
            draft.values["starts_on"] = today
        if status == "completed" and not draft.get("ends_on"):
            draft.values["ends_on"] = max(today, draft.get("starts_on") or today)
    for first, last in SPANS:
        start, end = draft.get(first), draft.get(last)
        if start and end and end < start:
            raise InvalidError(f"{last}: {end} is before {first}, {start}; give a later day")


def _amounts(draft: Draft) -> None:
    for column in MONEY:
        amount = draft.values.get(column)
        if amount is not None:
            if amount < 0:
                raise InvalidError(f"{column}: it cannot be less than nothing; give an amount from 0")
            draft.values[column] = lines.rounded(amount, draft.get("currency"))
    for column in SHARES:
        if not 0 <= (draft.values.get(column) or 0) <= WHOLE:
            raise InvalidError(f"{column}: give a percentage from 0 to 100")


def _costs(change: Change, draft: Draft) -> None:
    """Let the cost be the sum of the dated ones, where there are any."""
    told = draft.parts.get("costs")
    if told is None and draft.before is not None and "cost" in draft.values:
        question = "SELECT amount FROM campaign_cost WHERE campaign_id = ?"
        told = [dict(row) for row in change.rows(question, draft.id)] or None
        if told and not draft.imported and draft.values["cost"] != draft.before["cost"]:
            raise InvalidError(
                "cost: it is the sum of its dated costs; add one with `crm campaign cost`, "
                "or set them with --set costs='[…]'"
            )
    if told is None:
        return
    for row in told:
        if row["amount"] is None or row["amount"] < 0:
            raise InvalidError("costs: each needs an amount from 0")
        row["amount"] = lines.rounded(row["amount"], draft.get("currency"))
    if told:
        draft.values["cost"] = sum(row["amount"] for row in told)
    elif draft.before is not None and "cost" not in draft.given:
        draft.values["cost"] = None


def _kin(change: Change, draft: Draft) -> None:
    """Refuse a campaign that is below itself, or that shares the control group of itself."""
    if draft.before is None:
        return
    if draft.values.get("control_of_id") == draft.id:
        raise InvalidError("control_of: a campaign has its own control group; name another campaign")
    above, seen = draft.values.get("parent_id"), {draft.id}
    while above is not None:
        if above in seen:
            raise InvalidError("parent: a campaign cannot be part of itself; name another one")
        seen.add(above)
        above = change.value("SELECT parent_id FROM campaign WHERE id = ?", above)


def roi(change: Change, campaign_id: int) -> Any:
    """The return on investment of a campaign in per cent, None where it has no cost."""
    return change.value("SELECT roi_pct FROM campaigns WHERE id = ?", campaign_id)
