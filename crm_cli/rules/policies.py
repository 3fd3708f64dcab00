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
from crm_cli.rules.statuses import OPEN
from crm_cli.values import dates
from crm_cli.working.calendars import Calendars

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
    free = _free(drafts)
    entitled = _entitled(change, free)
    met = _by_condition(
        change, [draft.id for draft, policy in zip(free, entitled, strict=True) if not policy]
    )
    _set(change, free, [policy or met.get(draft.id) for draft, policy in zip(free, entitled, strict=True)])


def foresee(change: Change, drafts: Sequence[Draft]) -> list[Draft]:
    """Set the policy of new cases before their rows stand; returns those whose policy no condition can change."""
    free = _free(drafts)
    entitled = _entitled(change, free)
    if change.value("SELECT EXISTS (SELECT 1 FROM sla WHERE condition <> '')"):
        open_ = {id(draft) for draft, policy in zip(free, entitled, strict=True) if not policy}
        drafts = [draft for draft in drafts if id(draft) not in open_]
        free, entitled = [draft for draft in free if id(draft) not in open_], list(filter(None, entitled))
    _set(change, free, entitled)
    return list(drafts)


def matching(change: Change, condition: str, ids: Iterable[int]) -> set[int]:
    """Which of the cases a condition is for.

    Raises:
        InvalidError: it is no filter of cases; names the nearest fields and values.
    """
    where, bound = filters.where(fields.noun("case"), filters.terms(condition), _asking(change))
    question = f"SELECT id FROM cases WHERE id IN (SELECT value FROM json_each(?)) AND ({where})"
    return {row[0] for row in change.rows(question, json.dumps(list(ids)), *bound)}


def _asking(change: Change) -> filters.Asking:
    return filters.Asking(change.connection, change.reading, change.config.get("me"))


def _free(drafts: Sequence[Draft]) -> list[Draft]:
    """The cases whose policy the rules choose: none was chosen by hand, and they are open or have none."""
    for draft in drafts:
        if "sla_policy_id" in draft.given and "sla_policy_pinned" not in draft.given:
            draft.values["sla_policy_pinned"] = int(draft.values["sla_policy_id"] is not None)
    return [draft for draft in drafts if draft.get("sla_policy_id") is None or not _is_settled(draft)]


def _is_settled(draft: Draft) -> bool:
    """Whether a case keeps the policy that it has."""
    had = draft.before is not None and draft.before["sla_policy_id"] is not None
    return bool(draft.get("sla_policy_pinned")) or (had and draft.get("status") not in OPEN)


def _set(change: Change, drafts: Sequence[Draft], found: Sequence[int | None]) -> None:
    """Give cases the policies found for them, the default one where there is none."""
    default = standard.default_policy(change) if drafts else None
    for draft, policy in zip(drafts, found, strict=True):
        draft.values["sla_policy_id"] = policy or default
        if draft.get("sla_policy_pinned"):  # the one that was chosen is gone
            draft.values["sla_policy_pinned"] = 0


def _entitled(change: Change, drafts: Sequence[Draft]) -> list[int | None]:
    """The policy that each case has by its contract, else by its company."""
    contracts = _found(change, _CONTRACTS, [draft.get("contract_id") for draft in drafts])
    companies = _found(change, _COMPANIES, [draft.get("company_id") for draft in drafts])
    return [
        _by_contract(change, contracts.get(draft.get("contract_id")), draft)
        or (draft.get("company_id") in companies and companies[draft.get("company_id")]["sla_policy_id"])
        or None
        for draft in drafts
    ]


def _found(change: Change, question: str, ids: Iterable[int | None]) -> dict[int | None, sqlite3.Row]:
    wanted = sorted({each for each in ids if each})
    return {row["id"]: row for row in change.rows(question, json.dumps(wanted))} if wanted else {}


def _by_contract(change: Change, contract: sqlite3.Row | None, draft: Draft) -> int | None:
    if contract is None:
        return None
    day = dates.local_day(draft.get("created_at"), change.config.zone)
    entitles = _has_entitled(contract, draft.before) or _is_active(contract, day)
    return int(contract["sla_policy_id"]) if entitles else None


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
