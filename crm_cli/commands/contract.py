"""What customers are entitled to: the commands of contracts."""

from typing import Annotated

import typer

from crm_cli import lazy
from crm_cli.commands import verbs
from crm_cli.commands.options import Doing, Option, Refs, counted
from crm_cli.desk import Desk

app = lazy.application(
    "What customers are entitled to, for a term.",
    epilog="crm contract renew renewal_due=yes --yes",
)
verbs.common(
    app,
    "contract",
    add='crm contract add "Care plan" --company Acme --starts-on 2026-01-01 --ends-on 2026-12-31',
    list="crm contract list status=active days_left=..60 --sort days_left",
    edit="crm contract edit CT-2026-0001 --status on_hold",
)
Value = Annotated[str | None, Option(metavar="AMOUNT", help="What the next term is worth")]
Until = Annotated[str | None, Option(metavar="DATE", help="Last day of the next term; else as long again")]


@app.command()
def renew(ctx: typer.Context, *, refs: Refs, value: Value = None, until: Until = None, doing: Doing) -> None:
    """Make the deal that renews a contract, expected to close on its last day.

    When it is won, `contract extend` makes the next term.

    crm contract renew CT-2026-0001 --value 1300
    crm contract renew renewal_due=yes --yes
    """
    _each(ctx.obj, "renew", "deal", refs, {"value": value, "next_ends_on": until}, doing)


@app.command()
def extend(ctx: typer.Context, *, refs: Refs, value: Value = None, until: Until = None, doing: Doing) -> None:
    """Make the term that follows a contract, at what its renewal was won for.

    crm contract extend CT-2026-0001
    crm contract extend CT-2026-0001 --value 1300 --until 2027-12-31
    """
    _each(ctx.obj, "extend", "contract", refs, {"value": value, "next_ends_on": until}, doing)


def _each(
    desk: Desk, verb: str, makes: str, refs: list[str], texts: dict[str, str | None], doing: Doing
) -> None:
    """Renew or extend contracts in one change, and say what each one made."""
    doing.on(desk)
    ids, filtered = desk.targets("contract", refs)
    if not ids:
        desk.say(f"no contract to {verb}")
        return
    if filtered and not doing.dry_run:
        desk.confirm(f"{verb.capitalize()} {counted(ids, 'contract')}?", yes=doing.yes)
    from crm_cli.rules import contract as rules

    with desk.change(f"contract {verb}", dry_run=doing.dry_run) as change:
        made = [getattr(rules, verb)(change, each, **rules.read(change, each, texts)) for each in ids]
        change.summary = counted(ids, "contract")
        change.notes += rules.told(change, makes, made)
    desk.say(f"{'would make' if doing.dry_run else 'made'} {counted(made, makes)}")
    if not doing.dry_run:
        desk.written(makes, made, format=doing.format)
