"""A copy of the store as it was before a large change.

How large a change is shows at its end. Until it is committed another connection still sees the store as it was, so
the copy is taken then, and small changes pay for a count of what they wrote and nothing else.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from crm_cli import copies, db
from crm_cli.errors import StoreError

if TYPE_CHECKING:
    from crm_cli.changing import Change

KINDS = ("change", "undo", "redo")  # forgetting must leave no copy, and sending comes in small steps
NAMED = ("import", "merge")  # what the setting calls by its verb; all else is `bulk`
MIB = 1 << 20


def keep(change: "Change") -> None:
    """Copy the store where the settings ask for it before such a change, and let go of older copies.

    Raises:
        StoreError: the copy cannot be made; the change is not to stand.
    """
    if change.kind not in KINDS or not _wanted(change) or _first(change):
        return
    path = Path(change.value("SELECT file FROM pragma_database_list WHERE name = 'main'"))
    limit = int(change.config.get("backup.max_mb"))
    if path.stat().st_size > limit * MIB:
        change.notes.append(
            f"no copy was made before this, since the store has more than {limit:,} MiB (backup.max_mb)"
        )
        return
    try:
        folder = copies.folder(path)
        folder.mkdir(mode=0o700, exist_ok=True)
        db.backup(path, copies.place(path, str(folder)))
        copies.prune(path, folder, int(change.config.get("backup.keep")))
    except (OSError, StoreError) as error:
        raise StoreError(
            f"no copy could be made before this ({error}), so nothing was changed; "
            "`crm config set backup.before none` does without"
        ) from error


def _wanted(change: "Change") -> bool:
    """Whether the settings name such a change, and it is large; two records that become one are worth a copy."""
    named = change.config.get("backup.before").split(",")
    verb = change.verb.rpartition(" ")[2]
    sort = verb if verb in NAMED else "bulk"
    if sort not in named:
        return False
    written = (
        "SELECT total(CASE op WHEN 'range' THEN data - row_id + 1 ELSE 1 END) FROM log WHERE command_id = ?"
    )
    return sort == "merge" or change.value(written, change.command_id) > int(change.config.get("backup.from"))


def _first(change: "Change") -> bool:
    """Whether the store held nothing before."""
    return not change.value("SELECT EXISTS (SELECT 1 FROM command WHERE id <> ?)", change.command_id)
