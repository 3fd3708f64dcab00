"""Who may be worth the effort, until that is known: the commands of leads."""

from typing import Annotated

import typer

from crm_cli import lazy, output
from crm_cli.commands import completing, scoring, verbs
from crm_cli.commands.options import Argument, Doing, Option, Refs, counted
from crm_cli.commands.verbs.doing import assign_records
from crm_cli.desk import Desk

app = lazy.application(
    "Who may be worth the effort, until that is known.",
    epilog="crm lead list status=new rating=hot -o ids | crm lead assign - --to ann",
)
verbs.common(
    app,
    "lead",
    (*verbs.PEOPLE, *verbs.OF_OFFERS),
    prefer="crm lead prefer sam@field.example --no-bulk-email",
    consent="crm lead consent sam@field.example opted_out --source phone",
    forget="crm lead forget sam@field.example",
    add='crm lead add "Sam Field" --company-name "Field & Sons" --email sam@field.example --source web',
    list="crm lead list status=new,contacted rating=hot --sort -score",
    route="crm lead route 7 --list ;; crm lead route 7 ;; crm lead route status=qualified country=DE --yes",
    accept='crm lead accept 7 --next-step "Visit them" --due fri',
    decline='crm lead decline 7 --reason "No room this month"',
)
verbs.more(app, "lead", *verbs.OF_DUPLICATES)
app.command()(scoring.score)


@app.command()
def contacted(
    ctx: typer.Context,
    *,
    refs: Refs,
    by: Annotated[str | None, Option(metavar="call|email", help="Log how as an activity")] = None,
    subject: Annotated[str | None, Option(help="What was said")] = None,
    doing: Doing,
) -> None:
    """Say that somebody has reached out to leads.

    crm lead contacted sam@field.example --by call --subject "Left a message"
    """
    _each(ctx.obj, "contacted", refs, doing, by=by, subject=subject)


@app.command()
def qualify(
    ctx: typer.Context,
    *,
    refs: Refs,
    need: Annotated[str | None, Option(help="What they need")] = None,
    budget: Annotated[str | None, Option(help="What they can spend")] = None,
    authority: Annotated[str | None, Option(help="Who decides")] = None,
    timeframe: Annotated[str | None, Option(help="When they will decide")] = None,
    doing: Doing,
) -> None:
    """Say that leads are worth pursuing, and why: need, budget, authority, time.

    crm lead qualify 7 --need "Two machines" --budget "10k" --timeframe "This quarter"
    """
    _each(ctx.obj, "qualify", refs, doing, need=need, budget=budget, authority=authority, timeframe=timeframe)


@app.command()
def disqualify(
    ctx: typer.Context,
    *,
    refs: Refs,
    reason: Annotated[
        str | None,
        Option(help="lost, cannot_contact, no_longer_interested, duplicate, other or a word of yours"),
    ] = None,
    note: Annotated[str | None, Option(help="More on why")] = None,
    unmet_need: Annotated[str | None, Option(help="What they wanted and could not have")] = None,
    junk: Annotated[bool, Option("--junk", help="It was never a lead")] = False,
    doing: Doing,
) -> None:
    """Say that leads are not worth pursuing, and why.

    crm lead disqualify 7 --reason no_longer_interested --unmet-need "A rental"
    """
    _each(ctx.obj, "disqualify", refs, doing, reason=reason, note=note, unmet_need=unmet_need, junk=junk)


@app.command()
def convert(
    ctx: typer.Context,
    *,
    ref: Annotated[str, Argument(metavar="REF", help="Which lead", autocompletion=completing.references)],
    company: Annotated[
        str | None, Option(metavar="REF", help="Link this company instead of looking for one")
    ] = None,
    contact: Annotated[
        str | None, Option(metavar="REF", help="Link this contact instead of looking for one")
    ] = None,
    deal: Annotated[
        str | None, Option(metavar="REF", help="Attach to this deal instead of a new one")
    ] = None,
    no_deal: Annotated[bool, Option("--no-deal", help="Without a deal")] = False,
    deal_name: Annotated[str | None, Option(metavar="NAME", help="What to call the new deal")] = None,
    amount: Annotated[
        str | None, Option(metavar="AMOUNT", help="What the deal is worth; else the estimate")
    ] = None,
    doing: Doing,
) -> None:
    """Turn a lead into a company, a contact and a deal.

    What stands already is linked, not doubled.

    crm lead convert sam@field.example --deal-name "Two machines" --amount 9000
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli.rules import convert as rules
    from crm_cli.rules import intake

    with desk.change("lead convert", dry_run=doing.dry_run) as change:
        lead_id = desk.resolve("lead", ref, change.connection)
        named = {"company": company, "contact": contact, "deal": deal}
        links = {noun: intake.resolve(change, noun, text) for noun, text in named.items() if text}
        made = rules.convert(
            change, lead_id, links=links, no_deal=no_deal, deal_name=deal_name, amount=amount
        )
        change.summary = f"lead {lead_id}"
    told = " ".join(f"{noun}:{record_id}" for noun, record_id in made.items() if record_id)
    desk.say(f"{'would convert' if doing.dry_run else 'converted'} lead {lead_id} to {told}")
    if not doing.dry_run and not desk.style.terminal:
        output.text(told)


@app.command()
def assign(
    ctx: typer.Context,
    *,
    refs: Refs,
    to: Annotated[
        str | None,
        Option(metavar="USER", help="To whom; else chosen, and why is said", autocompletion=completing.users),
    ] = None,
    doing: Doing,
) -> None:
    """Assign leads to a user: the one named, else one who is chosen.

    The choice goes by territory, history with the customer and load, and is explained.

    crm lead assign status=new owner= --yes
    """
    assign_records(ctx.obj, "lead", refs, to, doing)


def _each(desk: Desk, verb: str, refs: list[str], doing: Doing, **said: object) -> None:
    """Do one thing to several leads in one change."""
    doing.on(desk)
    ids, filtered = desk.targets("lead", refs)
    if filtered and not doing.dry_run:
        desk.confirm(f"Change {counted(ids, 'lead')}?", yes=doing.yes)
    from crm_cli.rules import lead as rules

    with desk.change(f"lead {verb}", dry_run=doing.dry_run) as change:
        for each in ids:
            getattr(rules, verb)(change, each, **said)
        change.summary = counted(ids, "lead")
    desk.say(f"{'would change' if doing.dry_run else 'changed'} {counted(ids, 'lead')}: {verb}")
    if not doing.dry_run:
        desk.written("lead", ids, format=doing.format)
