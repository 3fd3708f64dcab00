"""A dashboard for a terminal: a panel for each tile, beside and under each other as the window has room for.

What is in a panel gives way where it must: first amounts lose their fractions, then columns go from the right, then
rows from the end, which are counted. Where there is room, bars draw the column that the tile is about.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Column, Table
from rich.text import Text

from crm_cli import charts, output, tables
from crm_cli.asking import dashboard
from crm_cli.asking.dashboard import Shown
from crm_cli.drawing import UNKNOWN, titled
from crm_cli.fields import Field
from crm_cli.output import Rows, Style
from crm_cli.values.amounts import SCALE, round_half_up

BESIDE = (64, 150, 220)  # cells from which panels stand beside each other: two, three, four
SHARES = {1: (1,), 2: (11, 9), 3: (1, 1, 1), 4: (1, 1, 1, 1)}  # of the window, the wide ones first
FRAME, EDGE = 4, 2  # cells beside what is in a panel, lines above and under it
MOST, LEAST = 8, 3  # rows of a tile
NAME = 14  # cells of words before a figure has to go
BAR, LONGEST = 8, 24  # cells of a bar
UNDER = 2  # lines of a screen that no panel has: the last thing said, and the prompt
COLOURS = {"breached": "red", "overdue": "red", "call": "red", "nearing": "yellow", "unpaid": "yellow"}
SHORT = {"response_rate_pct": "rate", "roi_pct": "roi", "sla_state": "clock", "backlog": "cases", "currency": "",
         "won_amount": "won", "responded": "answers", "responses": "answers"}  # fmt: skip


@dataclass
class Fitted:
    """What a panel has room for: columns, their words row by row, how wide they are, and cells for a bar."""

    columns: list[Field]
    cells: list[list[str]]
    gap: int
    bar: int = 0

    @cached_property
    def widths(self) -> list[int]:
        """The cells of each column."""
        heads = [_heading(each) for each in self.columns]
        return [max(map(cell_len, column)) for column in zip(heads, *self.cells, strict=True)]

    @property
    def width(self) -> int:
        """The cells of a line without its bar."""
        return sum(self.widths) + self.gap * (len(self.widths) - 1)


def write(shown: dict[str, Shown], style: Style) -> None:
    """Write the panels, in as many lines as the window has where that is possible, and what is to be known."""
    screen, notes = tables.console(style), dashboard.notes(shown)
    room = shutil.get_terminal_size().lines - len(notes) - UNDER
    for each in (each for each in shown.values() if each.tile.line):
        body = _in_line(each.rows, screen.width - FRAME)
        screen.print(_panel(each, body, screen.width))
        room -= _height(screen, body, screen.width)
    beside = 1 + sum(screen.width >= least for least in BESIDE)
    widths = [screen.width * share // sum(SHARES[beside]) for share in SHARES[beside]]
    widths[0] += screen.width - sum(widths)
    grid = Table.grid(*(Column(width=width) for width in widths), padding=0)
    stacks = zip(_stacks(list(shown.values()), beside), widths, strict=True)
    grid.add_row(*(_stack(screen, stack, width, room, style) for stack, width in stacks))
    screen.print(grid)
    for note in notes:
        output.say(note, style)


def _stacks(shown: list[Shown], beside: int) -> list[list[Shown]]:
    """The tiles that stand under each other: of two stacks the wide ones in the first, else as even as they come."""
    stacks: list[list[Shown]] = [[] for _ in range(beside)]
    heights = [0] * beside
    for each in (each for each in shown if not each.tile.line):
        place = int(not each.tile.wide) if beside == 2 else heights.index(min(heights))  # noqa: PLR2004
        stacks[place].append(each)
        heights[place] += EDGE + 1 + min(len(list(each.rows.rows)), MOST)
    return stacks


def _stack(screen: Console, stack: list[Shown], width: int, room: int, style: Style) -> Group:
    """Panels under each other, with so many rows each that all are seen where that is possible."""
    for most in range(MOST, LEAST - 1, -1):
        bodies = [_body(each, width - FRAME, most, style) for each in stack]
        if sum(_height(screen, body, width) for body in bodies) <= room:
            break
    return Group(*(_panel(each, body, width) for each, body in zip(stack, bodies, strict=True)))


def _height(screen: Console, body: Text, width: int) -> int:
    """The lines of a panel."""
    return EDGE + sum(
        1 if line.cell_len <= width - FRAME else len(line.wrap(screen, width - FRAME))
        for line in body.split(allow_blank=True)
    )


def _panel(each: Shown, body: Text, width: int) -> Panel:
    currency = tables.common_currency(each.rows.columns, [list(row) for row in each.rows.rows])
    return Panel(
        body, box=box.ROUNDED if output.blocks() else box.ASCII, width=width, padding=(0, 1), border_style="dim",
        title=Text(each.tile.title, "bold cyan not dim"), title_align="left",
        subtitle=Text(currency, "dim") if currency else None, subtitle_align="right",
    )  # fmt: skip


def _in_line(rows: Rows, room: int) -> Text:
    """Words and how many there are of each, one after the other."""
    lines = [Text()]
    found = list(rows.rows)
    for place, (word, count) in enumerate(found):
        end = " ·" if place < len(found) - 1 else ""
        piece = Text.assemble((f"{word} ", COLOURS.get(word, "")), (f"{count:,}", "bold"), end)
        if lines[-1] and lines[-1].cell_len + 1 + piece.cell_len > room:
            lines.append(Text())
        lines[-1].append(" " if lines[-1] else "").append_text(piece)
    return Text("\n").join(lines) if found else Text("nothing waits", "dim")


def _body(each: Shown, room: int, most: int, style: Style) -> Text:
    """The lines of a tile; of an empty one how it is filled."""
    rows = [list(row) for row in each.rows.rows]
    if not rows:
        return Text.assemble(("nothing yet\n", "dim"), each.tile.fill)
    fitted = _fitted(each, rows, room, style)
    kept = rows if len(rows) <= most else rows[: most - 1]
    lines = [_line(fitted, [_heading(column) for column in fitted.columns], "bold")]
    bars = _bars(each, rows, fitted)
    for cells, bar in zip(fitted.cells[: len(kept)], bars, strict=False):
        lines.append(_line(fitted, cells).append(bar, "cyan"))
    if len(kept) < len(rows):
        more = f"{len(rows) - len(kept):,} more"
        where = f"{more}: {each.command}"
        lines.append(Text(where if cell_len(where) <= room else more, "dim"))
    for line in lines:
        line.truncate(room, overflow="ellipsis")
    return Text("\n").join(lines)


def _fitted(each: Shown, rows: list[list[Any]], room: int, style: Style) -> Fitted:
    """The columns that there is room for: in full, in whole units, closer together, words cut, without the last."""
    columns = each.rows.columns
    told = _told(columns, rows)
    for whole, gap in ((False, 2), (True, 2), (True, 1)):
        cells = [_cells(columns, row, style, whole=whole) for row in rows]
        fitted = _of(columns, cells, told, gap)
        if fitted.width <= room:
            break
    fitted = _narrowed(fitted, room)
    while fitted.width > room and (last := _last(columns, told)) is not None:
        told.remove(last)
        fitted = _narrowed(_of(columns, cells, told, gap), room)
    left = room - fitted.width - gap
    fitted.bar = min(left, LONGEST) if left >= BAR else 0
    return fitted


def _of(columns: list[Field], cells: list[list[str]], told: list[int], gap: int) -> Fitted:
    return Fitted([columns[place] for place in told], [[row[place] for place in told] for row in cells], gap)


def _told(columns: list[Field], rows: list[list[Any]]) -> list[int]:
    """The places of columns that say something: no words that are the same in every row, no currency of all."""
    names = [column.name for column in columns]
    words = [place for place, column in enumerate(columns) if dashboard.is_word(column)]
    idle = {place for place in words[:-1] if len({row[place] for row in rows}) == 1}
    idle |= {place for place, column in enumerate(columns) if all(row[place] is None for row in rows)} - set(
        words
    )
    if tables.common_currency(columns, rows):
        idle.add(names.index("currency"))
    return [place for place in range(len(columns)) if place not in idle]


def _last(columns: list[Field], told: list[int]) -> int | None:
    """The last figure that can go; the first one stays."""
    figures = [place for place in told if columns[place].kind in tables.RIGHT]
    return figures[-1] if len(figures) > 1 else None


def _narrowed(fitted: Fitted, room: int) -> Fitted:
    """The same with words cut where that makes room enough."""
    for place, column in enumerate(fitted.columns):
        if dashboard.is_word(column) and fitted.width > room:
            wide = max(fitted.widths[place] - (fitted.width - room), min(NAME, fitted.widths[place]))
            fitted.widths[place] = wide
    return fitted


def _cells(columns: list[Field], row: list[Any], style: Style, *, whole: bool) -> list[str]:
    """A row as people read it; amounts in whole units where that is wanted."""
    names = [column.name for column in columns]
    currency = row[names.index("currency")] if "currency" in names else None
    return [
        _cell(column, value, currency, style, whole=whole) for column, value in zip(columns, row, strict=True)
    ]


def _cell(column: Field, value: Any, currency: str | None, style: Style, *, whole: bool) -> str:
    if value is None and dashboard.is_word(column):
        return UNKNOWN
    if value is not None and column.kind == "money" and whole:
        return f"{round_half_up(value, SCALE):,}"
    if value is not None and column.kind == "integer":
        return f"{value:,}"
    return tables.cell(column, value, currency, style)


def _bars(each: Shown, rows: list[list[Any]], fitted: Fitted) -> list[str]:
    """A bar for each row; none where there is no room, or the values cannot be held against each other."""
    names = [column.name for column in each.rows.columns]
    place = names.index(each.tile.measure)
    unlike = each.rows.columns[place].kind == "money" and "currency" in {one.name for one in fitted.columns}
    if not fitted.bar or unlike or len(rows) == 1:
        return [""] * len(rows)
    values = [row[place] or 0 for row in rows]
    largest, gap = max(*values, 0), " " * fitted.gap
    return [gap + charts.bar(value, largest, fitted.bar, output.blocks()).rstrip() for value in values]


def _line(fitted: Fitted, cells: Sequence[str], style: str = "") -> Text:
    """One row: words from the left, figures to the right, what is to be seen at once in its colour."""
    line = Text(style=style)
    for place, (column, cell, width) in enumerate(zip(fitted.columns, cells, fitted.widths, strict=True)):
        pad = " " * (width - cell_len(cell))
        shown = pad + cell if column.kind in tables.RIGHT else charts.cut(cell, width) + pad
        line.append(" " * fitted.gap if place else "")
        told = style == "" and cell.strip("0.,")
        line.append(shown, (COLOURS.get(cell) or COLOURS.get(column.name)) if told else None)
    return line


def _heading(column: Field) -> str:
    return SHORT.get(column.name, titled(column.name))
