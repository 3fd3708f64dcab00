"""What campaigns were worth: `crm campaign measure`, `compare`, `forecast`."""

from typing import Annotated

import typer

from crm_cli import fields, output, values
from crm_cli.commands import completing
from crm_cli.commands.campaigning import Campaign
from crm_cli.commands.options import Argument, Doing, Filters, Option, Out
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

SEVERAL = 2  # campaigns that can be compared
WORDS = ("won", "responses", "leads", "sales")


def measure(ctx: typer.Context, *, campaign: Campaign, doing: Doing) -> None:
    """Measure a campaign beside its plan and earlier ones of its type.

    Its steps of measuring and of the return on investment are done with it. In a pipe or a format for machines: its
    row of `crm report campaigns`.

    crm campaign measure "Spring fair"
    crm campaign measure "Spring fair" -o json
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli.asking import comparing
    from crm_cli.rules import campaign as rules

    with desk.change("campaign measure", dry_run=doing.dry_run) as change:
        campaign_id = desk.resolve("campaign", campaign, change.connection)
        rules.done(change, campaign_id, "measure")
        name = change.held("campaign", campaign_id, "name")
        if rules.roi(change, campaign_id) is None:
            change.notes.append(
                f'no return can be told: {name} has no cost; `crm campaign cost "{name}" AMOUNT`'
            )
        else:
            rules.done(change, campaign_id, "roi")
        change.summary = name
    rows = comparing.measured(desk, campaign_id) if _is_read(desk) else comparing.report(desk, [campaign_id])
    output.write(rows, desk.style)


def compare(
    ctx: typer.Context,
    *,
    campaigns: Annotated[
        list[str],
        Argument(
            metavar="CAMPAIGN…",
            help="Which campaigns: name, code, id, or a filter",
            autocompletion=completing.references,
        ),
    ],
    by: Annotated[
        str | None,
        Option(metavar="FIELD", help="The groups that they make: type, quarter, segment, channel, owner …"),
    ] = None,
    out: Out,
) -> None:
    """Show campaigns side by side, or the groups that they make.

    In a pipe or a format for machines: their rows of `crm report campaigns`.

    crm campaign compare "Spring fair" "Autumn fair"
    crm campaign compare starts_on=2026 --by channel
    """
    desk: Desk = ctx.obj
    out.on(desk)
    from crm_cli.asking import comparing

    ids, filtered = desk.targets("campaign", campaigns)
    if len(ids) < SEVERAL and not filtered:
        raise InvalidError("name two campaigns or more to compare, or a filter that finds them")
    rows = comparing.side_by_side if _is_read(desk) else comparing.report
    output.write(rows(desk, ids, by), desk.style)


def forecast(
    ctx: typer.Context,
    *,
    filters: Filters = None,
    budget: Annotated[
        list[str] | None, Option(metavar="AMOUNT", help="What the next one may cost; may be given again")
    ] = None,
    type_: Annotated[
        str | None,
        Option("--type", metavar="WORD", help="By campaigns of this type",
               autocompletion=completing.one_of(fields.own_words("CampaignType"))),
    ] = None,
    of: Annotated[
        str,
        Option(metavar="|".join(WORDS), help="What it is to bring", autocompletion=completing.one_of(WORDS)),
    ] = "won",
    currency: Annotated[
        str | None, Option(metavar="CURRENCY", help="Only campaigns in this currency; else your own")
    ] = None,
    out: Out,
) -> None:  # fmt: skip
    """Say what a campaign at a budget may bring, by those that were, and how surely.

    A curve is drawn through what campaigns that are over cost and brought; the next one lies, 95 times of 100, between
    low and high. Of fewer than five, or of like budgets, it says that nothing can be said.

    crm campaign forecast --budget 5000 --type email
    crm campaign forecast --budget 2000 --budget 8000 --of responses owner=me
    """
    desk: Desk = ctx.obj
    out.on(desk)
    from dataclasses import replace

    from crm_cli.asking import comparing
    from crm_cli.fields import nearest

    if of not in WORDS:
        raise nearest(of, list(WORDS), "word of --of")
    if not budget:
        raise InvalidError("say what the next one may cost: --budget 5000")
    code = str(values.read("currency", currency, desk.reading)) if currency else desk.config.currency
    reading = replace(desk.reading, currency=code)
    amounts = [values.read("money", each, reading) for each in budget]
    told = [each for each in amounts if isinstance(each, int) and each > 0]
    if len(told) < len(amounts):
        raise InvalidError("--budget: give an amount above 0, such as 5000")
    texts = [*(filters or []), *([f"type={type_}"] if type_ else [])]
    rows = comparing.next_one(desk, texts, told, code, of)
    if rows.rows or not _is_read(desk):
        output.write(rows, desk.style)
    else:
        output.text(rows.notes)


def _is_read(desk: Desk) -> bool:
    """Whether a person reads the answer."""
    return desk.style.chosen in ("table", "md")
