"""A table for a terminal: fitted to its width in Rich, for people; in a pipe as wide as it needs to be."""

import sys
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crm_cli import numbers, output, values
from crm_cli.fields import Field
from crm_cli.output import Rows, Style

RIGHT = frozenset(("money", "decimal", "percent", "integer", "id"))
STATUS_STYLES = {"won": "green", "lost": "red", "open": "cyan", "converted": "green", "junk": "dim", "done": "dim",
                 "completed": "dim", "urgent": "red", "high": "yellow", "hot": "red"}  # fmt: skip
NARROW = 14  # letters below which a text column is of no use


def console(style: Style) -> Console:
    """A Rich console on standard output that obeys the environment and never reads markup."""
    plain = not style.color or not output.colored()
    width = None if style.terminal else 100_000
    return Console(
        file=sys.stdout, no_color=plain, markup=False, highlight=False, emoji=False, width=width, soft_wrap=False,
        force_terminal=style.terminal, color_system=None if plain or not style.terminal else "auto",
    )  # fmt: skip


def write(rows: Rows, style: Style) -> None:
    """Write a table and what stands under it."""
    screen = console(style)
    listed = [list(row) for row in rows.rows]
    shown = _fitting(rows.columns, listed, screen.width, style)
    table = Table(
        box=None, pad_edge=False, header_style="bold", show_edge=False, show_header=style.header is not False
    )
    for each in shown:
        right = each.kind in RIGHT
        table.add_column(
            each.name, justify="right" if right else "left", no_wrap=right or not style.terminal,
            overflow="ellipsis" if style.terminal else "ignore",
        )  # fmt: skip
    names = [each.name for each in rows.columns]
    money = names.index("currency") if "currency" in names else None
    places = [names.index(each.name) for each in shown]
    for row in listed:
        currency = row[money] if money is not None else None
        table.add_row(*(cell(rows.columns[place], row[place], currency, style) for place in places))
    if listed:
        screen.print(table)
    _under(rows, shown, len(listed), style)


def cell(each: Field, value: Any, currency: str | None, style: Style) -> Text:
    """A value as a person reads it."""
    if value is None or value == "":
        return Text("")
    if each.kind == "money":
        return Text(numbers.money_human(value, currency or "USD"), style="red" if value < 0 else "")
    if each.kind == "instant":
        return Text(local_time(value, style.zone))
    if each.kind == "percent":
        return Text(output.machine(each)(value, None) + "%")
    if each.kind == "boolean":
        return Text("yes" if value else "no")
    words = output.machine(each)(value, currency)
    return Text(
        output.visible(words).replace("\n", "⏎"),
        style=STATUS_STYLES.get(words, "") if each.kind == "choice" else "",
    )


def local_time(instant: str, zone: str) -> str:
    """An instant as a person in a zone reads it."""
    from datetime import datetime

    from crm_cli.clock import zone_of

    return datetime.fromisoformat(instant).astimezone(zone_of(zone)).strftime("%Y-%m-%d %H:%M")


def _fitting(columns: list[Field], listed: list[list[Any]], width: int, style: Style) -> list[Field]:
    """The columns, from the left, that the width has room for; in a pipe all of them."""
    if not style.terminal:
        return columns
    shown: list[Field] = []
    used = 0
    for position, each in enumerate(columns):
        widest = max([len(each.name), *(_length(each, row[position], style) for row in listed[:50])])
        need = (
            widest if each.kind in RIGHT or each.kind in ("day", "instant", "choice") else min(widest, NARROW)
        )
        if shown and used + need + 1 > width:
            break
        shown.append(each)
        used += need + 1
    return shown


def _length(each: Field, value: Any, style: Style) -> int:
    return cell(each, value, None, style).cell_len


def _under(rows: Rows, shown: list[Field], count: int, style: Style) -> None:
    if not count:
        output.say("nothing found", style)
    elif rows.total is not None and rows.total > count:
        output.say(f"{count:,} of {rows.total:,}; --limit N shows more", style)
    hidden = [each.name for each in rows.columns if each not in shown]
    if hidden and count:
        output.say(f"no room for {', '.join(hidden)}; -o json or a wider window shows all", style)
    for note in rows.notes:
        output.say(note, style)


def words(value: str | None) -> str:
    """Tags and lists as people read them."""
    return ", ".join(values.tag_words(value))
