"""`crm company suggest`, `crm contact suggest`: what a customer may want next, and why."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from crm_cli import output
from crm_cli.asking.figures import share
from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Option, Out
from crm_cli.desk import Desk
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.values.amounts import SCALE

COLUMNS = (
    Field("id", "id", "The product's number"),
    Field("product", "text", "The product"),
    Field("similar", "integer", "Similar customers who bought it"),
    Field("similar_pct", "percent", "Their share of the similar customers"),
    Field("because", "text", "What the customer bought that leads to it"),
    Field("confidence_pct", "percent", "Who bought it, of those who bought that"),
    Field("lift", "decimal", "How many times as often as by chance"),
    Field("customers", "integer", "Customers who bought both"),
)


def make_suggest(noun: str) -> Callable[..., None]:
    """The command that suggests products to a noun's customers."""

    def suggest(
        ctx: typer.Context,
        *,
        ref: Annotated[
            str, Argument(metavar="REF", help="Which customer", autocompletion=completing.references)
        ],
        from_: Annotated[
            str | None,
            Option("--from", metavar="invoices|deals", help="What is counted; else invoices where they name products",
                   autocompletion=completing.one_of(("invoices", "deals"))),
        ] = None,
        limit: Annotated[int, Option(metavar="N", min=1, help="At most so many products")] = 10,
        out: Out,
    ) -> None:  # fmt: skip
        desk: Desk = ctx.obj
        out.on(desk)
        number = desk.resolve(noun, ref)
        rows = _rows(desk, number if noun == "company" else -number, {"from": from_} if from_ else {})
        rows.rows = list(rows.rows)[:limit]
        output.write(rows, desk.style)

    suggest.__doc__ = f"""Products that a {noun} has not bought and that similar customers have.

    crm {noun} suggest {'"Acme, Inc."' if noun == "company" else "ada@example.org"}
    """
    return suggest


def _rows(desk: Desk, customer: int, said: dict[str, str]) -> Rows:
    from crm_cli import reports
    from crm_cli.asking import baskets

    asked = baskets.put(
        reports.Asked(desk.connection, desk.reading.today, reports.load("basket"), zone=desk.config.zone,
                      asking=desk.asking, rates=desk.config.rate, said=said)
    )  # fmt: skip
    found = baskets.baskets(asked)
    wishes = baskets.wishes(found, customer)
    pairs = [each.pair for each in wishes if each.pair]
    called = baskets.names(asked, {*(each.product for each in wishes), *(pair.first for pair in pairs)})
    if customer not in found:
        asked.notes.append("no product that this customer bought is known, so that nobody is similar")
    elif not wishes:
        asked.notes.append("similar customers bought nothing that this one has not")
    rows: list[tuple[Any, ...]] = [
        (each.product, called[each.product], each.similar,
         share(each.similar, each.asked), *_because(each.pair, called))
        for each in wishes
    ]  # fmt: skip
    return Rows(list(COLUMNS), rows, asked.notes)


def _because(pair: Any, called: dict[int, str]) -> tuple[Any, ...]:
    """The product that leads to it, and the figures of the pair."""
    if pair is None:
        return (None,) * 4
    return (
        called[pair.first],
        share(pair.both, pair.bought),
        round(pair.lift * 100) * SCALE // 100,
        pair.both,
    )
