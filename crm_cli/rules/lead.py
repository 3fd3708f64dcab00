"""A lead's own rules, and what is done with one short of converting it: contact, qualify, disqualify."""

from collections.abc import Sequence
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import lines, people, records
from crm_cli.rules.drafts import Draft

BANT = ("need", "budget", "authority", "timeframe")
REASON = {"disqualify_reason": None, "disqualify_note": None}


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete names, the comparing form of the phone, money, and what an import says of conversion."""
    for draft in drafts:
        people.name(draft)
        people.check_wishes(draft)
        if draft.before is None or draft.values.keys() & {"phone", "country"}:
            phone = draft.get("phone")
            draft.values["phone_key"] = people.phone_key(change, phone, draft.get("country")) if phone else ""
        _money(change, draft)
        score = draft.values.get("score")
        if score is not None and not 0 <= score <= 100:  # noqa: PLR2004 - the scale of scores
            raise InvalidError(f"score: {score} is not from 0 to 100")
        if "score" in draft.given and "score_reasons" not in draft.given:
            draft.values["score_reasons"] = None  # set by hand, it has no points to explain
        _conversion(change, draft)


def contacted(change: Change, lead_id: int, by: str | None = None, subject: str | None = None) -> Draft:
    """Note that we have reached out; `by` call, email or meeting also writes the activity that did it."""
    lead = _open(change, lead_id)
    if by:
        about = {"about": [("lead", lead_id)]}
        values = {"kind": by, "subject": subject, "status": "done", "owner_id": lead.get("owner_id")}
        records.write(change, "activity", [Draft(values=values, entered=about)])
        lead = _open(change, lead_id)
    if lead.get("status") in ("new", "unqualified", "junk"):
        lead.values |= {"status": "contacted"} | REASON
    lead.values["first_touch_at"] = lead.get("first_touch_at") or change.now
    records.write(change, "lead", [lead])
    return lead


def qualify(change: Change, lead_id: int, **bant: str | None) -> Draft:
    """Say that a lead is worth pursuing, with what is known of need, budget, authority and timeframe."""
    lead = _open(change, lead_id)
    lead.values |= {"status": "qualified"} | REASON
    lead.values |= {key: text for key, text in bant.items() if key in BANT and text is not None}
    records.write(change, "lead", [lead])
    return lead


def disqualify(
    change: Change,
    lead_id: int,
    reason: str | None,
    note: str | None = None,
    unmet_need: str | None = None,
    *,
    junk: bool = False,
) -> Draft:
    """Say that a lead is not worth pursuing, and why; `junk` was never one.

    Raises:
        InvalidError: no reason is given.
    """
    if not reason:
        raise InvalidError(
            "say why with --reason: lost, cannot_contact, no_longer_interested, duplicate or other"
        )
    lead = _open(change, lead_id)
    lead.values |= {"status": "junk" if junk else "unqualified", "disqualify_reason": reason}
    told = {"disqualify_note": note, "unmet_need": unmet_need}
    lead.values |= {key: text for key, text in told.items() if text is not None}
    records.write(change, "lead", [lead])
    return lead


def _open(change: Change, lead_id: int) -> Draft:
    """The lead, as long as it is one."""
    found = records.load(change, "lead", [lead_id])
    if not found:
        raise NotFoundError(f"there is no lead {lead_id}; `crm lead list` shows them")
    if found[0].get("converted_at"):
        raise ConflictError(
            f"lead {lead_id} {found[0].get('name')} has been converted; work on what it became"
        )
    return found[0]


def _money(change: Change, draft: Draft) -> None:
    if draft.before is None:
        draft.values["currency"] = draft.values.get("currency") or change.config.currency
    if draft.values.get("est_amount") is not None:
        draft.values["est_amount"] = lines.rounded(draft.values["est_amount"], draft.get("currency"))


def _conversion(change: Change, draft: Draft) -> None:
    """Converted is what has a time of conversion, whatever the status says; by hand, only converting does."""
    values: dict[str, Any] = draft.values
    if draft.entered.get("converted") and not draft.get("converted_at"):
        values["converted_at"] = change.now
    was = draft.before["status"] if draft.before else None
    becomes = values.get("status") == "converted" and was != "converted"
    if becomes and not draft.imported and not draft.get("converted_at"):
        raise InvalidError(
            "status: a lead is converted by `crm lead convert`, which makes its contact and deal"
        )
