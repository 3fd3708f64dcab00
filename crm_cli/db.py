"""The one place that opens the store: where it is, asking, changing, creating, upgrading, copying.

`ask` gives a read-only connection of the standard library and never makes a file. `change` gives one
transaction that becomes one entry of the history. What the store is made of stands in `crm_cli.schema`.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, lru_cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_cli import fields, schema
from crm_cli.errors import InvalidError, StoreError

if TYPE_CHECKING:
    from crm_cli.changing import Change

WAIT = 30.0  # seconds a command waits for another one to finish
PAUSE = 0.25  # seconds between two tries
WAL = 2  # in a store's header at 18: that readers go on while somebody writes


def default_path() -> Path:
    """Where the store is when nothing else is said: the platform's data directory."""
    import platformdirs

    return Path(platformdirs.user_data_dir("crm", appauthor=False)) / "crm.db"


def chosen_path(given: str | None) -> Path:
    """The store to use: `--db`, else `CRM_DB`, else the default place."""
    text = given or os.environ.get("CRM_DB") or ""
    if "://" in text:
        raise InvalidError(f"a server store ({text.partition('://')[0]}) is not available yet; give a file")
    return Path(text).expanduser() if text else default_path()


def ask(path: Path) -> sqlite3.Connection:
    """A read-only connection; an empty store in memory where there is no file."""
    if not exists(path):
        return _empty()
    return _reading(path)


@contextmanager
def change(
    path: Path,
    verb: str,
    *,
    dry_run: bool = False,
    kind: str = "change",
    tell: Callable[[str], None] | None = None,
) -> "Iterator[Change]":
    """One transaction on the store, created or upgraded when need be; nothing of it stays on an error.

    `tell` hears at once what cannot wait, such as that another command is waited for. Raises `StoreError` when
    the store cannot be used and whatever the block raises.
    """
    with changes(path, verb, dry_run=dry_run, kind=kind) as opened:
        opened.tell = tell or opened.tell
        with opened:
            yield opened


@contextmanager
def changes(path: Path, verb: str, *, dry_run: bool = False, kind: str = "change") -> "Iterator[Change]":
    """A change that is not entered yet: each `with` of it is a transaction.

    Raises `StoreError` when the store cannot be used and whatever the block raises.
    """
    from crm_cli import places
    from crm_cli.changing import Change

    if not exists(path) and not dry_run:
        create(path)
    places.own(path)
    connection, copy = connect(path, "rw") if exists(path) else _empty(), None
    try:
        if exists(path) and _check(connection, path, upgrade=not dry_run):
            connection.close()
            copy = upgrade(path)
            connection = connect(path, "rw")
        opened = Change(connection, verb, kind=kind, dry_run=dry_run)
        if exists(path) and (seen := places.warning(path)):
            opened.notes.append(seen)
        if copy:
            opened.notes.append(
                f"brought the store to schema {fields.schema()}; it is kept as it was in {copy}"
            )
        before = places.identity(path)
        yield opened
        if places.identity(path) != before:
            raise StoreError(
                f"{path} was moved or deleted while this command was at work; what it wrote went with it"
            )
    except sqlite3.DatabaseError as error:
        raise refusal(error, path) from error
    finally:
        connection.close()


def create(path: Path) -> None:
    """Make an empty store at `path`, whole or not at all, readable by its owner only."""
    from crm_cli import places

    places.fit(path)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _fill(fresh)
        with suppress(FileExistsError):  # another process has just made one: that is the store
            os.link(fresh, path)
    except OSError as error:
        raise StoreError(f"cannot make a store at {path}: {error.strerror or error}") from error
    except sqlite3.DatabaseError as error:
        raise refusal(error, path) from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def upgrade(path: Path) -> Path | None:
    """Bring an older store to this program's schema; returns the copy, None if it was current."""
    from crm_cli.migrations.upgrade import upgrade as run

    return run(path)


def look(path: Path) -> sqlite3.Connection:
    """A read-only connection to a store that exists, of this or an older schema."""
    if not exists(path):
        raise StoreError(f"there is no store at {path} yet; the first change makes one")
    return _reading(path, older=True)


def _reading(path: Path, *, older: bool = False) -> sqlite3.Connection:
    connection = connect(path, "ro")
    try:
        _check(connection, path, upgrade=older)
    except StoreError:
        connection.close()
        raise
    return connection


def pattern() -> sqlite3.Connection:
    """A whole, empty store in memory, to hold others against."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.build(connection)
    return connection


def version(connection: sqlite3.Connection) -> int:
    """The number of the schema that a store has."""
    number: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return number


def backup(path: Path, target: Path) -> None:
    """Copy the store as it is at one instant, while others may use it; refuses to overwrite."""
    if exists(target):
        raise InvalidError(f"{target} exists; name another file for the copy")
    source = connect(path, "ro")
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        copy_into(source, fresh)
        os.link(fresh, target)
    except OSError as error:
        raise StoreError(f"cannot write {target}: {error.strerror or error}") from error
    except sqlite3.DatabaseError as error:
        raise refusal(error, path) from error
    finally:
        source.close()
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def aside(source: sqlite3.Connection) -> sqlite3.Connection:
    """A copy of a store to be changed at will: no history is kept of that, and it goes when it is closed."""
    copy = sqlite3.connect("", isolation_level=None)
    source.backup(copy)
    copy.create_function("fold", 1, _fold, deterministic=True)
    for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        copy.execute(f"DROP TRIGGER {name}")
    return copy


def scratch() -> sqlite3.Connection:
    """Room on disk for what may be larger than memory; it is one's own, and goes when it is closed."""
    room = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    room.execute("PRAGMA journal_mode = off")
    room.execute("BEGIN")
    return room


