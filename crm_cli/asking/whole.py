"""The whole store as files: every noun as it is exported, for people and other programs, and every table exactly.

An export shows names for references and amounts in their currency's digits, and has no place for the history; so
`tables/` holds what stands in the store, value by value, and that is what comes back.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TextIO

from crm_cli import db, exact, fields
from crm_cli.asking import store
from crm_cli.asking.listing import listing

if TYPE_CHECKING:
    from crm_cli.desk import Desk
    from crm_cli.formats.archive_writing import Writer

ABOUT = (
    "A whole store of crm; `crm import` brings it back into an empty one. The CSV files beside this one are for "
    "people and other programs. Those in tables/ hold every value as it is stored, money and percentages in "
    "ten-thousandths; there an empty cell is no value, and a text that is empty or begins with \\ has a \\ before it."
)


def write(desk: "Desk", archive: "Writer") -> dict[str, int]:
    """Write the store as it is at one instant; returns how many there are of each noun, and commands."""
    desk.style.format = "csv"
    with _instant(desk.connection):
        for noun in fields.names():
            rows = listing(desk, noun, columns=["all"])
            with archive.file(f"{fields.plural(noun)}.csv") as out:
                exact.csv_into(out, [each.name for each in rows.columns], exact.cells(rows))
        for table in fields.tables():
            with archive.file(f"tables/{table}.csv") as out:
                _exactly(desk.connection, table, out)
        facts = _facts(desk.connection)
        archive.close(facts)
    counts: dict[str, int] = facts["counts"]
    return counts


@contextmanager
def _instant(connection: sqlite3.Connection) -> Iterator[None]:
    """What is asked in one transaction is answered from one state of the store, whoever changes it meanwhile."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def _exactly(connection: sqlite3.Connection, table: str, out: TextIO) -> None:
    """Write a table so that no value, empty texts, and texts, and bytes of other programs can be told apart."""
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    cells = ", ".join(_CELL.format(f'"{column}"') for column in columns)
    rows = connection.execute(f'SELECT {cells} FROM "{table}" ORDER BY id')
    exact.csv_into(out, columns, rows)


_CELL = (
    "CASE typeof({0}) WHEN 'text' THEN iif({0} = '' OR substr({0}, 1, 1) = '\\', '\\' || {0}, {0}) "
    "WHEN 'blob' THEN '\\x' || hex({0}) ELSE {0} END"
)


def _facts(connection: sqlite3.Connection) -> dict[str, Any]:
    found = {fields.plural(noun): number for noun, number in store.counts(connection).items()}
    commands = connection.execute("SELECT count(*) FROM command").fetchone()[0]
    return {
        "about": ABOUT,
        "program": version("crm-cli"),
        "schema": db.version(connection),
        "created_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "counts": found | {"commands": commands},
        # The last id that each table has given, so that none is given twice.
        "sequence": dict(connection.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name")),
    }
