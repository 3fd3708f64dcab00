"""Opportunities on their way through a pipeline: the commands of deals."""

from typing import Annotated

import typer

from crm_cli import asking, exact, lazy
from crm_cli.commands import billing, completing, forecasting, items, verbs
from crm_cli.commands.items import Deal
from crm_cli.commands.options import Argument, Doing, Option, Refs, counted
from crm_cli.commands.quoting import Terms, made
from crm_cli.commands.verbs.doing import assign_records, edit_records
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

app = lazy.application(
    "Opportunities on their way through a pipeline.",
    epilog="crm deal list stage=proposal,negotiation amount=5000.. owner=me expected_close=..+30d",
)
verbs.common(
    app,
    "deal",
    (*verbs.ALL, *verbs.OF_OFFERS),
    add='crm deal add "Machines for the lobby" --company "Acme" --amount 12000 --expected-close +30d',
    list="crm deal list stage=proposal amount=5000.. --sort -amount",
    show="crm deal show 12",
    edit="crm deal edit stage=proposal owner=me --set owner=ann --yes",
    route="crm deal route 12 --list ;; crm deal route 12",
    accept='crm deal accept 12 --next-step "Visit them" --due fri',
    decline='crm deal decline 12 --reason "No room this month"',
)
On = Annotated[str | None, Option(metavar="DATE", help="The day it happened; else today")]
app.command()(forecasting.snapshot)
app.command()(billing.invoice)
app.add_typer(items.app, name="item")


@app.command()
def move(
    ctx: typer.Context,
    *,
    refs: Annotated[
        list[str],
        Argument(metavar="REF… STAGE", help="Which deals, then the stage", autocompletion=completing.moves),
    ],
    doing: Doing,
) -> None:
    """Move deals to a stage; won or lost is a stage too.

    crm deal move 12 Proposal
    crm deal list stage=qualification owner=me -o ids | crm deal move - Proposal
    """
    if len(refs) < 2:  # noqa: PLR2004 - a deal and a stage
        raise InvalidError('name the deals, then the stage: crm deal move 12 "Proposal"')
    desk: Desk = ctx.obj
    _decide(desk, refs[:-1], {"stage": refs[-1]}, doing, "move")


@app.command()
def win(
    ctx: typer.Context,
    *,
    refs: Refs,
    amount: Annotated[str | None, Option(metavar="AMOUNT", help="What it was sold for")] = None,
    on: On = None,
    doing: Doing,
) -> None:
    """Win deals: closed today, the amount as it was sold.

    crm deal win "Machines for the lobby" --amount 11500
    """
    desk: Desk = ctx.obj
    is_one = len(refs) == 1 and refs != ["-"]
    if amount is None and is_one and desk.interactive and not (doing.yes or doing.dry_run):
        amount = _ask_amount(desk, desk.resolve("deal", refs[0]))
    _decide(desk, refs, {"stage": "won", "amount": amount, "closed_on": on}, doing, "win")


def _ask_amount(desk: Desk, deal_id: int) -> str | None:
    import questionary

    rows = asking.listing(desk, "deal", ids=[deal_id], columns=["amount", "currency"])
    standing = next(exact.cells(rows))
    answer: str = questionary.text(f"Sold for ({standing[1]})?", default=standing[0]).unsafe_ask()
    return answer if answer != standing[0] else None


@app.command()
def lose(
    ctx: typer.Context,
    *,
    refs: Refs,
    reason: Annotated[
        str | None,
        Option(help="Why: price, competition, budget, missing_features, timing, no_decision_maker, unresponsive, "
                    "poor_fit, other or a word of yours", autocompletion=completing.lost_reasons),
    ] = None,
    note: Annotated[str | None, Option(help="More on why")] = None,
    unmet_need: Annotated[str | None, Option(help="What they wanted and could not have")] = None,
    competitor: Annotated[str | None, Option(help="Who won it")] = None,
    on: On = None,
    doing: Doing,
) -> None:  # fmt: skip
    """Lose deals, and say why.

    crm deal lose 12 --reason price --competitor "Brewster"
    """
    desk: Desk = ctx.obj
    if reason is None and desk.interactive:
        reason = _ask_reason()
    texts = {"stage": "lost", "lost_reason": reason, "lost_note": note, "unmet_need": unmet_need,
             "competitor": competitor, "closed_on": on}  # fmt: skip
    _decide(desk, refs, texts, doing, "lose")


