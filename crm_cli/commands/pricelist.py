"""Prices for some customers or a time: the commands of price lists."""

from typing import Annotated

import typer

from crm_cli import lazy
from crm_cli.commands import completing, verbs
from crm_cli.commands.options import Argument, Doing, Option
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

app = lazy.application(
    "Prices for some customers or a time.",
    epilog='crm company edit Acme --pricelist "Resellers 2026"',
)
verbs.common(
    app,
    "pricelist",
    add='crm pricelist add "Resellers 2026" --currency EUR',
)


@app.command()
def price(
    ctx: typer.Context,
    *,
    pricelist: Annotated[
        str, Argument(metavar="LIST", help="Which price list", autocompletion=completing.references)
    ],
    product: Annotated[
        str, Argument(metavar="PRODUCT", help="Which product", autocompletion=completing.products)
    ],
    amount: Annotated[str | None, Argument(metavar="[AMOUNT]", help="The price of one")] = None,
    from_quantity: Annotated[
        str, Option(metavar="N", help="From how many on it holds; several make price breaks")
    ] = "1",
    remove: Annotated[bool, Option("--remove", help="Take this price off the list")] = False,
    doing: Doing,
) -> None:
    """Set the price of a product on a list, which companies with this list then pay.

    crm pricelist price "Resellers 2026" "Grinder M" 432
    crm pricelist price "Resellers 2026" "Grinder M" 410 --from-quantity 10
    """
    desk: Desk = ctx.obj
    if (amount is None) != remove:
        raise InvalidError("give either the AMOUNT or --remove: crm pricelist price LIST PRODUCT AMOUNT")
    doing.on(desk)
    from crm_cli.rules import intake, lines
    from crm_cli.rules import pricelist as rules

    with desk.change("pricelist price", dry_run=doing.dry_run) as change:
        list_id = desk.resolve("pricelist", pricelist, change.connection)
        product_id = intake.resolve(change, "product", product)
        currency = change.held("pricelist", list_id, "currency")
        said = lines.typed(change, currency, {"unit_price": amount, "from_quantity": from_quantity})
        least = said["from_quantity"] or 0
        draft = rules.put(change, list_id, product_id, said.get("unit_price"), least)
        change.summary = str(draft.get("name"))
    desk.say(f"{'would change' if doing.dry_run else 'changed'} pricelist {list_id} {change.summary}")
    if not doing.dry_run:
        desk.written("pricelist", [list_id], format=doing.format)
