"""What can be mended in a store without losing anything, since it follows from what else it holds.

Views, triggers and indexes are the program's own; the search index and the indexes are filled from the tables; a
command that was never finished is closed. What takes deciding about records is left to a backup, or a person.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crm_cli import copies, db, dressing, turns
from crm_cli.asking import store
from crm_cli.errors import StoreError

Run = Callable[[sqlite3.Connection], None]


@dataclass
class Step:
    """One thing to mend: what is done, as a sentence, and how."""

    said: str
    run: Run


def steps(connection: sqlite3.Connection) -> list[Step]:
    """What would be mended in a store, in the order in which it is done."""
    return [
        *_indexes(connection),
        *(
            Step(f"make the {kind} {name} anew", _part(kind, name, sql))
            for kind, name, sql in store.wanting(connection)
            if kind != "table"
        ),
        *_search(connection),
        *(
            Step(f"close command {number} ({verb})", _close(number))
            for number, verb in store.unfinished(connection)
        ),
    ]


def repair(path: Path, mending: list[Step], seconds: float, tell: Callable[[str], None]) -> Path:
    """Do these steps in one transaction; returns the copy that is kept of the store as it was.

    Raises:
        StoreError: one of them failed, or the pages are damaged; the store is as it was.
    """
    kept = path.with_name(f"{path.name}.before-repair-{copies.stamp()}.bak")
    db.backup(path, kept)
    connection = db.connect(path, "rw")
    try:
        turns.begin(connection, seconds, tell)
        for step in mending:
            step.run(connection)
        connection.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"{path} could not be repaired ({error}) and is as it was; restore a backup"
        ) from error
    finally:
        connection.close()
    return kept


def _indexes(connection: sqlite3.Connection) -> list[Step]:
    """Indexes that do not say what their tables hold; where more than that is wrong, nothing is safe."""
    found = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
    if not found or not all("index" in each for each in found):
        return []
    return [Step("fill the indexes anew", lambda connection: _run(connection, "REINDEX"))]


def _search(connection: sqlite3.Connection) -> list[Step]:
    wrong = list(store.search_gaps(connection))
    return [Step("fill the search index anew", dressing.index)] if wrong else []


def _part(kind: str, name: str, sql: str) -> Run:
    def run(connection: sqlite3.Connection) -> None:
        _run(connection, f'DROP {kind} IF EXISTS "{name}"')
        _run(connection, sql)

    return run


def _close(number: int) -> Run:
    return lambda connection: _run(connection, f"UPDATE command SET open = NULL WHERE id = {number}")


def _run(connection: sqlite3.Connection, statement: str) -> None:
    connection.execute(statement)
