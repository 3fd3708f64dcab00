"""Messages on their way out: the commands of deliveries."""

from typing import Annotated

import typer

from crm_cli import asking, lazy, output
from crm_cli.commands import completing, sending, verbs
from crm_cli.commands.options import Argument, Doing, Option, Out, Refs, counted
from crm_cli.desk import Desk
from crm_cli.errors import ConflictError

app = lazy.application(
    "Messages on their way out.",
    epilog="crm delivery list status=failed,uncertain --columns id,to,subject,error",
)
verbs.common(
    app,
    "delivery",
    ("list", "export", "import", "delete", "tag", "untag", "edit"),
    list="crm delivery list status=uncertain",
    edit="crm delivery edit 7 --to ann@example.org --status queued",
)
MayRepeat = Annotated[
    bool,
    Option("--retry-uncertain", help="Send also what may have arrived already, whoever then gets it twice"),
]


@app.command()
def show(
    ctx: typer.Context,
    *,
    refs: Annotated[
        list[str], Argument(metavar="REF…", help="Which: id, subject …", autocompletion=completing.references)
    ],
    source: Annotated[bool, Option("--source", help="The message itself, as mail programs keep it")] = False,
    out: Out,
) -> None:
    """Show messages as they go out, and where each stands.

    crm delivery show 7
    crm delivery show 7 --source > message.eml
    """
    desk: Desk = ctx.obj
    out.on(desk)
    ids, _ = desk.targets("delivery", refs)
    if desk.style.format not in (None, "table"):
        output.write(asking.listing(desk, "delivery", ids=ids, columns=["all"]), desk.style)
        return
    from contextlib import closing

    from crm_cli.rules.messaging.composing import Composer
    from crm_cli.rules.sending import looking

    with closing(Composer(desk.path)) as compose:
        for number, each in enumerate(ids):
            if source:
                output.raw([looking.source(desk.connection, each, compose)])
            else:
                output.text([*([""] if number else []), *looking.lines(desk.connection, each, compose)])


@app.command()
def send(
    ctx: typer.Context,
    *,
    refs: Annotated[
        list[str] | None,
        Argument(
            metavar="[REF…]",
            help="Which, although not due yet or refused before; else all that are due",
            autocompletion=completing.filters,
        ),
    ] = None,
    retry_uncertain: MayRepeat = False,
    doing: Doing,
) -> None:
    """Send the messages that wait: all that are due, or those that you name.

    They go to the mail server of the settings (crm config set smtp.host HOST), or, without one, as files into
    the outbox. One that is put off is tried again by a later run.

    crm delivery send
    crm delivery send 7 --retry-uncertain
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    ids = desk.targets("delivery", refs)[0] if refs else None
    from crm_cli.rules.sending import looking

    waiting, later = looking.waiting(desk.connection, ids, retry_uncertain=retry_uncertain)
    for sentence in looking.why_not(desk.connection, ids or [], waiting):
        desk.say(sentence)
    if doing.dry_run:
        output.write(asking.listing(desk, "delivery", ids=waiting), desk.style)
        desk.say(f"would send {counted(waiting, 'delivery')}" if waiting else "nothing to send")
        return
    counts = sending.send(desk, ids, retry_uncertain=retry_uncertain, strict=True)
    if not counts.total:
        desk.say("nothing to send" + (f"; {counted(later, 'delivery')} for later" if later else ""))
    desk.written("delivery", waiting, format=doing.format)


@app.command()
def cancel(ctx: typer.Context, *, refs: Refs, doing: Doing) -> None:
    """Take messages off their way: queued, refused, or uncertain ones.

    crm delivery cancel campaign="Spring offer" --yes
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    ids, filtered = desk.targets("delivery", refs)
    if filtered and not doing.dry_run:
        desk.confirm(f"Cancel {counted(ids, 'delivery')}?", yes=doing.yes)
    from crm_cli.rules import outgoing

    with desk.change("delivery cancel", dry_run=doing.dry_run) as change:
        gone = outgoing.cancel(change, ids)
        change.summary = counted(gone, "delivery") if gone else ""
    if ids and not gone:
        raise ConflictError(
            f"{counted(ids, 'delivery')}: nothing to cancel; what was sent or cancelled stays so"
        )
    desk.say(f"{'would cancel' if doing.dry_run else 'cancelled'} {counted(gone, 'delivery')}")
    if not doing.dry_run:
        desk.written("delivery", gone, format=doing.format)
