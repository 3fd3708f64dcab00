"""What customers owe and have paid: the commands of invoices."""

from dataclasses import replace
from typing import Annotated

import typer

from crm_cli import lazy, values
from crm_cli.commands import completing, verbs
from crm_cli.commands.options import Argument, Doing, Option, Refs, counted
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError
from crm_cli.values import Reading
from crm_cli.values.amounts import money_human

app = lazy.application(
    "What customers owe and have paid.",
    epilog="crm invoice pay INV-2026-0001 --full",
)
verbs.common(
    app,
    "invoice",
    add="crm invoice add 2026-117 --company Acme --amount 1190 --issued-on today",
    list="crm invoice list status=overdue days_late=30.. --sort -open",
    show="crm invoice show INV-2026-0001",
    edit="crm invoice edit INV-2026-0001 --due-on +14d",
    import_='crm invoice import invoices.csv --map "Amount (gross)=amount"',
)


@app.command()
def pay(
    ctx: typer.Context,
    *,
    refs: Annotated[
        list[str],
        Argument(
            metavar="REF… [AMOUNT]",
            help="Which invoice, then what was paid; or which ones, with --full",
            autocompletion=completing.references,
        ),
    ],
    full: Annotated[bool, Option("--full", help="All that is open")] = False,
    on: Annotated[str | None, Option(metavar="DATE", help="The day it came; else today")] = None,
    method: Annotated[str | None, Option(metavar="WORD", help="How: transfer, card, cash …")] = None,
    reference: Annotated[str | None, Option(metavar="TEXT", help="What the bank calls it")] = None,
    overpay: Annotated[bool, Option("--overpay", help="Take more than is open")] = False,
    refund: Annotated[bool, Option("--refund", help="It is money that you pay back")] = False,
    doing: Doing,
) -> None:
    """Enter payments, in parts or in full.

    crm invoice pay INV-2026-0001 500 --on 2026-06-12 --method transfer
    crm invoice pay INV-2026-0001 INV-2026-0002 --full
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    named, amount = (refs, None) if full else (refs[:-1], refs[-1])
    if not named:
        raise InvalidError(
            "name the invoice, then what was paid, or --full: crm invoice pay INV-2026-0001 500"
        )
    ids, filtered = desk.targets("invoice", named)
    if amount and len(ids) > 1:
        raise InvalidError(f"{amount} was paid for one invoice; name one, or give --full for several")
    if filtered and not doing.dry_run:
        desk.confirm(f"Enter payments for {counted(ids, 'invoice')}?", yes=doing.yes)
    from crm_cli.rules import payments

    with desk.change("invoice pay", dry_run=doing.dry_run) as change:
        day = on and values.read("day", on, change.reading)
        for each in ids:
            currency = str(payments.load(change, each).get("currency"))
            read = None if amount is None else _amount(amount, replace(change.reading, currency=currency))
            draft = payments.pay(
                change, each, read, on=str(day) if day else None, method=method,
                reference=reference, overpay=overpay, refund=refund,
            )  # fmt: skip
            paid, left = draft.get("paid"), draft.get("amount") - draft.get("paid")
            change.notes.append(
                f"{payments.called(draft)}: {money_human(paid, currency)} {currency} paid, "
                f"{money_human(left, currency)} open"
            )
        change.summary = counted(ids, "invoice")
    if not doing.dry_run:
        desk.written("invoice", ids, format=doing.format)


@app.command()
def void(
    ctx: typer.Context,
    *,
    refs: Refs,
    reason: Annotated[str | None, Option(metavar="WORDS", help="Why; it is kept with the invoice")] = None,
    doing: Doing,
) -> None:
    """Declare invoices void: they keep their numbers and are no revenue.

    crm invoice void INV-2026-0001 --reason "Sent to the wrong customer"
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    if not reason:
        raise InvalidError('say why: crm invoice void INV-2026-0001 --reason "Sent twice"')
    ids, filtered = desk.targets("invoice", refs)
    if filtered and not doing.dry_run:
        desk.confirm(f"Declare {counted(ids, 'invoice')} void?", yes=doing.yes)
    from crm_cli.rules import payments

    with desk.change("invoice void", dry_run=doing.dry_run) as change:
        for each in ids:
            payments.void(change, each, reason)
        change.summary = f"{counted(ids, 'invoice')}: {reason}"
    desk.say(
        f"{counted(ids, 'invoice')} {'would be' if doing.dry_run else 'is' if len(ids) == 1 else 'are'} void"
    )
    if not doing.dry_run:
        desk.written("invoice", ids, format=doing.format)


def _amount(text: str, reading: Reading) -> int:
    """What was paid, in ten-thousandths of the invoice's currency."""
    try:
        found = values.read("money", text, reading)
    except InvalidError as error:
        raise InvalidError(
            f"{error}; the invoice is in {reading.currency}, enter what came in that"
        ) from None
    return int(found or 0)
