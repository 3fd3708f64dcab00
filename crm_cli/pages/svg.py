"""Charts as SVG, drawn in units of the width that they are shown in; colours are those of the page, figures are text.

What a label has no room for is cut, and told in full where it is pointed at.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from xml.etree.ElementTree import Element

from crm_cli.charts import cells, cut
from crm_cli.drawing import Chart, Matrix
from crm_cli.pages.elements import element, filled

WHOLE, HALF = 720.0, 480.0  # how wide a chart is, alone and beside another
ROW, BAR = 24.0, 16.0  # the height of a line, and of the bar in it
PLOT = 200.0  # the height of a line
LONGEST = 20 * ROW  # the height of an image
GAP = 10.0  # between what stands beside each other
LETTER = 8.0  # how wide a letter is at most on average, of a wide typeface in the size of charts
MOST_LABEL = 0.4  # the share of the width that labels take at most
LEAST_SHADE = 0.08  # how much of the colour the smallest value has
MIDDLE, DARK = 0.65, 0.85  # shades from which letters change colour: on dark paper, on white


def svg(chart: Chart | Matrix, width: float = WHOLE) -> list[Element]:
    """A chart as images that say what they show: one, or if it is long several, between which paper may end."""
    if isinstance(chart, Matrix):
        height, parts = ROW * (len(chart.labels) + 1), _matrix(chart, width)
    elif chart.kind == "line":
        height, parts = PLOT + 2 * ROW, _line(chart, width)
    elif chart.kind == "funnel":
        height, parts = ROW * len(chart.labels), _funnel(chart, width)
    else:
        height, parts = ROW * len(chart.labels), _bars(chart, width)
    if height <= LONGEST:
        return [_image(chart.title, width, 0.0, height, parts)]
    drawn = [(float(each.get("y", 0)), each) for each in parts]
    tops = [LONGEST * place for place in range(ceil(height / LONGEST))]
    return [
        _image(chart.title, width, top, min(LONGEST, height - top),
               (each for y, each in drawn if top <= y < top + LONGEST))
        for top in tops
    ]  # fmt: skip


def _image(title: str, width: float, top: float, height: float, parts: Iterable[Element]) -> Element:
    made = element(
        "svg",
        viewBox=f"0 {top:g} {width:g} {height:g}",
        role="img",
        direction="ltr",
        aria_label=title or None,
    )
    return filled(made, parts)


def _text(words: str, x: float, y: float, anchor: str = "start", class_: str | None = None) -> Element:
    return element("text", words, x=x, y=y, text_anchor=anchor, dominant_baseline="central", class_=class_)


def _wide(words: Sequence[str]) -> float:
    """How wide the longest of some texts is."""
    return LETTER * max(map(cells, words), default=0)


def _labels(labels: Sequence[str], width: float) -> float:
    """How wide labels are: as the longest needs, as far as there is room."""
    return min(_wide(labels), width * MOST_LABEL)


def _label(words: str, x: float, y: float) -> Element:
    """A label that ends there, with the whole of it where it is pointed at."""
    made = _text(cut(words, round(x / LETTER)), x, y, "end")
    made.append(element("title", words))
    return made


def _bars(chart: Chart, width: float) -> Iterator[Element]:
    largest = max((each or 0 for each in chart.values), default=0)
    left = _labels(chart.labels, width)
    room = max(width - left - _wide(chart.figures) - 2 * GAP, GAP)
    for place, (label, value, figure) in enumerate(
        zip(chart.labels, chart.values, chart.figures, strict=True)
    ):
        middle = ROW * place + ROW / 2
        wide = max(value or 0, 0) * room / largest if largest > 0 else 0.0
        yield _label(label, left, middle)
        yield element("rect", x=left + GAP, y=middle - BAR / 2, width=wide, height=BAR, class_="bar")
        yield _text(figure, left + GAP * 1.6 + wide, middle, class_="figure")


def _funnel(chart: Chart, width: float) -> Iterator[Element]:
    largest = max((each or 0 for each in chart.values), default=0)
    besides = [*chart.beside, *[""] * (len(chart.figures) - len(chart.beside))]
    said = [
        f"{figure} → {beside}" if beside else figure
        for figure, beside in zip(chart.figures, besides, strict=True)
    ]
    left = _labels(chart.labels, width)
    room = max(width - left - _wide(said) - 2 * GAP, GAP)
    centre = left + GAP + room / 2
    for place, (label, value, words) in enumerate(zip(chart.labels, chart.values, said, strict=True)):
        middle = ROW * place + ROW / 2
        wide = max(value or 0, 0) * room / largest if largest > 0 else 0.0
        yield _label(label, left, middle)
        yield element("rect", x=centre - wide / 2, y=middle - BAR / 2, width=wide, height=BAR, class_="bar")
        yield _text(words, width, middle, "end", "figure")


def _line(chart: Chart, width: float) -> Iterator[Element]:
    known = [each for each in chart.values if each is not None]
    top, bottom = max([*known, 0]), min([*known, 0])
    ends = {value: chart.figures[chart.values.index(value)] if value else "0" for value in (top, 0, bottom)}
    named = _wide(chart.labels)  # under a point, half of it on either side
    left, right = max(_wide(list(ends.values())) + GAP, named / 2), width - named / 2

    def across(place: int) -> float:
        return left + (right - left) * place / max(len(chart.values) - 1, 1)

    def down(value: int) -> float:
        return ROW / 2 + PLOT * (top - value) / (top - bottom or 1)

    for value, said in ends.items():
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
    for place in range(0, len(chart.labels), _every(named + 2 * GAP, (right - left) / len(chart.labels))):
        yield _text(chart.labels[place], across(place), PLOT + ROW * 1.3, "middle", "figure")


def _every(needed: float, each: float) -> int:
    """Which of texts that stand in a row are written, so that none stands in the next: every so many."""
    return max(ceil(needed / each), 1)


def _runs(points: list[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    """The points that follow each other without a gap."""
    run: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point:
            run.append(point)
        elif run:
            yield run
            run = []


def _matrix(chart: Matrix, width: float) -> Iterator[Element]:
    largest = max((each for row in chart.values for each in row if each is not None), default=0)
    left = _labels([chart.corner, *chart.labels], width)
    wide = min((width - left - GAP) / max(len(chart.columns), 1), 90.0)
    yield _text(chart.corner, left, ROW / 2, "end", "figure")
    for place in range(0, len(chart.columns), _every(_wide(chart.columns) + GAP / 2, wide)):
        yield _text(chart.columns[place], left + GAP + wide * (place + 0.5), ROW / 2, "middle", "figure")
    needed = _wide([figure for row in chart.figures for figure in row])
    small = " small" if wide < needed + GAP else ""
    for line, (label, values, figures) in enumerate(
        zip(chart.labels, chart.values, chart.figures, strict=True), 1
    ):
        middle = ROW * line + ROW / 2
        yield _label(label, left, middle)
        for place, (value, figure) in enumerate(zip(values, figures, strict=True)):
            if value is None:
                continue
            shade = LEAST_SHADE + (1 - LEAST_SHADE) * max(value, 0) / largest if largest > 0 else LEAST_SHADE
            x = left + GAP + wide * place
            told = element("title", f"{label}, {chart.columns[place]}: {figure}")
            yield element(
                "rect", told, x=x, y=ROW * line + 1, width=max(wide - 2, wide / 2), height=ROW - 2, class_="bar",
                fill_opacity=f"{shade:.2f}",
            )  # fmt: skip
            if wide >= needed:
                class_ = "dark" if shade > DARK else "middle" if shade > MIDDLE else "light"
                yield _text(figure, x + wide / 2, middle, "middle", class_ + small)
