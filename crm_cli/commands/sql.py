"""`crm sql`: ask the store in SQL."""

import sys
from typing import Annotated

import typer

from crm_cli import output
from crm_cli.asking import sql as asking
from crm_cli.commands.options import Argument, Option, Out
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError


def sql(
    ctx: typer.Context,
    *,
    question: Annotated[
        str | None, Argument(metavar="[QUESTION]", help="A SELECT, or - to read it from standard input")
    ] = None,
    tables: Annotated[bool, Option("--tables", help="The views to ask of, with their columns")] = False,
    out: Out,
) -> None:
    """Ask the store in SQL, read-only. Views are plural: contacts, companies, leads, deals.

    Values come as they are stored: money, percentages and decimals in ten-thousandths, times in UTC.

    crm sql "SELECT name, amount / 10000.0 AS amount, currency FROM deals WHERE status = 'won'"
    crm sql --tables
    crm sql - -o csv < question.sql
    """
    desk: Desk = ctx.obj
    out.on(desk)
    if tables:
        output.write(asking.sources(desk.connection), desk.style)
        return
    if question is None:
        raise InvalidError('what is the question? Write it like crm sql "SELECT name FROM contacts"')
    text = _read() if question == "-" else question
    output.write(asking.answer(desk.connection, text), desk.style)


def _read() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        raise InvalidError("the question is not valid Unicode; write it in UTF-8") from error
