"""One person as the store knows them: the records that they are, what they are called, where they are reached.

A contact and the leads that became it are one person; so are records that were merged into them, and contacts and
leads of the same name at the same e-mail address. What only the history still holds of them counts too: names and
addresses that they had, and records that were deleted.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from crm_cli.rules import people
from crm_cli.values import emails, phones
from crm_cli.values.folding import fold

PEOPLE = ("contact", "lead")
PARTS = ("contact_email", "contact_phone")
THESE = "IN (SELECT value FROM json_each(?))"
INSTEAD = "(forgotten)"
"""What stands where somebody who is forgotten stood."""
SHORTEST_PHONE = 7  # digits from which a number is looked for in texts
Row = dict[str, Any]


@dataclass
class Person:
    """Who somebody is: the ids of their records by noun, deleted ones included, and all that tells who they are."""

    ids: dict[str, set[int]] = field(default_factory=lambda: {noun: set() for noun in PEOPLE})
    names: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)
    """As they are written; `crm_cli.values.emails.key` compares them."""
    phones: set[str] = field(default_factory=set)
    phone_keys: set[str] = field(default_factory=set)
    identities: set[str] = field(default_factory=set)
    """What imports tell their records by: uids, and keys of other programs with noun and source."""

    @property
    def email_keys(self) -> set[str]:
        """The comparing forms of their e-mail addresses."""
        return {emails.key(each) for each in self.emails}

    def redact(self, text: str) -> str:
        """A text without their full names and addresses."""
        return self._pattern.sub(INSTEAD, text)

    def unaddress(self, text: str) -> str:
        """A text without their addresses; a name alone may be somebody else's."""
        return self._addresses.sub(INSTEAD, text)

    def learn(self, table: str, row: Row) -> None:
        """Take in what a row of theirs, or a part of one, tells of them."""
        if table in PEOPLE:
            self.names.update(name for name in [row.get("name")] if name and people.is_name(name))
            self.identities.update(identities(table, row))
            self.emails.update(filter(None, [row.get("email")]))
            self.phones.update(filter(None, [row.get("phone")]))
            self.phone_keys.update(filter(None, [row.get("phone_key")]))
        elif table == "contact_email":
            self.emails.update(filter(None, [row.get("value")]))
        elif table == "contact_phone":
            self.phones.update(filter(None, [row.get("value")]))
            self.phone_keys.update(filter(None, [row.get("key")]))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        names = {form for name in self.names for form in (name, fold(name))}
        return _any([*_worded(names), *self._forms()])

    @cached_property
    def _addresses(self) -> re.Pattern[str]:
        return _any(self._forms())

    def _forms(self) -> list[str]:
        """How their addresses may be written in a text: numbers in any spacing, from abroad and at home."""
        found = [rf"(?<![\w.+-]){re.escape(each)}(?!\w)" for each in self.emails]
        found += [rf"(?<!\d){re.escape(each)}(?!\d)" for each in self.phones if len(each) >= SHORTEST_PHONE]
        digits = {
            word for key in self.phone_keys for word in phones.words(key) if len(word) >= SHORTEST_PHONE
        }
        return found + [r"(?<!\d)(?:\+|00)?" + r"[ ().\-/]{0,3}".join(each) + r"(?!\d)" for each in digits]


def of(connection: sqlite3.Connection, noun: str, record_id: int) -> Person:
    """The person that a contact or lead is, whether it still stands or was deleted."""
    found = Person()
    left = [(noun, record_id)]
    while left:
        who, number = left.pop()
        if number not in found.ids[who]:
            found.ids[who].add(number)
            _learn_record(connection, found, who, number)
            left += _same(connection, who, number)
            left += _at_the_same_address(connection, found)
    return found


def deleted(connection: sqlite3.Connection, noun: str, text: str) -> list[int]:
    """The ids of deleted records of a noun that only the history knows, by their number, name or e-mail address."""
    own = "json_extract(data, '$.name_key') = ?2 OR json_extract(data, '$.email') = ?3 COLLATE NOCASE"
    question = f"SELECT DISTINCT row_id FROM log WHERE tbl = ?1 AND op = 'delete' AND (row_id = ?4 OR {own})"
    number = int(text) if text.isdecimal() and len(text) < 19 else None  # noqa: PLR2004 - what SQLite can hold
    found = {row[0] for row in connection.execute(question, (noun, fold(text), text, number))}
    if noun == "contact" and "@" in text:
        parts = (
            "SELECT DISTINCT json_extract(data, '$.contact_id') FROM log WHERE tbl = 'contact_email' "
            "AND op = 'delete' AND json_extract(data, '$.key') = ?"
        )
        found |= {row[0] for row in connection.execute(parts, (emails.key(text),))}
    standing = {
        row[0] for row in connection.execute(f'SELECT id FROM "{noun}" WHERE id {THESE}', (listed(found),))
    }
    return sorted(found - standing)


def identities(table: str, row: Row) -> Iterator[str]:
    """What an import tells a record by."""
    if row.get("uid"):
        yield f"uid:{row['uid']}"
    if row.get("external_id"):
        yield f"key:{table}:{row.get('external_source') or ''}:{row['external_id']}"


