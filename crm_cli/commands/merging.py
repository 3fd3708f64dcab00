"""The commands about duplicates, the same for contacts, companies and leads: `dedupe` finds, `merge` makes one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crm_cli import asking, exact, fields, output, refs
from crm_cli.commands import completing
from crm_cli.commands.options import Argument, Doing, Filters, Option, counted
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows

if TYPE_CHECKING:
    from crm_cli.rules.suspects import Suspect

FOUND = [
    Field("score", "integer", "How likely they are one, in per cent"),
    Field("id", "id"),
    Field("name", "text"),
    Field("other_id", "id"),
    Field("other_name", "text"),
    Field("reasons", "text", "What speaks for it, and what against"),
]
UNSEEN = frozenset(("id", "uid", "updated_at"))  # what the two sides of a comparison need not show
NOTHING = frozenset(("", "false", "0", "0.00", "any"))  # what is no news where both sides say it


DEDUPE = """Find {many} that are one, with a score and the reasons.

In a terminal you decide pair by pair; in a pipe, or with -o, they are listed. --auto merges all that score 95 or
more into the oldest of them, which crm undo takes back. Filters want one of each pair.

crm {noun} dedupe
crm {noun} dedupe created_at=-7d.. -o csv
crm {noun} dedupe --auto --min-score 98 --dry-run
crm {noun} dedupe --distinct 12 34
"""
MERGE = """Merge {many} into the first one named.

Fields keep the first value that is not empty, unless --take says from which record; addresses, tags and what
refers to them are united, and the strictest wish not to be reached stands.

