"""Charts for a terminal, in letters alone: bars, lines, funnels and matrices, a list of lines each.

Of bars the label stands last, so that one written from right to left cannot move what stands before it.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from unicodedata import category, east_asian_width

from crm_cli.drawing import Chart, Matrix

EIGHTHS = " ▏▎▍▌▋▊▉"
FULL, PLAIN = "█", "#"
SHADES, PLAIN_SHADES = " ░▒▓█", " .:+#"
STROKES = {"level": "─-", "rise": "╭+", "risen": "╯+", "fall": "╮+", "fallen": "╰+", "upright": "│|", "point": "•*",
           "axis": "┤|", "way": "→>"}  # fmt: skip
LEAST_BAR, MOST_LABEL = 8, 0.5  # cells that a bar has at least; the share of a line that labels take at most
HEIGHT, STRIDE, LEAST_PLOT = (
    10,
    8,
    10,
)  # rows of a line; cells between two of its points at most; its own at least


def draw(chart: Chart | Matrix, width: int, *, blocks: bool = True) -> list[str]:
    """The lines of a chart, its title first, in at most `width` cells; without `blocks` in ASCII."""
    if isinstance(chart, Matrix):
        drawn = _matrix(chart, width, blocks)
    elif chart.kind == "line":
        drawn = _line(chart, width, blocks)
    elif chart.kind == "funnel":
        drawn = _funnel(chart, width, blocks)
    else:
        drawn = bars(chart.labels, [each or 0 for each in chart.values], chart.figures, width, blocks=blocks)
    return [*([cut(chart.title, width)] if chart.title else []), *drawn]


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
        f"{' ' * (said - cells(figure))}{figure} {bar(value, largest, room, blocks)} {cut(label, named)}".rstrip()
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


def _line(chart: Chart, width: int, blocks: bool) -> list[str]:
    """A line over an axis of time, with the largest and the least figure beside it."""
    known = [each for each in chart.values if each is not None]
    if not known:
        return bars(chart.labels, [0] * len(chart.labels), chart.figures, width, blocks=blocks)
    top, bottom = max(*known, 0), min(*known, 0)
    said = {place: chart.figures[chart.values.index(each)] if each else "0"
            for place, each in ((0, bottom), (HEIGHT - 1, top))}  # fmt: skip
    gutter = max(map(cells, said.values()))
    room = max(width - gutter - 2, LEAST_PLOT)
    heights = [
        None if each is None else round((each - bottom) * (HEIGHT - 1) / (top - bottom or 1))
        for each in _spread(chart.values, room)
    ]
    plot = _strokes(heights, blocks)
    lines = [
        f"{' ' * (gutter - cells(said.get(row, '')))}{said.get(row, '')} {_stroke('axis', blocks)}{plot[row]}".rstrip()
        for row in range(HEIGHT - 1, -1, -1)
    ]
    return [*lines, " " * (gutter + 2) + _under(chart.labels, len(heights))]


def _spread(values: Sequence[int | None], room: int) -> list[float | None]:
    """A height for each cell: on the way between two values in proportion; several values in one cell as their mean."""
    if len(values) > room:
        parts = [
            values[place * len(values) // room : (place + 1) * len(values) // room] for place in range(room)
        ]
        kept = [[each for each in part if each is not None] for part in parts]
        return [sum(part) / len(part) if part else None for part in kept]
    stride = min((room - 1) // max(len(values) - 1, 1), STRIDE)
    spread: list[float | None] = []
    for before, after in pairwise(values):
        spread.append(before)
        if before is None or after is None:
            spread += [None] * (stride - 1)
        else:
            spread += [before + (after - before) * step / stride for step in range(1, stride)]
    return [*spread, values[-1]]


def _strokes(heights: Sequence[int | None], blocks: bool) -> list[str]:
    """The rows of a plot, the lowest first."""
    rows = [[" "] * len(heights) for _ in range(HEIGHT)]
    for place, height in enumerate(heights):
        before = heights[place - 1] if place else None
        if height is None:
            continue
        if before is None:
            follows = place + 1 < len(heights) and heights[place + 1] is not None
            rows[height][place] = _stroke("level" if follows else "point", blocks)
        elif before == height:
            rows[height][place] = _stroke("level", blocks)
        else:
            rising = height > before
            rows[before][place] = _stroke("risen" if rising else "fall", blocks)
            rows[height][place] = _stroke("rise" if rising else "fallen", blocks)
            for between in range(min(before, height) + 1, max(before, height)):
                rows[between][place] = _stroke("upright", blocks)
    return ["".join(row) for row in rows]


def _stroke(name: str, blocks: bool) -> str:
    return STROKES[name][0 if blocks else 1]


def _under(labels: Sequence[str], room: int) -> str:
    """The first and the last label under the ends of an axis, and the middle one where there is room."""
    first, last = labels[0], labels[-1]
    if len(labels) == 1 or room < len(first) + len(last) + 1:
        return first if len(labels) == 1 else f"{first} … {last}"
    middle = labels[len(labels) // 2]
    gap = room - len(first) - len(last)
    if len(labels) % 2 == 0 or gap < len(middle) + 4:
        return first + " " * gap + last
    left = room // 2 - len(middle) // 2 - len(first)
    return first + " " * left + middle + " " * (gap - left - len(middle)) + last


def _funnel(chart: Chart, width: int, blocks: bool) -> list[str]:
    """Bars about a middle, each with the share of it that comes to the next."""
    way = _stroke("way", blocks)
    besides = [f"{way} {each}" if each else "" for each in chart.beside]
    said, behind = max(map(cells, chart.figures)), max(map(cells, besides), default=0)
    named = min(max(map(cells, chart.labels)), int(width * MOST_LABEL))
    room = max(width - said - named - behind - 4, LEAST_BAR)
    named = max(min(named, width - said - room - behind - 4), 0)
    largest = max(*(each or 0 for each in chart.values), 0)
    lines = []
    for label, value, figure, beside in zip(chart.labels, chart.values, chart.figures, besides, strict=True):
        wide = max(value or 0, 0) * room // largest if largest else 0
        bar = ((FULL if blocks else PLAIN) * wide).center(room)
        shown = f"{' ' * (behind - cells(beside))}{beside}"
        lines.append(f"{' ' * (said - cells(figure))}{figure} {bar} {shown}  {cut(label, named)}".rstrip())
    return lines


def _matrix(chart: Matrix, width: int, blocks: bool) -> list[str]:
    """Figures with a shade behind each; columns that there is no room for are counted."""
    named = min(max(map(cells, [chart.corner, *chart.labels])), int(width * MOST_LABEL))
    widths = [max(map(cells, column)) for column in zip(chart.columns, *chart.figures, strict=True)]
    shown, used = 0, named
    while shown < len(widths) and used + widths[shown] + 2 <= width:
        used += widths[shown] + 2
        shown += 1
    lines = [
        f"{_left(chart.corner, named)}{''.join(_cells(chart.columns, widths[:shown], ' ' * shown))}".rstrip()
    ]
    largest = max((each for row in chart.values for each in row if each is not None), default=0)
    for label, values, figures in zip(chart.labels, chart.values, chart.figures, strict=True):
        shades = [_shade(each, largest, blocks) for each in values[:shown]]
        lines.append(f"{_left(label, named)}{''.join(_cells(figures, widths[:shown], shades))}".rstrip())
    if missing := len(widths) - shown:
        lines.append(f"no room for {missing} more, up to {chart.columns[-1]}")
    return lines


def _cells(words: Sequence[str], widths: Sequence[int], shades: Sequence[str]) -> Iterator[str]:
    for word, wide, shade in zip(words, widths, shades, strict=False):
        yield f" {' ' * (wide - cells(word))}{word}{shade}"


def _left(word: str, width: int) -> str:
    kept = cut(word, width)
    return kept + " " * (width - cells(kept))


def _shade(value: int | None, largest: int, blocks: bool) -> str:
    """The darker the larger; whatever is there has a shade."""
    if not value or value < 0 or not largest:
        return " "
    return (SHADES if blocks else PLAIN_SHADES)[-(-value * 4 // largest)]


def _cell(letter: str) -> int:
    if category(letter) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(letter) in {"W", "F"} else 1


def bar(value: int, largest: int, room: int, blocks: bool) -> str:
    """One bar of `room` cells where the value is the largest; nothing of a negative one."""
    eighths = max(value, 0) * room * 8 // largest if largest else 0
    full, part = divmod(eighths, 8)
    if not blocks:
        return (PLAIN * full).ljust(room)
    return (FULL * full + (EIGHTHS[part] if part else "")).ljust(room)
