"""Charts as SVG, drawn in units of the width that they are shown in; colours are those of the page, figures are text.

What a label has no room for is cut, and told in full where it is pointed at.
"""

from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from crm_cli.charts import cut
from crm_cli.drawing import Chart, Matrix
from crm_cli.pages.elements import element, filled

ROW, BAR = 24.0, 16.0  # the height of a line, and of the bar in it
PLOT = 200.0  # the height of a line
LEAST_SHADE = 0.08  # how much of the colour the smallest value has


class Frame(NamedTuple):
    """How wide a chart is, its labels and its figures; how many cells of letters a label has room for."""

    width: float
    labels: float
    figures: float
    letters: int


WHOLE = Frame(720.0, 210.0, 120.0, 30)
HALF = Frame(480.0, 130.0, 90.0, 18)


def svg(chart: Chart | Matrix, frame: Frame = WHOLE) -> Element:
    """A chart as an image that says what it shows."""
    if isinstance(chart, Matrix):
        height, parts = ROW * (len(chart.labels) + 1), _matrix(chart, frame)
    elif chart.kind == "line":
        height, parts = PLOT + 2 * ROW, _line(chart, frame)
    elif chart.kind == "funnel":
        height, parts = ROW * len(chart.labels), _funnel(chart, frame)
    else:
        height, parts = ROW * len(chart.labels), _bars(chart, frame)
    made = element(
        "svg",
        viewBox=f"0 0 {frame.width:g} {height:g}",
        role="img",
        direction="ltr",
        aria_label=chart.title or None,
    )
    return filled(made, parts)


def _text(words: str, x: float, y: float, anchor: str = "start", class_: str | None = None) -> Element:
    return element("text", words, x=x, y=y, text_anchor=anchor, dominant_baseline="central", class_=class_)


def _label(words: str, x: float, y: float, letters: int) -> Element:
    """A label, with the whole of it where it is pointed at."""
    made = _text(cut(words, letters), x, y, "end")
    made.append(element("title", words))
    return made


def _bars(chart: Chart, frame: Frame) -> Iterator[Element]:
    largest = max((each or 0 for each in chart.values), default=0)
    room = frame.width - frame.labels - frame.figures - 20
    for place, (label, value, figure) in enumerate(
        zip(chart.labels, chart.values, chart.figures, strict=True)
    ):
        middle = ROW * place + ROW / 2
        wide = max(value or 0, 0) * room / largest if largest > 0 else 0.0
        yield _label(label, frame.labels, middle, frame.letters)
        yield element("rect", x=frame.labels + 10, y=middle - BAR / 2, width=wide, height=BAR, class_="bar")
        yield _text(figure, frame.labels + 16 + wide, middle, class_="figure")


def _funnel(chart: Chart, frame: Frame) -> Iterator[Element]:
    largest = max((each or 0 for each in chart.values), default=0)
    room = frame.width - frame.labels - frame.figures - 20
    centre = frame.labels + 10 + room / 2
    for place, (label, value, figure) in enumerate(
        zip(chart.labels, chart.values, chart.figures, strict=True)
    ):
        middle = ROW * place + ROW / 2
        wide = max(value or 0, 0) * room / largest if largest > 0 else 0.0
        yield _label(label, frame.labels, middle, frame.letters)
        yield element("rect", x=centre - wide / 2, y=middle - BAR / 2, width=wide, height=BAR, class_="bar")
        beside = chart.beside[place] if place < len(chart.beside) else ""
        said = f"{figure} → {beside}" if beside else figure
        yield _text(said, frame.width, middle, "end", "figure")


def _line(chart: Chart, frame: Frame) -> Iterator[Element]:
    known = [each for each in chart.values if each is not None]
    top, bottom = max([*known, 0]), min([*known, 0])
    left, right = frame.figures, frame.width - 30

    def across(place: int) -> float:
        return left + (right - left) * place / max(len(chart.values) - 1, 1)

    def down(value: int) -> float:
        return ROW / 2 + PLOT * (top - value) / (top - bottom or 1)

    for value in dict.fromkeys((top, 0, bottom)):
        said = chart.figures[chart.values.index(value)] if value else "0"
        yield element("line", x1=left, y1=down(value), x2=right, y2=down(value), class_="grid")
        yield _text(said, left - 8, down(value), "end", "figure")
    points = [
        (across(place), down(each)) if each is not None else None for place, each in enumerate(chart.values)
    ]
    for run in _runs(points):
        yield element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in run), class_="line")
    for point, label, figure in zip(points, chart.labels, chart.figures, strict=True):
        if point:
            told = element("title", f"{label}: {figure}")
            yield element("circle", told, cx=point[0], cy=point[1], r=3.0, class_="bar")
    every = -(-len(chart.labels) // 8)
    for place in range(0, len(chart.labels), every):
        yield _text(chart.labels[place], across(place), PLOT + ROW * 1.3, "middle", "figure")


def _runs(points: list[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    """The points that follow each other without a gap."""
    run: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point:
            run.append(point)
        elif run:
            yield run
            run = []


def _matrix(chart: Matrix, frame: Frame) -> Iterator[Element]:
    largest = max((each for row in chart.values for each in row if each is not None), default=0)
    left = frame.labels if len(chart.columns) <= 12 else frame.labels / 2  # noqa: PLR2004 - a year of months beside whole labels
    wide = min((frame.width - left - 10) / max(len(chart.columns), 1), 90.0)
    yield _text(chart.corner, left, ROW / 2, "end", "figure")
    for place, name in enumerate(chart.columns):
        yield _text(name, left + 10 + wide * (place + 0.5), ROW / 2, "middle", "figure")
    for line, (label, values, figures) in enumerate(
        zip(chart.labels, chart.values, chart.figures, strict=True), 1
    ):
        middle = ROW * line + ROW / 2
        yield _label(label, left, middle, frame.letters)
        for place, (value, figure) in enumerate(zip(values, figures, strict=True)):
            if value is None:
                continue
            shade = LEAST_SHADE + (1 - LEAST_SHADE) * max(value, 0) / largest if largest > 0 else LEAST_SHADE
            x = left + 10 + wide * place
            told = element("title", f"{label}, {chart.columns[place]}: {figure}")
            yield element(
                "rect", told, x=x, y=ROW * line + 1, width=wide - 2, height=ROW - 2, class_="bar",
                fill_opacity=f"{shade:.2f}",
            )  # fmt: skip
            yield _text(figure, x + wide / 2, middle, "middle", "dark" if shade > 0.6 else None)  # noqa: PLR2004
