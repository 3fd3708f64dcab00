"""The dashboard: the state of the business in tiles, each an answer that another command gives in full.

A tile is an entry of `TILES`: it chooses rows and columns of a report's answer and says nothing that the report does
not say; what it adds up are figures of the answer. Adding a tile adds an entry.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from crm_cli import exact, reports
from crm_cli.asking import reporting, today
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.values.dates import Span

if TYPE_CHECKING:
    from crm_cli.desk import Desk

GRAVEST = ("breached", "nearing", "in_progress", "paused", "met")
"""The states of a case's clock in the order in which they matter to who looks at all."""


@dataclass
class View:
    """What is asked of the dashboard: a segment, a time, a currency to convert to and its rate.

    `words` are the options of a report that ask for the same time and currency.
    """

    segment: int | None = None
    span: Span = (None, None)
    into: tuple[str | None, str | None] = (None, None)
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Tile:
    """What is shown of a report, and how.

    `columns` are shown of its answer: words first, then figures, those that matter most first. `measure` is the column
    that a chart draws, and of an answer of one row `parts`. `fill` is a command that puts something into an empty tile.
    A `wide` tile is given more of the room, and one in a `line` all of it. `kept` makes what is shown of an answer
    where not all its rows are.
    """

    title: str
    report: str
    columns: tuple[str, ...]
    measure: str
    fill: str
    filters: tuple[str, ...] = ()
    by: str | None = None
    kept: Callable[["Desk", View, Rows], Rows] | None = None
    parts: tuple[str, ...] = ()
    wide: bool = False
    line: bool = False

    def answer(self, desk: "Desk", view: View) -> Rows | None:
        """What the tile shows; None where it knows of no segments and one is asked for."""
        texts = self._texts(view)
        asked = reporting.asked(desk, self.report, texts, by=self.by, span=view.span, into=view.into)
        rows = asked.report.answer(asked)
        rows = self.kept(desk, view, rows) if self.kept else rows
        places = [_places(rows)[name] for name in self.columns if name in _places(rows)]
        return Rows(
            [rows.columns[place] for place in places],
            [[row[place] for place in places] for row in rows.rows],
            rows.notes,
        )

    def command(self, view: View) -> str:
        """The command whose answer the figures are from."""
        import shlex

        grouped = ["--by", self.by] if self.by else []
        return shlex.join(["crm", "report", self.report, *self._texts(view), *grouped, *view.words])

    @property
    def meaning(self) -> str:
        """What the figures mean."""
        return reports.load(self.report).FORMULA

    @property
    def drawn(self) -> Any:
        """The tile as `crm_cli.drawing` wants a report."""
        return SimpleNamespace(MEASURE=self.measure, PARTS=self.parts, CHART="bars")

    def _texts(self, view: View) -> list[str]:
        return [*self.filters, *([] if view.segment is None else [f"segment={view.segment}"])]


class Day(Tile):
    """What waits today, section by section; it is of everybody, whatever segment they are in."""

    def answer(self, desk: "Desk", view: View) -> Rows | None:
        """How much waits in each section."""
        if view.segment is not None:
            return None
        found = [(title, count) for title, count in today.counts(desk).items() if count]
        return Rows([Field("what", "text", "Why it waits"), Field("waiting", "integer", "How much")], found)

    def command(self, _: View) -> str:
        """The command that lists it."""
        return "crm today --all"

    @property
    def meaning(self) -> str:
        """What is listed needs no formula."""
        return ""


def _ahead(desk: "Desk", view: View, rows: Rows) -> Rows:
    """Of all time this month and later ones, what slipped and what has no day; of a period all of it."""
    month = _places(rows)["month"]
    begun = desk.reading.today.isoformat()[:7]
    return rows if any(view.span) else replace(rows, rows=[row for row in rows.rows if row[month] >= begun])


def _gravest(_: "Desk", __: View, rows: Rows) -> Rows:
    """The states of clocks, the gravest first; cases that nothing was promised of last."""
    state = _places(rows)["sla_state"]
    order = {word: place for place, word in enumerate(GRAVEST)}
    return replace(rows, rows=sorted(rows.rows, key=lambda row: order.get(row[state], len(order))))


def _owed(_: "Desk", __: View, rows: Rows) -> Rows:
    """What is open in each currency, and what of it is overdue: the buckets of the report added up."""
    owed: dict[str | None, list[int]] = {}
    places = _places(rows)
    for row in rows.rows:
        sums, amount = owed.setdefault(row[places["currency"]], [0, 0, 0]), row[places["amount"]]
        sums[0] += amount
        sums[1] += amount if row[places["bucket"]] != "current" else 0
        sums[2] += row[places["invoices"]]
    columns = [
        Field("open", "money", "What is to be paid"),
        Field("overdue", "money", "What of it is due for a day or longer"),
        Field("invoices", "integer", "Invoices that are not paid in full"),
        Field("currency", "currency", "Currency of the amounts"),
    ]
    return Rows(columns, [(*sums, currency) for currency, sums in owed.items() if sums[2]], rows.notes)


