"""What customers say when asked how it went: the commands of surveys."""

from typing import Annotated

import typer

from crm_cli import lazy
from crm_cli.commands import completing, verbs
from crm_cli.commands.options import Argument, Doing, Option
from crm_cli.desk import Desk

app = lazy.application(
    "What customers say when asked how it went.",
    epilog="crm survey list kind=nps score=..6 at=last-month",
)
verbs.common(
    app,
    "survey",
    add='crm survey add 9 --kind nps --contact "Jane Doe" --touchpoint delivery ;; '
    'crm survey add 2 --kind csat --case C-2026-0007 --comment "Took too long"',
    import_="crm survey import delighted.csv --set kind=nps --dry-run",
)


@app.command()
def ask(
    ctx: typer.Context,
    *,
    ref: Annotated[
        str,
        Argument(
            metavar="CONTACT|CASE",
            help="Whom: a contact, or whoever opened a case",
            autocompletion=completing.anything,
        ),
    ],
    kind: Annotated[
        str | None,
        Option(metavar="nps|csat|ces", help="What to ask; else csat after a case, nps of a contact"),
    ] = None,
    doing: Doing,
) -> None:
    """Ask by e-mail how it went, or what somebody thinks of us.

    crm survey ask C-2026-0007
    crm survey ask "Jane Doe" --kind nps
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli import fields, values
    from crm_cli.rules import survey

    asked = fields.noun("survey").fields["kind"].choices()
    chosen = values.read("choice", kind, desk.reading, asked) if kind else None
    with desk.change("survey ask", dry_run=doing.dry_run) as change:
        noun, record_id = survey.subject(change, ref)
        if noun == "case":
            delivery = survey.ask(change, record_id, str(chosen or "csat"))
        else:
            delivery = survey.ask_contact(change, record_id, str(chosen or "nps"))
        change.summary = f"{noun}:{record_id}"
    if doing.dry_run:
        desk.say(f"would ask {noun} {record_id}")
        return
    from crm_cli.commands import sending

    sending.send(desk, [delivery])
