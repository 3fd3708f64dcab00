"""Giving leads and deals to users: to the one named, else to the one the business would choose, with the reasons.

Who has history with the customer comes first, then whose territory it is, then who carries the least for their
capacity. Nobody inactive is chosen, nor anybody who is full.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_cli import values
from crm_cli.changing import Change
from crm_cli.errors import ConflictError, NotFoundError
from crm_cli.rules import matching, records
from crm_cli.rules.drafts import Draft
from crm_cli.values.folding import fold

LOADS = (
    "SELECT owner_id, count(*) AS n FROM lead WHERE converted_at IS NULL "
    "AND status NOT IN ('converted', 'unqualified', 'junk') AND owner_id IS NOT NULL GROUP BY owner_id "
    "UNION ALL SELECT owner_id, count(*) FROM deal WHERE owner_id IS NOT NULL "
    "AND stage_id IN (SELECT id FROM stage WHERE kind = 'open') GROUP BY owner_id"
)


@dataclass
class Candidate:
    """A user who can take work: where they serve, how much they carry of what they can."""

    id: int
    name: str
    capacity: int | None
    serves: frozenset[str]
    active: bool
    load: int = 0

    @property
    def full(self) -> bool:
        """Whether there is no room left."""
        return self.capacity is not None and self.load >= self.capacity

    @property
    def share(self) -> float:
        """The part of the capacity that is used; without one, load counts as out of a hundred."""
        return self.load / (self.capacity or 100)


@dataclass
class Case:
    """What is known of a record that decides whose it should be."""

    places: frozenset[str]
    company: str
    owners: dict[int, str] = field(default_factory=dict)


def assign(change: Change, noun: str, ids: Sequence[int], user: int | None = None) -> list[str]:
    """Give leads or deals to a user, or each to the one who fits best; returns a sentence for each, with reasons.

    Raises:
        NotFoundError: no such user.
        ConflictError: nobody can take more.
    """
    users = _users(change)
    if user is not None and user not in users:
        raise NotFoundError(f"there is no user {user}; `crm user list` shows them")
    drafts = records.load(change, noun, ids)
    told = []
    for draft in drafts:
        if user is None:
            chosen, why = _choose(change, noun, draft, list(users.values()))
        else:
            chosen, why = users[user], ["as named"]
        if draft.get("owner_id") != chosen.id:
            chosen.load += 1
        draft.values["owner_id"] = chosen.id
        told.append(f"{noun} {draft.id} {draft.get('name')} → {chosen.name}: {'; '.join(why)}")
    records.write(change, noun, drafts)
    return told


def _users(change: Change) -> dict[int, Candidate]:
    users = {}
    for row in change.rows("SELECT * FROM user ORDER BY id"):
        serves = frozenset(map(fold, [*values.tag_words(row["territories"]), *filter(None, [row["region"]])]))
        users[row["id"]] = Candidate(row["id"], row["name"], row["capacity"], serves, bool(row["active"]))
    for row in change.rows(LOADS):
        users[row["owner_id"]].load += row["n"]
    return users


def _choose(
    change: Change, noun: str, draft: Draft, users: Sequence[Candidate]
) -> tuple[Candidate, list[str]]:
    own = draft.get("owner_id")
    free = [each for each in users if each.active and (not each.full or each.id == own)]
    if not free:
        raise ConflictError(
            "no active user has room for more; name one with --to, or raise somebody's capacity"
        )
    case = _case(change, noun, draft)
    best = min(
        free, key=lambda each: (each.id not in case.owners, -_fit(case, each), each.share, each.load, each.id)
    )
    return best, _reasons(case, best)


def _fit(case: Case, user: Candidate) -> int:
    """2 for a territory that matches, 1 for a user without any, 0 for somebody else's."""
    if case.places & user.serves:
        return 2
    return 0 if user.serves else 1


def _reasons(case: Case, user: Candidate) -> list[str]:
    why = []
    if user.id in case.owners:
        why.append(f"{case.owners[user.id]} {case.company}".strip())
    if here := sorted(case.places & user.serves):
        why.append(f"serves {', '.join(here)}")
    room = f" of {user.capacity}" if user.capacity is not None else ""
    why.append(f"carries {user.load}{room}")
    return why


def places(change: Change, noun: str, draft: Draft) -> frozenset[str]:
    """Where the customer of a lead or deal is: territory, country, region and city, folded."""
    return _places(noun, draft, _company(change, noun, draft))


def _company(change: Change, noun: str, draft: Draft) -> Any:
    """The company that a deal is with, or that a lead names."""
    company_id = draft.get("company_id")
    if noun == "lead" and company_id is None:
        named = matching.companies_named(change, draft.get("company_name") or "")
        company_id = named[0] if len(named) == 1 else None
    return change.one("SELECT * FROM company WHERE id = ?", company_id)


def _places(noun: str, draft: Draft, company: Any) -> frozenset[str]:
    found = [draft.get(column) for column in ("country", "region", "city")] if noun == "lead" else []
    if company:
        found += [company[column] for column in ("territory", "country", "region", "city")]
    return frozenset(map(fold, filter(None, found)))


def _case(change: Change, noun: str, draft: Draft) -> Case:
    """Where the customer is, and who looks after them already."""
    company = _company(change, noun, draft)
    case = Case(_places(noun, draft, company), company["name"] if company else "")
    if company:
        case.owners = _owners(change, noun, draft.id, company["id"])
    return case


def _owners(change: Change, noun: str, own: int, company_id: int) -> dict[int, str]:
    """Users by what ties them to a company, the closest tie last said."""
    ties = (
        ("knows people of", "SELECT owner_id FROM contact WHERE company_id = ?1"),
        ("has leads of", "SELECT owner_id FROM lead WHERE company_id = ?1 AND NOT (?2 = 'lead' AND id = ?3)"),
        (
            "has deals with",
            "SELECT owner_id FROM deal WHERE company_id = ?1 AND NOT (?2 = 'deal' AND id = ?3)",
        ),
        ("looks after", "SELECT owner_id FROM company WHERE id = ?1"),
    )
    bound = (company_id, noun, own)
    return {
        row["owner_id"]: tie
        for tie, question in ties
        for row in change.rows(question, *bound[: question.count("?")])
        if row["owner_id"]
    }
