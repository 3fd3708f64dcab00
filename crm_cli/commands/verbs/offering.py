"""The verbs about partners: route, accept and decline, the same for leads, deals and the offers themselves."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crm_cli import output, refs
from crm_cli.clock import local_text
from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Doing, Option, Refs, counted
from crm_cli.desk import Desk
from crm_cli.fields import Field
from crm_cli.output import Rows

if TYPE_CHECKING:
    from crm_cli.changing import Change
    from crm_cli.rules.drafts import Draft
    from crm_cli.rules.passing import Passed

RANKED = [
    Field("rank", "integer", "The order in which they are asked"),
    Field("partner", "text"),
    Field("partner_id", "id"),
    Field("level", "choice"),
    Field("territory", "text"),
    Field("first_offers", "integer", "Offers that came to them first and are settled"),
    Field("accepted", "integer", "Of these, those they took"),
    Field("open", "integer", "Offers they have yet to answer"),
    Field("reasons", "text", "What speaks for them"),
]
Ref = Annotated[str, Argument(metavar="REF", help="Which one", autocompletion=completing.references)]
By = Annotated[
    str | None,
    Option("--partner", metavar="PARTNER", help="Who answers, to be sure that it is theirs to answer",
           autocompletion=completing.partners),
]  # fmt: skip


def make_route(noun: str) -> Callable[..., None]:
    """`route`."""

    def route(
        ctx: typer.Context,
        *,
        refs: Refs,
        partner: Annotated[
            list[str] | None,
            Option(
                "--partner",
                metavar="PARTNER",
                help="Ask this partner; several in the order given; else chosen",
                autocompletion=completing.partners,
            ),
        ] = None,
        list_: Annotated[bool, Option("--list", help="Only show who would be asked, and why")] = False,
        doing: Doing,
    ) -> None:
        desk: Desk = ctx.obj
        doing.on(desk)
        ids, filtered = desk.targets(noun, refs)
        if list_:
            _list(desk, noun, ids, partner or [])
            return
        if filtered and not doing.dry_run:
            desk.confirm(f"Offer {counted(ids, noun)} to partners?", yes=doing.yes)
        from crm_cli.rules import routing

        with desk.change(f"{noun} route", dry_run=doing.dry_run) as change:
            named = _partners(desk, change, partner or [])
            made = routing.route(change, noun, ids, named)
            change.notes += [_offered(change, draft) for draft in made]
            change.summary = f"{counted(ids, noun)}: offered to a partner"
        _end(desk, made, made, doing)

    return route


def make_accept(noun: str) -> Callable[..., None]:
    """`accept`."""

    def accept(
        ctx: typer.Context,
        *,
        ref: Ref,
        next_step: Annotated[
            str | None, Option("--next-step", metavar="WORDS", help="What happens next, as a task")
        ] = None,
        due: Annotated[str | None, Option(metavar="DATE", help="When the next step is due")] = None,
        partner: By = None,
        doing: Doing,
    ) -> None:
        desk: Desk = ctx.obj
        doing.on(desk)
        if next_step is None and desk.interactive:
            next_step = _ask("What happens next?")
        from crm_cli.rules import offer

        with desk.change(f"{noun} accept", dry_run=doing.dry_run) as change:
            draft = offer.accept(change, _waiting(desk, change, noun, ref, partner), next_step, due)
            named = _named(change, draft)
            change.summary = f"{named}: {_partner(change, draft)}"
            said = f"{_partner(change, draft)} takes {named}; next: {next_step}"
        desk.say(f"would note: {said}" if doing.dry_run else said)
        _end(desk, [draft], [], doing)

    return accept


def make_decline(noun: str) -> Callable[..., None]:
    """`decline`."""

    def decline(
        ctx: typer.Context,
        *,
        ref: Ref,
        reason: Annotated[
            str | None, Option(metavar="WORDS", help="Why the partner does not take it")
        ] = None,
        partner: By = None,
        doing: Doing,
    ) -> None:
        desk: Desk = ctx.obj
        doing.on(desk)
        if reason is None and desk.interactive:
            reason = _ask("Why not?")
        from crm_cli.rules import offer, records

        with desk.change(f"{noun} decline", dry_run=doing.dry_run) as change:
            draft, passed = offer.decline(change, _waiting(desk, change, noun, ref, partner), reason)
            named = _named(change, draft)
            change.summary = f"{named}: {_partner(change, draft)}"
            change.notes.append(f"{_partner(change, draft)} does not take {named}: {reason}")
            following = records.load(change, "offer", passed.open)
            change.notes.append(_followed(change, named, following, passed))
        _end(desk, [draft, *following], following, doing)

    return decline


def _list(desk: Desk, noun: str, ids: list[int], named: list[str]) -> None:
    """Show the partners for each lead or deal as the rules rank them; nothing is written."""
    from crm_cli.rules import offer, routing

    with desk.change(f"{noun} route", dry_run=True) as change:
        partners, subjects = _partners(desk, change, named), offer.subjects(change, noun, ids)
        found = [
            (rank, each.name, each.id, each.level, each.territory, each.settled, each.accepted, each.open,
             each.why(named=bool(partners)))
            for _, ranked in routing.ranked(change, noun, subjects, partners, routing.known(change))
            for rank, each in enumerate(ranked, 1)
        ]  # fmt: skip
        change.notes.clear()
    output.write(Rows(RANKED, found), desk.style)


def _partners(desk: Desk, change: "Change", named: list[str]) -> list[int]:
    return [desk.resolve("company", each, change.connection) for each in named]


def _waiting(desk: Desk, change: "Change", noun: str, ref: str, partner: str | None) -> int:
    """The offer that a reference means: itself, or the one that waits for an answer about a lead or deal."""
    from crm_cli.rules import offer

    record_id = desk.resolve(noun, ref, change.connection)
    by = desk.resolve("company", partner, change.connection) if partner else None
    if noun == "offer":
        return offer.checked(change, record_id, by)
    return offer.current(change, noun, record_id, by)


def _ask(question: str) -> str | None:
    import questionary

    answer: str = questionary.text(question).unsafe_ask()
    return answer.strip() or None


def _offered(change: "Change", draft: "Draft") -> str:
    """To whom something is offered until when and why, and who is next."""
    until = local_text(draft.get("respond_by"), change.config.zone)
    from crm_cli.asking import partnering

    following = partnering.following(change.connection, draft.id)
    then = f"; then {', '.join(following)}" if following else "; nobody after that"
    return f"offered {_named(change, draft)} to {_partner(change, draft)} until {until}: {draft.get('reason')}{then}"


def _followed(change: "Change", named: str, following: "list[Draft]", passed: "Passed") -> str:
    if following:
        return _offered(change, following[0])
    if passed.back:
        return f"no partner is left: {named} is back with its owner, who has a task"
    return f"{named} goes to nobody else"


def _named(change: "Change", draft: "Draft") -> str:
    noun = "lead" if draft.get("lead_id") else "deal"
    return (
        f"{noun} {draft.get(f'{noun}_id')} {refs.name_of(change.connection, noun, draft.get(f'{noun}_id'))}"
    )


def _partner(change: "Change", draft: "Draft") -> str:
    return _company(change, draft.get("partner_id"))


def _company(change: "Change", company_id: int) -> str:
    return refs.name_of(change.connection, "company", company_id)


def _end(desk: Desk, changed: "list[Draft]", told: "list[Draft]", doing: Doing) -> None:
    """Send what partners are to be told, and print the offers."""
    if doing.dry_run:
        desk.say("a dry run; nothing was changed")
        return
    deliveries: list[Any] = [draft.get("delivery_id") for draft in told if draft.get("delivery_id")]
    if deliveries:
        from crm_cli.commands import sending

        sending.send(desk, deliveries)
    desk.written("offer", [draft.id for draft in changed], format=doing.format)
