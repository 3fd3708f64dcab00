"""What people agreed to: entries of the log of consent, and who may be written to by it and all else.

The log is the one truth: an opt-out sets no flag beside it, so that a later opt-in need not unset one. What counts
of it is told in `crm_cli.rules.permission`.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft
from crm_cli.rules.permission import MARKETING, SERVICE, THESE, Question


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete entries of the log: when it was said, and its purpose in lower case.

    Raises:
        InvalidError: an entry that names nobody, or both a contact and a lead.
    """
    for draft in drafts:
        if bool(draft.get("contact_id")) == bool(draft.get("lead_id")) and not draft.imported:
            raise InvalidError("a consent is of one person; name a contact or a lead")
        if not draft.get("at"):
            draft.values["at"] = change.now
        draft.values["purpose"] = (draft.get("purpose") or MARKETING).strip().lower()


def opt_out(
    change: Change,
    noun: str,
    ids: Iterable[int],
    purpose: str = MARKETING,
    *,
    source: str,
    at: str | None = None,
) -> int:
    """Note of contacts or leads that they refused a purpose; returns of how many that was not known yet."""
    question = Question.of(change, noun, ids, "email", purpose, bulk=True)
    known = {
        each for each, said in question.said.items() if purpose in said and said[purpose].state == "opted_out"
    }
    told = {"purpose": purpose, "state": "opted_out", "source": source, "at": at or change.now}
    fresh = [each for each in dict.fromkeys(question.ids) if each not in known]
    records.write(change, "consent", [Draft(values={f"{noun}_id": each} | told) for each in fresh])
    return len(fresh)


def why_not(
    asked: Change | sqlite3.Connection,
    noun: str,
    record_ids: Iterable[int],
    channel: str = "email",
    purpose: str = MARKETING,
    bulk: bool = True,
) -> dict[int, str]:
    """Who of the contacts, leads or companies may not be reached over a channel for a purpose, and why.

    `bulk` says that many get the same. Who may be reached is not in the answer. Asks the store a handful of
    questions however many there are, through a change or a connection that only reads.
    """
    question = Question.of(asked, noun, record_ids, channel, purpose, bulk=bulk)
    found: dict[int, str] = {}
    for record_id, reason in question.reasons():
        found.setdefault(record_id, reason)
    return found


def addresses(
    asked: Change | sqlite3.Connection, noun: str, record_ids: Iterable[int], channel: str = "email"
) -> dict[int, str]:
    """By id where each is reached over a channel; who has no address there is not in the answer."""
    question = Question.of(asked, noun, record_ids, channel, SERVICE, bulk=False)
    return {record_id: each.value for record_id, each in question.addresses.items()}


def keep_strictest(change: Change, noun: str, ids: Sequence[int]) -> None:
    """Before people are merged into the first: what one of them refused stays refused, whatever another said later."""
    these = json.dumps(list(ids))
    purposes = change.rows(
        f"SELECT DISTINCT purpose FROM consent WHERE purpose <> '' AND {noun}_id {THESE}", these
    )
    for (purpose,) in purposes:
        question = Question.of(change, noun, ids, "email", purpose, bulk=True)
        said = [entries[purpose] for entries in question.said.values() if purpose in entries]
        refused = [entry for entry in said if entry.state == "opted_out"]
        if refused and max(said, key=lambda entry: entry.at).state != "opted_out":
            told = {"purpose": purpose, "state": "opted_out", "source": f"merged; said {refused[-1].at[:10]}"}
            records.add(change, "consent", **{f"{noun}_id": ids[0]}, **told)
