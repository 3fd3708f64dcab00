"""Whom a campaign can reach: the people that segments hold and who are no members yet, each once.

A company stands for its people, and a lead that has become a contact for that contact.
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


class Person(NamedTuple):
    """Somebody who may become a member."""

    noun: str
    id: int
    uid: str
    name: str


class Audience(NamedTuple):
    """Who may become members, contacts before leads; how many are members already, or leads that a contact is."""

    fresh: list[Person]
    standing: int
    twice: int


def gather(change: Change, campaign_id: int, chosen: Sequence[int], texts: Sequence[str]) -> Audience:
    """Everybody in segments whom filters fit.

    Raises:
        InvalidError: a segment cannot be used, or a filter is none.
    """
    how = groups.asking(change)
    held = dict(map(tuple, change.rows('SELECT id, "on" FROM segment')))
    of_leads = [each for each in chosen if held[each] == "lead"]
    others = [each for each in chosen if held[each] != "lead"]
    conditions = [_fitting("contact", others, texts, how)] if others else []
    if of_leads:
        inner, bound = _fitting("lead", of_leads, texts, how)
        conditions.append((f"id IN (SELECT contact_id FROM leads WHERE {inner})", bound))
    contacts = list(_asked(change, "contact", conditions))
    leads = list(_asked(change, "lead", [(f"contact_id IS NULL AND ({inner})", bound)])) if of_leads else []
    return _once(change, standing(change, campaign_id), contacts, leads)


def standing(change: Change, campaign_id: int) -> dict[str, set[int]]:
    """Who is a member, by noun; a lead that has become a contact also as this one."""
    contacts = (
        "SELECT contact_id FROM member WHERE campaign_id = ?1 AND contact_id IS NOT NULL UNION "
        "SELECT l.contact_id FROM member AS m JOIN lead AS l ON l.id = m.lead_id "
        "WHERE m.campaign_id = ?1 AND l.contact_id IS NOT NULL"
    )
    leads = "SELECT lead_id FROM member WHERE campaign_id = ?1 AND lead_id IS NOT NULL"
    return {
        noun: {row[0] for row in change.rows(question, campaign_id)}
        for noun, question in (("contact", contacts), ("lead", leads))
    }


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


def named(change: Change, noun: str, ids: Iterable[int]) -> list[Person]:
    """People of one kind by their ids."""
    question = f"SELECT id, uid, name FROM {noun} WHERE id {THESE} ORDER BY id"
    return [Person(noun, *row) for row in change.rows(question, json.dumps(sorted(ids)))]


def _fitting(noun: str, chosen: Sequence[int], texts: Sequence[str], how: Asking) -> Where:
    """The condition that any of several segments holds a record and that filters fit it."""
    about = fields.noun(noun)
    made = [segments.holding(about, each, how) for each in chosen]
    only, bound = filters.where(about, list(texts), how)
    held = " OR ".join(f"({each})" for each, _ in made)
    return f"({held}) AND ({only})", [value for _, each in made for value in each] + bound


def _asked(change: Change, noun: str, conditions: Sequence[Where]) -> Iterator[Person]:
    where = " OR ".join(f"({each})" for each, _ in conditions)
    bound = [value for _, values in conditions for value in values]
    question = f"SELECT id, uid, name FROM {fields.noun(noun).view} WHERE {where} ORDER BY id"
    yield from (Person(noun, *row) for row in change.rows(question, *bound))


def _once(
    change: Change, members: dict[str, set[int]], contacts: Sequence[Person], leads: Sequence[Person]
) -> Audience:
    """Who is left when members, and leads that have the address of a contact, are set aside."""
    fresh = [each for each in contacts if each.id not in members["contact"]]
    new = [each for each in leads if each.id not in members["lead"]]
    known = _known(change, {each.id for each in contacts} | members["contact"], new)
    rest = [each for each in new if each.id not in known]
    were = len(contacts) - len(fresh) + len(leads) - len(new)
    return Audience([*fresh, *rest], were, len(new) - len(rest))


def _known(change: Change, contacts: Iterable[int], leads: Sequence[Person]) -> set[int]:
    """The leads whose e-mail address is one of these contacts'."""
    if not leads:
        return set()
    question = (
        f'SELECT id FROM lead WHERE id {THESE} AND lower(email) IN (SELECT "key" FROM contact_email '
        f"WHERE contact_id {THESE})"
    )
    asked = (json.dumps([each.id for each in leads]), json.dumps(list(contacts)))
    return {row[0] for row in change.rows(question, *asked)}
