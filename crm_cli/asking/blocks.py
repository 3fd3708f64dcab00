"""The small tables of a picture: plain lines, columns side by side, so that a pipe gets the same words."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from crm_cli import exact, output
from crm_cli.fields import Field
from crm_cli.values.amounts import money_human

if TYPE_CHECKING:
    from crm_cli.desk import Desk

FURTHER = 6  # blanks before the further parts of a line


def table(desk: "Desk", question: str, bound: tuple[Any, ...], kinds: list[str]) -> list[str]:
    """The rows of a question, a column of each kind; money is in the currency of its row."""
    columns = [
        Field("currency" if kind == "currency" else f"c{place}", kind) for place, kind in enumerate(kinds)
    ]
    rows = desk.connection.execute(question, bound).fetchall()
    place = kinds.index("currency") if "currency" in kinds else None
    made = [
        [
            short(each, value, row[place] if place is not None else None)
            for each, value in zip(columns, row, strict=True)
        ]
        for row in rows
    ]
    return aligned(made, [kind in ("id", "money", "price", "decimal", "percent") for kind in kinds])


def short(each: Field, value: Any, currency: str | None) -> str:
    """A value in one of the picture's small tables."""
    if value is None:
        return ""
    if each.is_money:
        return money_human(value, currency, fine=each.kind == "price")
    words = output.visible(exact.text(each)(value, currency)).replace("\n", " ")
    return words + "%" if each.kind == "percent" else words


def aligned(rows: list[list[str]], right: list[bool] | None = None) -> list[str]:
    """Columns side by side, as wide as their widest; numbers end where numbers end."""
    if not rows:
        return []
    widths = [max(map(len, found)) for found in zip(*rows, strict=True)]
    ends = right or [False] * len(widths)
    return [
        "  ".join(
            f"{cell:>{wide}}" if end else f"{cell:<{wide}}"
            for cell, wide, end in zip(row, widths, ends, strict=True)
        ).rstrip()
        for row in rows
    ]


def folded(line: str, width: int) -> Iterator[str]:
    """A line in parts that fit a width, broken between columns, else between words; further parts stand further in."""
    while len(line) > width:
        cut = max(line.rfind("  ", FURTHER, width + 2), 0) or line.rfind(" ", FURTHER, width + 1)
        if cut <= FURTHER:
            break
        yield line[:cut].rstrip()
        line = " " * FURTHER + line[cut:].strip()
    yield line
