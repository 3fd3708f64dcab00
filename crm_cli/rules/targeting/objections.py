"""Why people are not reached by a campaign: each of them has a reason that they can be told."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.rules.permission import MARKETING, Address, Question
from crm_cli.rules.targeting import audience
from crm_cli.rules.targeting.audience import PEOPLE, Person

Key = tuple[str, int]
_WHOSE = re.compile(r"^\S+ (?=has opted out|is not valid)")
_WHICH = re.compile(r"^\S+ (?=is in the suppression list)")
_WITH = re.compile(r"^(shares) \S+ .*$")
_DAY = re.compile(r" on \d{4}-\d\d-\d\d$")


def reasons(
    change: Change, campaign_id: int, people: Sequence[Person], left_out: Sequence[int], channel: str
) -> dict[Key, str]:
    """By noun and id why each of those who are not to be reached is not; `left_out` are segments."""
    found: dict[Key, str] = {}
    for each in left_out:
        name = change.value("SELECT name FROM segment WHERE id = ?", each)
        for noun, (where, bound) in audience.held_by(change, each).items():
            for row in change.rows(f"SELECT id FROM {fields.noun(noun).view} WHERE {where}", *bound):
                found.setdefault((noun, row[0]), f"is in the segment {name}, which is left out")
    at: dict[str, dict[int, Address]] = {}
    for noun in PEOPLE:
        ids = [person.id for person in people if person.noun == noun]
        question = Question.of(change, noun, ids, channel, MARKETING, bulk=True)
        for record_id, reason in question.reasons() if ids else ():
            found.setdefault((noun, record_id), reason)
        at[noun] = question.addresses if ids else {}
    if channel != "mail":  # a household may get several letters, an address gets one message
        found |= dict(_sharing(people, at, _taken(change, campaign_id, channel), found))
    return found


def general(reason: str) -> str:
    """A reason without the address, the person and the day that it names, so that equal ones are counted."""
    said = _DAY.sub("", _WITH.sub(r"\1 the address of another", reason))
    return _WHICH.sub("", _WHOSE.sub("the address ", said)).partition(":")[0]


def _taken(change: Change, campaign_id: int, channel: str) -> dict[str, Key]:
    """The addresses of those who are members already."""
    found: dict[str, Key] = {}
    for noun, ids in audience.standing(change, campaign_id).items():
        question = Question.of(change, noun, ids, channel, MARKETING, bulk=True)
        for record_id, address in question.addresses.items() if ids else ():
            found.setdefault(address.key, (noun, record_id))
    return found


def _sharing(
    people: Sequence[Person],
    at: Mapping[str, Mapping[int, Address]],
    first: dict[str, Key],
    known: Container[Key],
) -> Iterator[tuple[Key, str]]:
    """Who would be reached where somebody else is reached already; `first` are those who are, by address."""
    for person in people:
        key, address = (person.noun, person.id), at[person.noun].get(person.id)
        if address is None or key in known:
            continue
        other = first.setdefault(address.key, key)
        if other != key:
            yield key, f"shares {address.value} with {other[0]} {other[1]}"
