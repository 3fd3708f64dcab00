"""`crm export`: the whole store as an archive, or one noun."""

from pathlib import Path
from typing import Annotated

import typer

from crm_cli import db, fields, output
from crm_cli.commands import restoring
from crm_cli.commands.options import Argument, Option, Out, Shape
from crm_cli.commands.verbs import seeing
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError


def export(
    ctx: typer.Context,
    *,
    words: Annotated[
        list[str] | None,
        Argument(metavar="[NOUN [FILTER…]]", help="What to export, and which"),
    ] = None,
    all_: Annotated[
        Path | None,
        Option("--all", metavar="DIR|FILE.zip", help="Everything, the history included, as an archive"),
    ] = None,
    force: Annotated[bool, Option("--force", help="Replace an archive that stands there")] = False,
    shape: Shape,
    out: Out,
) -> None:
    """Export the whole store as an archive of CSV files, or one noun as `crm NOUN export` does.

    `crm import` of an archive brings it back into an empty store, with its ids and its history.

    crm export --all monday.zip
    crm export deals status=won > won.csv
    """
    desk: Desk = ctx.obj
    if all_ is None:
        if not words:
            raise InvalidError(
                "what? Write crm export --all FILE.zip, or a noun, such as crm export contacts"
            )
        one = seeing.make_export(_noun(words[0]))
        one(ctx, filters=words[1:], shape=shape, out=out)
        return
    if words or shape.told() or out.format:
        raise InvalidError("--all is everything, each value; leave the nouns, columns and formats out")
    out.on(desk)
    _archive(desk, all_.expanduser(), force=force)


def _noun(word: str) -> str:
    """The noun that a word is, or is the plural of."""
    known = {name: name for name in fields.names()} | {fields.plural(name): name for name in fields.names()}
    if word.lower() not in known:
        raise fields.nearest(word, fields.names(), "noun")
    return known[word.lower()]


def _archive(desk: Desk, target: Path, *, force: bool) -> None:
    from crm_cli.asking import whole
    from crm_cli.formats import archive_writing

    db.look(desk.path).close()
    with archive_writing.writing(target, force=force) as archive:
        counts = whole.write(desk, archive)
    desk.say(f"{target} holds {restoring.held(counts)}; `crm import` brings it into an empty store")
    output.text(str(target))
