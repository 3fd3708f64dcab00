"""A table for a terminal: fitted to its width in Rich, for people; in a pipe as wide as it needs to be.

In a terminal a record is one line. Long words are cut first, then the columns furthest to the right give way.
Amounts that share a currency say it once, under the table; otherwise each carries its own.
"""

import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Literal

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crm_cli import exact, output
from crm_cli.clock import local_text
from crm_cli.fields import Field
from crm_cli.output import Rows, Style
from crm_cli.values.amounts import money_human
from crm_cli.values.jalali import shown

RIGHT = frozenset(("money", "price", "decimal", "percent", "integer", "id"))
WHOLE = RIGHT | {"day", "instant", "choice", "boolean", "currency"}
STATUS_STYLES = {"won": "green", "lost": "red", "open": "cyan", "converted": "green", "junk": "dim", "done": "dim",
                 "completed": "dim", "urgent": "red", "high": "yellow", "hot": "red"}  # fmt: skip
NAME, WORDS, MOST = 20, 12, 60  # letters of the first column of words and of the others; what is ever wanted
LEAST = {"email": 20, "phone": 15, "why": 30}  # by kind or name: where less says nothing
STROKES = "[─-╿▀-▟•]+"  # what charts are drawn with
GAP = 2  # letters between columns
NAMED = 6  # columns that are named where there is no room for them
ALWAYS = 2  # columns that are shown however narrow the window is

Cells = list[list[str]]


def write(rows: Rows, style: Style) -> None:
    """Write a table and what stands under it."""
    listed = [list(row) for row in rows.rows]
    if style.terminal:
        hidden, common = _fitted(rows, listed, style)
    else:
        output.text(_plain(rows.columns, listed, style))
        hidden, common = [], None
    _under(rows, hidden, len(listed), common, style)


def _plain(columns: list[Field], listed: list[list[Any]], style: Style) -> Iterator[str]:
    """Every column as wide as its widest word: a pipe has no width, and Rich takes long over many rows."""
    cells = _cells(columns, listed, style, tell=False)
    if not cells:
        return
    if style.header is not False:
        cells.insert(0, [each.name for each in columns])
    widths = [max(map(cell_len, found)) for found in zip(*cells, strict=True)]
    right = [each.kind in RIGHT for each in columns]
    for row in cells:
        pads = [" " * (width - cell_len(words)) for words, width in zip(row, widths, strict=True)]
        parts = (pad + words if to else words + pad for words, pad, to in zip(row, pads, right, strict=True))
        yield (" " * GAP).join(parts).rstrip()


def _fitted(rows: Rows, listed: list[list[Any]], style: Style) -> tuple[list[str], str | None]:
    """Write what the width of the terminal has room for; returns what it had not, and the common currency."""
    screen = console(style)
    common = common_currency(rows.columns, listed)
    cells = _cells(rows.columns, listed, style, tell=common is None)
    places = [place for place, each in enumerate(rows.columns) if not _said_elsewhere(rows, each)]
    widths = _widths(rows, cells, places, screen.width)
    for title, numbers in groupby(
        range(len(listed)), key=lambda each: listed[each][0] if rows.sections else ""
    ):
        first = not rows.sections or title == listed[0][0]
        if rows.sections:
            screen.print(Text(("" if first else "\n") + rows.sections.get(title, title), "bold cyan"))
        table = _table(rows.columns, widths, heading=first and style.header is not False)
        for each in numbers:
            table.add_row(
                *(_styled(rows.columns[place], listed[each][place], cells[each][place]) for place in widths)
            )
        screen.print(table)
    return [rows.columns[place].name for place in places if place not in widths], common


def drawing(lines: Iterable[str], style: Style) -> None:
    """Write the lines of charts, what is drawn in them in colour."""
    screen = console(style)
    for line in lines:
        shown = Text(output.visible(line))
        shown.highlight_regex(STROKES, "cyan")
        screen.print(shown, soft_wrap=True)


def console(style: Style) -> Console:
    """A Rich console on the terminal that obeys the environment and never reads markup."""
    plain = not style.color or not output.colored()
    return Console(
        file=sys.stdout, no_color=plain, markup=False, highlight=False, emoji=False, soft_wrap=False,
        force_terminal=True, color_system=None if plain else "auto",
    )  # fmt: skip


def cell(each: Field, value: Any, currency: str | None, style: Style) -> str:
    """A value as a person reads it, on one line, with nothing in it that a terminal would obey."""
    if value is None or value == "":
        return ""
    if each.is_money:
        return money_human(value, currency, fine=each.kind == "price")
    if each.kind == "day":
        return shown(value, style.calendar)
    if each.kind == "instant":
        return shown(local_text(value, style.zone), style.calendar)
    if each.kind == "percent":
        return exact.text(each)(value, None) + "%"
    if each.kind == "boolean":
        return "yes" if value else "no"
    return output.visible(exact.text(each)(value, currency)).replace("\n", "⏎")


