"""Copies of the store: where they go, and putting one back in the place of the store."""

from datetime import UTC, datetime
from pathlib import Path

from crm_cli import db
from crm_cli.errors import InvalidError, StoreError


def stamp() -> str:
    """The real time as part of a file's name."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3] + "Z"


def place(path: Path, wanted: str | None) -> Path:
    """Where a copy of a store goes: the file or into the folder that is wanted, else beside the store."""
    target = Path(wanted).expanduser() if wanted else path.parent
    return target / f"{path.name}.{stamp()}.bak" if target.is_dir() else target


def restore(path: Path, source: Path) -> Path | None:
    """Put a copy in the place of the store; returns where what stood there is kept, None if nothing stood.

    A sound store is overwritten in one transaction, so that others may have it open; a damaged one is moved.

    Raises:
        StoreError: the copy is not whole, or one of both is no store of ours; nothing was changed.
        InvalidError: the copy is the store itself.
    """
    if db.exists(path) and source.samefile(path):
        raise InvalidError(f"{source} is the store itself; name a copy of it")
    fresh = db.look(source)
    try:
        if db.damage(fresh):
            raise StoreError(f"{source} is damaged; nothing was changed")
        if not db.exists(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            db.backup(source, path)
            return None
        kept = path.with_name(f"{path.name}.before-restore-{stamp()}.bak")
        if _sound(path):
            db.backup(path, kept)
            db.copy_into(fresh, path)
        else:
            _move(path, kept)
            db.backup(source, path)
    finally:
        fresh.close()
    return kept


def _sound(path: Path) -> bool:
    connection = db.connect(path, "ro")
    try:
        return not db.damage(connection)
    finally:
        connection.close()


def _move(path: Path, kept: Path) -> None:
    """Move a store with what SQLite keeps beside it, which would be taken for that of the next one."""
    for tail in ("-wal", "-shm", ""):
        beside = path.with_name(path.name + tail)
        if beside.exists():
            beside.rename(kept.with_name(kept.name + tail))
