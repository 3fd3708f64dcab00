"""Reports: one command for each file in `crm_cli.reports`, all with the same options."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from typer.models import CommandInfo

from crm_cli import lazy, output, reports
from crm_cli.asking import reporting
from crm_cli.commands import completing, own_reports
from crm_cli.commands.options import Filters, Option, Out, Within
from crm_cli.desk import Desk
from crm_cli.fields import Field
from crm_cli.lazy import Bundle, Made
from crm_cli.output import Rows, Style
from crm_cli.values import jalali

OWN = "own_"  # before the names of a report's own options, since one may be a word of Python such as `from`
LETTERS = frozenset(("clv", "nps", "rfm", "sla"))  # reports that are called by initials
NARROW = 120  # cells beyond which a chart says no more

app = lazy.application(
    "Pipeline, forecast, wins and losses, and more.",
    epilog="crm report winloss --by owner --period this-year",
)


@dataclass(frozen=True, repr=False, eq=False)
class Asking:
    """What is asked of a report: what it is grouped by, and within which time and currency."""

    by: str | None = None
    within: Within = field(default_factory=Within)

    def words(self) -> list[str]:
        """What is asked, as people read it."""
        return [*([f"by {self.by}"] if self.by else []), *self.within.words()]


class Ways(NamedTuple):
    """Other ways of writing an answer than as a table."""

    chart: bool = False
    explain: bool = False
    html: Path | None = None


class _Report(Made):
    """Makes one report's command when it is reached."""

    def __init__(self, name: str) -> None:
        self.name = name

    def make(self) -> Callable[..., None]:
        """The command."""
        options: Any = _own(reports.load(self.name))

        def report(
            ctx: typer.Context,
            *,
            filters: Filters = None,
            by: Annotated[
                str | None,
                Option(
                    metavar="FIELD",
                    help="A row for each owner, company.country, tag, month, quarter …",
                    autocompletion=completing.groups,
                ),
            ] = None,
            within: Within,
            chart: Annotated[bool, Option("--chart", help="Draw it instead of the table")] = False,
            html: Annotated[
                Path | None,
                Option("--html", metavar="FILE", help="Write charts and table as a page; - for stdout"),
            ] = None,
            explain: Annotated[
                bool, Option("--explain", help="Formula, denominators, and the question in SQL")
            ] = False,
            own: options,
            out: Out,
        ) -> None:
            desk: Desk = ctx.obj
            out.on(desk)
            ways = Ways(chart=chart, explain=explain, html=html)
            answer(desk, self.name, filters or [], Asking(by, within), ways, said=own.said())

        return report


class Own(Bundle):
    """The options of one report alone."""

    def said(self) -> dict[str, str]:
        """What is said, by option."""
        return {
            name.removeprefix(OWN).replace("_", "-"): "yes" if value is True else value
            for name, value in vars(self).items()
            if value
        }


def _own(report: reports.Report) -> type[Own]:
    """The options that a report declares."""
    made: dict[str, Any] = {}
    defaults: dict[str, bool] = {}
    for name, help_, words, metavar in getattr(report, "OPTIONS", ()):
        held = OWN + name.replace("-", "_")
        if words or metavar:
            option = Option(f"--{name}", metavar=metavar or "|".join(words), help=help_,
                            autocompletion=completing.one_of(words) if words else None)  # fmt: skip
            made[held] = Annotated[str | None, option]
        else:
            made[held], defaults[held] = Annotated[bool, Option(f"--{name}", help=help_)], False
    return type("Own", (Own,), {"__annotations__": made, **defaults})


def answer(
    desk: Desk,
    name: str,
    texts: list[str] | None = None,
    asking: Asking | None = None,
    ways: Ways | None = None,
    *,
    said: dict[str, str] | None = None,
) -> None:
    """Ask a report and write what it answers; `said` are words of options of its own."""
    ways, asking = ways or Ways(), asking or Asking()
    asked = reporting.asked(
        desk,
        name,
        texts or [],
        by=asking.by,
        span=asking.within.span(desk),
        into=asking.within.currency(desk),
        said=said,
    )
    if ways.explain:
        _explain(desk, asked)
    elif ways.html:
        _page(desk, name, asked, ways.html, [*(texts or []), *asking.words()])
    elif ways.chart:
        drawn(asked.report.answer(asked), asked.report, asked.by, desk.style)
    else:
        rows = asked.report.answer(asked)
        output.write(_to_come(rows, asked) if desk.style.limited else rows, desk.style)


def _to_come(rows: Rows, asked: reports.Asked) -> Rows:
    """What a person looks at where no time is asked for: of a report on months to come not those that are over."""
    column = getattr(asked.report, "TO_COME", None)
    if column is None or asked.since or asked.until:
        return rows
    at = [each.name for each in rows.columns].index(column)
    whole, month = list(rows.rows), asked.today.isoformat()[:7]
    rows.rows = [row for row in whole if row[at] >= month]
    if over := {row[at] for row in whole if row[at] < month}:
        months = "1 month that is over is" if len(over) == 1 else f"{len(over)} months that are over are"
        rows.notes.append(f"{months} left out; --until last-month shows what they brought")
    return rows


def _explain(desk: Desk, asked: reports.Asked) -> None:
    """Write what a report's figures mean; in a format for machines what was fitted for them, else line by line."""
    told = reports.explain(asked)
    if desk.style.format in (None, "table"):
        output.text(told)
    elif asked.parameters:
        output.write(asked.parameters[0], desk.style)
    else:
        output.write(Rows([Field("said", "text")], [(line,) for line in told if line]), desk.style)


def _page(desk: Desk, name: str, asked: reports.Asked, file: Path, words: list[str]) -> None:
    """Write an answer as a page: its charts, its table, and what its figures mean."""
    from crm_cli import drawing, pages

    rows = asked.report.answer(asked)
    rows.rows = list(rows.rows)
    charts = drawing.charts(rows, asked.report, asked.by, strict=False)
    day = jalali.shown(asked.today.isoformat(), desk.config.get("calendar"))
    made = pages.Page(
        name.upper() if name in LETTERS else name.replace("-", " ").capitalize(),
        " · ".join([reports.summary(name), *words, day]),
        [pages.Section(charts=charts, rows=rows, meaning=asked.report.FORMULA)],
    )
    pages.publish(made, file, desk)


def drawn(rows: Rows, report: reports.Report, by: str | None, style: Style) -> None:
    """Write the charts of an answer; a chart in a pipe is the same letters, without colour."""
    import shutil

    from crm_cli import charts, drawing

    width = min(shutil.get_terminal_size().columns, NARROW)
    made = [charts.draw(each, width, blocks=output.blocks()) for each in drawing.charts(rows, report, by)]
    output.drawing([line for lines in made for line in ("", *lines)][1:], style)
    if not made and style.terminal:
        output.say("nothing found", style)
    for note in rows.notes:
        output.say(note, style)


app.registered_commands.extend(
    CommandInfo(
        name=name,
        callback=_Report(name),
        help=f"{reports.summary(name)}\n\ncrm report {name} owner=me --period this-year",
    )
    for name in reports.names()
)
app.command()(own_reports.save)


def more() -> list[CommandInfo]:
    """The reports of the user's own, as their files are now."""
    return own_reports.found(_Report, drawn)
