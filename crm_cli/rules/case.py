"""A case's own rules: its number, whose it is, what it is part of, and what guides how it is handled.

What its status brings is told in `crm_cli.rules.statuses`, what is written and said about it in
`crm_cli.rules.messages`. All of it is met by every path: typed, edited in bulk, answered or imported.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import checklist, clocks, contract, numbering, statuses
from crm_cli.rules.drafts import Draft
from crm_cli.values import dates

CONTENT = (1, 5)  # the least and the most content that a customer can be
LATER = ("first_response_at", "resolved_at", "closed_at")  # what comes after a case did
# Where a new case takes its customer from, if it is not told: the field, then what it says.
SOURCES = (
    ("deal_id", "deal", ("company_id", "contact_id")),
    ("contract_id", "contract", ("company_id",)),
    ("contact_id", "contact", ("company_id",)),
)


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete a batch of cases: customer, contract, number, steps, and what belongs to their status.

    Raises:
        InvalidError: satisfaction out of 1 to 5, an answer or an end before the case came, a case that is part of
            itself, or one that is to be resolved without a resolution.
        ConflictError: a case is to be closed while parts of it are open.
    """
    numbering.give(change, "case", drafts)
    for draft in drafts:
        _check_satisfaction(draft)
        _check_times(draft)
    _refuse_circles(change, drafts)
    fresh = [draft for draft in drafts if draft.before is None and "uid" not in draft.given]
    for link, noun, columns in SOURCES:
        _inherit(change, fresh, link, noun, columns)
    _entitle(change, fresh)
    checklist.prepare(change, drafts)
    statuses.prepare(change, drafts)
    clocks.foresee(change, fresh, [statuses.foreseen(change, draft) for draft in fresh])


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Write the history of statuses, and set the clocks of what has changed."""
    statuses.settle(change, drafts)
    told = [draft for draft in drafts if draft.changed]
    clocks.wind(change, told, clocks.histories(change, told))


def _check_satisfaction(draft: Draft) -> None:
    said = draft.values.get("satisfaction")
    if said is not None and not CONTENT[0] <= said <= CONTENT[1]:
        raise InvalidError(
            f"satisfaction: {said} is out of range; give 1 (not at all content) to 5 (very content)"
        )


def _check_times(draft: Draft) -> None:
    """Refuse what is typed and cannot be; whether what a file tells may be is asked where files are read."""
    created = draft.get("created_at")
    for name in () if draft.imported or "uid" in draft.given else LATER:
        told = draft.get(name)
        if draft.given & {name, "created_at"} and told and created and told < created:
            raise InvalidError(f"{name}: {told} is before the case came, {created}; give a later time")


def _inherit(change: Change, drafts: Iterable[Draft], link: str, noun: str, columns: Sequence[str]) -> None:
    """Let drafts that name a record take from it what they do not say themselves."""
    lacking = [d for d in drafts if d.values.get(link) and not all(map(d.values.get, columns))]
    if not lacking:
        return
    names = ", ".join(columns)
    found = {
        row["id"]: row
        for row in change.rows(
            f'SELECT id, {names} FROM "{noun}" WHERE id IN (SELECT value FROM json_each(?))',
            json.dumps(sorted({draft.values[link] for draft in lacking})),
        )
    }
    for draft in lacking:
        row: Any = found.get(draft.values[link], {})
        for column in columns if row else ():
            draft.values[column] = draft.values.get(column) or row[column]


def _entitle(change: Change, drafts: Iterable[Draft]) -> None:
    """Put new cases under the contract of their customer that was active when they came."""
    if not change.value("SELECT EXISTS (SELECT 1 FROM contract)"):
        return
    known: dict[tuple[Any, ...], int | None] = {}
    for draft in drafts:
        if not draft.values.get("contract_id"):
            company, product, person = map(draft.values.get, ("company_id", "product_id", "contact_id"))
            day = dates.local_day(draft.values["created_at"], change.config.zone)
            key = (company, product, day, person)
            if key not in known:
                known[key] = contract.active_for(change, *key)
            draft.values["contract_id"] = known[key]


def _refuse_circles(change: Change, drafts: Sequence[Draft]) -> None:
    """A case is not part of itself, however far above."""
    up = (
        'WITH RECURSIVE up (id) AS (SELECT ?1 UNION SELECT c.parent_id FROM "case" AS c JOIN up ON c.id = up.id) '
        "SELECT 1 FROM up WHERE id = ?2"
    )
    for draft in drafts:
        parent = draft.values.get("parent_id") if draft.before is not None else None
        if parent and parent != (draft.before or {})["parent_id"] and change.value(up, parent, draft.id):
            number = change.value('SELECT number FROM "case" WHERE id = ?', parent)
            raise InvalidError(
                f"parent: {number} is {draft.get('number')} itself or part of it; name another case"
            )