def rows(connection: sqlite3.Connection, question: str, *values: Any) -> list[Row]:
    """The answer to a question, each row by its columns."""
    cursor = connection.execute(question, values)
    names = [each[0] for each in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def logged(connection: sqlite3.Connection, table: str, ids: Iterable[int]) -> Iterator[Row]:
    """What the history holds of rows of a table: each state that it tells, as far as it tells it."""
    question = f"SELECT op, data FROM log WHERE tbl = ? AND row_id {THESE} AND op IN ('update', 'delete')"
    for op, data in connection.execute(question, (table, listed(ids))):
        told = json.loads(data or "{}")
        if op == "delete":
            yield told
        else:
            yield {column: old for column, (old, _) in told.items()}
            yield {column: new for column, (_, new) in told.items()}


def _learn_record(connection: sqlite3.Connection, found: Person, noun: str, number: int) -> None:
    for row in (
        *rows(connection, f'SELECT * FROM "{noun}" WHERE id = ?', number),
        *logged(connection, noun, [number]),
    ):
        found.learn(noun, row)
    for part in PARTS if noun == "contact" else ():
        standing = rows(connection, f"SELECT * FROM {part} WHERE contact_id = ?", number)
        gone = "SELECT row_id FROM log WHERE tbl = ? AND op = 'delete' AND json_extract(data, '$.contact_id') = ?"
        ids = {row["id"] for row in standing} | {row[0] for row in connection.execute(gone, (part, number))}
        for row in (*standing, *logged(connection, part, ids)):
            found.learn(part, row)
    keys = "SELECT external_id, external_source FROM merged_key WHERE noun = ? AND record_id = ?"
    for row in rows(connection, keys, noun, number):
        found.identities.update(identities(noun, row))


def _same(connection: sqlite3.Connection, noun: str, number: int) -> list[tuple[str, int]]:
    """Records that are the same person as a record, by conversion or since they were merged into it."""
    if noun == "lead":
        other = "SELECT 'contact', contact_id FROM lead WHERE id = ? AND contact_id IS NOT NULL"
    else:
        other = "SELECT 'lead', id FROM lead WHERE contact_id = ?"
    found = list(connection.execute(other, (number,)))
    merges = "command_id IN (SELECT id FROM command WHERE verb IN (?1 || ' merge', ?1 || ' dedupe'))"
    moved = (
        f"SELECT DISTINCT ?1, json_extract(data, '$.{noun}_id[0]') FROM log WHERE {merges} AND op = 'update' "
        f"AND json_extract(data, '$.{noun}_id[1]') = ?2 AND json_extract(data, '$.{noun}_id[0]') IS NOT NULL"
    )
    taken_in = (
        "SELECT ?1, row_id FROM log WHERE tbl = ?1 AND op = 'delete' AND command_id IN ("
        "SELECT l.command_id FROM log AS l JOIN command AS c ON c.id = l.command_id "
        "WHERE l.tbl = ?1 AND l.row_id = ?2 AND l.op = 'update' AND c.verb = ?1 || ' merge')"
    )
    for question in (moved, taken_in):
        found += connection.execute(question, (noun, number))
    return [(row[0], row[1]) for row in found]


def _at_the_same_address(connection: sqlite3.Connection, found: Person) -> list[tuple[str, int]]:
    """Contacts and leads of one of their names at one of their e-mail addresses."""
    keys, names = listed(found.email_keys | found.emails), listed(map(fold, found.names))
    contacts = (
        f"SELECT 'contact', c.id FROM contact_email AS e JOIN contact AS c ON c.id = e.contact_id "
        f"WHERE e.key {THESE} AND c.name_key {THESE}"
    )
    leads = f"SELECT 'lead', id FROM lead WHERE email {THESE} AND name_key {THESE}"
    gone = (
        "SELECT tbl, row_id FROM log WHERE tbl IN ('contact', 'lead') AND op = 'delete' AND ("
        f"lower(json_extract(data, '$.email')) {THESE} OR row_id IN ("
        "SELECT json_extract(data, '$.contact_id') FROM log WHERE tbl = 'contact_email' AND op = 'delete' "
        f"AND json_extract(data, '$.key') {THESE})) AND json_extract(data, '$.name_key') {THESE}"
    )
    asked = ((contacts, (keys, names)), (leads, (keys, names)), (gone, (keys, keys, names)))
    return [(row[0], row[1]) for question, bound in asked for row in connection.execute(question, bound)]


def listed(values: Iterable[Any]) -> str:
    """Values as `THESE` takes them."""
    return json.dumps(list(values))


def _worded(texts: Iterable[str]) -> Iterator[str]:
    """Patterns of whole words, whatever stands between them."""
    for text in texts:
        yield r"(?<!\w)" + r"\s+".join(map(re.escape, text.split())) + r"(?!\w)"


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of these, the longest first, and nothing where there are none."""
    return re.compile("|".join(sorted(patterns, key=len, reverse=True)) or r"(?!)", re.IGNORECASE)
