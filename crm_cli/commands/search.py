"""`crm search`: find words in everything."""

from typing import Annotated

import typer

from crm_cli import output
from crm_cli.asking import search as asking
from crm_cli.commands.options import Argument, Option, Out
from crm_cli.desk import Desk


def search(
    ctx: typer.Context,
    *,
    words: Annotated[
        list[str], Argument(metavar="WORD…", help="All must occur; the last may be a beginning")
    ],
    in_: Annotated[str | None, Option("--in", metavar="NOUN[,NOUN…]", help="Only these nouns")] = None,
    limit: Annotated[int, Option(metavar="N", min=1, help="At most so many")] = 20,
    out: Out,
) -> None:
    """Find words in everything, whatever their case, accents or letter forms; the best first.

    crm search jose
    crm search "coffee mach" --in deal,product
    """
    desk: Desk = ctx.obj
    out.on(desk)
    nouns = [name.strip() for name in in_.split(",")] if in_ else []
    output.write(asking.search(desk, words, nouns, limit), desk.style)
