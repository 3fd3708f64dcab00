"""Bars for a terminal: figure, bar, label, one line each.

The label stands last, so that one written from right to left cannot move what stands before it.
"""

from collections.abc import Sequence
from unicodedata import category, east_asian_width

EIGHTHS = " ▏▎▍▌▋▊▉"
FULL, PLAIN = "█", "#"
LEAST_BAR, MOST_LABEL = 8, 0.5  # cells that a bar has at least; the share of a line that labels take at most


def bars(
    labels: Sequence[str], values: Sequence[int], figures: Sequence[str], width: int, *, blocks: bool = True
) -> list[str]:
    """Lines of at most `width` cells that draw `values` beside their `figures` and `labels`.

    Negative values have no bar. Without `blocks`, bars are drawn in ASCII.
    """
    if not values:
        return []
    said = max(map(cells, figures))
    named = min(max(map(cells, labels)), int(width * MOST_LABEL))
    room = max(width - said - named - 2, LEAST_BAR)
    named = max(min(named, width - said - room - 2), 0)
    largest = max(*values, 0)
    return [
        f"{' ' * (said - cells(figure))}{figure} {_bar(value, largest, room, blocks)} {cut(label, named)}".rstrip()
        for label, value, figure in zip(labels, values, figures, strict=True)
    ]


def cells(text: str) -> int:
    """How many cells of a terminal a text takes: wide letters two, marks and joiners none."""
    return len(text) if text.isascii() else sum(map(_cell, text))


def cut(text: str, width: int) -> str:
    """The text in at most so many cells, with … where something is missing."""
    if cells(text) <= width:
        return text
    kept, used = "", 1
    for letter in text:
        used += _cell(letter)
        if used > width:
            break
        kept += letter
    return kept + "…" if width else ""


def _cell(letter: str) -> int:
    if category(letter) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(letter) in {"W", "F"} else 1


def _bar(value: int, largest: int, room: int, blocks: bool) -> str:
    eighths = max(value, 0) * room * 8 // largest if largest else 0
    full, part = divmod(eighths, 8)
    if not blocks:
        return (PLAIN * full).ljust(room)
    return (FULL * full + (EIGHTHS[part] if part else "")).ljust(room)
