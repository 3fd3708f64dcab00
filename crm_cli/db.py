"""The one place that opens the store: where it is, asking, changing, creating, upgrading, copying.

`ask` gives a read-only connection of the standard library and never makes a file. `change` gives one
transaction that becomes one entry of the history; it loads SQLModel, a read does not.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_cli import fields
from crm_cli.errors import InvalidError, StoreError

if TYPE_CHECKING:
    from crm_cli.changing import Change

HERE = Path(__file__).parent
APPLICATION = 0x43524D31  # "CRM1", in the header of every store
WAIT = 30.0  # seconds a command waits for another one to finish


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
    if not path.exists():
        return _empty()
    connection = _connect(path, "ro")
    _check(connection, path)
    return connection


@contextmanager
def change(path: Path, verb: str, *, dry_run: bool = False, kind: str = "change") -> "Iterator[Change]":
    """One transaction on the store, created or upgraded when need be; nothing of it stays on an error.

    Raises `StoreError` when the store cannot be used and whatever the block raises.
    """
    if not path.exists() and not dry_run:
        create(path)
    from crm_cli.changing import Change

    connection = _connect(path, "rw") if path.exists() else _empty()
    try:
        if path.exists() and _check(connection, path, upgrade=True):
            connection.close()
            upgrade(path)
            connection = _connect(path, "rw")
        with Change(connection, verb, kind=kind, dry_run=dry_run) as opened:
            yield opened
    except sqlite3.DatabaseError as error:
        raise _refusal(error, path) from error
    finally:
        connection.close()


def create(path: Path) -> None:
    """Make an empty store at `path`, whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        connection = sqlite3.connect(fresh, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        _build(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        try:
            os.link(fresh, path)  # never over a store that another process has just made
        except FileExistsError:
            pass
    except OSError as error:
        raise StoreError(f"cannot make a store at {path}: {error.strerror or error}") from error
    finally:
        fresh.unlink(missing_ok=True)


def views() -> dict[str, str]:
    """The name and question of every view."""
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted((HERE / "views").glob("*.sql"))}


def decorate(connection: sqlite3.Connection) -> None:
    """Create the views, the triggers and the marks that say whose file this is."""
    for name, question in views().items():
        connection.execute(f"CREATE VIEW {name} AS {question}")
    for statement in statements((HERE / "triggers.sql").read_text(encoding="utf-8")):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {fields.schema()}")


def statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: `executescript` would commit what is under way."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def upgrade(path: Path) -> Path:
    """Bring an older store to this program's schema, keeping a copy beside it; returns the copy."""
    from crm_cli.migrations.upgrade import upgrade as run

    return run(path)


def backup(path: Path, target: Path) -> None:
    """Copy the store as it is at one instant, while others may use it; refuses to overwrite."""
    if target.exists():
        raise InvalidError(f"{target} exists; name another file for the copy")
    source = _connect(path, "ro")
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        copy = sqlite3.connect(target)
        source.backup(copy)
        if copy.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise StoreError(f"the copy {target} did not come out whole; check the disk and {path}")
        copy.close()
    except OSError as error:
        raise StoreError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        source.close()


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    if path.is_dir():
        raise StoreError(f"{path} is a directory, not a store")
    try:
        uri = f"{path.absolute().as_uri()}?mode={mode}"
        if mode == "ro" and not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists():
            uri += "&immutable=1"  # WAL needs to write beside the file; where it cannot, nobody else does
        connection = sqlite3.connect(uri, uri=True, timeout=WAIT, isolation_level=None, check_same_thread=False)
        connection.create_function("fold", 1, _fold, deterministic=True)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = memory")
    except (sqlite3.DatabaseError, OSError) as error:
        raise _refusal(error, path) from error
    return connection


def _check(connection: sqlite3.Connection, path: Path, *, upgrade: bool = False) -> bool:
    """Refuse what is not a store of this program; True when it must be upgraded first."""
    try:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise _refusal(error, path) from error
    if application != APPLICATION:
        raise StoreError(f"{path} is not a crm store; give another with --db or CRM_DB")
    if version > fields.schema():
        raise StoreError(f"{path} was written by a newer crm (schema {version}, this one knows {fields.schema()}); upgrade crm")
    if version < fields.schema() and not upgrade:
        raise StoreError(f"{path} has an older schema ({version}); run `crm db upgrade`, which keeps a copy first")
    return bool(version < fields.schema())


def _refusal(error: Exception, path: Path) -> Exception:
    """The error as the user should read it."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return StoreError(f"{path} is in use by another command; try again in a moment")
    if "not a database" in text:
        return StoreError(f"{path} is not a crm store; give another with --db or CRM_DB")
    if "malformed" in text:
        return StoreError(f"{path} is damaged ({text}); restore a backup or run `crm db check`")
    if "readonly" in text or "unable to open" in text or isinstance(error, OSError):
        return StoreError(f"cannot use {path}: {text}")
    if "full" in text:
        return StoreError(f"no room left while writing {path}; nothing was changed")
    return error


def _fold(text: Any) -> str | None:
    from crm_cli.folding import fold

    return None if text is None else fold(str(text))


def _empty() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.create_function("fold", 1, _fold, deterministic=True)
    connection.executescript((HERE / "schema.sql").read_text(encoding="utf-8"))
    for name, question in views().items():
        connection.execute(f"CREATE VIEW {name} AS {question}")
    return connection


def _build(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")
    for statement in statements((HERE / "schema.sql").read_text(encoding="utf-8")):
        connection.execute(statement)
    decorate(connection)
    connection.execute("COMMIT")
