"""What becomes of offers that partners do not take: they go to the next, and after the last back to the owner.

Who is asked next is what was remembered when the offer was made, but for partners who no longer are, or take
none now. The next offer counts from the moment that the one before it was declined or expired, whenever that is
noticed; so one that nobody noticed for long may have passed several partners. Those of whom that is true are
written as they were, and only who can still answer is written to. What is decided meanwhile goes nowhere.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_cli.changing import Change
from crm_cli.rules import offer, records, telling
from crm_cli.rules.drafts import Draft
from crm_cli.values.dates import local_day

Subject = tuple[str, int]
# What offers are about: the lead, or the deal that it has become.
_SUBJECTS = """
SELECT o.id, CASE WHEN d.id IS NULL THEN 'lead' ELSE 'deal' END AS noun, coalesce(d.id, l.id) AS record_id,
  coalesce(d.name, l.name) AS name, coalesce(d.owner_id, l.owner_id) AS owner_id,
  CASE WHEN d.id IS NULL THEN l.converted_at IS NULL AND l.status NOT IN ('unqualified', 'junk')
    ELSE d.stage_id IN (SELECT id FROM stage WHERE kind = 'open') END
  AND coalesce(d.partner_id, l.partner_id) IS NULL AS open
FROM offer AS o LEFT JOIN lead AS l ON l.id = o.lead_id
LEFT JOIN deal AS d ON d.id = coalesce(o.deal_id, l.deal_id)
WHERE o.id IN (SELECT value FROM json_each(?))
"""


@dataclass
class Passed:
    """What followed offers that were not taken."""

    open: list[Draft] = field(default_factory=list)
    """The offers that the next partners have to answer."""
    expired: list[Draft] = field(default_factory=list)
    """Offers that had expired again before anybody noticed."""
    back: list[Draft] = field(default_factory=list)
    """The last offers of leads and deals that went back to their owners."""


def on(change: Change, refused: Sequence[Draft]) -> Passed:
    """Offer to the next partners what some have declined or let expire, each from the moment of that."""
    rows = {row["id"]: row for row in change.rows(_SUBJECTS, json.dumps([draft.id for draft in refused]))}
    following, passed = _candidates(change, refused), Passed()
    back: list[tuple[Draft, Any]] = []
    for draft in refused:
        if rows[draft.id]["open"]:
            last = _along(change, draft, following.get(draft.id, []), passed)
            if last.get("state") != "offered":
                back.append((last, rows[draft.id]))
    passed.back = [last for last, _ in back]
    telling.tell(change, passed.open)
    records.write(change, "offer", sorted((*passed.expired, *passed.open), key=_made))
    _hand_back(change, back)
    return passed


def expire(draft: Draft) -> Draft:
    """Let an offer have expired when its time was over."""
    draft.values |= {"state": "expired", "answered_at": draft.get("respond_by")}
    return draft


def _along(change: Change, draft: Draft, candidates: list[dict[str, Any]], passed: Passed) -> Draft:
    """Go on from one offer to the one that can still be answered; returns it, else the last that was made."""
    about = {column: draft.get(column) for column in ("lead_id", "deal_id", "owner_id")}
    while candidates:
        draft = offer.following(change, about, candidates, draft.get("answered_at"))
        if draft.get("respond_by") >= change.now:
            passed.open.append(draft)
            break
        passed.expired.append(expire(draft))
        candidates = candidates[1:]
    return draft


def _candidates(change: Change, refused: Iterable[Draft]) -> dict[int, list[dict[str, Any]]]:
    """By offer who is asked next: those remembered who are partners and take offers."""
    found: dict[int, list[dict[str, Any]]] = {}
    question = (
        "SELECT x.offer_id, x.rank, x.partner_id, x.reason FROM offer_candidate AS x "
        "JOIN company AS c ON c.id = x.partner_id AND c.type = 'partner' AND NOT coalesce(c.offers_paused, 0) "
        "WHERE x.offer_id IN (SELECT value FROM json_each(?)) ORDER BY x.offer_id, x.rank, x.id"
    )
    for offer_id, *row in change.rows(question, json.dumps([draft.id for draft in refused])):
        found.setdefault(offer_id, []).append(dict(zip(("rank", "partner_id", "reason"), row, strict=True)))
    return found


def _made(draft: Draft) -> tuple[Any, ...]:
    return draft.get("offered_at"), draft.get("respond_by")


def _hand_back(change: Change, back: Sequence[tuple[Draft, Any]]) -> None:
    """Let owners know that nobody took it: a task of the day that the last offer was declined or expired."""
    tasks = [
        Draft(
            values={
                "subject": f"No partner took {row['name']}: decide what to do",
                "owner_id": row["owner_id"],
                "due": local_day(last.get("answered_at"), change.config.zone),
                "priority": "high",
            },
            entered={"about": [(row["noun"], row["record_id"])]},
        )
        for last, row in back
    ]
    if tasks:
        records.write(change, "task", tasks)
