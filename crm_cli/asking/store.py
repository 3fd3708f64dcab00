"""Questions about a store itself: what is in it, and whether it is whole."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from crm_cli import copies, db, fields, schema


def facts(connection: sqlite3.Connection, path: Path) -> list[tuple[str, Any]]:
    """What is known of a store, a name and a value each; sizes in bytes."""
    last = connection.execute("SELECT at, verb FROM command ORDER BY id DESC LIMIT 1").fetchone()
    held = (path.stat().st_size, _size(path.with_name(path.name + "-wal"))) if path.exists() else (0, 0)
    return [
        ("path", str(path)),
        ("size", held[0]),
        ("wal", held[1]),
        ("schema", db.version(connection) if path.exists() else fields.schema()),
        *((fields.plural(name), number) for name, number in counts(connection).items()),
        ("commands", connection.execute("SELECT count(*) FROM command").fetchone()[0]),
        ("last_change", last[0] if last else None),
        ("last_command", last[1] if last else None),
        ("backups", sum(each.suffix in (".bak", ".age") for each in copies.beside(path))),
    ]


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many records of each noun a store holds, of an older schema too."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    found = {}
    for name in fields.names():
        about = fields.noun(name)
        if about.table in tables:
            only = " AND ".join(f"{column} = '{word}'" for column, word in about.only.items()) or "1"
            question = f'SELECT count(*) FROM "{about.table}" WHERE {only}'
            found[name] = connection.execute(question).fetchone()[0]
    return found


def differences(path: Path, copy: Path) -> list[str]:
    """How the records of a store, if there is one, and of a copy differ in number, a line for each noun."""
    then = _counted(copy)
    try:
        now = _counted(path) if db.exists(path) else {}
    except sqlite3.DatabaseError as error:
        return [f"the store cannot be read to compare: {error}"]
    lines = [
        f"{fields.plural(name)}: {now.get(name, 0):,} now, {then.get(name, 0):,} in the copy"
        for name in fields.names()
        if now.get(name, 0) != then.get(name, 0)
    ]
    return (lines or ["as many records of every noun as in the copy"]) + _since(path, copy)


def _since(path: Path, copy: Path) -> list[str]:
    """The commands of a store that came after a copy of it was made."""
    if not db.exists(path):
        return []
    with closing(db.look(copy)) as then, closing(db.look(path)) as now:
        latest = then.execute("SELECT max(id) FROM command").fetchone()
        last = "(SELECT verb FROM command ORDER BY id DESC LIMIT 1)"
        after = f"SELECT count(*), max(at), {last} FROM command WHERE id > coalesce(?, 0)"
        number, at, verb = now.execute(after, latest).fetchone()
    return [f"commands since the copy: {number:,}, the last at {at} ({verb})"] if number else []


def _counted(path: Path) -> dict[str, int]:
    with closing(db.look(path)) as connection:
        return counts(connection)


def faults(connection: sqlite3.Connection) -> Iterator[str]:
    """What is wrong with a store, a sentence each; nothing when it is whole."""
    for look in _LOOKS:
        try:
            yield from look(connection)
        except sqlite3.DatabaseError as error:
            yield f"cannot be read to look for {look.__name__.strip('_').replace('_', ' ')}: {error}"


def _damaged_pages(connection: sqlite3.Connection) -> Iterator[str]:
    for row in connection.execute("PRAGMA integrity_check(10)"):
        if row[0] != "ok":
            yield f"the file is damaged: {row[0]}"


def wanting(connection: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """Tables, indexes, views and triggers that are missing or not as in a new store: kind, name and how it is made."""
    question = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    with closing(db.pattern()) as pattern:
        held = {(kind, name): sql for kind, name, sql in connection.execute(question)}
        for kind, name, sql in pattern.execute(question).fetchall():
            found = held.get((kind, name))
            if found is None or (kind in ("view", "trigger") and found != sql):
                yield kind, name, sql


def unfinished(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """Commands that are open, though none is at work: number and verb."""
    found = connection.execute("SELECT id, verb FROM command WHERE open IS NOT NULL").fetchall()
    return [(number, verb) for number, verb in found]


def _broken_references(connection: sqlite3.Connection) -> Iterator[str]:
    for table, row, to, _ in connection.execute("PRAGMA foreign_key_check"):
        yield f"{table} {row} refers to a {to} that is gone"


def _lost_subjects(connection: sqlite3.Connection) -> Iterator[str]:
    """Activities name what they are about by noun and id, which no foreign key holds."""
    for (noun,) in connection.execute("SELECT DISTINCT noun FROM activity_about").fetchall():
        known = noun in fields.names()
        gone = (
            f'NOT EXISTS (SELECT 1 FROM "{fields.noun(noun).table}" AS r WHERE r.id = record_id)'
            if known
            else "1"
        )
        question = f"SELECT activity_id, record_id FROM activity_about WHERE noun = ? AND {gone}"
        for activity, record in connection.execute(question, (noun,)):
            yield f"activity {activity} is about {noun} {record}, which is gone"


def _other_parts(connection: sqlite3.Connection) -> Iterator[str]:
    """Tables, indexes, views and triggers against those of a new store."""
    there = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = ? AND name = ?)"
    for kind, name, _ in wanting(connection):
        held = connection.execute(there, (kind, name)).fetchone()[0]
        yield f"the {kind} {name} is {'not what this program makes' if held else 'missing'}"


def _unreadable_views(connection: sqlite3.Connection) -> Iterator[str]:
    """Views of this program, and those that others made and whose tables may have gone since."""
    own = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
    yield from _unreadable(connection, dict.fromkeys([*schema.views(), *own]))


def _unreadable_at_a_moment(connection: sqlite3.Connection) -> Iterator[str]:
    """Views as commands see them; the last look, since they stand before the others from here on."""
    schema.at(connection, "2000-01-01T12:00:00Z", "2000-01-01", "250")
    for said in _unreadable(connection, fields.momentary()):
        yield said.replace("the view", "at a moment, the view")


def _unreadable(connection: sqlite3.Connection, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        try:
            connection.execute(f'SELECT * FROM "{name}" LIMIT 100').fetchall()
        except sqlite3.DatabaseError as error:
            yield f"the view {name} cannot be read: {error}"


def _open_commands(connection: sqlite3.Connection) -> Iterator[str]:
    for number, verb in unfinished(connection):
        yield f"command {number} ({verb}) was never finished"


def _broken_history(connection: sqlite3.Connection) -> Iterator[str]:
    """Entries out of order, that cannot be read backwards, or whose end is not what the tables hold."""
    turned = (
        "SELECT b.id FROM log AS a JOIN log AS b ON b.id = a.id + 1 WHERE b.command_id < a.command_id LIMIT 1"
    )
    for (number,) in connection.execute(turned):
        yield f"the history is out of order at its row {number}"
    unread = (
        "SELECT count(*), min(command_id) FROM log WHERE op NOT IN ('insert', 'range', 'update', 'delete') "
        "OR (op IN ('update', 'delete') AND json_valid(data) IS NOT 1)"
    )
    number, first = connection.execute(unread).fetchone()
    if number:
        yield f"{number} rows of the history, the first of command {first}, cannot be read"
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for (table,) in connection.execute("SELECT DISTINCT tbl FROM log").fetchall():
        if table in tables:
            last = "SELECT row_id, op, max(id) FROM log WHERE tbl = ? AND op <> 'range' GROUP BY row_id"
            other = f"""SELECT count(*) FROM ({last}) WHERE (op = 'delete') = (row_id IN (SELECT id FROM "{table}"))"""
            if number := connection.execute(other, (table,)).fetchone()[0]:
                yield f"{number} rows of {table} are there or gone against what the history says"


def search_gaps(connection: sqlite3.Connection) -> Iterator[str]:
    """Records that search cannot find, and entries of the index that belong to no record."""
    held = " UNION ALL ".join(
        f'SELECT id * 64 + {about.number} AS place FROM "{about.table}"'
        for about in map(fields.noun, fields.names())
        if not about.only
    )
    missing = f"SELECT count(*) FROM ({held}) WHERE place NOT IN (SELECT id FROM search_docsize)"
    beyond = f"SELECT count(*) FROM search_docsize WHERE id NOT IN (SELECT place FROM ({held}))"
    for question, said in (
        (missing, "records are missing in"),
        (beyond, "records that are gone are still in"),
    ):
        number = connection.execute(question).fetchone()[0]
        if number:
            yield f"{number} {said} the search index"


_LOOKS: tuple[Callable[[sqlite3.Connection], Iterator[str]], ...] = (
    _damaged_pages,
    _broken_references,
    _other_parts,
    _unreadable_views,
    _lost_subjects,
    _open_commands,
    _broken_history,
    search_gaps,
    _unreadable_at_a_moment,
)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
