"""Groups of people or companies: the commands of segments."""

from collections.abc import Iterator
from itertools import chain
from typing import Annotated

import typer

from crm_cli import asking, fields, lazy, output
from crm_cli.commands import completing, verbs
from crm_cli.commands.options import Argument, Doing, Option, Out, Page
from crm_cli.desk import Desk, stdin_kept
from crm_cli.errors import InvalidError

app = lazy.application(
    "Groups of people or companies: listed, told by a filter, or never to be written to.",
    epilog='crm contact list tag=vip -o ids | crm segment include "VIPs" -',
)
verbs.common(
    app,
    "segment",
    add='crm segment add "Quiet shops" --filter "company.industry=retail last_touch=..-6m" ;; '
    "crm segment add VIPs --kind static ;; "
    "crm segment add Champions --from rfm:champions ;; "
    'crm segment add "Never write to" --kind suppression',
    list="crm segment list kind=dynamic",
)
Segment = Annotated[
    str, Argument(metavar="SEGMENT", help="Which segment", autocompletion=completing.references)
]
Who = Annotated[
    list[str],
    Argument(
        metavar="REF…",
        help="Who: id, name, e-mail, a filter, or - for standard input; for a suppression list also @domain",
    ),
]
Other = list[str] | None


@app.command()
def members(
    ctx: typer.Context,
    *,
    segment: Segment,
    filters: Annotated[
        list[str] | None, Argument(metavar="[FILTER…]", help="Only those of whom this holds too")
    ] = None,
    or_: Annotated[Other, Option("--or", metavar="SEGMENT", help="Those of this one beside")] = None,
    and_: Annotated[
        Other, Option("--and", metavar="SEGMENT", help="Of these only who is in this one too")
    ] = None,
    not_: Annotated[Other, Option("--not", metavar="SEGMENT", help="Without those of this one")] = None,
    page: Page,
    out: Out,
) -> None:
    """List whom a segment holds, as the list of contacts, leads or companies does.

    Of several --or, --and and --not, the first are done first, whatever their order.

    crm segment members "Quiet shops" --not VIPs --columns name,email
    crm segment members "Quiet shops" --count
    """
    desk: Desk = ctx.obj
    out.on(desk)
    from crm_cli.asking import segments

    first = desk.resolve("segment", segment)
    sets = {"or": or_, "and": and_, "not": not_}
    others = {how: [desk.resolve("segment", each) for each in texts or []] for how, texts in sets.items()}
    if segments.is_listing(desk, first) and not any(others.values()):
        rows = segments.entries(desk, first)
        output.text(str(len(list(rows.rows)))) if page.count else output.write(rows, desk.style)
        return
    noun, texts = segments.as_filters(desk, first, others)
    texts += filters or []
    if page.count:
        output.text(str(asking.count(desk, noun, texts)))
        return
    columns = page.columns.split(",") if page.columns else None
    rows = asking.listing(
        desk, noun, texts, columns=columns, sort=page.sort, limit=page.limit, offset=page.offset
    )
    output.write(rows, desk.style)


@app.command()
def include(ctx: typer.Context, *, segment: Segment, refs: Who, doing: Doing) -> None:
    """Put people, companies, or addresses not to be written to, into a segment.

    crm segment include VIPs "Jane Doe" sam@field.example
    crm contact list tag=vip -o ids | crm segment include VIPs -
    crm segment include "Never write to" @example.org < bounced.csv -
    """
    _listed(ctx.obj, "include", segment, refs, doing)


@app.command()
def remove(ctx: typer.Context, *, segment: Segment, refs: Who, doing: Doing) -> None:
    """Take people, companies or addresses out of a segment.

    crm segment remove VIPs "Jane Doe"
    """
    _listed(ctx.obj, "remove", segment, refs, doing)


def _listed(desk: Desk, verb: str, segment: str, texts: list[str], doing: Doing) -> None:
    """Change what a segment lists, and say how many it holds then."""
    doing.on(desk)
    from crm_cli.rules import segment as rules

    number = desk.resolve("segment", segment)
    wanted = _wanted(desk, number, texts)
    with (
        desk.change(f"segment {verb}", dry_run=doing.dry_run) as change,
        rules.entries(change, number, wanted) as entries,
    ):
        done = getattr(rules, verb)(change, number, entries)
        same = len(entries) - done
        name = change.held("segment", number, "name")
        holds = rules.size(change, number)
        change.summary = f"{name}: {done:,}"
    told = {"include": ("added", "were in it already"), "remove": ("taken out", "were not in it")}[verb]
    more = f", {same:,} {told[1]}" if same else ""
    would = "would be " if doing.dry_run else ""
    desk.say(f"{name}: {done:,} {would}{told[0]}{more}; it {'would hold' if would else 'holds'} {holds:,}")
    if not doing.dry_run:
        desk.written("segment", [number], format=doing.format)


def _wanted(desk: Desk, number: int, texts: list[str]) -> Iterator[str]:
    """References and addresses, those of standard input and of filters among them."""
    from crm_cli.asking import segments
    from crm_cli.filters import is_filter

    on = segments.held(desk, number)
    known = fields.custom(desk.connection, on)
    chosen = [text for text in texts if is_filter(fields.noun(on), text, known)]
    plain = [stdin_kept() if text == "-" else [text] for text in texts if text not in chosen]
    found = desk.fitting(on, chosen) if chosen else ()
    return chain(*plain, (f"{on}:{each}" for each in found))


@app.command()
def diff(
    ctx: typer.Context,
    *,
    segment: Segment,
    between: Annotated[
        tuple[str, str] | None, Option(metavar="FROM TO", help="Between two days or times")
    ] = None,
    since: Annotated[str | None, Option(metavar="TIME", help="From then until now")] = None,
    out: Out,
) -> None:
    """Show who came into a segment and who went between two times.

    The store is put back, in a copy, to what it was at each of them.

    crm segment diff "Quiet shops" --since -1m
    crm segment diff "Quiet shops" --between 2026-01-01 2026-04-01
    """
    desk: Desk = ctx.obj
    out.on(desk)
    if bool(between) == bool(since):
        raise InvalidError("say between which times: --since TIME, or --between FROM TO")
    from crm_cli.asking import segments

    first, last = between or (str(since), "now")
    output.write(segments.difference(desk, desk.resolve("segment", segment), first, last), desk.style)
