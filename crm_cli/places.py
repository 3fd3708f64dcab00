"""Where a store may be: on a disk of this machine, in a file of the user's own, and read by nobody else."""

import os
import stat
from pathlib import Path

from crm_cli.errors import StoreError

MOUNTS = Path("/proc/self/mountinfo")
# Kinds of file systems that lie elsewhere: SQLite's log of writing needs memory that all its users share.
NETWORKS = ("nfs", "cifs", "smb", "afs", "ceph", "glusterfs", "ncp", "fuse.sshfs", "fuse.rclone", "davfs")


def fit(path: Path) -> None:
    """Refuse to write to a store on a network drive, where writers of two machines would break it.

    Raises:
        StoreError: it is on one; says where to put it.
    """
    kind = kind_of(path)
    if kind.startswith(NETWORKS):
        raise StoreError(
            f"{path} is on a network drive ({kind}), where a store does not stay whole; keep it on a disk of this "
            "machine (--db or CRM_DB) and copy it there with `crm db backup`"
        )


def kind_of(path: Path, mounts: Path = MOUNTS) -> str:
    """The kind of file system that a path is on, empty where the system does not say."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    place, found = path.resolve().parent, ("", "")
    for line in lines:
        before, _, after = line.partition(" - ")
        mounted = before.split(" ")[4].replace("\\040", " ")
        if place.is_relative_to(mounted) and len(mounted) >= len(found[0]):
            found = mounted, after.split(" ")[0]
    return found[1]


def own(path: Path) -> None:
    """Refuse a link that somebody else has put in the place of the store: it could lead our writing anywhere.

    Raises:
        StoreError: the link belongs to another user, other than root.
    """
    if os.name != "posix" or not path.is_symlink():
        return
    if path.lstat().st_uid not in (os.geteuid(), 0):
        raise StoreError(
            f"{path} is a link that belongs to another user; give the file itself with --db or CRM_DB"
        )


def warning(path: Path) -> str:
    """What to say of a store that everybody on this machine can read or write; empty where that is not so."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name != "posix" or not mode & stat.S_IRWXO:
        return ""
    what = "change" if mode & stat.S_IWOTH else "read"
    return f"everybody on this machine can {what} {path}; keep it to yourself: chmod 600 {path}"


def identity(path: Path) -> tuple[int, int] | None:
    """Which file stands at a place: SQLite goes on with one that is no longer there, and says nothing."""
    if not path.exists():
        return None
    held = path.stat()
    return held.st_dev, held.st_ino