def _brought(_: "Desk", __: View, rows: Rows) -> Rows:
    """Campaigns in their own currency, and in others where they won something."""
    own, won = (_places(rows)[name] for name in ("campaigns", "won_amount"))
    return replace(rows, rows=[row for row in rows.rows if row[own] or row[won]])


TILES: dict[str, Tile] = {
    "today": Day(
        "Today", "", ("what", "waiting"), "waiting",
        'crm call "Jane Doe" "Wants two" --next "Send the quote" --due today', line=True,
    ),
    "pipeline": Tile(
        "Pipeline", "pipeline", ("pipeline", "stage", "currency", "deals", "amount", "weighted"), "amount",
        'crm deal add "Machines for the lobby" --amount 12000', wide=True,
    ),
    "forecast": Tile(
        "Forecast", "forecast",
        ("month", "currency", "goal", "closed", "weighted", "commit", "pipeline", "coverage"), "pipeline",
        "crm deal edit 1 --expected-close +30d", kept=_ahead, wide=True,
    ),
    "cases": Tile(
        "Open cases", "cases", ("sla_state", "backlog"), "backlog", 'crm case add "Grinder jams" --priority high',
        filters=("open=yes",), by="sla_state", kept=_gravest,
    ),
    "receivables": Tile(
        "Receivables", "receivables", ("currency", "open", "overdue", "invoices"), "open",
        "crm invoice add 2026-117 --company Acme --amount 1190", kept=_owed, parts=("open", "overdue"),
    ),
    "nps": Tile(
        "NPS", "nps", ("score", "margin", "responses", "promoters", "passives", "detractors"), "score",
        'crm survey add 9 --kind nps --contact "Jane Doe"', parts=("promoters", "passives", "detractors"),
    ),
    "campaigns": Tile(
        "Running campaigns", "campaigns",
        ("campaign", "currency", "responded", "response_rate_pct", "won_amount", "roi_pct", "sent"), "won_amount",
        'crm campaign edit "Spring fair" --status active', filters=("status=active",), kept=_brought, wide=True,
    ),
}  # fmt: skip


@dataclass
class Shown:
    """A tile with its answer."""

    tile: Tile
    rows: Rows
    view: View

    @property
    def command(self) -> str:
        """The command whose answer the figures are from."""
        return self.tile.command(self.view)


def board(desk: "Desk", view: View) -> dict[str, Shown]:
    """Every tile that can show what is asked for, by name."""
    shown = {}
    for name, tile in TILES.items():
        rows = tile.answer(desk, view)
        if rows is not None:
            shown[name] = Shown(tile, rows, view)
    return shown


def table(shown: dict[str, Shown]) -> Rows:
    """All figures under each other: the tile, what a figure is about, its name, its value, the currency of the row."""
    names = ("tile", "about", "figure", "value", "currency")
    found = []
    for name, each in shown.items():
        places = _places(each.rows)
        for row in each.rows.rows:
            currency = row[places["currency"]] if "currency" in places else None
            told = [place for place, column in enumerate(each.rows.columns) if is_word(column)]
            about = " · ".join(str(row[place]) for place in told if row[place] is not None)
            found += [
                (name, about, column.name, exact.text(column)(value, currency), currency)
                for place, (column, value) in enumerate(zip(each.rows.columns, row, strict=True))
                if place not in told and column.name != "currency" and value is not None
            ]
    return Rows([Field(name, "text") for name in names], found, notes(shown))


def objects(shown: dict[str, Shown]) -> Iterator[str]:
    """The tiles as one JSON object: an array of a tile's rows by its name, as its command would write them."""
    opening = "{"
    for name, each in shown.items():
        rows = ",\n  ".join(exact.objects(each.rows))
        yield f'{opening}\n "{name}": ' + (f"[\n  {rows}\n ]" if rows else "[]")
        opening = ","
    yield "\n}\n"


def notes(shown: dict[str, Shown]) -> list[str]:
    """What is to be known of the figures, and what is not there."""
    left = [f"{name} is left out: it knows of no segments" for name in TILES if name not in shown]
    return [f"{name}: {note}" for name, each in shown.items() for note in each.rows.notes] + left


def sources(shown: dict[str, Shown]) -> Rows:
    """Where each tile's figures are from."""
    columns = [
        Field("tile", "text", "The tile"),
        Field("command", "text", "The command whose figures it shows"),
        Field("figures", "list", "The columns"),
    ]
    listed = [
        (name, each.command, json.dumps([column.name for column in each.rows.columns]))
        for name, each in shown.items()
    ]
    return Rows(columns, listed)


def is_word(column: Field) -> bool:
    """Whether a column says what a row is about, and is no figure."""
    return column.kind in ("text", "choice")


def _places(rows: Rows) -> dict[str, int]:
    return {each.name: place for place, each in enumerate(rows.columns)}