crm {noun} merge 12 34
crm {noun} merge 12 34 56 --take name=34
"""


def make_dedupe(noun: str) -> Callable[..., None]:
    """The command that finds duplicates of a noun."""

    def dedupe(
        ctx: typer.Context,
        *,
        filters: Filters = None,
        min_score: Annotated[
            int | None,
            Option(metavar="N", min=1, max=100, help="From which score, 80 unless said; 95 with --auto"),
        ] = None,
        auto: Annotated[bool, Option("--auto", help="Merge without looking at each pair")] = False,
        distinct: Annotated[
            bool, Option("--distinct", help="Remember that the records named are not duplicates")
        ] = False,
        limit: Annotated[int | None, Option(metavar="N", min=0, help="At most so many pairs")] = None,
        doing: Doing,
    ) -> None:
        desk: Desk = ctx.obj
        doing.on(desk)
        if distinct:
            _distinct(desk, noun, filters or [], doing)
            return
        found = _find(desk, noun, filters or [], min_score, auto=auto)[:limit]
        if auto:
            _merge_all(desk, noun, found, doing)
        elif desk.interactive and doing.format is None and not doing.dry_run:
            _review(desk, noun, found)
        else:
            output.write(_rows(desk, noun, found), desk.style)

    dedupe.__doc__ = DEDUPE.format(noun=noun, many=fields.plural(noun))
    return dedupe


def _find(desk: Desk, noun: str, texts: list[str], least: int | None, *, auto: bool) -> "list[Suspect]":
    from crm_cli.rules import evidence, suspects

    among = desk.targets(noun, texts)[0] if texts else None
    least = least or (evidence.SURE if auto else evidence.LIKELY)
    return suspects.find(desk.connection, noun, least=least, among=among, country=desk.config.country)


def _rows(desk: Desk, noun: str, found: "list[Suspect]") -> Rows:
    """The pairs as an answer."""
    name = {each: "" for pair in found for each in (pair.id, pair.other_id)}
    name |= {each: refs.name_of(desk.connection, noun, each) for each in name}
    return Rows(
        FOUND,
        [
            (each.score, each.id, name[each.id], each.other_id, name[each.other_id], each.reasons)
            for each in found
        ],
    )


def _distinct(desk: Desk, noun: str, texts: list[str], doing: Doing) -> None:
    """Remember that records are not duplicates."""
    from crm_cli.rules import distinct

    ids = desk.targets(noun, texts)[0]
    with desk.change(f"{noun} dedupe", dry_run=doing.dry_run) as change:
        news = distinct.remember(change, noun, ids)
        change.summary = f"{', '.join(map(str, ids))} are not duplicates"
    said = change.summary if news else "that is known already"
    desk.say(f"would remember: {said}" if doing.dry_run else f"remembered: {said}" if news else said)
    if not doing.dry_run:
        desk.written(noun, ids, format=doing.format)


def _merge_all(desk: Desk, noun: str, found: "list[Suspect]", doing: Doing) -> None:
    """Merge every group of pairs into its oldest record, in one change."""
    from crm_cli.rules import distinct, merging, suspects

    groups = suspects.groups(found, distinct.known(desk.connection, noun))
    gone = sum(map(len, groups)) - len(groups)
    told = f"{gone:,} {fields.plural(noun) if gone > 1 else noun} into {len(groups):,}"
    if not groups:
        desk.say(f"no {fields.plural(noun)} to merge")
        return
    if doing.dry_run:
        desk.say(f"would merge {told}")
        output.write(_rows(desk, noun, found), desk.style)
        return
    desk.confirm(f"Merge {told}?", yes=doing.yes)
    with desk.change(f"{noun} dedupe") as change:
        for ids in groups:
            merging.merge(change, noun, ids)
        change.summary = f"merged {told}"
    desk.say(f"merged {told}; `crm undo` takes it back")
    desk.written(noun, [ids[0] for ids in groups], format=doing.format)


def _review(desk: Desk, noun: str, found: "list[Suspect]") -> None:
    """Let the person decide pair by pair; each decision is a change of its own."""
    from crm_cli.rules import distinct

    if not found:
        desk.say(f"no {fields.plural(noun)} look like duplicates")
    stands: dict[int, int] = {}  # whom a merged record has become
    for number, pair in enumerate(found, 1):
        one, other = (_now(stands, each) for each in (pair.id, pair.other_id))
        if one == other or (min(one, other), max(one, other)) in distinct.known(desk.connection, noun):
            continue
        output.write(_beside(desk, noun, one, other), output.Style(format="table", color=desk.style.color))
        answer = _asked(f"{number} of {len(found)}, {pair.score} %: {pair.reasons}", one, other)
        if answer == "stop":
            break
        if answer == "distinct":
            _distinct(desk, noun, [str(one), str(other)], Doing())
        elif answer != "later":
            kept, gone = (one, other) if answer == "first" else (other, one)
            stands[gone] = kept
            _merged(desk, noun, [kept, gone], {}, Doing())


def _now(stands: dict[int, int], record_id: int) -> int:
    while record_id in stands:
        record_id = stands[record_id]
    return record_id


def _asked(title: str, one: int, other: int) -> str:
    import questionary

    answers = {
        "first": f"One: merge {other} into {one}",
        "second": f"One: merge {one} into {other}",
        "distinct": "Two: not duplicates",
        "later": "Skip",
        "stop": "Stop here",
    }
    choices = [questionary.Choice(said, value=answer) for answer, said in answers.items()]
    answer: str = questionary.select(output.visible(title), choices=choices).unsafe_ask()
    return answer


def _beside(desk: Desk, noun: str, one: int, other: int) -> Rows:
    """Two records side by side, field by field, without what neither has or says."""
    rows = asking.listing(desk, noun, ids=[one, other], columns=["all"], sort="id")
    cells = list(exact.cells(rows))
    sides = cells if one < other else cells[::-1]
    shown = [
        (each.name, *values)
        for each, *values in zip(rows.columns, *sides, strict=True)
        if each.name not in UNSEEN and not each.name.endswith("_id") and not NOTHING.issuperset(values)
    ]
    head = [Field("field", "text"), Field(str(one), "text"), Field(str(other), "text")]
    return Rows(head, shown)


def make_merge(noun: str) -> Callable[..., None]:
    """The command that makes records of a noun one."""

    def merge(
        ctx: typer.Context,
        *,
        refs_: Annotated[
            list[str],
            Argument(
                metavar="SURVIVOR OTHER…",
                help="Which: id, name, e-mail …",
                autocompletion=completing.references,
            ),
        ],
        take: Annotated[
            list[str] | None,
            Option(metavar="FIELD=REF", help="Take a field from this one", autocompletion=completing.columns),
        ] = None,
        doing: Doing,
    ) -> None:
        desk: Desk = ctx.obj
        doing.on(desk)
        ids = desk.targets(noun, refs_)[0]
        if len(ids) < 2:  # noqa: PLR2004 - one and another
            raise InvalidError(
                f"name the {noun} that stays, then those that it takes in: crm {noun} merge 12 34"
            )
        _merged(desk, noun, ids, {name: desk.resolve(noun, ref) for name, ref in _pairs(take or [])}, doing)

    merge.__doc__ = MERGE.format(noun=noun, many=fields.plural(noun))
    return merge


def _pairs(take: list[str]) -> list[tuple[str, str]]:
    found = [text.partition("=") for text in take]
    for name, equals, ref in found:
        if not equals or not ref:
            raise InvalidError(f"--take {name!r} says not from which; write --take FIELD=ID")
    return [(name.strip().lower(), ref) for name, _, ref in found]


def _merged(desk: Desk, noun: str, ids: list[int], take: dict[str, int], doing: Doing) -> None:
    """Merge records in one change and say what became of them."""
    from crm_cli.rules import deletion, merging

    with desk.change(f"{noun} merge", dry_run=doing.dry_run) as change:
        held: dict[str, set[int]] = {}
        for each in ids[1:]:
            for name, numbers in deletion.referrers(change, noun, each).items():
                held.setdefault(name, set()).update(numbers)
        draft = merging.merge(change, noun, ids, take)
        others = ", ".join(map(str, ids[1:]))
        change.summary = f"{others} into {draft.id} {draft.get('name')}"
    moved = ", ".join(counted(sorted(numbers), name) for name, numbers in held.items())
    said = "would merge" if doing.dry_run else "merged"
    desk.say(f"{said} {noun} {change.summary}" + (f", with {moved}" if moved else ""))
    if doing.dry_run:
        desk.say(_changes(noun, draft))
    else:
        desk.written(noun, [draft.id], format=doing.format)


def _changes(noun: str, draft: Any) -> str:
    """What changes in the survivor, for a person to read."""
    from crm_cli import values

    before = draft.before or {}
    told = [
        f"{each.name}: {values.show(each.kind, before[each.column])} → {values.show(each.kind, draft.get(each.column))}"
        for each in fields.noun(noun).options()
        if each.column and before[each.column] != draft.get(each.column)
    ]
    return "; ".join(told) or "its fields stay as they are"
