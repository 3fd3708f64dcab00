"""What later commands have built on what a command did, and so stands in the way of taking it back.

Three things do: a later command that stands has changed the same rows; rows that are left refer to rows that
would go; rows that would come back refer to rows that are gone. Each error names the command to undo first.
"""

import sqlite3
from typing import Any

from crm_cli import fields
from crm_cli.errors import ConflictError

# Undos and redos cancel out: what stands of them is told by the commands they took back or brought.
STANDING = "k.kind IN ('change', 'outside', 'clock', 'send') AND NOT k.reverted AND k.open IS NULL"

Ranges = dict[str, list[tuple[int, int]]]
# A way in which rows refer to others: table, column, table referred to, and which of its rows do so.
Reference = tuple[str, str, str, str]


def touched(connection: sqlite3.Connection, command: int) -> Ranges:
    """The rows that a command made, changed or deleted, as ranges of ids by table."""
    return _ranges(connection, command, "1")


def refuse_changed(connection: sqlite3.Connection, command: int) -> None:
    """Refuse when a later command that stands has changed a row that the command made or changed.

    Raises:
        ConflictError: names the command and the row.
    """
    same_row = (
        "SELECT l.command_id, l.tbl, l.row_id FROM log AS c CROSS JOIN log AS l ON l.tbl = c.tbl "
        "AND l.row_id BETWEEN c.row_id AND iif(c.op = 'range', CAST(c.data AS INTEGER), c.row_id) "
        "AND l.command_id > c.command_id JOIN command AS k ON k.id = l.command_id "
        f"WHERE c.command_id = ? AND {STANDING} LIMIT 1"
    )
    in_range = (
        "SELECT l.command_id, l.tbl, c.row_id FROM command AS k CROSS JOIN log AS l ON l.command_id = k.id "
        "AND l.op = 'range' CROSS JOIN log AS c ON c.tbl = l.tbl AND c.command_id = ?1 "
        "AND c.row_id BETWEEN l.row_id AND CAST(l.data AS INTEGER) "
        f"WHERE k.id > ?1 AND {STANDING} LIMIT 1"
    )
    for question in (same_row, in_range):
        found = connection.execute(question, (command,)).fetchone()
        if found:
            raise ConflictError(
                f"{_named(connection, found[0])} changed {found[1]} {found[2]} after it; "
                + _way_out(connection, found[0])
            )


def refuse_built_on(connection: sqlite3.Connection, command: int, ours: Ranges) -> None:
    """Refuse when rows that the command did not touch refer to rows that it made.

    Raises:
        ConflictError: names the command that made the reference.
    """
    made = _ranges(connection, command, "op IN ('insert', 'range')")
    for child, column, parent, only in references(connection):
        question = f'SELECT id, "{column}" FROM "{child}" WHERE "{column}" BETWEEN ? AND ? AND {only}'
        for each in made.get(parent, ()):
            for number, refers in connection.execute(question, each):
                if not _within(ours.get(child, []), number):
                    who, way_out = _last(connection, child, number, command)
                    raise ConflictError(f"{who}: {child} {number} refers to {parent} {refers}; {way_out}")


def refuse_dangling(connection: sqlite3.Connection, command: int, ours: Ranges) -> None:
    """Refuse, after the rows have been brought back, when one of them refers to a row that is gone.

    Raises:
        ConflictError: names the command that deleted it.
    """
    for child, column, parent, only in references(connection):
        question = (
            f'SELECT "{column}" FROM "{child}" AS c WHERE id BETWEEN ? AND ? AND "{column}" IS NOT NULL '
            f'AND {only} AND NOT EXISTS (SELECT 1 FROM "{parent}" AS p WHERE p.id = c."{column}") LIMIT 1'
        )
        for each in ours.get(child, ()):
            found = connection.execute(question, each).fetchone()
            if found:
                who, way_out = _last(connection, parent, found[0], command)
                raise ConflictError(f"{who}: {parent} {found[0]} is needed and gone; {way_out}")


def references(connection: sqlite3.Connection) -> list[Reference]:
    """Every way in which rows refer to others: the foreign keys, and records named by their noun and id."""
    question = (
        'SELECT m.name, f."from", f."table", \'1\' FROM sqlite_master AS m '
        "JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table' AND m.name NOT IN ('command', 'log')"
    )
    keys: list[Reference] = [tuple(row) for row in connection.execute(question)]
    named = (
        "SELECT m.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c "
        "WHERE m.type = 'table' AND c.name = 'record_id'"
    )
    nouns = sorted({fields.noun(name).table for name in fields.names()})
    tables = [row[0] for row in connection.execute(named)]
    return keys + [(child, "record_id", noun, f"noun = '{noun}'") for child in tables for noun in nouns]


def _ranges(connection: sqlite3.Connection, command: int, which: str) -> Ranges:
    """Runs of following ids in the log of a command, by table; they do not overlap."""
    question = (
        "SELECT tbl, row_id, iif(op = 'range', CAST(data AS INTEGER), row_id) FROM log "
        f"WHERE command_id = ? AND {which} ORDER BY tbl, row_id"
    )
    found: Ranges = {}
    for table, first, last in connection.execute(question, (command,)):
        runs = found.setdefault(table, [])
        if runs and first <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((first, last))
    return found


def _within(runs: list[tuple[int, int]], number: int) -> bool:
    from bisect import bisect_right

    place = bisect_right(runs, (number, 2**63)) - 1
    return place >= 0 and number <= runs[place][1]


def _last(connection: sqlite3.Connection, table: str, row_id: int, after: int) -> tuple[str, str]:
    """The last command that stands and touched a row later, and what can be done about it."""
    question = (
        "SELECT l.command_id FROM log AS l JOIN command AS k ON k.id = l.command_id "
        "WHERE l.tbl = ?1 AND l.command_id > ?3 AND l.row_id <= ?2 "
        "AND (l.row_id = ?2 OR (l.op = 'range' AND ?2 <= CAST(l.data AS INTEGER))) "
        f"AND {STANDING} ORDER BY l.command_id DESC LIMIT 1"
    )
    found = connection.execute(question, (table, row_id, after)).fetchone()
    if not found:
        return "another change stands in the way", "undo that first"
    return _named(connection, found[0]), _way_out(connection, found[0])


def _way_out(connection: sqlite3.Connection, command: int) -> str:
    kind: str = connection.execute("SELECT kind FROM command WHERE id = ?", (command,)).fetchone()[0]
    final = {"send": "what was sent cannot be taken back", "clock": "what time has brought is not taken back"}
    return final.get(kind, "undo that first")


def _named(connection: sqlite3.Connection, command: int) -> str:
    verb: Any = connection.execute("SELECT verb FROM command WHERE id = ?", (command,)).fetchone()[0]
    return f"command {command} `{verb}`"
