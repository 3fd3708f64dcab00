"""What you sell: the commands of products."""

from typing import Annotated

import typer

from crm_cli import lazy
from crm_cli.commands import completing, verbs
from crm_cli.commands.options import Argument, Doing, Option
from crm_cli.desk import Desk

app = lazy.application("What you sell.", epilog='crm product part "Starter kit" "Grinder M" --quantity 2')
verbs.common(
    app,
    "product",
    add='crm product add "Grinder M" --code GM --list-price 480 --tax-rate 19',
    list="crm product list active=yes category=grinders",
)


@app.command()
def part(
    ctx: typer.Context,
    *,
    bundle: Annotated[
        str, Argument(metavar="BUNDLE", help="The product that holds it", autocompletion=completing.products)
    ],
    product: Annotated[
        str, Argument(metavar="PRODUCT", help="What it holds", autocompletion=completing.products)
    ],
    quantity: Annotated[str, Option(metavar="N", help="How many of it")] = "1",
    remove: Annotated[bool, Option("--remove", help="Take it out of the bundle")] = False,
    doing: Doing,
) -> None:
    """Say what a bundle holds.

    It stays one line at one price, and its parts are shown with it.

    crm product part "Starter kit" "Grinder M" --quantity 2
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli.rules import intake, lines
    from crm_cli.rules import product as rules

    with desk.change("product part", dry_run=doing.dry_run) as change:
        bundle_id, part_id = (intake.resolve(change, "product", text) for text in (bundle, product))
        number = lines.typed(change, "", {"quantity": quantity})["quantity"] or 0
        draft = rules.put_part(change, bundle_id, part_id, None if remove else number)
        change.summary = str(draft.get("name"))
    desk.say(f"{'would change' if doing.dry_run else 'changed'} product {bundle_id} {change.summary}")
    if not doing.dry_run:
        desk.written("product", [bundle_id], format=doing.format)
