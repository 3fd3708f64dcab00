"""Answers as one page that needs nothing else: charts, tables that can be sorted, light and dark, for paper too.

The page asks no network, and of scripts only its own may run in it: everything that comes from the store is text, and
the page's policy names its script and its style by their hashes.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from crm_cli import output
from crm_cli.clock import local_text
from crm_cli.drawing import Chart, Matrix, titled, written
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows, Style
from crm_cli.pages.elements import element, filled, markup
from crm_cli.pages.svg import HALF, WHOLE, svg
from crm_cli.values.jalali import shown

if TYPE_CHECKING:
    from crm_cli.desk import Desk

HERE = Path(__file__).parent
NUMBERS = frozenset(("money", "price", "decimal", "percent", "integer", "id"))
MOST = 60  # bars of a chart; the table has them all
BROAD, BROADEST = (
    9,
    20,
)  # columns that a sheet has room for upright, and across; the style says the latter again
LONG = 40  # letters that a cell has in one line


@dataclass
class Section:
    """A part of a page: charts, a table, what is to be known of it, and what its figures mean."""

    title: str = ""
    charts: Sequence[Chart | Matrix] = ()
    rows: Rows | None = None
    meaning: str = ""


@dataclass
class Page:
    """A page: its title, what was asked, its sections, the language and the direction of writing.

    With `side_by_side` its sections stand beside each other where there is room.
    """

    title: str
    asked: str = ""
    sections: list[Section] = field(default_factory=list)
    language: str = "en"
    direction: str = "ltr"
    side_by_side: bool = False


def html(page: Page, style: Style) -> str:
    """The page as a document."""
    sheet, script = ((HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(sheet, script)),
        element("title", _plain(page.title)),
        element("style", sheet),
    )
    top = element(
        "header", element("h1", _plain(page.title)), element("p", _plain(page.asked), class_="soft")
    )
    width = HALF if page.side_by_side else WHOLE
    main = filled(element("main"), (_section(each, style, width) for each in page.sections))
    class_ = "blocks" if page.side_by_side else None
    body = element("body", top, main, element("script", script), class_=class_)
    whole = element("html", head, body, lang=page.language, dir=page.direction)
    return f"<!doctype html>\n{markup(whole)}\n"


def publish(page: Page, file: Path, desk: "Desk") -> None:
    """Write a page into a file, or to standard output where that is `-`, in the language that is configured.

    Raises:
        InvalidError: the file cannot be written.
    """
    from crm_cli.papers import manner

    chosen = manner.chosen(desk.config)
    page.language, page.direction = chosen.language, chosen.direction
    text = html(page, desk.style)
    if str(file) == "-":
        output.raw([text])
        return
    try:
        file.expanduser().write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidError(f"cannot write {file}: {error.strerror}; choose another file") from error
    desk.say(f"wrote {file}")


def _policy(*own: str) -> str:
    sheet, script = (base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in own)
    return f"default-src 'none'; style-src 'sha256-{sheet}'; script-src 'sha256-{script}'"


def _plain(words: str) -> str:
    return output.visible(words)


def _section(section: Section, style: Style, width: float) -> Element:
    made = element("section")
    if section.title:
        made.append(element("h2", _plain(section.title)))
    for chart in section.charts:
        filled(made, _figure(chart, width))
    if section.rows:
        rows = list(section.rows.rows)
        if rows:
            made.append(_table(section.rows.columns, rows, style))
        else:
            made.append(element("p", "nothing found", class_="soft"))
        filled(made, (element("p", _plain(note), class_="soft") for note in section.rows.notes))
    if section.meaning:
        told = element("pre", section.meaning.strip())
        made.append(element("details", element("summary", "What the figures mean"), told))
    return made


def _figure(chart: Chart | Matrix, width: float) -> Iterable[Element]:
    left = 0
    if isinstance(chart, Chart) and chart.kind == "bars" and len(chart.labels) > MOST:
        left = len(chart.labels)
        kept = (chart.labels[:MOST], chart.values[:MOST], chart.figures[:MOST])
        chart = Chart(chart.kind, chart.title, *kept)
    made = element("figure")
    if chart.title:
        made.append(element("figcaption", chart.title))
    filled(made, svg(chart, width))
    if left:
        made.append(element("figcaption", f"{MOST} of {left:,}; the table has all"))
    yield made


def _table(columns: list[Field], rows: list[Sequence[Any]], style: Style) -> Element:
    """A table whose headings sort it; one of many columns is printed across."""
    names = [each.name for each in columns]
    place = names.index("currency") if "currency" in names else None
    told = [at for at, each in enumerate(columns) if _told(each, [row[at] for row in rows])]
    heads = [_head(columns[at]) for at in told]
    lines = []
    for row in rows:
        currency = row[place] if place is not None else None
        cells = (_cell(columns[at], row[at], currency, style) for at in told)
        lines.append(filled(element("tr"), cells))
    table = element("table", element("thead", filled(element("tr"), heads)), filled(element("tbody"), lines))
    made = element("div", table, class_="wide broad" if len(told) > BROAD else "wide")
    if len(told) > BROADEST:
        left = f"{BROADEST} of {len(told)} columns; the screen has all"
        made.append(element("p", left, class_="soft paper"))
    return made


def _told(each: Field, values: Iterable[Any]) -> bool:
    """Whether a column says something to people: ids beside names and what is always empty do not."""
    return not (each.kind == "id" and each.name.endswith("_id")) and any(
        value not in (None, "") for value in values
    )


def _head(each: Field) -> Element:
    button = element("button", _heading(each), type="button")
    return element("th", button, scope="col", title=each.help or None, class_=_class(each))


def _heading(each: Field) -> str:
    name = titled(each.name)
    return _plain(f"{name} %" if each.name.endswith("_pct") else name)


def _class(each: Field) -> str | None:
    return "n" if each.kind in NUMBERS else None


def _cell(each: Field, value: Any, currency: str | None, style: Style) -> Element:
    """A value as people read it, and as it is sorted by."""
    if value is None or value == "":
        return element("td", "", class_=_class(each))
    if each.kind == "day":
        return element("td", shown(value, style.calendar), data_v=str(value))
    if each.kind == "instant":
        return element("td", shown(local_text(value, style.zone), style.calendar), data_v=str(value))
    said = str(value) if each.kind == "id" else written(each, value, currency)
    if each.kind == "percent" and each.name.endswith("_pct"):
        said = said.removesuffix("%")
    class_ = "long" if len(said) > LONG else _class(each)
    return element("td", said, class_=class_, data_v=str(value) if each.kind in NUMBERS else None)
