"""Taking commands back, and bringing them back: the history read backwards.

The log says of every command which rows it made, changed and deleted. Undoing reads it from the end and does
the opposite, under the same triggers, so that an undo is itself a command whose log can be read backwards: a
redo. An undo takes the latest commands that stand, so what it has taken back is all that stood from the
command it names (`reverts_id`) on.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from crm_cli import backwards
from crm_cli.changing import Change
from crm_cli.errors import ConflictError
from crm_cli.rules import diff, later
from crm_cli.values.numbers import LIMIT

PAGE = 2_000  # log rows read and statements run at a time

Step = tuple[backwards.Form, tuple[Any, ...]]


def undo(change: Change, count: int = 1) -> list[int]:
    """Take back the latest `count` commands that stand, all or none; returns their ids, the latest first.

    Raises:
        ConflictError: a later command that stands has changed the same rows or built on them; names it.
    """
    chosen = standing(change.connection, count)
    for command in chosen:
        _revert(change, command)
        change.mark_reverted(command, reverted=True)
    if chosen:
        change.reverts_id = chosen[-1]
        change.summary = "took back " + diff.titles(change.connection, chosen)
    return chosen


def redo(change: Change) -> list[int]:
    """Bring back what the last undo that stands took; returns the ids of the commands that stand again.

    Raises:
        ConflictError: a command since then has changed the same rows or built on them; names it.
    """
    last = last_undo(change.connection)
    if last is None:
        return []
    brought = taken_by(change.connection, last)
    _revert(change, last)
    change.mark_reverted(last, reverted=True)
    for command in brought:
        change.mark_reverted(command, reverted=False)
    change.reverts_id = last
    change.summary = "brought back " + diff.titles(change.connection, brought)
    return brought


def preview(connection: sqlite3.Connection, count: int = 1, *, redo: bool = False) -> list[str]:
    """What an undo of `count` commands, or a redo, would do: lines for a person to read."""
    if redo:
        last = last_undo(connection)
        chosen = [] if last is None else [last]
    else:
        chosen = standing(connection, count)
    if not chosen:
        return [f"nothing to {'redo' if redo else 'undo'}"]
    lines = [line for command in chosen for line in diff.backwards(connection, command)]
    return lines if redo else [*crossed(connection, count), *lines]


def crossed(connection: sqlite3.Connection, count: int = 1) -> list[str]:
    """What an undo of `count` commands passes over since nothing takes it back, such as what was sent: lines."""
    chosen = standing(connection, count)
    question = (
        "SELECT id, verb, summary FROM command WHERE kind IN ('send', 'forget') AND id > ? ORDER BY id DESC"
    )
    return [
        f"command {number} {verb}: {summary} stays, since nothing takes it back"
        for number, verb, summary in (connection.execute(question, (chosen[-1],)) if chosen else ())
    ]


def standing(connection: sqlite3.Connection, count: int) -> list[int]:
    """The latest commands that stand, the latest first; what the clock or another program did is not one."""
    question = "SELECT id FROM command WHERE kind = 'change' AND NOT reverted AND open IS NULL ORDER BY id DESC LIMIT ?"
    return [row[0] for row in connection.execute(question, (min(count, LIMIT),))]


def last_undo(connection: sqlite3.Connection) -> int | None:
    """The last undo that stands, None when there is none."""
    question = "SELECT max(id) FROM command WHERE kind = 'undo' AND NOT reverted AND open IS NULL"
    found: int | None = connection.execute(question).fetchone()[0]
    return found


def taken_by(connection: sqlite3.Connection, undoing: int) -> list[int]:
    """The commands that an undo took back: from the one it names on, but what an earlier undo had taken."""
    question = (
        "SELECT c.id FROM command AS u JOIN command AS c ON c.id >= u.reverts_id AND c.id < u.id "
        "WHERE u.id = ? AND c.kind = 'change' AND c.reverted AND NOT EXISTS ("
        "SELECT 1 FROM command AS e WHERE e.kind = 'undo' AND NOT e.reverted AND e.id < u.id "
        "AND c.id >= e.reverts_id AND c.id < e.id) ORDER BY c.id"
    )
    return [row[0] for row in connection.execute(question, (undoing,))]


def _revert(change: Change, command: int) -> None:
    """Do the opposite of a command, from its end to its beginning; references are checked as a whole."""
    touched = later.touched(change.connection, command)
    later.refuse_changed(change.connection, command)
    later.refuse_built_on(change.connection, command, touched)
    change.connection.execute("PRAGMA defer_foreign_keys = ON")
    many = sum(last - first + 1 for runs in touched.values() for first, last in runs) > PAGE
    try:
        with change.bulk(touched) if many else nullcontext():
            for statement, steps in groupby(_backwards(change.connection, command), key=itemgetter(0)):
                while page := [values for _, values in islice(steps, PAGE)]:
                    _run(change, statement, page)
    except sqlite3.IntegrityError as error:
        raise ConflictError(
            f"command {command} cannot be taken back: a later record holds what it would bring back ({error}); "
            "change that record first"
        ) from error
    later.refuse_dangling(change.connection, command, touched)


def _backwards(connection: sqlite3.Connection, command: int) -> Iterator[Step]:
    """The opposite of every logged change, the last first: the statement's form and its values."""
    question = (
        "SELECT id, tbl, row_id, op, data FROM log WHERE command_id = ? AND id < ? ORDER BY id DESC LIMIT ?"
    )
    before = 2**63 - 1
    while rows := connection.execute(question, (command, before, PAGE)).fetchall():
        for before, table, row_id, op, data in rows:  # noqa: B007 - the last id read is where to go on
            yield backwards.opposite(table, row_id, op, data)


def _run(change: Change, form: backwards.Form, values: list[tuple[Any, ...]]) -> None:
    what, table, *columns = form
    change.connection.executemany(backwards.statement(form), values)
    if what == "insert":
        number = columns.index("id")
        change.inserted(table, [row[number] for row in values])
