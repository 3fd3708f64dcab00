"""What taking a command back does, in lines that a person reads: what goes, what returns, what changes back."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from typing import Any

from crm_cli import fields, values

MOST = 20  # records that are shown of one command
# What the program keeps for itself says nothing to a person.
HIDDEN = frozenset(("folded", "name_key", "phone_key", "updated_at", "stage_since", "import_id"))


def titles(connection: sqlite3.Connection, commands: list[int]) -> str:
    """Commands by number and verb: `12 deal win, 11 contact add`."""
    rows = (
        connection.execute("SELECT id, verb FROM command WHERE id = ?", (each,)).fetchone()
        for each in commands
    )
    return ", ".join(f"{row[0]} {row[1]}" for row in rows)


def backwards(connection: sqlite3.Connection, command: int) -> list[str]:
    """The lines for one command: what it was, then each record that goes (-), returns (+) or changes back (~)."""
    number, at, verb, summary = connection.execute(
        "SELECT id, at, verb, summary FROM command WHERE id = ?", (command,)
    ).fetchone()
    nouns = {fields.noun(name).table: name for name in reversed(fields.names())}
    lines: list[str] = []
    many: Counter[str] = Counter()
    more: Counter[str] = Counter()
    for table, row_id, op, data in _log(connection, command):
        if op == "range":
            (many if table in nouns else more)[table] += int(data) - row_id + 1
            continue
        line = (
            _line(connection, nouns[table], row_id, op, data)
            if table in nouns and len(lines) < MOST
            else None
        )
        if line:
            lines.append(line)
        elif line is None:
            more[table] += 1
    head = f"command {number} {at} {verb}" + (f": {summary}" if summary else "")
    made = [f"  - {count:,} {fields.plural(nouns[table])}" for table, count in many.items()]
    rest = ", ".join(f"{count:,} {table}" for table, count in more.items())
    return [head, *made, *lines, *([f"  and rows of: {rest}"] if rest else [])]


def _log(connection: sqlite3.Connection, command: int) -> Iterator[Any]:
    question = "SELECT tbl, row_id, op, data FROM log WHERE command_id = ? ORDER BY id DESC"
    return connection.execute(question, (command,))


def _line(connection: sqlite3.Connection, noun: str, row_id: int, op: str, data: str | None) -> str | None:
    """A record's line; empty for a change that concerns nobody but the program."""
    from crm_cli import refs

    if op == "insert":
        return f"  - {noun} {row_id} {refs.name_of(connection, noun, row_id)}"
    row = json.loads(data or "{}")
    if op == "delete":
        return f"  + {noun} {row_id} {row.get(fields.noun(noun).label) or ''}"
    told = ", ".join(
        f"{column.removesuffix('_id')} "
        f"{_shown(connection, noun, column, new)} → {_shown(connection, noun, column, old)}"
        for column, (old, new) in row.items()
        if column not in HIDDEN
    )
    return f"  ~ {noun} {row_id} {refs.name_of(connection, noun, row_id)}: {told}" if told else ""


def _shown(connection: sqlite3.Connection, noun: str, column: str, value: Any) -> str:
    """A value as a person reads it: a reference by name, money in its unit, nothing as (empty)."""
    from crm_cli import refs

    each = next((each for each in fields.noun(noun).fields.values() if each.column == column), None)
    if value is None:
        return "(empty)"
    if each and each.to:
        return refs.name_of(connection, each.to, value)
    return values.show(each.kind, value) if each else str(value)
