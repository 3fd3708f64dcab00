"""All that is held about one person, for that person to read: a JSON document, a list for each kind of record.

Records are told with every column of their view, references by name and several-valued ones in full; rows that no
view shows and the history are told as they are stored.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from crm_cli import exact, fields, refs
from crm_cli.asking.listing import listing

if TYPE_CHECKING:
    from crm_cli.desk import Desk

LOGGED = (
    "SELECT l.id, c.at, c.id, c.verb, c.summary, l.tbl, ?1, CASE l.op WHEN 'range' THEN 'insert' ELSE l.op END, "
    "CASE l.op WHEN 'range' THEN NULL ELSE l.data END "
    "FROM log AS l JOIN command AS c ON c.id = l.command_id WHERE l.tbl = ?2 AND l.row_id <= ?1 "
    "AND (l.row_id = ?1 OR (l.op = 'range' AND ?1 <= CAST(l.data AS INTEGER)))"
)


def of(desk: "Desk", rows: Mapping[str, Iterable[int]]) -> dict[str, str]:
    """By what it is the JSON of all that rows, by table, hold, and of their history."""
    held: dict[str, str] = {}
    nouns = {fields.noun(name).table: name for name in reversed(fields.names())}
    for table, ids in rows.items():
        wanted = sorted(ids)
        if table in nouns:
            held[fields.plural(nouns[table])] = _list(
                exact.objects(listing(desk, nouns[table], ids=wanted, columns=["all"]))
            )
        else:
            held[table] = _list(_stored(desk.connection, table, wanted))
    held["history"] = _list(_history(desk.connection, rows))
    return {name: text for name, text in held.items() if text != "[]"}


def one(held: Mapping[str, str]) -> str:
    """One document of all."""
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {text}" for name, text in held.items()) + "\n}"


def _list(objects: Iterable[str]) -> str:
    found = ",\n  ".join(objects)
    return f"[\n  {found}\n]" if found else "[]"


def _stored(connection: sqlite3.Connection, table: str, ids: list[int]) -> Iterator[str]:
    """Rows of a part as they are stored, with the names of what they refer to."""
    known = fields.part(table)
    question = f'SELECT * FROM "{table}" WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id'
    cursor = connection.execute(question, (json.dumps(ids),))
    columns = [each[0] for each in cursor.description]
    for row in cursor:
        told = dict(zip(columns, row, strict=True))
        for name, each in known.items():
            if each.to and each.column and told[each.column] is not None:
                told[name] = refs.name_of(connection, each.to, told[each.column])
        yield _object(told.items())


def _history(connection: sqlite3.Connection, rows: Mapping[str, Iterable[int]]) -> Iterator[str]:
    """Every change of the rows, the earliest first."""
    found: list[tuple[Any, ...]] = []
    for table, ids in rows.items():
        for each in ids:
            found += [tuple(row) for row in connection.execute(LOGGED, (each, table))]
    titles = ("at", "command", "verb", "summary", "table", "id", "what", "data")
    for row in sorted(found):
        yield _object(zip(titles, row[1:], strict=True))


def _object(pairs: Iterable[tuple[str, Any]]) -> str:
    return json.dumps({name: _value(name, value) for name, value in pairs}, ensure_ascii=False)


def _value(name: str, value: Any) -> Any:
    return json.loads(value) if name in ("custom", "data") and value else value