def copy_into(source: sqlite3.Connection, target: Path) -> None:
    """Replace what is in the file `target` by a whole copy of a store, in one transaction."""
    tried = count(1)

    def again(status: int, _: int, __: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and next(tried) > WAIT / PAUSE:
            raise StoreError("the store is kept by another command; try again in a moment")

    copy = sqlite3.connect(target, timeout=WAIT, isolation_level=None)
    try:
        source.backup(copy, progress=again, sleep=PAUSE)
        if damage(copy):
            raise StoreError(f"the copy {target} did not come out whole; check the disk and the store")
    finally:
        copy.close()


def damage(connection: sqlite3.Connection) -> str:
    """What is wrong with the pages of a store, empty where they are whole."""
    try:
        found: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if found == "ok" else found


def exists(path: Path) -> bool:
    """Whether there is anything at a place that we may look at."""
    try:
        return path.exists()
    except OSError as error:
        raise StoreError(f"cannot use {path}: {error.strerror or error}") from error


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection, `ro` or `rw`, to a store that exists; what is not ours is refused and left untouched."""
    head = _recognise(path)
    if mode == "rw":
        from crm_cli import places

        places.fit(path)
    try:
        file = path.resolve()  # beside which SQLite keeps its log of writing, wherever a link to it stands
        uri = f"{file.as_uri()}?mode={mode}"
        if (
            mode == "ro"
            and not os.access(file.parent, os.W_OK)
            and not file.with_name(file.name + "-wal").exists()
        ):
            uri += "&immutable=1"  # WAL needs to write beside the file; where it cannot, nobody else does
        connection = sqlite3.connect(
            uri, uri=True, timeout=WAIT, isolation_level=None, check_same_thread=False
        )
        connection.create_function("fold", 1, _fold, deterministic=True)
        connection.execute("PRAGMA foreign_keys = ON")
        if mode == "rw":
            connection.execute("PRAGMA synchronous = FULL")  # what is said to be done outlives a power cut
            if head[18] != WAL:  # such a copy took the store's place: in it who writes keeps readers out
                with suppress(sqlite3.OperationalError):  # somebody reads it now; the next change tries again
                    connection.execute("PRAGMA journal_mode = WAL")
    except (sqlite3.DatabaseError, OSError) as error:
        raise refusal(error, path) from error
    return connection


def _recognise(path: Path) -> bytes:
    """The header as bytes, if it is a store's: SQLite would tidy up the file of another program while only looking."""
    if path.is_dir():
        raise StoreError(f"{path} is a directory, not a store; give a file with --db or CRM_DB")
    if not path.is_file():
        raise StoreError(f"{path} is not a file; give a store with --db or CRM_DB")
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror or error}") from error
    if not head.startswith(b"SQLite format 3\0") or int.from_bytes(head[68:72], "big") != schema.APPLICATION:
        raise StoreError(f"{path} is not a crm store; give another with --db or CRM_DB")
    return head


def _check(connection: sqlite3.Connection, path: Path, *, upgrade: bool = False) -> bool:
    """Refuse a store of another schema than this program's; True when it must be upgraded first."""
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise refusal(error, path) from error
    known = fields.schema()
    if version > known:
        raise StoreError(
            f"{path} was written by a newer crm (schema {version}, this one knows {known}); upgrade crm"
        )
    if version < known and not upgrade:
        raise StoreError(
            f"{path} has an older schema ({version}); run `crm db upgrade`, which keeps a copy first"
        )
    return bool(version < known)


def refusal(error: Exception, store: Path | str) -> Exception:
    """A failure of SQLite as the user should read it; the error itself where it is a fault of ours."""
    if isinstance(error, OSError):
        return StoreError(f"cannot use {store}: {error.strerror or error}")
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return error
    said = {
        sqlite3.SQLITE_BUSY: f"{store} is in use by another command; try again in a moment",
        sqlite3.SQLITE_LOCKED: f"{store} is in use by another command; try again in a moment",
        sqlite3.SQLITE_NOTADB: f"{store} is not a crm store; give another with --db or CRM_DB",
        sqlite3.SQLITE_CORRUPT: f"{store} is damaged; see `crm db check`, then `crm db restore` a backup",
        sqlite3.SQLITE_READONLY: f"{store} is read-only; give yourself the right to write it and its folder",
        sqlite3.SQLITE_CANTOPEN: f"cannot open {store}; see that it and its folder can be read and written",
        sqlite3.SQLITE_PERM: f"cannot open {store}; see that it and its folder can be read and written",
        sqlite3.SQLITE_FULL: f"no room left while writing {store}; nothing was changed",
        sqlite3.SQLITE_IOERR: f"the disk fails while {store} is used ({error}); nothing was changed",
    }.get(code & 0xFF)
    return StoreError(said) if said else error


@cache
def _folding() -> Callable[[str], str]:
    from crm_cli.values.folding import fold

    return fold


@lru_cache(maxsize=1_000)
def _fold(text: Any) -> str | None:
    """The comparing form of a stored value; in most columns the same ones come again and again."""
    return None if text is None else _folding()(str(text))


def _empty() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.create_function("fold", 1, _fold, deterministic=True)
    connection.executescript(schema.tables())
    for name, question in schema.views().items():
        connection.execute(f"CREATE VIEW {name} AS {question}")
    return connection


def _fill(file: Path) -> None:
    """Write an empty store into a file that holds nothing."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    schema.build(connection)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
