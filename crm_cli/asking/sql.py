"""A question in SQL of the user's own: read-only, whatever it says, and what it may ask of."""

import math
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from crm_cli import db, fields, schema
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows

ALLOWED = frozenset(
    (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
)
# Pragmas that only tell; the search index asks for the last one itself.
TELLING = frozenset(
    (
        "table_info",
        "table_xinfo",
        "table_list",
        "index_list",
        "index_info",
        "foreign_key_list",
        "data_version",
    )
)


def answer(connection: sqlite3.Connection, question: str, bound: Sequence[Any] = ()) -> Rows:
    """The answer to a question with values bound to it, its own values as they are stored.

    Raises:
        InvalidError: it is no SQL, asks of what there is not, or would change something.
    """
    connection.execute(
        "SELECT 1 FROM search LIMIT 0"
    )  # loads the search index, which declares a table for that
    connection.set_authorizer(_authorise)
    try:
        cursor = connection.execute(question, bound)
    except (sqlite3.Error, sqlite3.Warning, UnicodeEncodeError) as error:
        raise _refused(error) from error
    if cursor.description is None:
        raise InvalidError('this asks nothing; write a question such as "SELECT name FROM contacts"')
    columns = [Field(name, "text") for name in _distinct([each[0] for each in cursor.description])]
    return Rows(columns, _rows(cursor))


def sources(connection: sqlite3.Connection) -> Rows:
    """The views, each with its columns, their kinds and meanings."""
    known = {fields.noun(name).view: fields.noun(name).columns for name in fields.names()}
    views = [*known, *sorted(set(schema.views()) - set(known))]
    rows = [
        (view, column, each.kind, each.help)
        for view in views
        for column in _columns(connection, view)
        for each in [known.get(view, {}).get(column) or Field(column, "")]
    ]
    return Rows([Field(name, "text") for name in ("view", "column", "kind", "meaning")], rows)


def _columns(connection: sqlite3.Connection, view: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({view})")]


def _authorise(action: int, first: str | None, second: str | None, *_: Any) -> int:
    if action in ALLOWED and not (action == sqlite3.SQLITE_FUNCTION and second == "load_extension"):
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA and first in TELLING:
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _rows(cursor: sqlite3.Cursor) -> Iterator[Sequence[Any]]:
    try:
        for row in cursor:
            yield tuple(_value(each) for each in row)
    except (sqlite3.Error, OverflowError) as error:
        raise _refused(error) from error


def _value(value: Any) -> Any:
    """A value as every format can write it: bytes in hexadecimal, and no number that is none."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _distinct(names: list[str]) -> list[str]:
    """The names, a repeated one with its number."""
    seen: dict[str, int] = {}
    made = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        made.append(f"{name}_{seen[name]}" if seen[name] > 1 else name)
    return made


def _refused(error: Exception) -> Exception:
    if isinstance(error, UnicodeEncodeError):
        return InvalidError("the question is not valid Unicode; write it in UTF-8")
    refused = db.refusal(error, "the store")
    if refused is not error:
        return refused
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_AUTH:
        return InvalidError("crm sql only asks; use the verbs of crm to change something")
    hint = "; `crm sql --tables` shows what there is" if "no such" in str(error) else ""
    return InvalidError(f"SQL: {error}{hint}")
