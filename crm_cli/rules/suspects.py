"""Records that may be one: over the whole store, and beside those that have just been written.

The whole store is compared by blocks; what has just been written only with what an index finds, so that a change
costs the same in a large store.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.rules import blocking, distinct, evidence, matching, profiles
from crm_cli.rules.drafts import Draft
from crm_cli.rules.evidence import LIKELY, Profile

if TYPE_CHECKING:
    from crm_cli.rules.fresh import Fresh

FEW = 3  # others with an equal value from which it is too common to tell anything
# The indexed columns in which look-alikes are equal, those of a part beside its name.
INDEXED = {
    "contact": (("emails", "key"), ("phones", "key"), ("", "national_id"), ("", "name_key")),
    "lead": (("", "email"), ("", "phone_key"), ("", "name_key")),
    "company": (("", "domain"), ("", "email"), ("", "tax_number"), ("", "name_key")),
}


class Suspect(NamedTuple):
    """Two records that may be one, the smaller id first: how likely in per cent, and why."""

    score: int
    id: int
    other_id: int
    reasons: str


def find(
    connection: sqlite3.Connection,
    noun: str,
    *,
    least: int = LIKELY,
    among: Collection[int] | None = None,
    country: str | None = None,
) -> list[Suspect]:
    """The pairs of a noun that score at least `least` and are not known to be two, the likeliest first.

    `among` are records of which one at least is in each pair; `country` is that of phone numbers that name none.
    """
    known = profiles.telling(profiles.profiles(connection, noun, country=country))
    wanted = None if among is None else frozenset(among)
    pairs = (
        pair
        for pair in blocking.pairs(known.values())
        if wanted is None or pair[0].id in wanted or pair[1].id in wanted
    )
    return _weighed(noun, pairs, distinct.known(connection, noun), least)


def alike(change: Change, noun: str, drafts: Sequence[Draft]) -> list[Suspect]:
    """The pairs of records just written and others that are likely to be one."""
    ids = [draft.id for draft in drafts]
    columns = INDEXED.get(noun, ())
    pairs = {
        pair
        for column in columns
        for pair in _equal(change, noun, column, _values(change, noun, column, drafts), ids)
    }
    if noun == "company" and len(ids) <= FEW:
        pairs |= set(_named(change, ids))
    return _likely(change, noun, pairs)


def beside(change: Change, noun: str, ids: Sequence[int], new: "Fresh") -> list[Suspect]:
    """The pairs of new records, written as columns, and others that are likely to be one."""
    pairs: set[distinct.Pair] = set()
    for part, name in INDEXED.get(noun, ()):
        if not part:
            pairs.update(_equal(change, noun, (part, name), new.column(name), ids))
        elif part in new.parts and part != "emails":
            pairs.update(_equal(change, noun, (part, name), new.parts[part].columns[name], ids))
    return _likely(change, noun, pairs)


def _likely(change: Change, noun: str, pairs: Collection[distinct.Pair]) -> list[Suspect]:
    if not pairs:
        return []
    involved = {each for pair in pairs for each in pair}
    known = profiles.profiles(change.connection, noun, involved, change.config.country)
    two = distinct.known(change.connection, noun)
    return _weighed(noun, ((known[one], known[other]) for one, other in sorted(pairs)), two, LIKELY)


def groups(suspects: Iterable[Suspect], two: Collection[distinct.Pair]) -> list[list[int]]:
    """The records that are one after all pairs are, the oldest first; none holds a pair that is known to be two."""
    group: dict[int, list[int]] = {}
    for suspect in suspects:
        one, other = (group.setdefault(each, [each]) for each in (suspect.id, suspect.other_id))
        apart = any((min(a, b), max(a, b)) in two for a in one for b in other) if two else False
        if one is not other and not apart:
            one += other
            group |= dict.fromkeys(other, one)
    found = {id(each): sorted(each) for each in group.values() if len(each) > 1}
    return sorted(found.values())


def _named(change: Change, ids: Collection[int]) -> Iterable[distinct.Pair]:
    """The pairs of these companies and others whose name is the same but for its legal form."""
    names = change.rows(
        "SELECT id, name FROM company WHERE id IN (SELECT value FROM json_each(?))", json.dumps(list(ids))
    )
    for number, name in names:
        others = (each for each in matching.companies_named(change, name) if each != number)
        yield from ((min(number, each), max(number, each)) for each in others)


def _weighed(
    noun: str, pairs: Iterable[tuple[Profile, Profile]], two: Collection[distinct.Pair], least: int
) -> list[Suspect]:
    found = []
    for one, other in pairs:
        score, known = evidence.weigh(noun, one, other)
        if score >= least and (one.id, other.id) not in two:
            found.append(Suspect(score, one.id, other.id, evidence.reasons(noun, known)))
    return sorted(found, key=lambda each: (-each.score, each.id, each.other_id))


def _values(change: Change, noun: str, column: tuple[str, str], drafts: Sequence[Draft]) -> list[Any]:
    """What drafts that are written have in a column."""
    part, name = column
    about = fields.noun(noun)
    table, own = (about.parts[part], f"{about.table}_id") if part else (about.table, "id")
    values = [draft.values.get(name) for draft in drafts if draft.before is None and not part]
    values += [row[name] for draft in drafts if draft.before is None for row in draft.parts.get(part, ())]
    if standing := [draft.id for draft in drafts if draft.before is not None]:
        question = f'SELECT "{name}" FROM "{table}" WHERE "{own}" IN (SELECT value FROM json_each(?))'
        values += [row[0] for row in change.rows(question, json.dumps(standing))]
    return values


def _equal(
    change: Change, noun: str, column: tuple[str, str], values: Iterable[Any], ids: Sequence[int]
) -> Iterable[distinct.Pair]:
    """The pairs of these records and the few others that have an equal value in a column."""
    part, name = column
    about = fields.noun(noun)
    table, own = (about.parts[part], f"{about.table}_id") if part else (about.table, "id")
    having = f'FROM "{table}" WHERE "{name}" = v.value LIMIT {FEW + 2}'
    question = (
        f'SELECT (SELECT json_group_array(one) FROM (SELECT "{own}" AS one {having})) FROM json_each(?) AS v '
        f"WHERE (SELECT count(*) FROM (SELECT 1 {having})) BETWEEN 2 AND {FEW + 1}"
    )
    written = frozenset(ids)
    told = list(set(filter(None, values)))
    for (found,) in change.rows(question, json.dumps(told)) if told else ():
        near = sorted(set(json.loads(found)))
        yield from (pair for pair in combinations(near, 2) if not written.isdisjoint(pair))
