"""What came of a campaign, and what it cost: `crm campaign respond`, `result`, `cost`."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from crm_cli import fields
from crm_cli.commands import completing
from crm_cli.commands.campaigning import Campaign
from crm_cli.commands.options import Argument, Doing, Given, Option, counted, given
from crm_cli.desk import Desk, stdin_lines
from crm_cli.lazy import Made
from crm_cli.values.amounts import money_human

On = Annotated[str | None, Option(metavar="DATE", help="The day; else today")]

RESULT = """Enter what came of a campaign where nobody is named, such as an advertisement.

crm campaign result "Spring fair" --name Banner --impressions 7350 --clicks 12 --cost 14.50
crm campaign result "Spring fair" --day yesterday --responses 3 --sales 1 --amount 120
"""


def respond(
    ctx: typer.Context,
    *,
    campaign: Campaign,
    who: Annotated[
        list[str],
        Argument(
            metavar="CONTACT|LEAD…",
            help="Who answered: id, name, e-mail, or - for references on standard input",
            autocompletion=completing.anything,
        ),
    ],
    status: Annotated[
        str,
        Option(
            metavar="responded|clicked|opened|bounced|opted_out|…",
            help="How far it came with them; opting out is honoured from now on",
            autocompletion=completing.one_of(fields.own_words("MemberStatus")),
        ),
    ] = "responded",
    response: Annotated[str | None, Option(metavar="WORDS", help="What they answered")] = None,
    on: On = None,
    amount: Annotated[str | None, Option(metavar="AMOUNT", help="What they spent because of it")] = None,
    lead: Annotated[bool, Option("--lead", help="Make a lead of each, which names the campaign")] = False,
    deal: Annotated[
        str | None, Option(metavar="AMOUNT", help="Make a deal of each, which names the campaign")
    ] = None,
    doing: Doing,
) -> None:
    """Note who answered a campaign, and what comes of it.

    Whoever had not been asked becomes a member. An answer never takes anybody back: who has bought stays converted.

    crm campaign respond "Spring fair" "Jane Doe" --response "Wants a quote" --deal 1200
    crm campaign respond "Spring fair" - --status clicked < clicked.txt
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli import values
    from crm_cli.rules import response as rules

    word = str(values.read("choice", status, desk.reading, fields.words("MemberStatus")))
    answer = rules.Answer(word, response, on, amount, lead, deal)
    texts = [line for text in who for line in (stdin_lines() if text == "-" else [text])]
    if not texts:
        desk.say("nobody answered")
        return
    with desk.change("campaign respond", dry_run=doing.dry_run) as change:
        campaign_id = desk.resolve("campaign", campaign, change.connection)
        came = rules.respond(change, campaign_id, rules.people(change, texts), answer)
        name = change.held("campaign", campaign_id, "name")
        made = [counted(ids, noun) for noun, ids in (("lead", came.leads), ("deal", came.deals)) if ids]
        change.summary = f"{name}: {len(came.members):,} {word}"
    told = f"{name}: {len(came.members):,} {word}"
    told += f", {came.joined:,} of them not asked before" if came.joined else ""
    desk.say(("would note " if doing.dry_run else "") + "; ".join((told, *made)))
    if not doing.dry_run:
        desk.written("member", came.members, format=doing.format)


class Result(Made):
    """Makes `campaign result`, which has the options of a result's fields, when it is reached."""

    def make(self) -> Callable[..., None]:
        """The command."""
        options: Any = given("result", without=("campaign",))

        def result(ctx: typer.Context, *, campaign: Campaign, said: options, doing: Doing) -> None:
            _add_result(ctx.obj, campaign, said, doing)

        return result


def _add_result(desk: Desk, campaign: str, said: Given, doing: Doing) -> None:
    """Enter figures of what names nobody."""
    doing.on(desk)
    from crm_cli.rules import intake, records
    from crm_cli.rules import result as rules

    with desk.change("campaign result", dry_run=doing.dry_run) as change:
        campaign_id = desk.resolve("campaign", campaign, change.connection)
        row = records.load(change, "campaign", [campaign_id])[0]
        draft = intake.new(change, "result", {"currency": row.get("currency")} | said.texts())
        draft.values["campaign_id"] = campaign_id
        number = rules.add(change, draft)
        change.summary = f"{row.get('name')}: result {number}"
    desk.say(f"{'would add' if doing.dry_run else 'added'} result {number} of {row.get('name')}")
    if not doing.dry_run:
        desk.written("result", [number], format=doing.format)


def cost(
    ctx: typer.Context,
    *,
    campaign: Campaign,
    amount: Annotated[str, Argument(metavar="AMOUNT", help="What was paid")],
    on: On = None,
    note: Annotated[str | None, Option(metavar="WORDS", help="What for")] = None,
    currency: Annotated[
        str | None,
        Option(metavar="CURRENCY", help="What it was paid in; it is converted at the rate of the day"),
    ] = None,
    doing: Doing,
) -> None:
    """Add a cost to a campaign; what it has cost is the sum of them.

    crm campaign cost "Spring fair" 750 --on 2026-03-01 --note "Stand"
    crm campaign cost "Spring fair" 500 --currency EUR --note "Printing"
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli.rules import spending

    with desk.change("campaign cost", dry_run=doing.dry_run) as change:
        campaign_id = desk.resolve("campaign", campaign, change.connection)
        whole = spending.spend(change, campaign_id, amount, on=on, note=note, currency=currency)
        name, budget, unit = (
            change.held("campaign", campaign_id, each) for each in ("name", "budget", "currency")
        )
        change.summary = f"{name}: {amount}"
        if budget is not None and whole > budget:
            change.notes.append(f"that is {money_human(whole - budget, unit)} {unit} more than its budget")
    has = "would have cost" if doing.dry_run else "has cost"
    desk.say(f"{name} {has} {money_human(whole, unit)} {unit}")
    if not doing.dry_run:
        desk.written("campaign", [campaign_id], format=doing.format)
