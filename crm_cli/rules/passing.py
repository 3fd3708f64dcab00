"""What becomes of offers that partners do not take: they go to the next, and after the last back to the owner.

Who is asked next is what was remembered when the offer was made, but for partners who no longer are, or take
none now. The next offer counts from the moment that the one before it was declined or expired, whenever that is
noticed; so one that nobody noticed for long may have passed several partners. Those of whom that is true are
written as they were, and only who can still answer is written to. What is decided meanwhile goes nowhere.
"""

import json
from collections.abc import Sequence
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
# Who can still be asked, after a rank, of those that an offer remembers: of triples of offer, rank, and new offer.
_REMEMBERED = """
WITH asked (first, after, made) AS MATERIALIZED (
  SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]') FROM json_each(?)),
partner AS MATERIALIZED (SELECT id FROM company WHERE type = 'partner' AND NOT coalesce(offers_paused, 0)),
next AS (
  SELECT asked.first, asked.made, x.rank, x.partner_id, x.reason
  FROM asked JOIN offer_candidate AS x ON x.offer_id = asked.first AND x.rank > asked.after
  WHERE x.partner_id IN partner)
"""
_FIRST = -1  # before every rank


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
    passed, made = Passed(), list[tuple[int, Draft]]()
    back: list[tuple[Draft, Any]] = []
    turns = [(draft.id, _FIRST, draft) for draft in refused if rows[draft.id]["open"]]
    while turns:
        found, later = _next(change, turns), list[tuple[int, int, Draft]]()
        for first, _, last in turns:
            if first not in found:
                back.append((last, rows[first]))
                continue
            draft = _following(change, last, found[first])
            made.append((first, draft))
            if draft.values["respond_by"] >= change.now:
                passed.open.append(draft)
            else:
                passed.expired.append(expire(draft))
                later.append((first, draft.values["rank"], draft))
        turns = later
    passed.back = [last for last, _ in back]
    telling.tell(change, passed.open)
    records.write(change, "offer", sorted((*passed.expired, *passed.open), key=_made))
    _remember(change, made)
    _hand_back(change, back)
    return passed


def expire(draft: Draft) -> Draft:
    """Let an offer have expired when its time was over."""
    draft.values |= {"state": "expired", "answered_at": draft.get("respond_by")}
    return draft


def _next(change: Change, turns: Sequence[tuple[int, int, Draft]]) -> dict[int, Any]:
    """By the first offer whom it goes to after a rank: the next of those remembered."""
    question = f"{_REMEMBERED} SELECT first, min(rank) AS rank, partner_id, reason FROM next GROUP BY first"
    asked = json.dumps([(first, rank) for first, rank, _ in turns])
    return {row["first"]: row for row in change.rows(question, asked)}


def _following(change: Change, last: Draft, row: Any) -> Draft:
    """The offer to the next partner, made when the last one was declined or had expired."""
    about = {column: last.get(column) for column in ("lead_id", "deal_id", "owner_id")}
    ranked = [{"rank": row["rank"], "partner_id": row["partner_id"], "reason": row["reason"]}]
    return offer.following(change, about, ranked, last.get("answered_at"))


def _remember(change: Change, made: Sequence[tuple[int, Draft]]) -> None:
    """Let each new offer remember who is asked after it: the rest of those whom the first one remembers."""
    if not made:
        return
    begin = change.next_id("offer_candidate")
    said = [(first, draft.values["rank"], draft.id) for first, draft in made]
    change.connection.execute(
        f"{_REMEMBERED} INSERT INTO offer_candidate (offer_id, rank, partner_id, reason) "
        "SELECT made, rank, partner_id, reason FROM next ORDER BY made, rank",
        (json.dumps(said),),
    )
    change.inserted("offer_candidate", list(range(begin, change.next_id("offer_candidate"))))


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
