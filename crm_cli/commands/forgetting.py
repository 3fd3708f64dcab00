"""What a person may ask of whoever keeps their data: to be left in peace, to be shown all of it, to be forgotten."""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from crm_cli import asking, config, copies, output, typed
from crm_cli.commands import completing
from crm_cli.commands.options import Doing, Filters, Option, Out, Refs, Shape, counted
from crm_cli.commands.verbs import seeing
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError, NotFoundError

NAMED = 10  # copies and people that are named


def make_forget(noun: str) -> Callable[..., None]:
    """`forget`."""

    def forget(ctx: typer.Context, refs: Refs, doing: Doing) -> None:
        desk: Desk = ctx.obj
        doing.on(desk)
        ids = _targets(desk, noun, refs)
        if not ids:
            desk.say(f"no {noun} to forget")
            return
        _outline(desk, noun, ids)
        words = _words(desk, noun, ids)
        holding = _holding(desk, words)
        if doing.dry_run:
            _tell_copies(desk, holding, words)
            return
        desk.confirm(f"Forget {counted(ids, noun)} for good? Nothing brings it back.", yes=doing.yes)
        from crm_cli.rules import forgetting

        with desk.change(f"{noun} forget", kind="forget") as change:
            persons = forgetting.forget(change, noun, ids)
            change.summary = f"{persons:,} person{'s' * (persons > 1)}"
        desk.say(f"forgot {change.summary}; imports will pass over what they were known by")
        _tell_copies(desk, holding, words)
        copies.wipe(desk.path)
        if not desk.style.terminal:
            output.text(str(each) for each in ids)

    return forget


def make_export(noun: str) -> Callable[..., None]:
    """`export`, which also writes those alone who may be written to, and all that is held about one person."""

    def export(
        ctx: typer.Context,
        *,
        filters: Filters = None,
        out: Out,
        shape: Shape,
        for_: Annotated[
            str | None,
            Option(
                "--for",
                metavar="email|phone|sms|mail",
                help="Only who may be reached so, for a mailing elsewhere",
            ),
        ] = None,
        purpose: Annotated[
            str | None, Option(metavar="WORD", help="With --for: for what, else for marketing")
        ] = None,
        subject: Annotated[
            str | None,
            Option(
                metavar="REF",
                help="All that is held about this person, as a JSON document or a zip of it (-o zip)",
                autocompletion=completing.references,
            ),
        ] = None,
    ) -> None:
        if purpose and not for_:
            raise InvalidError("--purpose goes with --for, such as --for email --purpose newsletter")
        if subject is None:
            only = partial(_reached, ctx.obj, noun, for_, purpose or "marketing") if for_ else None
            seeing.export_of(ctx.obj, noun, filters, out, shape, only=only)
            return
        if filters or shape.told() or for_:
            raise InvalidError("--subject is all about one person; leave filters, columns and order out")
        _subject(ctx.obj, noun, subject, out)

    return export


def _reached(
    desk: Desk, noun: str, channel: str, purpose: str, filters: list[str], ids: list[int] | None
) -> list[int]:
    """Who of those that are asked for may be reached; says how many are left out, and why."""
    from crm_cli.rules import reachable

    asked = [row[0] for row in asking.listing(desk, noun, filters, ids=ids, columns=["id"]).rows]
    against = reachable.against(desk.connection, noun, asked, channel, purpose)
    if against:
        why = Counter(map(reachable.general, against.values()))
        desk.say(f"{len(against):,} of {len(asked):,} left out: {reachable.counted(why)}")
    return [each for each in asked if each not in against]


def _subject(desk: Desk, noun: str, ref: str, out: Out) -> None:
    """Write all that is held about a person."""
    form = out.format or "json"
    if form not in ("json", "zip"):
        raise InvalidError(f"all about a person is JSON, or a zip of it; leave -o {form} out")
    out.format = "json"
    out.on(desk)
    from crm_cli.asking import dossier
    from crm_cli.rules import person, traces

    ids = _targets(desk, noun, [ref])
    if len(ids) != 1:
        raise InvalidError(f"--subject is one person, and {ref!r} names {len(ids)}")
    who = person.of(desk.connection, noun, ids[0])
    found = traces.of(desk.connection, who)
    held = dossier.of(desk, found.every | {name: found.every[name] | who.ids[name] for name in who.ids})
    if form == "zip":
        output.packed({f"{name}.json": text for name, text in held.items()}, desk.style)
    else:
        output.text(dossier.one(held))


def _targets(desk: Desk, noun: str, refs: list[str]) -> list[int]:
    """The ids that references name, those of records included that were deleted and that the history still holds."""
    try:
        return desk.targets(noun, refs)[0]
    except NotFoundError:
        from crm_cli.rules import person

        found = person.deleted(desk.connection, noun, refs[0]) if len(refs) == 1 else []
        if not found:
            raise
        return found


def _outline(desk: Desk, noun: str, ids: list[int]) -> None:
    """Say what forgetting does, of the first of many."""
    from crm_cli.rules import forgetting

    for each in ids[:NAMED]:
        for line in forgetting.outline(desk.connection, noun, each).lines():
            desk.say(line)
    if len(ids) > NAMED:
        desk.say(f"and {len(ids) - NAMED:,} more")


def _words(desk: Desk, noun: str, ids: Iterable[int]) -> set[str]:
    """What they are called and reached by."""
    from crm_cli.rules import person

    found: set[str] = set()
    for each in ids:
        who = person.of(desk.connection, noun, each)
        found |= who.names | who.emails | who.email_keys | who.phones
    return found


def _holding(desk: Desk, words: set[str]) -> list[Path]:
    """The copies of the store and the messages in the outbox that hold one of some words."""
    outbox = Path(config.load().get("outbox") or desk.path.with_name("outbox")).expanduser()
    files = [*copies.beside(desk.path), *(sorted(outbox.glob("*.eml")) if outbox.is_dir() else ())]
    return [file for file in files if copies.holds(file, words)]


def _tell_copies(desk: Desk, holding: list[Path], words: set[str]) -> None:
    for file in holding[:NAMED]:
        desk.say(f"{file} holds them still; delete it when you can do without it")
    if len(holding) > NAMED:
        desk.say(f"and {len(holding) - NAMED:,} more such files in {holding[-1].parent}")
    for file, lines in typed.naming(words):
        desk.say(
            f"{file} names them in {lines:,} typed line{'s' * (lines > 1)}; take these out, or delete it"
        )
    desk.say(
        "so may copies and archives in other places, files that were imported, lines that a shell has still to keep, "
        "and your mail program"
    )
