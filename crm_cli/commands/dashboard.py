"""`crm dashboard`: the state of the business on one screen."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crm_cli import output
from crm_cli.asking import dashboard as asking
from crm_cli.asking.dashboard import Shown, View
from crm_cli.commands import completing
from crm_cli.commands.options import Option, Out, Watch, Within
from crm_cli.desk import Desk
from crm_cli.output import Style
from crm_cli.values import jalali

if TYPE_CHECKING:
    from crm_cli.pages import Section


def dashboard(
    ctx: typer.Context,
    *,
    segment: Annotated[
        str | None,
        Option(
            metavar="SEGMENT",
            help="Only whom it holds, their deals and cases, and campaigns aimed at it",
            autocompletion=completing.segments,
        ),
    ] = None,
    within: Within,
    html: Annotated[
        Path | None, Option("--html", metavar="FILE", help="Write charts and tables as a page; - for stdout")
    ] = None,
    explain: Annotated[bool, Option("--explain", help="The command that each figure is from")] = False,
    watch: Watch,
    out: Out,
) -> None:
    """The state of the business on one screen: pipeline, forecast, cases, receivables, NPS, campaigns, the day.

    Each tile shows figures of a report, which has them all; a period chooses as it does there. The forecast is from
    this month on where no period is said. In JSON it is an object with an array for each tile.

    crm dashboard
    crm dashboard --segment Customers --in EUR
    crm dashboard --watch --every 60
    crm dashboard --html dashboard.html
    """
    desk: Desk = ctx.obj
    out.on(desk)
    if watch.watch:
        _watch(desk, watch, segment, within, beside={"--html": html, "--explain": explain})
        return
    view = _view(desk, segment, within)
    shown = asking.board(desk, view)
    if explain:
        _explain(shown, desk.style)
    elif html:
        _page(desk, shown, html, _title(desk, view, within))
    else:
        _write(shown, desk.style)


def _view(desk: Desk, segment: str | None, within: Within) -> View:
    """What is asked of the tiles."""
    chosen = desk.resolve("segment", segment) if segment else None
    words = [word for name, said in within.said().items() for word in (f"--{name}", said)]
    return View(chosen, within.span(desk), within.currency(desk), words)


def _watch(desk: Desk, watch: Watch, segment: str | None, within: Within, beside: dict[str, object]) -> None:
    """Show it again and again; the segment may change meanwhile."""
    from crm_cli import watching

    for option, said in beside.items():
        if said:
            watch.refuse(option)

    def answer(current: Desk, _: int) -> Callable[[], None]:
        return partial(_write, asking.board(current, _view(current, segment, within)), desk.style)

    watching.show(desk, watch.every, answer)


def _write(shown: dict[str, Shown], style: Style) -> None:
    """Write the tiles: panels in a terminal, an object of tiles in JSON, else every figure in a line of its own."""
    if style.chosen == "json":
        output.raw(asking.objects(shown))
        for note in asking.notes(shown):
            output.say(note, style)
    elif style.chosen == "table" and style.terminal:
        from crm_cli import panels

        panels.write(shown, style)
    else:
        output.write(asking.table(shown), style)


def _explain(shown: dict[str, Shown], style: Style) -> None:
    """Say which command each tile's figures are from."""
    if style.format not in (None, "table"):
        output.write(asking.sources(shown), style)
        return
    for name, each in shown.items():
        figures = ", ".join(column.name for column in each.rows.columns)
        output.text([f"{name:<12} {each.command}", f"{'':<12} {figures}"])
    output.text("A report says with --explain what its figures mean and were divided by, and its question.")


def _title(desk: Desk, view: View, within: Within) -> str:
    """What is shown, in words."""
    from crm_cli import refs

    named = [] if view.segment is None else [refs.name_of(desk.connection, "segment", view.segment)]
    day = jalali.shown(desk.reading.today.isoformat(), desk.config.get("calendar"))
    return " · ".join([*named, *within.words(), day])


def _page(desk: Desk, shown: dict[str, Shown], file: Path, asked: str) -> None:
    """Write the tiles as a page: charts and tables, and what the figures mean."""
    from crm_cli import pages

    sections = [_section(each) for each in shown.values()]
    pages.publish(pages.Page("Dashboard", asked, sections, side_by_side=True), file, desk)


def _section(each: Shown) -> "Section":
    """A tile on a page; what a single bar would draw is in its table, and a chart alone says all of a line."""
    from crm_cli import drawing
    from crm_cli.pages import Section

    charts = drawing.charts(each.rows, each.tile.drawn, strict=False)
    charts = [chart for chart in charts if len(chart.labels) > 1]
    rows = None if each.tile.line and charts else each.rows
    return Section(each.tile.title, charts, rows, each.tile.meaning)
