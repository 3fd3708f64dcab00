"""Whom a campaign can reach: the people that segments hold and who are no members yet, each once.

A company stands for its people, and a lead that has become a contact for that contact. Who they are is noted in the
temporary table `audience`: however many they are, only their ids are held.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from crm_cli import fields, filters, segments
from crm_cli.changing import Change
from crm_cli.conditions import Asking, Where
from crm_cli.rules import segment as groups

PEOPLE = ("contact", "lead")
THESE = "IN (SELECT value FROM json_each(?))"
PAGE = 10_000  # people looked at together
_MEMBERS = {
    "contact": "SELECT contact_id FROM member AS m WHERE m.campaign_id = ?1 AND contact_id IS NOT NULL{0} UNION "
    "SELECT l.contact_id FROM member AS m JOIN lead AS l ON l.id = m.lead_id "
    "WHERE m.campaign_id = ?1 AND l.contact_id IS NOT NULL{0}",
    "lead": "SELECT lead_id FROM member AS m WHERE m.campaign_id = ?1 AND lead_id IS NOT NULL{0}",
}
_HELD = "noun = '{}' AND id IN ({})"


class Audience(NamedTuple):
    """Of those whom segments hold, how many were members already, or are leads that a contact stands for."""

    standing: int
    twice: int


class Page(NamedTuple):
    """Some of the audience, of one kind in the order of their ids, with the segment that leaves each out."""

    noun: str
    left_out: dict[int, int | None]

    @property
    def ids(self) -> list[int]:
        """Who they are."""
        return list(self.left_out)


def members(noun: str, *, reached: bool = False) -> str:
    """The question who is a member of a campaign, or is to be reached; a lead also as the contact that it became."""
    return _MEMBERS[noun].format(" AND m.status <> 'excluded'" if reached else "")


def gather(change: Change, campaign_id: int, chosen: Sequence[int], texts: Sequence[str]) -> Audience:
    """Note everybody in segments whom filters fit and who is no member.

    Raises:
        InvalidError: a segment cannot be used, or a filter is none.
    """
    how = groups.asking(change)
    held = dict(map(tuple, change.rows('SELECT id, "on" FROM segment')))
    of_leads = [each for each in chosen if held[each] == "lead"]
    others = [each for each in chosen if held[each] != "lead"]
    conditions = [_fitting("contact", others, texts, how)] if others else []
    clear(change)
    if of_leads:
        inner, bound = _fitting("lead", of_leads, texts, how)
        conditions.append((f"id IN (SELECT contact_id FROM leads WHERE {inner})", bound))
        _note(change, "lead", [(f"contact_id IS NULL AND ({inner})", bound)])
    _note(change, "contact", conditions)
    return _once(change, campaign_id)


def clear(change: Change) -> None:
    """Make room for another audience."""
    change.connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS audience "
        "(noun, id INTEGER, left_out INTEGER, why, PRIMARY KEY (noun, id)) WITHOUT ROWID"
    )
    change.connection.execute("DELETE FROM audience")


def add(change: Change, campaign_id: int, noun: str, ids: Iterable[int]) -> None:
    """Note people of one kind who are no members yet."""
    change.connection.execute(
        f"INSERT OR IGNORE INTO audience SELECT ?2, id, NULL, NULL FROM {noun} WHERE id IN "
        f"(SELECT value FROM json_each(?3)) AND id NOT IN ({members(noun)})",
        (campaign_id, noun, json.dumps(list(ids))),
    )


def pages(change: Change) -> Iterator[Page]:
    """The audience, contacts before leads; each page leaves the table when the next one is asked for."""
    question = f"SELECT id, left_out FROM audience WHERE noun = ? ORDER BY id LIMIT {PAGE}"
    for noun in PEOPLE:
        while rows := change.rows(question, noun):
            yield Page(noun, dict(map(tuple, rows)))
            change.connection.execute(
                "DELETE FROM audience WHERE noun = ? AND id <= ?", (noun, rows[-1]["id"])
            )


def leave_out(change: Change, segment_id: int) -> None:
    """Note who of the audience is in a segment that is left out."""
    for noun, (where, bound) in held_by(change, segment_id).items():
        held = _HELD.format(noun, f"SELECT id FROM {fields.noun(noun).view} WHERE {where}")
        change.connection.execute(
            f"UPDATE audience SET left_out = ? WHERE left_out IS NULL AND {held}", (segment_id, *bound)
        )


def members_in(change: Change, campaign_id: int, segment_id: int) -> list[int]:
    """The members of a campaign whom a segment holds."""
    return [
        row[0]
        for noun, (where, bound) in held_by(change, segment_id).items()
        for row in change.rows(
            f"SELECT id FROM member WHERE campaign_id = ? AND {noun}_id IN "
            f"(SELECT id FROM {fields.noun(noun).view} WHERE {where})",
            campaign_id,
            *bound,
        )
    ]


def held_by(change: Change, segment_id: int) -> dict[str, Where]:
    """By kind of people the condition that a segment holds them."""
    row = change.one('SELECT kind, "on" FROM segment WHERE id = ?', segment_id)
    both = row is not None and (row["kind"] == "suppression" or row["on"] == "lead")
    how = groups.asking(change)
    return {
        noun: segments.holding(fields.noun(noun), segment_id, how)
        for noun in (PEOPLE if both else PEOPLE[:1])
    }


def _fitting(noun: str, chosen: Sequence[int], texts: Sequence[str], how: Asking) -> Where:
    """The condition that any of several segments holds a record and that filters fit it."""
    about = fields.noun(noun)
    made = [segments.holding(about, each, how) for each in chosen]
    only, bound = filters.where(about, list(texts), how)
    held = " OR ".join(f"({each})" for each, _ in made)
    return f"({held}) AND ({only})", [value for _, each in made for value in each] + bound


def _note(change: Change, noun: str, conditions: Sequence[Where]) -> None:
    where = " OR ".join(f"({each})" for each, _ in conditions)
    bound = [value for _, values in conditions for value in values]
    change.connection.execute(
        f"INSERT INTO audience SELECT '{noun}', id, NULL, NULL FROM {fields.noun(noun).view} WHERE {where} ORDER BY id",
        bound,
    )


def _once(change: Change, campaign_id: int) -> Audience:
    """Set aside who is a member, and leads that have the address of a contact."""
    contacts = f"SELECT id FROM audience WHERE noun = 'contact' UNION {members('contact')}"
    known = (
        'SELECT lead.id FROM lead JOIN contact_email AS e ON e."key" = lower(lead.email) '
        f"WHERE e.contact_id IN ({contacts})"
    )

    def drop(noun: str, those: str) -> int:
        found = f"DELETE FROM audience WHERE {_HELD.format(noun, those)}"
        return change.connection.execute(found, (campaign_id,)).rowcount

    were = drop("lead", members("lead"))
    twice = (
        drop("lead", known)
        if change.value("SELECT EXISTS (SELECT 1 FROM audience WHERE noun = 'lead')")
        else 0
    )
    return Audience(were + drop("contact", members("contact")), twice)
