"""`crm deal item`: the lines of a deal, which make its amount."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from crm_cli import asking, lazy, output
from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Doing, Option, Out
from crm_cli.desk import Desk
from crm_cli.lazy import Bundle
from crm_cli.values.amounts import money_human

if TYPE_CHECKING:
    from crm_cli.changing import Change

app = lazy.application(
    "The lines of a deal: products, quantities, prices.",
    epilog='crm deal item add 12 "Grinder M" --quantity 3',
)
Deal = Annotated[str, Argument(metavar="DEAL", help="Which deal", autocompletion=completing.references)]
Line = Annotated[int, Argument(metavar="LINE", help="Which line: its id, as `item list` shows it")]


class Priced(Bundle):
    """How many, and at which price."""

    quantity: Annotated[str | None, Option(metavar="N", help="How many")] = None
    price: Annotated[str | None, Option(metavar="AMOUNT", help="Price of one; else the list price")] = None
    discount: Annotated[str | None, Option(metavar="PERCENT", help="Discount on the line")] = None
    tax: Annotated[str | None, Option(metavar="PERCENT", help="Tax on the line")] = None

    def texts(self) -> dict[str, str | None]:
        """What is said, by the column of a line."""
        return {
            "quantity": self.quantity,
            "unit_price": self.price,
            "discount_pct": self.discount,
            "tax_pct": self.tax,
        }


@app.command()
def add(
    ctx: typer.Context,
    *,
    deal: Deal,
    product: Annotated[
        str, Argument(metavar="PRODUCT", help="Which product", autocompletion=completing.products)
    ],
    priced: Priced,
    doing: Doing,
) -> None:
    """Add a line; the lines make the amount unless it is pinned.

    crm deal item add 12 "Grinder M" --quantity 3 --discount 5
    """
    with _lines(ctx.obj, deal, "add", doing) as (change, deal_id):
        from crm_cli.rules import intake, lines

        product_id = intake.resolve(change, "product", product)
        lines.add(change, deal_id, product_id, **lines.read(change, deal_id, priced.texts()))


@app.command()
def edit(ctx: typer.Context, *, deal: Deal, line: Line, priced: Priced, doing: Doing) -> None:
    """Change a line.

    crm deal item edit 12 40 --quantity 5
    """
    with _lines(ctx.obj, deal, "edit", doing) as (change, deal_id):
        from crm_cli.rules import lines

        lines.edit(change, deal_id, line, **lines.read(change, deal_id, priced.texts()))


@app.command()
def remove(ctx: typer.Context, *, deal: Deal, line: Line, doing: Doing) -> None:
    """Remove a line.

    crm deal item remove 12 40
    """
    with _lines(ctx.obj, deal, "remove", doing) as (change, deal_id):
        from crm_cli.rules import lines

        lines.remove(change, deal_id, line)


@app.command("list")
def list_(ctx: typer.Context, *, deal: Deal, out: Out) -> None:
    """List the lines of a deal.

    crm deal item list 12 -o json
    """
    desk: Desk = ctx.obj
    out.on(desk)
    output.write(asking.lines(desk, desk.resolve("deal", deal)), desk.style)


@contextmanager
def _lines(desk: Desk, deal: str, verb: str, doing: Doing) -> "Iterator[tuple[Change, int]]":
    """A change of one deal's lines, told when it is done."""
    doing.on(desk)
    with desk.change(f"deal item {verb}", dry_run=doing.dry_run) as change:
        deal_id = desk.resolve("deal", deal, change.connection)
        yield change, deal_id
        amount = change.held("deal", deal_id, "amount")
        currency = change.held("deal", deal_id, "currency")
        change.summary = f"deal {deal_id}"
    worth = f", worth {money_human(amount, currency)}" if amount is not None else ""
    desk.say(f"{'would change' if doing.dry_run else 'changed'} deal {deal_id}{worth}")
    if not doing.dry_run:
        desk.written("deal", [deal_id], format=doing.format)
