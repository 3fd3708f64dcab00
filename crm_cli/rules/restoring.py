"""A whole store out of an archive, into an empty one, as it was: ids, parts, fields of one's own, history.

The tables are filled as they stand in the archive, in one transaction and past every rule: what they hold has been
through the rules of the store it comes from. Restoring is no entry of the history, which must be the old one: its
next `undo` takes back the last command of the old store. In an archive of an older schema columns and tables may be
missing: the columns take what is stored when nothing is said, the tables stay empty.
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
_TABLES = "tables/"
_BY_FILES = "import the CSV files in it, which brings the records without their history"
_BYTES = "x"  # after the \\ of a cell: what follows is bytes, as two digits each


def check(path: Path, archive: Archive) -> None:
    """See that an archive is whole and can go into the store at `path`; nothing is written.

    Raises:
        InvalidError: the archive is damaged, or of a schema that is newer or has more than was added to.
        ConflictError: the store is not empty.
        StoreError: the store cannot be used, or the disk has no room.
    """
    _refuse_schema(archive)
    with closing(db.ask(path)) as connection:
        _refuse_filled(connection, path)
        archive.verify()
        _refuse_tables(connection, archive)
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
    where = f"{archive.path} has schema {theirs!r} and this crm {ours}"
    if not isinstance(theirs, int) or theirs > ours:
        raise InvalidError(f"{where}; upgrade crm")
    from crm_cli.migrations import upgrade

    if not upgrade.only_adds(theirs):
        raise InvalidError(f"{where}, which changes more than it adds; {_BY_FILES}")


def _refuse_filled(connection: sqlite3.Connection, path: Path) -> None:
    for table in fields.tables():
        if connection.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")').fetchone()[0]:
            held = "a history" if table in ("command", "log") else "records"
            raise ConflictError(
                f"{path} holds {held}, and an archive goes into an empty store; name a new one with --db"
            )


def _refuse_tables(connection: sqlite3.Connection, archive: Archive) -> None:
    """Refuse what an older crm cannot have written: a table that we have not, or one that is gone with its rows."""
    known = fields.tables()
    held = [name[len(_TABLES) : -len(".csv")] for name in archive.names if name.startswith(_TABLES)]
    if strange := sorted(set(held) - set(known)):
        raise InvalidError(
            f"{archive.path} holds the table {strange[0]}, which this crm has not; {_BY_FILES}"
        )
    used = dict(_sequence(archive))
    if gone := [table for table in known if table in used and table not in held]:
        raise InvalidError(f"{archive.path} is damaged: it has no {_TABLES}{gone[0]}.csv")
    for table in held:
        columns = next(archive.rows(f"{_TABLES}{table}.csv"), [])
        _lacking(connection, table, columns, archive)


def _lacking(
    connection: sqlite3.Connection, table: str, columns: list[str], archive: Archive
) -> dict[str, Any]:
    """The columns that came since a table was written, each with the value that its rows take."""
    if not columns or len(set(columns)) < len(columns):
        raise InvalidError(f"{archive.path} is damaged: {_TABLES}{table}.csv does not name its columns")
    filled = {row[1]: bool(row[3]) for row in connection.execute(f'PRAGMA table_info("{table}")')}
    if strange := [name for name in columns if name not in filled]:
        raise InvalidError(
            f"{archive.path} holds {table}.{strange[0]}, a column that this crm has not; {_BY_FILES}"
        )
    defaults = fields.defaults(table)
    lacking = {name: defaults.get(name) for name in filled if name not in columns}
    if needed := [name for name, value in lacking.items() if value is None and filled[name]]:
        raise InvalidError(
            f"{archive.path} has no {table}.{needed[0]}, which this crm cannot do without; {_BY_FILES}"
        )
    return lacking


def _fill(
    connection: sqlite3.Connection, table: str, archive: Archive, tick: Callable[[int], None] | None
) -> None:
    """Put the rows of a table in as they stand in the archive."""
    name = f"{_TABLES}{table}.csv"
    if name not in archive.names:
        return  # it came since, and nothing was in it
    rows = archive.rows(name)
    columns = next(rows, [])
    lacking = _lacking(connection, table, columns, archive)
    places = ", ".join(f'"{column}"' for column in [*columns, *lacking])
    marks = ", ".join("?" * (len(columns) + len(lacking)))
    added = list(lacking.values())
    found = _values(rows, len(columns), f"{archive.path} is damaged: {name}")
    while batch := list(islice(found, BATCH)):
        connection.executemany(
            f'INSERT INTO "{table}" ({places}) VALUES ({marks})', [[*row, *added] for row in batch]
        )
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
