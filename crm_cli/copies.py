"""Copies of the store: where they go and are, putting one back in its place, and writing it anew without a trace."""

import glob
import re
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from mmap import ACCESS_READ, mmap
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


def folder(path: Path) -> Path:
    """Where the copies are that are made without being asked for."""
    return path.with_name(f"{path.name}.backups")


def prune(path: Path, folder: Path, keep: int) -> list[Path]:
    """Delete all copies of a store in a folder but the newest; those with a name of their own stay.

    Returns those that are gone.
    """
    made = re.compile(re.escape(path.name) + r"\.\d{8}T\d{6}\.\d{3}Z\.bak(\.age)?")
    found = sorted(each for each in folder.iterdir() if made.fullmatch(each.name))
    for each in found[:-keep]:
        for tail in ("", "-wal", "-shm"):  # what is left beside it where somebody has looked into it
            each.with_name(each.name + tail).unlink(missing_ok=True)
    return found[:-keep]


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


def wipe(path: Path) -> None:
    """Write the store anew, so that no free page, no room within a page and no log of writing holds what was deleted.

    Raises:
        StoreError: another program uses it, or the disk has no room; it is whole, and what was deleted still in it.
    """
    connection = db.connect(path, "rw")
    try:
        connection.execute("PRAGMA temp_store = file")  # the new store may be larger than the memory
        connection.execute("VACUUM")
        unfinished = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{_LEFT.format(path)} ({error})") from error
    finally:
        connection.close()
    if unfinished:
        raise StoreError(_LEFT.format(path))


_LEFT = (
    "what was deleted can still be read out of {} by who knows how, since another program uses it; "
    "run `crm db compact` when none does"
)


def beside(path: Path) -> list[Path]:
    """The copies of a store that stand beside it: backups, and what large changes, upgrades and restoring have kept."""
    name = glob.escape(path.name)
    found = (*path.parent.glob(f"{name}.*"), *path.parent.glob(f"{name}.backups/{name}.*"))
    return sorted(each for each in found if each.is_file())


def holds(file: Path, words: Iterable[str]) -> bool:
    """Whether one of some words stands in a file, in the form in which it is written there as text."""
    wanted = [word.encode() for word in words if word]
    if not wanted or not file.stat().st_size:
        return False
    with file.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as held:
        return any(held.find(word) >= 0 for word in wanted)
