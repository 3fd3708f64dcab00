"""How people want to be reached, what they agreed to, and why one may not be written to: contacts and leads."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from crm_cli import asking, fields, output
from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Doing, Option, Out, Refs, counted
from crm_cli.commands.verbs import seeing
from crm_cli.commands.verbs.doing import edit_records
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows

CHECKS = [
    Field("check", "text", "What is looked at"),
    Field("allows", "boolean", "Whether it lets the person be reached"),
    Field("because", "text", "What was found"),
]
Wish = bool | None


def make_prefer(noun: str) -> Callable[..., None]:
    """`prefer`."""

    def prefer(
        ctx: typer.Context,
        *,
        refs: Refs,
        email: Annotated[Wish, Option("--email/--no-email", help="Any e-mail at all")] = None,
        bulk_email: Annotated[Wish, Option("--bulk-email/--no-bulk-email", help="Mass e-mail")] = None,
        phone: Annotated[Wish, Option("--phone/--no-phone", help="Calls")] = None,
        sms: Annotated[Wish, Option("--sms/--no-sms", help="Text messages")] = None,
        mail: Annotated[Wish, Option("--mail/--no-mail", help="Letters")] = None,
        fax: Annotated[Wish, Option("--fax/--no-fax", help="Fax")] = None,
        channel: Annotated[
            str | None, Option(metavar="WORD", help=f"How best: {', '.join(fields.own_words('Channel'))}")
        ] = None,
        day: Annotated[str | None, Option(metavar="WEEKDAY", help="On which day best")] = None,
        time: Annotated[
            str | None, Option(metavar="TIME", help="When best: morning, afternoon, evening or HH:MM-HH:MM")
        ] = None,
        doing: Doing,
    ) -> None:
        desk: Desk = ctx.obj
        doing.on(desk)
        ways = {
            "email": email,
            "bulk_email": bulk_email,
            "phone": phone,
            "sms": sms,
            "mail": mail,
            "fax": fax,
        }
        texts: dict[str, Any] = {
            f"do_not_{way}": "no" if wish else "yes" for way, wish in ways.items() if wish is not None
        }
        told = {"preferred_channel": channel, "preferred_day": day, "best_time": time}
        texts |= {name: text for name, text in told.items() if text is not None}
        if not texts:
            raise InvalidError(
                f"nothing said; give a wish, such as --no-bulk-email (crm {noun} prefer --help)"
            )
        _edit(desk, noun, refs, texts, doing)

    return prefer


def _edit(desk: Desk, noun: str, refs: list[str], texts: dict[str, Any], doing: Doing) -> None:
    ids, filtered = desk.targets(noun, refs)
    if not ids:
        desk.say(f"no {noun} to change")
        return
    if filtered and not doing.dry_run:
        desk.confirm(f"Change {len(ids):,} {fields.plural(noun)}?", yes=doing.yes)
    edit_records(desk, noun, ids, texts, doing, "prefer")


def make_consent(noun: str) -> Callable[..., None]:
    """`consent`."""

    def consent(
        ctx: typer.Context,
        *,
        words: Annotated[
            list[str],
            Argument(
                metavar="REF… [STATE]",
                help=f"Who; and what they said: {', '.join(fields.own_words('ConsentState'))}",
                autocompletion=completing.filters,
            ),
        ],
        purpose: Annotated[str | None, Option(help="For what: marketing unless said")] = None,
        source: Annotated[str | None, Option(help="Where it was said, such as web form")] = None,
        wording: Annotated[str | None, Option(help="The words that were agreed to")] = None,
        basis: Annotated[
            str | None,
            Option(metavar="WORD", help=f"On what ground: {', '.join(fields.own_words('LegalBasis'))}"),
        ] = None,
        at: Annotated[str | None, Option(metavar="TIME", help="When it was said; else now")] = None,
        expires: Annotated[str | None, Option(metavar="DATE", help="Until when it holds")] = None,
        doing: Doing,
    ) -> None:
        desk: Desk = ctx.obj
        doing.on(desk)
        told = {"purpose": purpose, "source": source, "wording": wording, "basis": basis, "at": at,
                "expires": expires}  # fmt: skip
        texts = {name: text for name, text in told.items() if text is not None}
        refs, state = _parted(words)
        if not refs:
            raise InvalidError(f"who? Name the {noun} before {words[-1]}")
        if state:
            _note(desk, noun, refs, texts | {"state": state}, doing)
        elif texts.keys() - {"purpose"}:
            raise InvalidError(
                f"what was said? End with one of {', '.join(fields.own_words('ConsentState'))}"
            )
        else:
            _log(desk, noun, refs, purpose)

    return consent


def _parted(words: list[str]) -> tuple[list[str], str | None]:
    """The references, and the state that stands after them."""
    known = fields.words("ConsentState")
    state = known.get(words[-1].strip().lower().replace("-", "_").replace(" ", "_"))
    return (words[:-1], state) if state else (words, None)


def _note(desk: Desk, noun: str, refs: list[str], texts: dict[str, Any], doing: Doing) -> None:
    """Write an entry of the log for each."""
    ids, filtered = desk.targets(noun, refs)
    if filtered and not doing.dry_run:
        desk.confirm(f"Note it of {counted(ids, noun)}?", yes=doing.yes)
    if not ids:
        desk.say(f"no {noun} to note it of")
        return
    from crm_cli.rules import intake, records

    with desk.change(f"{noun} consent", dry_run=doing.dry_run) as change:
        drafts = [intake.new(change, "consent", texts | {noun: str(each)}) for each in ids]
        records.write(change, "consent", drafts)
        said = f"{counted(ids, noun)}: {texts['state']} {drafts[0].get('purpose')}"
        change.summary = said
    desk.say(f"{'would note' if doing.dry_run else 'noted'} {said}")
    if not doing.dry_run:
        desk.written("consent", [draft.id for draft in drafts], format=doing.format)


def _log(desk: Desk, noun: str, refs: list[str], purpose: str | None) -> None:
    """Show the log, and say what counts of it."""
    ids, _ = desk.targets(noun, refs)
    about = [f"{noun}_id={','.join(map(str, ids))}", *([f"purpose={purpose.lower()}"] if purpose else [])]
    output.write(asking.listing(desk, "consent", about, sort="at"), desk.style)
    from crm_cli.rules import reachable

    for each in ids:
        for sentence in reachable.consent(desk.connection, noun, each, purpose or "marketing"):
            desk.say(f"{noun} {each}: {sentence}")


def make_show(noun: str) -> Callable[..., None]:
    """`show`, which also says why one may not be reached."""
    plain = seeing.make_show(noun)

    def show(
        ctx: typer.Context,
        refs: Annotated[
            list[str],
            Argument(metavar="REF…", help="Which: id, name, e-mail …", autocompletion=completing.references),
        ],
        out: Out,
        why_not: Annotated[
            str | None,
            Option(
                "--why-not", metavar="email|phone|sms|mail", help="Say whether one may be reached so, and why"
            ),
        ] = None,
        purpose: Annotated[str, Option(help="With --why-not: for what")] = "marketing",
    ) -> None:
        if not why_not:
            plain(ctx, refs, out)
            return
        desk: Desk = ctx.obj
        out.on(desk)
        from crm_cli.rules import reachable

        ids, _ = desk.targets(noun, refs)
        rows = [
            row for each in ids for row in reachable.explain(desk.connection, noun, each, why_not, purpose)
        ]
        output.write(Rows(CHECKS, rows), desk.style)

    return show
