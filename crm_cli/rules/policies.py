"""Which SLA policy a case is held to, and what the policies say.

The policy that a person chose for the case; else that of the contract which it falls under, if that was active on
the day of its creation; else that of its company; else the first, by rank, whose condition it meets; else the
default one. A settled case keeps the policy that it has.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crm_cli import fields, filters
from crm_cli.changing import Change
from crm_cli.rules import standard
from crm_cli.rules.drafts import Draft
from crm_cli.values import dates
from crm_cli.working.calendars import Calendars

OPEN = ("new", "in_progress", "waiting_on_customer", "on_hold")
_CONTRACTS = """
    SELECT id, sla_policy_id, starts_on, ends_on, status FROM contract
    WHERE sla_policy_id IS NOT NULL AND id IN (SELECT value FROM json_each(?))"""
_COMPANIES = """
    SELECT id, sla_policy_id FROM company
    WHERE sla_policy_id IS NOT NULL AND id IN (SELECT value FROM json_each(?))"""


@dataclass(frozen=True)
class Policy:
    """What a policy says: its calendar, when a deadline is near, and by priority the seconds to answer and resolve."""

    calendar_id: int | None
    warn_pct: int
    targets: dict[str, tuple[int | None, int | None]]


class Book:
    """The policies of the store, and the working time of its calendars."""

    def __init__(self, change: Change) -> None:
        standard.default_calendar(change)
        config = change.config
        self.calendars = Calendars(change.connection, config.zone, config.get("working_hours"))
        targets: dict[int, dict[str, tuple[int | None, int | None]]] = {}
        for row in change.rows("SELECT * FROM sla_target"):
            both = (row["response_minutes"], row["resolution_minutes"])
            seconds = tuple(None if minutes is None else minutes * 60 for minutes in both)
            targets.setdefault(row["sla_id"], {})[row["priority"]] = seconds  # type: ignore[assignment]
        self.policies = {
            row["id"]: Policy(row["calendar_id"], row["warn_pct"], targets.get(row["id"], {}))
            for row in change.rows("SELECT id, calendar_id, warn_pct FROM sla")
        }


def choose(change: Change, drafts: Sequence[Draft]) -> None:
    """Set the policy of cases whose rows stand, and whether it was chosen by hand."""
    for draft in drafts:
        if "sla_policy_id" in draft.given and "sla_policy_pinned" not in draft.given:
            draft.values["sla_policy_pinned"] = int(draft.values["sla_policy_id"] is not None)
    free = [draft for draft in drafts if _is_free(draft)]
    if not free:
        return
    default = standard.default_policy(change)
    contracts, companies = _by_contract(change, free), _by_company(change, free)
    rest = [draft for draft in free if not (contracts.get(draft.id) or companies.get(draft.id))]
    conditions = _by_condition(change, [draft.id for draft in rest])
    for draft in free:
        found = contracts.get(draft.id) or companies.get(draft.id) or conditions.get(draft.id)
        draft.values["sla_policy_id"] = found or default


def matching(change: Change, condition: str, ids: Iterable[int]) -> set[int]:
    """Which of the cases a condition is for.

    Raises:
        InvalidError: it is no filter of cases; names the nearest fields and values.
    """
    where, bound = filters.where(fields.noun("case"), terms(condition), _asking(change))
    question = f"SELECT id FROM cases WHERE id IN (SELECT value FROM json_each(?)) AND ({where})"
    return {row[0] for row in change.rows(question, json.dumps(list(ids)), *bound)}


def terms(condition: str) -> list[str]:
    """The filters of a condition: parted by spaces, where quotes protect one."""
    parts: list[str] = []
    quote, open_word = "", False
    for letter in condition.strip():
        quote = "" if letter == quote else letter if letter in "\"'" and not quote else quote
        if letter.isspace() and not quote:
            open_word = False
        elif open_word:
            parts[-1] += letter
        else:
            parts.append(letter)
            open_word = True
    return parts


def _asking(change: Change) -> filters.Asking:
    return filters.Asking(change.connection, change.reading, change.config.get("me"))


def _is_free(draft: Draft) -> bool:
    """Whether rules choose the policy of a case: none was chosen by hand, and it is open or has none."""
    if draft.get("sla_policy_id") is None:
        return True
    settled = draft.before is not None and draft.before["sla_policy_id"] and draft.get("status") not in OPEN
    return not draft.get("sla_policy_pinned") and not settled


def _by_contract(change: Change, drafts: Sequence[Draft]) -> dict[int, int]:
    named = [draft for draft in drafts if draft.get("contract_id")]
    ids = json.dumps(sorted({draft.get("contract_id") for draft in named}))
    found = {row["id"]: row for row in change.rows(_CONTRACTS, ids)} if named else {}
    chosen = {}
    for draft in named:
        row = found.get(draft.get("contract_id"))
        day = dates.local_day(draft.get("created_at"), change.config.zone)
        if row and (_has_entitled(row, draft.before) or _is_active(row, day)):
            chosen[draft.id] = row["sla_policy_id"]
    return chosen


def _is_active(contract: sqlite3.Row, day: str) -> bool:
    if contract["status"] in ("on_hold", "cancelled", "expired"):
        return False
    return bool((contract["starts_on"] or day) <= day <= (contract["ends_on"] or day))


def _has_entitled(contract: sqlite3.Row, before: dict[str, Any] | None) -> bool:
    """Whether a standing case got its policy from a contract, which then need not be active any more."""
    return before is not None and (before["contract_id"], before["sla_policy_id"]) == (
        contract["id"],
        contract["sla_policy_id"],
    )


def _by_company(change: Change, drafts: Sequence[Draft]) -> dict[int, int]:
    ids = sorted({draft.get("company_id") for draft in drafts if draft.get("company_id")})
    found = {row[0]: row[1] for row in change.rows(_COMPANIES, json.dumps(ids))} if ids else {}
    return {draft.id: found[draft.get("company_id")] for draft in drafts if draft.get("company_id") in found}


def _by_condition(change: Change, ids: list[int]) -> dict[int, int]:
    """By case the first policy whose condition it meets; a rank goes before none."""
    question = "SELECT id, condition FROM sla WHERE condition <> '' ORDER BY rank IS NULL, rank, id"
    chosen: dict[int, int] = {}
    for row in change.rows(question) if ids else ():
        rest = [each for each in ids if each not in chosen]
        chosen |= dict.fromkeys(matching(change, row["condition"], rest), row["id"])
    return chosen


def check(change: Change, condition: str) -> None:
    """Refuse a condition that is no filter of cases.

    Raises:
        InvalidError: names the nearest fields and values.
    """
    matching(change, condition, ())
