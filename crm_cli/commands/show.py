"""`crm show`: the whole picture of a customer, or any record."""

from typing import Annotated

import typer

from crm_cli import asking, output
from crm_cli.asking import picture
from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Out
from crm_cli.desk import Desk

ANY = (
    "contact",
    "company",
    "lead",
    "deal",
    "case",
    "contract",
    "quote",
    "campaign",
    "product",
    "article",
    "user",
    "pipeline",
)


def show(
    ctx: typer.Context,
    *,
    refs_: Annotated[
        list[str],
        Argument(
            metavar="REF…", help="Which: a name, an e-mail, deal:12 …", autocompletion=completing.anything
        ),
    ],
    out: Out,
) -> None:
    """Show the whole picture of a customer: people, deals, next steps, what was said, what changed.

    crm show "Jane Doe"
    crm show deal:12
    """
    desk: Desk = ctx.obj
    out.on(desk)
    for text in refs_:
        noun, record_id = desk.anywhere(text, ANY)
        if desk.style.format in (None, "table"):
            output.text(picture.lines(desk, noun, record_id))
        else:
            output.write(asking.records(desk, noun, [record_id]), desk.style)