def _ask_reason() -> str:
    import questionary

    from crm_cli.choices import LostReason

    reasons = [each.value for each in LostReason]
    answer: str = questionary.select("Why was it lost?", choices=reasons).unsafe_ask()
    return answer


@app.command()
def reopen(
    ctx: typer.Context,
    *,
    refs: Refs,
    stage: Annotated[str | None, Option(help="The stage to go on in; else the last open one")] = None,
    doing: Doing,
) -> None:
    """Open deals that were won or lost again; their history stays.

    crm deal reopen 12
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    ids, _ = desk.targets("deal", refs)
    from crm_cli.rules import stages

    with desk.change("deal reopen", dry_run=doing.dry_run) as change:
        done = [stages.reopen(change, each, stage) for each in ids]
        change.summary = ", ".join(str(draft.get("name")) for draft in done[:3])
    desk.say(f"{'would reopen' if doing.dry_run else 'reopened'} {counted(ids, 'deal')}")
    if not doing.dry_run:
        desk.written("deal", ids, format=doing.format)


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
    """Assign deals to a user: the one named, else one who is chosen.

    The choice goes by territory, history with the customer and load, and is explained.

    crm deal assign owner= stage=prospecting --yes
    """
    assign_records(ctx.obj, "deal", refs, to, doing)


@app.command()
def involve(
    ctx: typer.Context,
    *,
    deal: Deal,
    contact: Annotated[
        str, Argument(metavar="CONTACT", help="Which person", autocompletion=completing.contacts)
    ],
    role: Annotated[
        str | None,
        Option(
            help="decision_maker, evaluator, influencer, sponsor, technical, user or a word of yours",
            autocompletion=completing.deal_roles,
        ),
    ] = None,
    remove: Annotated[bool, Option("--remove", help="The person has no part in it any more")] = False,
    doing: Doing,
) -> None:
    """Say what part a person plays in a deal, beside its main contact.

    crm deal involve 12 "Jane Doe" --role decision_maker
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli.rules import roles

    with desk.change("deal involve", dry_run=doing.dry_run) as change:
        deal_id = desk.resolve("deal", deal, change.connection)
        contact_id = desk.resolve("contact", contact, change.connection)
        roles.involve(change, deal_id, contact_id, role, remove=remove)
        change.summary = f"deal {deal_id}: contact {contact_id}"
    desk.say(f"{'would change' if doing.dry_run else 'changed'} deal {deal_id}")
    if not doing.dry_run:
        desk.written("deal", [deal_id], format=doing.format)


@app.command()
def quote(
    ctx: typer.Context,
    *,
    deal: Deal,
    revise: Annotated[
        bool,
        Option("--revise", help="Make the next revision of its latest quote, of the lines as they are now"),
    ] = False,
    terms: Terms,
    doing: Doing,
) -> None:
    """Make a numbered quote of a deal's lines.

    `quote render` writes it, `quote send` sends it.

    crm deal quote 12 --discount 5% --shipping 25 --valid-until +14d
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    from crm_cli.rules import quoting

    with desk.change("deal quote", dry_run=doing.dry_run) as change:
        deal_id = desk.resolve("deal", deal, change.connection)
        currency = change.held("deal", deal_id, "currency")
        said = quoting.read(change, currency, terms.texts())
        draft = (quoting.revise_deal if revise else quoting.from_deal)(change, deal_id, said)
        change.summary = f"{draft.get('number')} of deal {deal_id}"
    made(desk, draft, doing)


def _decide(desk: Desk, refs: list[str], texts: dict[str, str | None], doing: Doing, verb: str) -> None:
    """Set the stage of deals, and what belongs to it, in one change."""
    doing.on(desk)
    ids, filtered = desk.targets("deal", refs)
    if filtered and not doing.dry_run:
        desk.confirm(f"{verb.capitalize()} {counted(ids, 'deal')}?", yes=doing.yes)
    edit_records(
        desk, "deal", ids, {key: text for key, text in texts.items() if text is not None}, doing, verb
    )
