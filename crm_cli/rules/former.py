"""Rows that had to do with a person once, as the history tells: links that were taken away, rows that were deleted.

Undoing a command would bring them back, and their words may name the person still.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from crm_cli.rules import later
from crm_cli.rules.person import PEOPLE, THESE, Person, listed

Told = dict[str, Any]
Ids = dict[str, set[int]]
Links = dict[str, dict[str, str]]
"""By table the columns that refer to people, with the noun of each."""
THREADS = ("case", "deal")


def links(connection: sqlite3.Connection) -> Links:
    """The ways in which rows refer to people by columns of their own."""
    found: Links = defaultdict(dict)
    for child, column, parent, _ in later.references(connection):
        if parent in PEOPLE and column != "record_id":
            found[child][column] = parent
    return found


def add(connection: sqlite3.Connection, person: Person, own: frozenset[str], theirs: Ids, told: Ids) -> None:
    """Add the rows that referred to a person once to those that are theirs, as rows of `own` are, or tell of them."""
    known, activities = links(connection), set()
    for table, row_id, row in _mentions(connection, person, known):
        if table in PEOPLE or row_id in theirs[table]:
            continue
        if "record_id" in row or table in own or needed(connection, table, known.get(table, {})):
            theirs[table].add(row_id)
            activities |= {row["activity_id"]} if isinstance(row.get("activity_id"), int) else set()
        else:
            told[table].add(row_id)
    for each in activities - theirs["activity"]:
        (told if _is_shared(connection, each, theirs) else theirs)["activity"].add(each)
    for noun in THREADS:
        question = (
            "SELECT json_extract(data, '$.activity_id') FROM log WHERE tbl = 'activity_about' AND op = 'delete' "
            f"AND json_extract(data, '$.noun') = ? AND json_extract(data, '$.record_id') {THESE}"
        )
        rows = connection.execute(question, (noun, listed(told[noun])))
        told["activity"] |= {row[0] for row in rows} - theirs["activity"]


def needed(connection: sqlite3.Connection, table: str, columns: Iterable[str]) -> bool:
    """Whether one of some columns of a table may not be empty."""
    rows = connection.execute(f'PRAGMA table_info("{table}")')
    return any(row[1] in columns and row[3] for row in rows)


def _mentions(
    connection: sqlite3.Connection, person: Person, known: Links
) -> Iterator[tuple[str, int, Told]]:
    """The rows of the log that hold a link to the person."""
    columns = {(column, noun) for told in known.values() for column, noun in told.items()}
    wanted = {(column, number) for column, noun in columns for number in person.ids[noun]}
    wanted |= {("record_id", number) for noun in PEOPLE for number in person.ids[noun]}
    globs = [pattern for column, number in sorted(wanted) for pattern in
             (f'*"{column}":{number}[,}}]*', f'*"{column}":[[]{number},*', f'*"{column}":[[]*,{number}]*')]  # fmt: skip
    any_of = " OR ".join(["data GLOB ?"] * len(globs))
    question = f"SELECT tbl, row_id, data FROM log WHERE op IN ('update', 'delete') AND ({any_of})"
    for table, row_id, data in connection.execute(question, globs).fetchall():
        told = json.loads(data)
        if _links_to(person, told, known.get(table, {})):
            yield table, row_id, told


def _links_to(person: Person, told: Told, columns: dict[str, str]) -> bool:
    if "record_id" in told:
        return told.get("noun") in PEOPLE and told["record_id"] in person.ids[told["noun"]]
    for column, noun in columns.items():
        said = told.get(column)
        if person.ids[noun] & set(said if isinstance(said, list) else [said]):
            return True
    return False


def _is_shared(connection: sqlite3.Connection, activity: int, theirs: Ids) -> bool:
    """Whether an activity is or was about others too."""
    for part in ("activity_about", "activity_participant"):
        question = (
            f"SELECT id FROM {part} WHERE activity_id = ?1 UNION SELECT row_id FROM log WHERE tbl = '{part}' "
            "AND op = 'delete' AND json_extract(data, '$.activity_id') = ?1"
        )
        if {row[0] for row in connection.execute(question, (activity,))} - theirs[part]:
            return True
    return False
