"""`crm deal invoice`: what was sold becomes what is owed."""

from typing import Annotated

import typer

from crm_cli import values
from crm_cli.commands.options import Doing, Option, Refs, counted
from crm_cli.desk import Desk
from crm_cli.values.amounts import money_human


def invoice(
    ctx: typer.Context,
    *,
    refs: Refs,
    share: Annotated[
        str | None,
        Option(metavar="PERCENT", help="Only this share of the whole; else all that is left to bill"),
    ] = None,
    due: Annotated[
        str | None, Option(metavar="DATE", help="The day it is due; else by the customer's terms")
    ] = None,
    force: Annotated[bool, Option("--force", help="Bill what is billed already, or a deal not won")] = False,
    doing: Doing,
) -> None:
    """Make invoices of won deals: their lines, or a share of them.

    crm deal invoice 12 --due +14d
    crm deal invoice 12 --share 50%
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    ids, filtered = desk.targets("deal", refs)
    if filtered and not doing.dry_run:
        desk.confirm(f"Bill {counted(ids, 'deal')}?", yes=doing.yes)
    from crm_cli.rules import billing

    made = []
    with desk.change("deal invoice", dry_run=doing.dry_run) as change:
        part = share and values.read("percent", share, change.reading)
        day = due and values.read("day", due, change.reading)
        for each in ids:
            draft = billing.bill(
                change, each, share=int(part) if part is not None and share else None,
                due_on=str(day) if day else None, force=force,
            )  # fmt: skip
            made.append(draft.id)
            amount = f"{money_human(draft.get('amount'), draft.get('currency'))} {draft.get('currency')}"
            change.notes.append(
                f"{draft.get('number')} of deal {each}: {amount}, due on {draft.get('due_on')}"
            )
        change.summary = f"{counted(ids, 'deal')}: {counted(made, 'invoice')}"
    desk.say(f"{'would make' if doing.dry_run else 'made'} {counted(made, 'invoice')}")
    if not doing.dry_run:
        desk.written("invoice", made, format=doing.format)
