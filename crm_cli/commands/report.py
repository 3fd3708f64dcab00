"""Reports: one command for each file in `crm_cli.reports`, all with the same options."""

from collections.abc import Callable
from dataclasses import dataclass, make_dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.models import CommandInfo

from crm_cli import fields, filters, lazy, output, reports, values
from crm_cli.commands import completing, own_reports
from crm_cli.commands.options import Filters, Option, Out
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError
from crm_cli.lazy import Bundle
from crm_cli.output import Rows, Style
from crm_cli.values import dates, jalali

OWN = "own_"  # before the names of a report's own options, since one may be a word of Python such as `from`
NARROW = 120  # cells beyond which a chart says no more

app = lazy.application(
    "Pipeline, forecast, wins and losses, and more.",
    epilog="crm report winloss --by owner --period this-year",
)


@dataclass
class Asking(Bundle):
    """What is asked of a report."""

    by: Annotated[
        str | None,
        Option(metavar="FIELD", help="A row for each owner, company.country, tag, month, quarter …",
               autocompletion=completing.groups),
    ] = None  # fmt: skip
    period: Annotated[
        str | None, Option(metavar="PERIOD", help="2026-Q1, 2026-06, 2026, last-quarter …; else all time")
    ] = None
    since: Annotated[str | None, Option(metavar="DATE", help="The first day")] = None
    until: Annotated[str | None, Option(metavar="DATE", help="The last day")] = None
    into: Annotated[
        str | None, Option("--in", metavar="CURRENCY", help="Convert by the rates on the records")
    ] = None

    def span(self, desk: Desk) -> dates.Span:
        """The first and the last day, None for an open end."""
        week_start = desk.asking.week_start

        def ends(text: str | None) -> dates.Span:
            return (
                dates.period(text, today=desk.reading.today, week_start=week_start) if text else (None, None)
            )

        first, last = ends(self.period)
        first, last = ends(self.since)[0] or first, ends(self.until)[1] or last
        if first and last and first > last:
            raise InvalidError(
                f"the period ends on {last}, before it begins on {first}; write the earlier day first"
            )
        return first, last

    def words(self) -> list[str]:
        """What is asked, as people read it."""
        named = {
            "by": self.by,
            "period": self.period,
            "since": self.since,
            "until": self.until,
            "in": self.into,
        }
        return [f"{name} {said}" for name, said in named.items() if said]

    def currency(self, desk: Desk) -> tuple[str | None, str | None]:
        """The currency to convert to and its rate to the base currency."""
        if not self.into:
            return None, None
        code = str(values.read("currency", self.into, desk.reading))
        rate = desk.rate(code)
        if rate is None:
            raise InvalidError(
                f"no rate is known for {code}; set one: crm config set rates.{code} RATE, or import them by day"
            )
        return code, rate


@dataclass(frozen=True)
class Ways:
    """Other ways of writing an answer than as a table."""

    chart: bool = False
    explain: bool = False
    html: Path | None = None


class _Report:
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
            asking: Asking,
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
            answer(desk, self.name, filters or [], asking, ways, said=own.said())

        return report

    def __call__(self) -> None:
        """Typer asks that a callback can be called; it is made first."""
        raise NotImplementedError


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
    made: list[tuple[str, Any, Any]] = []
    for name, help_, words, metavar in getattr(report, "OPTIONS", ()):
        held = OWN + name.replace("-", "_")
        if words or metavar:
            option = Option(f"--{name}", metavar=metavar or "|".join(words), help=help_,
                            autocompletion=completing.one_of(words) if words else None)  # fmt: skip
            made.append((held, Annotated[str | None, option], None))
        else:
            made.append((held, Annotated[bool, Option(f"--{name}", help=help_)], False))
    return make_dataclass("Own", made, bases=(Own,))


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
    ways = ways or Ways()
    asking, report = asking or Asking(), reports.load(name)
    since, until = asking.span(desk)
    into, rate = asking.currency(desk)
    several = hasattr(report, "NOUNS")
    where = filters.where(fields.noun(report.NOUN), [] if several else texts or [], desk.asking)
    asked = reports.Asked(
        desk.connection, desk.reading.today, report, where=where, by=asking.by, since=since, until=until,
        into=into, rate=rate, zone=desk.config.zone, texts=texts or [], asking=desk.asking,
        working_hours=desk.config.get("working_hours"), rates=desk.rate, said=said or {},
        setting=desk.config.get,
    )  # fmt: skip
    if ways.explain:
        _explain(desk, asked)
    elif ways.html:
        _page(desk, name, asked, ways.html, [*(texts or []), *asking.words()])
    elif ways.chart:
        drawn(report.answer(asked), report, asked.by, desk.style)
    else:
        output.write(report.answer(asked), desk.style)


def _explain(desk: Desk, asked: reports.Asked) -> None:
    """Write what a report's figures mean; in a format for machines what was fitted for them."""
    told = reports.explain(asked)
    if desk.style.format in (None, "table") or not asked.parameters:
        output.text(told)
    else:
        output.write(asked.parameters[0], desk.style)


def _page(desk: Desk, name: str, asked: reports.Asked, file: Path, words: list[str]) -> None:
    """Write an answer as a page: its charts, its table, and what its figures mean."""
    from crm_cli import drawing, pages

    rows = asked.report.answer(asked)
    rows.rows = list(rows.rows)
    charts = drawing.charts(rows, asked.report, asked.by, strict=False)
    day = jalali.shown(asked.today.isoformat(), desk.config.get("calendar"))
    made = pages.Page(
        name.replace("-", " ").capitalize(),
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
    return own_reports.found(_Report)
