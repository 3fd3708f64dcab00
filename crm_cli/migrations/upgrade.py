"""Brings a store of an older schema to this program's, whole or not at all.

A copy is kept beside the store. The revisions run by Alembic in one transaction, without views and triggers,
which are made anew at its end; and without foreign keys, since SQLite changes a table by replacing it, and
dropping the old one would delete what refers to it. An error or a crash leaves the store exactly as it was.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import create_engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool

from crm_cli import copies, db, dressing, fields, schema
from crm_cli.errors import StoreError

VERSIONS = Path(__file__).parent / "versions"
_ADDS = re.compile(
    r"\s*(ALTER TABLE (\w+|\"[^\"]+\") ADD |CREATE (TABLE|(UNIQUE )?INDEX) |DROP INDEX )", re.IGNORECASE
)


def upgrade(path: Path, versions: Path = VERSIONS) -> Path | None:
    """Bring a store to this program's schema; returns the copy that is kept, None when it was current.

    Raises:
        StoreError: a revision failed, and the store is as it was.
    """
    connection = db.connect(path, "rw")
    try:
        with connected(connection) as context:
            connection.execute("PRAGMA foreign_keys = OFF")  # has no effect once a transaction is open
            connection.execute("BEGIN IMMEDIATE")
            before = db.version(connection)
            if before >= fields.schema():
                return None
            copy = path.with_name(f"{path.name}.schema-{before}-{copies.stamp()}.bak")
            db.backup(path, copy)
            try:
                _migrate(connection, context, versions)
                connection.execute("COMMIT")
            except BaseException:
                copy.unlink()  # the store itself is what it would hold
                raise
            return copy
    except (sqlite3.DatabaseError, DatabaseError) as error:
        cause = getattr(error, "orig", None) or error
        raise StoreError(f"could not upgrade {path} ({cause}); it is as it was") from error
    finally:
        connection.close()


@contextmanager
def connected(connection: sqlite3.Connection) -> Iterator[MigrationContext]:
    """Alembic at work on an open connection, in the transaction that its owner opens and ends."""
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    with engine.connect() as wrapped, wrapped.begin():  # else Alembic commits in between
        yield MigrationContext.configure(wrapped)


def only_adds(since: int, versions: Path = VERSIONS) -> bool:
    """Whether what came after a schema are new tables, columns and indexes, with nothing written into them.

    The revisions are made to say their statements rather than run; one that looks at rows cannot, and a schema
    that never was has no revisions.
    """
    said = StringIO()
    script = ScriptDirectory(str(versions.parent), version_locations=[str(versions)])
    context = MigrationContext.configure(
        dialect_name="sqlite", opts={"as_sql": True, "output_buffer": said, "transactional_ddl": False}
    )
    try:
        with Operations.context(context):
            for revision in reversed(list(script.iterate_revisions("head", f"{since:04}"))):
                revision.module.upgrade()
    except (RevisionError, CommandError, AttributeError):
        return False
    return all(_ADDS.match(statement) for statement in schema.statements(said.getvalue()))


def _migrate(connection: sqlite3.Connection, context: MigrationContext, versions: Path) -> None:
    dressing.undress(connection)
    used = connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
    script = ScriptDirectory(str(versions.parent), version_locations=[str(versions)])
    current = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    with Operations.context(context):
        for revision in reversed(list(script.iterate_revisions("head", current))):
            revision.module.upgrade()
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision.revision,))
    _keep_used(connection, used)
    dressing.dress(connection)
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise sqlite3.IntegrityError(f"{len(broken)} references are broken in {tables}")


def _keep_used(connection: sqlite3.Connection, used: list[tuple[str, int]]) -> None:
    """Let no id be given twice: a table that was replaced has forgotten those of deleted rows."""
    for name, last in used:
        connection.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?", (last, name))
        with suppress(sqlite3.OperationalError):  # the table may be gone
            connection.execute(f'SELECT 1 FROM "{name}" LIMIT 0')
            connection.execute(
                "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2 "
                "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)",
                (name, last),
            )
