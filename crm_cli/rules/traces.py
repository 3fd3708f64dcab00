"""Where a person stands in the store: which rows are theirs, which name them, and what tells of them in words.

What refers is read from the store's own foreign keys, so a table that comes later is covered: a row that makes no
sense without the person is theirs, any other stays without the link. An activity is theirs where it is about
nobody and nothing else.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain

from crm_cli import fields
from crm_cli.rules import former, later
from crm_cli.rules.person import PEOPLE, THESE, Person, listed

# Whose rows go with the person although the link could be empty.
OWN = frozenset(("consent", "relationship", "segment_member", "merged_key", "not_duplicate"))
COUNTED: dict[str, tuple[str, ...]] = {
    "member": ("name", "address", "response"),
    "delivery": (
        "to",
        "to_name",
        "subject",
        "body",
        "html",
        "message_id",
        "in_reply_to",
        "error",
        "override",
    ),
    "survey": ("comment",),
    "lead": (),
}
"""Rows that are counted, which stay without what is in these columns; see `crm_cli.rules.forgetting`."""
CALLED = frozenset((("member", "name"), ("delivery", "to"), ("lead", "name")))
"""Which of these cannot be empty, and says that somebody was forgotten."""
ALWAYS = ("notes", "tags", "custom", "external_id", "external_source")
"""What a row that is counted stays without, whatever it is."""
# What many people have to do with: that one of them is gone changes none of its words.
COMMON = frozenset(("company", "campaign", "segment", "product", "user", "pipeline"))
Ids = dict[str, set[int]]


@dataclass
class Traces:
    """The rows that tell of a person, by table."""

    theirs: Ids = field(default_factory=lambda: defaultdict(set))
    linked: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    """By table and column the rows that lose a link to them."""
    counted: Ids = field(default_factory=lambda: defaultdict(set))
    told: Ids = field(default_factory=lambda: defaultdict(set))
    """Records of others that had to do with them, in whose words they may stand."""

    @property
    def every(self) -> Ids:
        """All of these rows."""
        found: Ids = defaultdict(set)
        linked = ((table, ids) for (table, _), ids in self.linked.items())
        for table, ids in chain(self.theirs.items(), linked, self.counted.items(), self.told.items()):
            found[table] |= ids
        return found


def of(connection: sqlite3.Connection, person: Person) -> Traces:
    """The rows that tell of a person."""
    found = Traces()
    references = later.references(connection)
    for noun in PEOPLE:
        found.theirs[noun] |= those(connection, noun, "id", person.ids[noun])
    _refer(connection, found, references, {noun: person.ids[noun] for noun in PEOPLE})
    _addressed(connection, found, person)
    _activities(connection, found)
    _refer(connection, found, references, {"activity": found.theirs["activity"]})
    former.add(connection, person, OWN, found.theirs, found.told)
    _told(connection, found, references)
    return found


def _refer(
    connection: sqlite3.Connection,
    found: Traces,
    references: Iterable[later.Reference],
    to: Mapping[str, set[int]],
) -> None:
    """Note the rows that refer to some."""
    for child, column, parent, only in references:
        if not to.get(parent) or child in PEOPLE:
            continue
        if ids := those(connection, child, column, to[parent], only):
            if child in OWN or former.needed(connection, child, (column,)):
                found.theirs[child] |= ids
            else:
                found.linked[child, column] |= ids
                (found.counted if child in COUNTED else found.told)[child] |= ids
    for noun in PEOPLE if PEOPLE[0] in to else ():
        for column in ("a_id", "b_id"):
            found.theirs["not_duplicate"] |= those(
                connection, "not_duplicate", column, to[noun], f"noun = '{noun}'"
            )


def _addressed(connection: sqlite3.Connection, found: Traces, person: Person) -> None:
    """Note what was sent to their addresses, or holds them, without saying whose they are."""
    known = listed({each.lower() for each in person.emails | person.phones} | person.phone_keys)
    for table, column, more in (
        ("delivery", "to", ""),
        ("member", "address", "AND contact_id IS NULL AND lead_id IS NULL"),
    ):
        rows = connection.execute(f'SELECT id FROM {table} WHERE lower("{column}") {THESE} {more}', (known,))
        found.counted[table] |= {row[0] for row in rows}
    rows = connection.execute(f"SELECT id FROM segment_member WHERE lower(address) {THESE}", (known,))
    found.theirs["segment_member"] |= {row[0] for row in rows}


def _activities(connection: sqlite3.Connection, found: Traces) -> None:
    """Part the activities that are about them alone from those that others have a part in."""
    links = [(found.theirs[each], each) for each in ("activity_about", "activity_participant")]
    about = set()
    for ids, part in links:
        about |= {
            row[0]
            for row in connection.execute(f"SELECT activity_id FROM {part} WHERE id {THESE}", (listed(ids),))
        }
    others = set()
    for ids, part in links:
        question = f"SELECT activity_id FROM {part} WHERE activity_id {THESE} AND id NOT {THESE}"
        others |= {row[0] for row in connection.execute(question, (listed(about), listed(ids)))}
    found.theirs["activity"] |= about - others
    found.told["activity"] |= others
    for part in ("activity_about", "activity_participant"):
        found.theirs[part] |= those(connection, part, "activity_id", about - others)


def _told(connection: sqlite3.Connection, found: Traces, references: Iterable[later.Reference]) -> None:
    """Note the records that rows of theirs belong to, and what was said in a case or a deal of theirs."""
    for child, column, parent, _ in references:
        if (
            child in found.theirs
            and child not in PEOPLE
            and column != "record_id"
            and parent not in (*PEOPLE, *COMMON)
        ):
            question = f'SELECT "{column}" FROM "{child}" WHERE id {THESE} AND "{column}" IS NOT NULL'
            found.told[parent] |= {
                row[0] for row in connection.execute(question, (listed(found.theirs[child]),))
            }
    for noun in former.THREADS:
        question = f"SELECT activity_id FROM activity_about WHERE noun = ? AND record_id {THESE}"
        found.told["activity"] |= {
            row[0] for row in connection.execute(question, (noun, listed(found.told[noun])))
        }
    for table in list(found.told):
        found.told[table] -= found.theirs.get(table, set())
        if table in COMMON or not found.told[table]:
            del found.told[table]


def those(
    connection: sqlite3.Connection, table: str, column: str, values: Iterable[int], only: str = "1"
) -> set[int]:
    """The ids of rows that have one of some values in a column."""
    question = f'SELECT id FROM "{table}" WHERE "{column}" {THESE} AND {only}'
    return {row[0] for row in connection.execute(question, (listed(values),))}


def nouns() -> dict[str, str]:
    """Table → the noun whose records stand in it."""
    return {fields.noun(name).table: name for name in reversed(fields.names())}
