"""`crm db`: where the store is, what is in it, whether it is whole, its copies and its schema."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crm_cli import copies, db, fields, lazy, output
from crm_cli.asking import store
from crm_cli.commands.options import Argument, Doing, Option, Out
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError, StoreError
from crm_cli.fields import Field
from crm_cli.output import Rows

if TYPE_CHECKING:
    from crm_cli.rules.tombstones import Stone

app = lazy.application("The store: where it is, copies, checks, upgrades.")


@app.command()
def path(ctx: typer.Context) -> None:
    """Where the store is.

    sqlite3 "$(crm db path)"
    """
    desk: Desk = ctx.obj
    output.text(str(desk.path))


@app.command()
def info(ctx: typer.Context, *, out: Out) -> None:
    """What is in the store: its size, schema, records, commands, the last change.

    crm db info -o json
    """
    desk: Desk = ctx.obj
    out.on(desk)
    columns = [Field("what", "text"), Field("value", "text")]
    output.write(Rows(columns, store.facts(desk.connection, desk.path)), desk.style)


@app.command()
def check(ctx: typer.Context) -> None:
    """Look for damage; exit 5 when there is any.

    Looks at pages, references, views, triggers, the history and the search index. `crm db repair` mends what is
    safe to mend.
    """
    desk: Desk = ctx.obj
    with closing(db.look(desk.path)) as connection:
        faults = list(store.faults(connection))
    for fault in faults[:-1]:
        output.say(f"crm: {fault}")
    if faults:
        raise StoreError(faults[-1])
    desk.say(f"{desk.path} is whole")


@app.command()
def repair(ctx: typer.Context, *, doing: Doing) -> None:
    """Mend what follows from what else the store holds.

    Views, triggers, indexes, the search index, a command left open. Says what it will do, and keeps the store as it
    was.

    crm db repair --dry-run
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli import repairing

    with closing(db.look(desk.path)) as connection:
        mending = repairing.steps(connection)
    for step in mending:
        desk.say(f"{'would ' if doing.dry_run else ''}{step.said}")
    if mending and not doing.dry_run:
        desk.confirm(f"Repair {desk.path}?", yes=doing.yes)
        kept = repairing.repair(desk.path, mending, float(desk.config.get("wait_seconds")), desk.say)
        desk.say(f"repaired {desk.path}; what it was is kept in {kept}")
    if not doing.dry_run:
        check(ctx)


@app.command()
def backup(
    ctx: typer.Context,
    *,
    to: Annotated[
        str | None, Argument(metavar="[TO]", help="A file or a folder; else beside the store")
    ] = None,
    keep: Annotated[
        int | None, Option("--keep", min=1, help="Delete all but so many of the copies made into the folder")
    ] = None,
    encrypt: Annotated[
        bool,
        Option("--encrypt", help="In the age format; asks for a passphrase, or takes CRM_BACKUP_PASSPHRASE"),
    ] = False,
) -> None:
    """Copy the store as it is now, while others may use it; prints where the copy is.

    The copy is read again to see that it is whole.

    crm db backup ~/safe/ --keep 7
    """
    desk: Desk = ctx.obj
    db.look(desk.path).close()
    target = copies.place(desk.path, to)
    if keep and to and not Path(to).expanduser().is_dir():
        raise InvalidError(f"--keep is for a folder of copies, which {to} is not")
    if encrypt:
        from crm_cli import sealing

        target = target if to and target == Path(to).expanduser() else target.with_name(f"{target.name}.age")
        sealing.seal(desk.path, target, _passphrase(desk, new=True))
    else:
        db.backup(desk.path, target)
    if keep:
        copies.prune(desk.path, target.parent, keep)
    output.text(str(target))


