"""Planning a campaign: `crm campaign offer`, `budget` and `step`."""

from typing import Annotated, Any

import typer

from crm_cli import output
from crm_cli.commands.campaigning import Campaign
from crm_cli.commands.options import Argument, Doing, Option
from crm_cli.commands.verbs.doing import edit_records
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError


def offer(
    ctx: typer.Context,
    *,
    campaign: Campaign,
    product: Annotated[
        list[str] | None, Option(metavar="REF", help="A product that it offers; may be given again")
    ] = None,
    promo_code: Annotated[str | None, Option(help="The code that takers of the offer name")] = None,
    text: Annotated[str | None, Option(help="What is offered, in words")] = None,
    doing: Doing,
) -> None:
    """Say what a campaign offers: products, a code, words.

    crm campaign offer "Spring fair" --product GTX1 --promo-code SPRING26 --text "A month of beans for free"
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    texts = {name: said for name, said in (("promo_code", promo_code), ("offer", text)) if said is not None}
    if not texts and product is None:
        raise InvalidError("nothing is offered; give --product, --promo-code or --text")
    from crm_cli.rules import intake, records

    with desk.change("campaign offer", dry_run=doing.dry_run) as change:
        campaign_id = desk.resolve("campaign", campaign, change.connection)
        draft = records.load(change, "campaign", [campaign_id])[0]
        intake.fill(change, "campaign", draft, dict(texts))
        if product is not None:
            ids = [intake.resolve(change, "product", each) for each in product if each]
            draft.parts["products"] = [{"product_id": each} for each in dict.fromkeys(ids)]
        records.write(change, "campaign", [draft])
        change.summary = str(draft.get("name"))
    _said(
        desk, "would set" if doing.dry_run else "set", f"what {draft.get('name')} offers", campaign_id, doing
    )


def budget(
    ctx: typer.Context,
    *,
    campaign: Campaign,
    amount: Annotated[str, Argument(metavar="AMOUNT", help="What it may cost")],
    expect_revenue: Annotated[str | None, Option(metavar="AMOUNT", help="What it should bring")] = None,
    expect_response: Annotated[
        str | None, Option(metavar="PERCENT", help="Share of people expected to answer")
    ] = None,
    doing: Doing,
) -> None:
    """Set what a campaign may cost, and what it should bring.

    crm campaign budget "Spring fair" 4000 --expect-revenue 25000 --expect-response 5
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    told = {"budget": amount, "expected_revenue": expect_revenue, "expected_response_pct": expect_response}
    texts = {name: text for name, text in told.items() if text is not None}
    edit_records(desk, "campaign", [desk.resolve("campaign", campaign)], texts, doing, "budget")


def step(
    ctx: typer.Context,
    *,
    campaign: Campaign,
    name: Annotated[
        str | None,
        Argument(metavar="[STEP]", help="Which step: its name or number; without one, all are shown"),
    ] = None,
    plan: Annotated[str | None, Option("--plan", metavar="DATE", help="The day planned for it")] = None,
    done: Annotated[bool, Option("--done", help="It is done, today or --on another day")] = False,
    on: Annotated[str | None, Option(metavar="DATE", help="The day it was done")] = None,
    open_: Annotated[bool, Option("--open", help="It is not done after all")] = False,
    note: Annotated[str | None, Option(help="A note on it; an empty one takes it away")] = None,
    doing: Doing,
) -> None:
    """Show the ten steps of a campaign, or plan one and say that it is done.

    crm campaign step "Spring fair"
    crm campaign step "Spring fair" send --plan 2026-03-02
    crm campaign step "Spring fair" measure --done --on yesterday
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    told = (plan is not None, done or on is not None, open_, note is not None)
    if name is None or not any(told):
        if any(told):
            raise InvalidError("which step? Name one, such as send, or give its number")
        _show(desk, desk.resolve("campaign", campaign), name)
        return
    if open_ and (done or on):
        raise InvalidError("a step is done or open; give one of --done and --open")
    from crm_cli.rules import campaign as rules

    with desk.change("campaign step", dry_run=doing.dry_run) as change:
        campaign_id = desk.resolve("campaign", campaign, change.connection)
        which = rules.step_named(name)
        said: dict[str, str | None] = {"note": note or None} if note is not None else {}
        if plan is not None:
            said["planned_on"] = _day(change, plan)
        if done or on is not None:
            said["done_on"] = _day(change, on or "today")
        rules.plan(change, campaign_id, which, **(said | ({"done_on": None} if open_ else {})))
        change.summary = f"{campaign}: {which}"
    _said(
        desk,
        "would set" if doing.dry_run else "set",
        f"the step {which} of campaign {campaign_id}",
        campaign_id,
        doing,
    )


def _day(change: Any, text: str) -> str | None:
    from crm_cli import values

    return str(values.read("day", text, change.reading)) if text else None


def _show(desk: Desk, campaign_id: int, name: str | None) -> None:
    from crm_cli.asking import planning

    if desk.style.format in (None, "table") and name is None and desk.style.terminal:
        output.text(planning.checklist(desk, campaign_id))
        return
    rows = planning.steps(desk, campaign_id)
    if name is not None:
        from crm_cli.rules import campaign as rules

        which = rules.step_named(name)
        rows.rows = [row for row in rows.rows if row[1] == which]
    output.write(rows, desk.style)


def _said(desk: Desk, verb: str, what: str, campaign_id: int, doing: Doing) -> None:
    desk.say(f"{verb} {what}")
    if not doing.dry_run:
        desk.written("campaign", [campaign_id], format=doing.format)