def _styled(each: Field, value: Any, words: str) -> Text:
    if each.is_money and value is not None and value < 0:
        return Text(words, "red")
    return Text(words, STATUS_STYLES.get(words, "") if each.kind == "choice" else "")


def common_currency(columns: list[Field], listed: list[list[Any]]) -> str | None:
    """The one currency of all amounts that have one; None where there are several, or no amounts."""
    names = [each.name for each in columns]
    money = [place for place, each in enumerate(columns) if each.is_money]
    if "currency" not in names or not money:
        return None
    place = names.index("currency")
    found = {row[place] for row in listed if any(row[each] is not None for each in money)} - {None}
    return found.pop() if len(found) == 1 else None


def _cells(columns: list[Field], listed: list[list[Any]], style: Style, *, tell: bool) -> Cells:
    """Every value as words; `tell` puts its currency beside each amount."""
    names = [each.name for each in columns]
    place = names.index("currency") if "currency" in names else None
    made = []
    for row in listed:
        currency = row[place] if place is not None else None
        words = [cell(each, value, currency, style) for each, value in zip(columns, row, strict=True)]
        if tell and currency:
            words = [
                f"{said} {currency}" if said and each.is_money else said
                for each, said in zip(columns, words, strict=True)
            ]
        made.append(words)
    return made


def _said_elsewhere(rows: Rows, each: Field) -> bool:
    """Whether a column says only what a heading or the amounts say."""
    amounts = any(other.is_money for other in rows.columns)
    return (each.name == "currency" and amounts) or (rows.sections is not None and each is rows.columns[0])


def _widths(rows: Rows, cells: Cells, places: list[int], width: int) -> dict[int, int]:
    """The columns that the width has room for, the dear ones and then from the left, and how wide each is."""
    columns = rows.columns
    wanted = {place: _wanted(columns[place], [row[place] for row in cells]) for place in places}
    least = dict(wanted)
    words = [place for place in places if columns[place].kind not in WHOLE]
    for place in words:
        enough = (
            NAME
            if place == words[0]
            else LEAST.get(columns[place].kind) or LEAST.get(columns[place].name, WORDS)
        )
        least[place] = min(wanted[place], enough)
    shown = list(places)
    while len(shown) > ALWAYS and sum(least[place] + GAP for place in shown) - GAP > width:
        empty = [place for place in shown if not any(row[place] for row in cells)]
        cheap = [place for place in shown[ALWAYS:] if columns[place].name not in rows.dear]
        shown.remove((empty or cheap or shown)[-1])
    widths = {place: least[place] for place in shown}
    room = width - sum(widths[place] + GAP for place in shown) + GAP
    widths[shown[-1]] = max(1, widths[shown[-1]] + min(room, 0))
    while room > 0 and (short := [place for place in shown if widths[place] < wanted[place]]):
        widths[min(short, key=widths.__getitem__)] += 1
        room -= 1
    return widths


def _wanted(each: Field, cells: list[str]) -> int:
    longest = max(map(cell_len, [each.name, *cells]))
    return longest if each.kind in WHOLE else min(longest, MOST)


def _table(columns: list[Field], widths: dict[int, int], *, heading: bool) -> Table:
    table = Table(
        box=None,
        pad_edge=False,
        padding=(0, GAP, 0, 0),
        header_style="bold",
        show_edge=False,
        show_header=heading,
    )
    for place, width in widths.items():
        justify: Literal["left", "right"] = "right" if columns[place].kind in RIGHT else "left"
        table.add_column(columns[place].name, justify=justify, no_wrap=True, overflow="ellipsis", width=width)
    return table


def _under(rows: Rows, hidden: list[str], count: int, common: str | None, style: Style) -> None:
    """What is said beside the table: how much of all it is, in what money, what it had no room for."""
    if not count:
        output.say("nothing found", style)
        return
    if rows.total is not None and rows.total > count:
        output.say(f"{count:,} of {rows.total:,}; --limit N shows more", style)
    if common:
        output.say(f"amounts in {common}", style)
    if hidden:
        named, more = ", ".join(hidden[:NAMED]), len(hidden) - NAMED
        told = f"{named} and {more} more" if more > 1 else ", ".join(hidden)
        it = "it" if len(hidden) == 1 else "them"
        output.say(f"no room for {told}; a wider window or another format shows {it}", style)
    for note in rows.notes:
        output.say(note, style)
