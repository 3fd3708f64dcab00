"""`crm lead score`: points for leads by rules or by what outcomes taught, each with its reason."""

from typing import Annotated

import typer

from crm_cli import output
from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Doing, Option, counted
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.values.amounts import SCALE

REASONS = (
    Field("lead", "id", "The lead"),
    Field("name", "text", "What it is called"),
    Field("score", "integer", "Its score, 0 to 100"),
    Field("rule", "text", "The rule"),
    Field("points", "integer", "What it gave"),
    Field("reason", "text", "Why"),
)
RULES = (
    Field("rule", "text", "The rule"),
    Field("points", "integer", "What it gives"),
    Field("conditions", "text", "What must hold"),
)
GIVES = (
    Field("field", "text", "The field"),
    Field("auc", "decimal", "How often it places who converts above who does not, by itself and held out"),
    Field("low", "decimal", "The least that is"),
    Field("high", "decimal", "The most"),
    Field("verdict", "text", "gives, or nothing"),
    Field("raises", "text", "The word that raises the odds most, and how many times"),
    Field("lowers", "text", "The word that lowers them most"),
)


def score(
    ctx: typer.Context,
    *,
    refs: Annotated[
        list[str] | None,
        Argument(metavar="[REF…]", help="Which: id, name, e-mail, a filter, or - for references on standard input",
                 autocompletion=completing.filters),
    ] = None,
    all_: Annotated[bool, Option("--all", help="Every lead whose outcome is open")] = False,
    explain: Annotated[bool, Option("--explain", help="Each point with its reason")] = False,
    force: Annotated[bool, Option("--force", help="Also leads whose score was set by hand")] = False,
    rules: Annotated[
        bool, Option("--rules", help="Only show the rules; `crm config set score.RULE` changes them")
    ] = False,
    learn: Annotated[bool, Option("--learn", help="Show what outcomes teach, held out")] = False,
    apply: Annotated[bool, Option("--apply", help="With --learn: score by it, those named or all")] = False,
    stale: Annotated[
        int | None,
        Option(metavar="DAYS", min=1, help="With --learn: open leads that are so old did not convert"),
    ] = None,
    doing: Doing,
) -> None:  # fmt: skip
    """Score leads from 0 to 100, with the reason for each point.

    A score that was set by hand stays, unless --force is given.

    crm lead score 7 --explain
    crm lead score --all
    crm config set score.retail "15 industry=retail employees=50.."
    crm lead score --learn
    """
    desk: Desk = ctx.obj
    doing.on(desk)
    texts = refs or []
    if (apply or stale) and not learn:
        raise InvalidError("--apply and --stale go with --learn, which looks at outcomes; give it too")
    if texts and all_:
        raise InvalidError("--all is every open lead; leave it out, or the leads")
    if rules:
        _rules(desk)
    elif learn and not apply:
        _taught(desk, stale)
    elif not texts and not all_ and not learn:
        raise InvalidError("say which leads, or give --all for every open one")
    else:
        _score(desk, texts, doing, explain=explain, force=force, learn=learn, stale=stale)


def _score(
    desk: Desk, texts: list[str], doing: Doing, *, explain: bool, force: bool, learn: bool, stale: int | None
) -> None:
    """Score leads in one change and say what stayed."""
    ids, filtered = desk.targets("lead", texts)
    if filtered and not doing.dry_run:
        desk.confirm(f"Score {counted(ids, 'lead')}?", yes=doing.yes)
    from crm_cli.rules import scoring

    with desk.change("lead score", dry_run=doing.dry_run) as change:
        wanted = ids if texts else scoring.open_leads(change)
        found = scoring.learnt(change, wanted, stale) if learn else scoring.scored(change, wanted)
        written = scoring.write(change, found, force=force)
        scored = {draft.id: str(draft.get("name")) for draft in written}
        changed = [draft.id for draft in written if draft.changed]
        change.summary = counted(changed, "lead")
    said = "would score" if doing.dry_run else "scored"
    desk.say(f"{said} {counted(list(scored), 'lead')}, {len(changed):,} anew")
    if kept := len(found) - len(scored):
        desk.say(f"{kept:,} set by hand {'stays' if kept == 1 else 'stay'}; --force scores them too")
    if explain:
        output.write(Rows(list(REASONS), [
            (number, name, found[number].score, each["rule"], each["points"], each["reason"])
            for number, name in scored.items() for each in found[number].reasons
        ]), desk.style)  # fmt: skip
    elif not doing.dry_run:
        desk.written("lead", list(scored), format=doing.format)


def _rules(desk: Desk) -> None:
    from crm_cli.rules import scoring

    found = scoring.rules(desk.config)
    rows = [(rule.name, rule.points, " ".join("".join(term) for term in rule.terms)) for rule in found]
    output.write(Rows(list(RULES), rows), desk.style)


def _taught(desk: Desk, stale: int | None) -> None:
    """Show what outcomes teach: how well it tells apart, how right its chances are, what each field gives."""
    from crm_cli import clock
    from crm_cli.asking import learning

    found = learning.learn(desk.connection, clock.now(desk.config.zone), stale)
    rows = [
        (each.field, *(round(value * SCALE) for value in each.area), "nothing" if each.nothing else "gives",
         *(_odds(odds) for odds in (each.odds[:1], each.odds[-1:])))
        for each in found.gives
    ]  # fmt: skip
    output.write(Rows(list(GIVES), rows, learning.told(found)), desk.style)


def _odds(found: list[tuple[str, float, int]]) -> str | None:
    return "".join(f"{word} × {times:.2f} (n {count:,})" for word, times, count in found) or None
