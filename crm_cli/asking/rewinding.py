"""A copy of the store as it was at a time: everything that the history has since is done backwards."""

import sqlite3
from itertools import groupby, islice
from operator import itemgetter

from crm_cli import backwards, fields
from crm_cli.errors import ConflictError

PAGE = 2_000  # log rows read and statements run at a time


def rewind(copy: sqlite3.Connection, before: str) -> None:
    """Put a copy back to what it was before an instant.

    Raises:
        ConflictError: somebody was forgotten since, or the history names what stores do not have any more.
    """
    question = "SELECT id, at FROM command WHERE kind = 'forget' AND at >= ? ORDER BY id DESC"
    if forgotten := copy.execute(question, (before,)).fetchone():
        raise ConflictError(
            f"what was before {forgotten[1]} cannot be shown: command {forgotten[0]} forgot a person then, in the "
            "history too; name a later time"
        )
    last = copy.execute("SELECT coalesce(max(id), 0) FROM command WHERE at < ?", (before,)).fetchone()[0]
    first = copy.execute(
        "SELECT min(id) FROM (SELECT min(id) AS id FROM log WHERE command_id > ? "
        "UNION ALL SELECT min(id) FROM log WHERE command_id IS NULL)",
        (last,),
    ).fetchone()[0]
    if first is None:
        return
    copy.execute("BEGIN")
    try:
        _revert(copy, first)
    except sqlite3.OperationalError as error:
        raise ConflictError(
            f"what was before {before} cannot be shown: the store had another form then ({error}); name a later time"
        ) from error
    copy.execute("DELETE FROM log WHERE id >= ?", (first,))
    copy.execute("DELETE FROM command WHERE id > ?", (last,))
    copy.execute("COMMIT")


def at(copy: sqlite3.Connection, now: str, today: str, small_up_to: str) -> None:
    """Let a copy be seen as it was at a moment, which may be another one than before."""
    from crm_cli import schema

    for name in fields.momentary():
        copy.execute(f"DROP VIEW IF EXISTS temp.{name}")
    schema.at(copy, now, today, small_up_to)


def _revert(copy: sqlite3.Connection, first: int) -> None:
    question = "SELECT id, tbl, row_id, op, data FROM log WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?"
    before = 2**63 - 1
    while rows := copy.execute(question, (first, before, PAGE)).fetchall():
        before = rows[-1][0]
        steps = (backwards.opposite(*row[1:]) for row in rows)
        for form, same in groupby(steps, key=itemgetter(0)):
            while page := [values for _, values in islice(same, PAGE)]:
                copy.executemany(backwards.statement(form), page)