def _passphrase(desk: Desk, *, new: bool = False) -> str:
    """What opens a sealed copy: from the environment, else from the person, who types a new one twice."""
    from crm_cli.sealing import VARIABLE

    if given := os.environ.get(VARIABLE):
        return given
    if not desk.interactive:
        raise InvalidError(f"there is nobody to ask for the passphrase; give it in {VARIABLE}")
    import questionary

    said: str = questionary.password("Passphrase").unsafe_ask()
    if new and said != questionary.password("Once more").unsafe_ask():
        raise InvalidError("the two passphrases differ; nothing was written")
    if not said:
        raise InvalidError("an empty passphrase protects nothing; nothing was done")
    return said


@app.command()
def compact(ctx: typer.Context) -> None:
    """Write the store anew, without what was deleted from it.

    It takes no more room than it needs, and what was deleted can be read out of the file no more. The history keeps
    what it holds. `contact forget` does this by itself.

    crm db compact
    """
    desk: Desk = ctx.obj
    db.look(desk.path).close()
    before = desk.path.stat().st_size
    copies.wipe(desk.path)
    desk.say(f"{desk.path} is written anew: {before:,} bytes before, {desk.path.stat().st_size:,} now")


@app.command()
def restore(
    ctx: typer.Context,
    *,
    source: Annotated[Path, Argument(metavar="FROM", help="A copy that `crm db backup` made")],
    doing: Doing,
) -> None:
    """Put a copy in the place of the store.

    Says what is lost by it, and keeps the store as it was, so that it can be restored in turn.

    crm db restore ~/safe/crm.db.20261105T093000.000Z.bak
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    source = source.expanduser()
    from crm_cli import sealing

    if sealing.is_sealed(source):
        with sealing.unsealed(source, desk.path, _passphrase(desk)) as plain:
            _restore(desk, plain, source, doing)
    else:
        _restore(desk, source, source, doing)


def _restore(desk: Desk, source: Path, named: Path, doing: Doing) -> None:
    """Put a copy, which the person calls `named`, in the place of the store."""
    for line in store.differences(desk.path, source):
        desk.say(line)
    if doing.dry_run:
        return
    desk.confirm(f"Put {named} in the place of {desk.path}?", yes=doing.yes)
    stones = _stones(desk)
    kept = copies.restore(desk.path, source)
    desk.say(
        f"restored {desk.path}" + (f"; to have it back as it was: crm db restore {kept}" if kept else "")
    )
    _catch_up(desk, stones)


def _stones(desk: Desk) -> "list[Stone]":
    """Who is forgotten in the store that a copy is to replace."""
    from crm_cli.rules import tombstones

    if not db.exists(desk.path):
        return []
    with closing(db.look(desk.path)) as connection, suppress(sqlite3.DatabaseError):
        return tombstones.kept(connection)
    return []


def _catch_up(desk: Desk, stones: "list[Stone]") -> None:
    """What happened since a copy was made: what it has waiting may have been sent, whom it holds may be forgotten."""
    connection = db.look(desk.path)
    current = db.version(connection) == fields.schema()
    connection.close()
    if not current:
        return
    from crm_cli.rules import outgoing, tombstones

    with desk.change("db restore", kind="send") as change:
        back = tombstones.outlive(change, stones) if stones else {}
        doubtful = outgoing.doubt(change)
        change.summary = f"{doubtful:,} uncertain"
    if doubtful:
        desk.say(
            f"{doubtful:,} that waited to be sent may have gone out since: see `crm delivery list status=uncertain`; "
            "`crm delivery send --retry-uncertain` sends them"
        )
    for noun, ids in back.items():
        desk.say(
            f"people who asked to be forgotten are back with the copy; forget them again: "
            f"crm {noun} forget {' '.join(map(str, ids))}"
        )


@app.command()
def upgrade(ctx: typer.Context) -> None:
    """Bring a store of an older version to this one's schema.

    A copy of it is kept as it was.
    """
    desk: Desk = ctx.obj
    connection = db.look(desk.path)
    older = db.version(connection) < fields.schema()
    connection.close()
    copy = db.upgrade(desk.path) if older else None
    if copy:
        desk.say(f"{desk.path} has schema {fields.schema()} now; as it was, it is kept in {copy}")
    else:
        desk.say(f"{desk.path} is current (schema {fields.schema()})")
