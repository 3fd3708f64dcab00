"""A whole store out of an archive, into an empty one, as it was: ids, parts, fields of one's own, history.

The tables are filled as they stand in the archive, in one transaction and past every rule: what they hold has been
through the rules of the store it comes from. Restoring is no entry of the history, which must be the old one: its
next `undo` takes back the last command of the old store.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from shutil import disk_usage
from typing import Any

from crm_cli import db, dressing, fields
from crm_cli.errors import ConflictError, InvalidError, StoreError
from crm_cli.formats.archive import Archive

BATCH = 2_000
_BYTES = "x"  # after the \\ of a cell: what follows is bytes, as two digits each


def check(path: Path, archive: Archive) -> None:
    """See that an archive is whole and can go into the store at `path`; nothing is written.

    Raises:
        InvalidError: the archive is damaged, or of another schema.
        ConflictError: the store is not empty.
        StoreError: the store cannot be used, or the disk has no room.
    """
    _refuse_schema(archive)
    with closing(db.ask(path)) as connection:
        _refuse_filled(connection, path)
    _sequence(archive)
    archive.verify()
    beside = next(each for each in path.absolute().parents if each.exists())
    if archive.size > disk_usage(beside).free:
        raise StoreError(f"{archive.path} unpacked does not fit on the disk of {path}; make room first")


def restore(path: Path, archive: Archive, tick: Callable[[int], None] | None = None) -> int:
    """Fill the empty store at `path`, made where there is none, all or nothing.

    Returns the number of references that lead nowhere, as they did in the store that the archive is of. `tick`
    is called with the number of rows after each batch. Raises what `check` does.
    """
    check(path, archive)
    if not db.exists(path):
        db.create(path)
    connection = db.connect(path, "rw")
    try:
        connection.execute("PRAGMA foreign_keys = OFF")  # has no effect once a transaction is open
        connection.execute("BEGIN IMMEDIATE")
        _refuse_filled(connection, path)
        dressing.undress(connection)
        for table in fields.tables():
            _fill(connection, table, archive, tick)
        connection.execute("DELETE FROM sqlite_sequence")
        connection.executemany("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", _sequence(archive))
        dressing.dress(connection)
        lost = len(connection.execute("PRAGMA foreign_key_check").fetchall())
        connection.execute("COMMIT")
    except sqlite3.IntegrityError as error:
        raise InvalidError(f"{archive.path} is no store that this crm has written ({error})") from error
    except sqlite3.DatabaseError as error:
        raise db.refusal(error, path) from error
    finally:
        connection.close()
    return lost


def _refuse_schema(archive: Archive) -> None:
    theirs, ours = archive.facts.get("schema"), fields.schema()
    if theirs == ours:
        return
    if isinstance(theirs, int) and theirs < ours:
        todo = "import the CSV files in it, which brings the records without their history"
    else:
        todo = "upgrade crm"
    raise InvalidError(f"{archive.path} has schema {theirs!r} and this crm {ours}; {todo}")


def _refuse_filled(connection: sqlite3.Connection, path: Path) -> None:
    for table in fields.tables():
        if connection.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")').fetchone()[0]:
            held = "a history" if table in ("command", "log") else "records"
            raise ConflictError(
                f"{path} holds {held}, and an archive goes into an empty store; name a new one with --db"
            )


def _fill(
    connection: sqlite3.Connection, table: str, archive: Archive, tick: Callable[[int], None] | None
) -> None:
    """Put the rows of a table in as they stand in the archive."""
    name = f"tables/{table}.csv"
    rows = archive.rows(name)
    columns = next(rows, [])
    known = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    if columns != known:
        raise InvalidError(f"{archive.path} is damaged: {name} has not the columns of its schema")
    statement = f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(known))})'
    found = _values(rows, len(known), f"{archive.path} is damaged: {name}")
    while batch := list(islice(found, BATCH)):
        connection.executemany(statement, batch)
        if tick:
            tick(len(batch))


def _values(rows: Iterator[Sequence[str]], width: int, where: str) -> Iterator[list[Any]]:
    for number, row in enumerate(rows, 1):
        if len(row) != width:
            raise InvalidError(f"{where}, row {number} has {len(row)} cells and not {width}")
        try:
            yield [_value(cell) for cell in row]
        except ValueError:
            raise InvalidError(f"{where}, row {number} has bytes that are none") from None


def _value(cell: str) -> str | bytes | None:
    """A cell as it was stored; the column makes a number of what is one."""
    if not cell:
        return None
    if cell[0] != "\\":
        return cell
    return bytes.fromhex(cell[2:]) if cell[1:2] == _BYTES else cell[1:]


def _sequence(archive: Archive) -> list[tuple[str, int]]:
    """The last id that each table of the old store has given, so that none is given twice."""
    found = archive.facts.get("sequence")
    if not isinstance(found, dict) or not all(
        isinstance(last, int) and last < 2**63 for last in found.values()
    ):
        raise InvalidError(f"{archive.path} is damaged: its manifest does not say which ids have been given")
    return list(found.items())
