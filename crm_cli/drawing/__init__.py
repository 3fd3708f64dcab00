"""What a report draws: charts made of its answer, of no medium yet; a terminal and a page each draw them their way.

A report may say how with `CHART`: `bars`, `line`, `funnel`, `heat` (columns such as m0, m1 … are the cells) or `grid`
(how many rows fall to each pair of values of the two columns `GRID`, else r and f). Where it does not, an answer of
that shape is a heat map or a grid, spans of time are a line, everything else bars. `MEASURES` are columns to draw of
answers in which `MEASURE` is not, or says nothing. `PARTS` are columns that stand beside each other where the answer is
a single row, and `STEPS` are such columns that come one out of the other. Unlike currencies are never in one chart.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from crm_cli import exact, output
from crm_cli.drawing import spans
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.values.amounts import SCALE, money_human, round_half_up

WORDS = frozenset(
    ("text", "long", "choice", "open", "country", "boolean", "day", "email", "phone", "url", "tags")
)
CELL = re.compile(r"[a-z]\d+(_pct)?")  # the name of a column of a heat map
UNKNOWN = "–"
ADDED = frozenset(
    ("money", "integer")
)  # kinds of which a span of time without a row has none, and not an unknown one


@dataclass(frozen=True)
class Chart:
    """Values beside each other: `bars`, a `line` in time, or a `funnel`.

    `figures` are the values as people read them; `beside` is what is said of the way to the next step of a funnel.
    """

    kind: str
    title: str
    labels: list[str]
    values: list[int | None]
    figures: list[str]
    beside: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Matrix:
    """Values over two headings; None where there is none."""

    title: str
    corner: str
    columns: list[str]
    labels: list[str]
    values: list[list[int | None]]
    figures: list[list[str]]


def charts(rows: Rows, report: Any, by: str | None = None, *, strict: bool = True) -> list[Chart | Matrix]:
    """The charts of a report's answer, one for each currency; `by` is what it was grouped by.

    Raises:
        InvalidError: there is nothing in it that can be drawn, which is none where it is not `strict`.
    """
    answer = _Answer(rows.columns, [list(row) for row in rows.rows], report, by)
    if not answer.rows:
        return []
    if answer.kind == "heat":
        return list(_heat(answer))
    if answer.kind == "grid":
        return [_grid(answer)]
    if answer.measure is None and not strict:
        return []
    if answer.measure is None:
        raise InvalidError("there is nothing in this answer to draw; leave out --chart")
    return list(_split(answer))


@dataclass
class _Answer:
    """An answer with what its columns are good for."""

    columns: list[Field]
    rows: list[list[Any]]
    report: Any
    by: str | None

    @cached_property
    def names(self) -> dict[str, int]:
        return {each.name: place for place, each in enumerate(self.columns)}

    @cached_property
    def measure(self) -> int | None:
        known = (self.report.MEASURE, *getattr(self.report, "MEASURES", ()))
        places = [self.names[name] for name in known if name in self.names]
        return next(
            (place for place in places if any(row[place] for row in self.rows)), next(iter(places), None)
        )

    @cached_property
    def money(self) -> int | None:
        return self.names.get("currency")

    @cached_property
    def cells(self) -> list[int]:
        return [place for place, each in enumerate(self.columns) if CELL.fullmatch(each.name)]

    @cached_property
    def told(self) -> list[int]:
        """The columns that say what a row is about."""
        last = len(self.columns) if self.measure is None else self.measure
        return [
            place
            for place, each in enumerate(self.columns[:last])
            if place != self.money and (each.name == self.by or worded(each))
        ]

    @cached_property
    def telling(self) -> list[int]:
        """Those of them that tell rows apart."""
        return [place for place in self.told if len({row[place] for row in self.rows}) > 1] or self.told

    @cached_property
    def kind(self) -> str:
        """How it is drawn: as the report says where the answer has that shape, else as its shape is."""
        shaped = {
            "heat": len(self.cells) > 1,
            "grid": self.pair is not None,
            "funnel": bool(self.told),
            "line": self.time is not None,
            "bars": True,
        }
        said = getattr(self.report, "CHART", "")
        usual = ("heat", "grid", "line" if self.told and self.time == self.told[0] else "bars")
        return next(kind for kind in (said, *usual) if shaped.get(kind))

    @cached_property
    def time(self) -> int | None:
        """The column of the spans of time that rows are about, where there are several."""
        for place in self.told:
            found = {row[place] for row in self.rows if row[place] is not None}
            if len(found) > 1 and all(spans.is_span(str(each)) for each in found):
                return place
        return None

    @cached_property
    def pair(self) -> tuple[int, int] | None:
        """The two columns of a grid."""
        names = getattr(self.report, "GRID", ("r", "f"))
        places = [self.names[name] for name in names if name in self.names]
        return (places[0], places[1]) if len(places) == 2 else None  # noqa: PLR2004

    def label(self, row: Sequence[Any], places: Iterable[int]) -> str:
        """What a row is about, `none` where that is nothing; a word that an earlier one has in it says no more."""
        said: list[str] = []
        asked = list(places)
        for place in asked:
            word = "" if row[place] is None else str(row[place])
            if word and not any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", each) for each in said):
                said.append(word)
        return output.visible(" · ".join(said)) or ("none" if asked else "")

    def figure(self, place: int, row: Sequence[Any]) -> str:
        """A value of a row as people read it."""
        return written(self.columns[place], row[place], row[self.money] if self.money is not None else None)

    def currencies(self) -> dict[str, list[list[Any]]]:
        """The rows by currency; all in one where nothing but the currency would part them."""
        places = [*self.told, *([self.time] if self.time is not None else [])]
        labels = Counter(self.label(row, places) for row in self.rows)
        amounts = self.measure is not None and self.columns[self.measure].kind == "money"
        if self.money is None or (not amounts and max(labels.values()) == 1):
            return {"": self.rows}
        parted: dict[str, list[list[Any]]] = {}
        for row in self.rows:
            parted.setdefault(row[self.money] or "", []).append(row)
        return parted


def worded(each: Field) -> bool:
    """Whether a column says in words what a row is about."""
    return each.kind in WORDS or each.kind.startswith("ref:")


def written(each: Field, value: Any, currency: str | None) -> str:
    """A value as people read it, – where it is not known."""
    if value is None:
        return UNKNOWN
    if each.kind == "money" and currency:
        return money_human(value, currency)
    if each.kind == "integer":
        return f"{value:,}"
    return output.visible(exact.text(each)(value, currency)) + ("%" if each.kind == "percent" else "")


def titled(name: str) -> str:
    """A column's name in words."""
    return name.removesuffix("_pct").replace("_", " ")


def _split(answer: _Answer) -> Iterator[Chart]:
    """The charts of one measure, currency by currency."""
    for currency, rows in answer.currencies().items():
        steps, parts = (getattr(answer.report, name, ()) for name in ("STEPS", "PARTS"))
        beside = [answer.names[name] for name in steps or parts if name in answer.names]
        if len(rows) == 1 and beside and all(answer.columns[place].kind == "day" for place in answer.told):
            yield _parts(answer, "funnel" if steps else "bars", currency, rows[0], beside)
        elif answer.kind == "line" and answer.time is not None:
            yield from _lines(answer, currency, rows, answer.time)
        elif answer.kind == "funnel":
            yield from _funnels(answer, currency, rows)
        else:
            yield _values(answer, "bars", _title(answer, currency), rows, answer.telling)


def _title(answer: _Answer, *more: str) -> str:
    name = answer.report.MEASURE if answer.measure is None else answer.columns[answer.measure].name
    return " ".join(filter(None, (titled(name), *more)))


def _values(answer: _Answer, kind: str, title: str, rows: list[list[Any]], places: Sequence[int]) -> Chart:
    at = answer.measure or 0
    labels = [answer.label(row, places) for row in rows]
    return Chart(kind, title, labels, [row[at] for row in rows], [answer.figure(at, row) for row in rows])


def _parts(answer: _Answer, kind: str, currency: str, row: list[Any], places: list[int]) -> Chart:
    """The columns of a single row beside each other."""
    values = [row[place] for place in places]
    return Chart(
        kind,
        currency,
        [titled(answer.columns[place].name) for place in places],
        values,
        [answer.figure(place, row) for place in places],
        _shares(values) if kind == "funnel" else [],
    )


def _shares(values: list[int | None]) -> list[str]:
    """What share of each step came to the next; nothing after the last."""
    return [
        *(
            f"{after * 100 / before:.1f}%" if before and after is not None else ""
            for before, after in pairwise(values)
        ),
        "",
    ]


def _parted(rows: list[list[Any]], places: Sequence[int]) -> Iterator[list[list[Any]]]:
    """The rows by what stands in these columns, in the order in which they come."""
    parted: dict[tuple[Any, ...], list[list[Any]]] = {}
    for row in rows:
        parted.setdefault(tuple(row[place] for place in places), []).append(row)
    yield from parted.values()


def _funnels(answer: _Answer, currency: str, rows: list[list[Any]]) -> Iterator[Chart]:
    """A funnel of each group; its steps are the last column of words before the measure."""
    step = answer.told[-1]
    wordy = [place for place, each in enumerate(answer.columns) if worded(each) or each.name == answer.by]
    others = [place for place in wordy if place not in (step, answer.money)]
    share = answer.names.get("conversion_pct")
    for found in _parted(rows, others):
        said = answer.label(found[0], others)
        chart = _values(answer, "funnel", _title(answer, currency, said), found, [step])
        if share is not None:
            chart.beside.extend("" if row[share] is None else answer.figure(share, row) for row in found)
        else:
            chart.beside.extend(_shares(chart.values))
        yield chart


def _lines(answer: _Answer, currency: str, rows: list[list[Any]], time: int) -> Iterator[Chart]:
    """A line of each group; where a span of time comes twice, its latest row counts."""
    at, others = answer.measure or 0, [place for place in answer.told if place != time]
    others = [place for place in others if answer.columns[place].kind != "day"]
    each = answer.columns[at]
    for found in _parted([row for row in rows if row[time] is not None], others):
        held = {str(row[time]): row for row in found}
        line = spans.filled(held)
        none = 0 if each.kind in ADDED else None
        values = [held[span][at] if span in held else none for span in line]
        figures = [written(each, value, currency or None) for value in values]
        title = _title(answer, currency, answer.label(found[0], others))
        yield Chart("line", title, line, values, figures)


def _heat(answer: _Answer) -> Iterator[Matrix]:
    """The cells of each row, beside what the row is about and how large it is."""
    first = answer.cells[0]
    words = [place for place in range(first) if worded(answer.columns[place]) and place != answer.money]
    size = answer.names.get("size")
    for currency, rows in answer.currencies().items():
        labels = [answer.label(row, words) + _sized(answer, size, row) for row in rows]
        yield Matrix(
            " ".join(filter(None, (titled(answer.columns[words[0]].name) if words else "", currency))),
            "",
            [titled(answer.columns[place].name) for place in answer.cells],
            labels,
            [[row[place] for place in answer.cells] for row in rows],
            [[_short(answer, place, row) for place in answer.cells] for row in rows],
        )


def _short(answer: _Answer, place: int, row: list[Any]) -> str:
    """A figure of a heat map, which has room for whole per cents."""
    if row[place] is None:
        return ""
    if answer.columns[place].kind == "percent":
        return f"{round_half_up(row[place], SCALE)}%"
    return answer.figure(place, row)


def _sized(answer: _Answer, size: int | None, row: list[Any]) -> str:
    return "" if size is None else f" ({answer.figure(size, row)})"


def _grid(answer: _Answer) -> Matrix:
    """How many rows fall to each pair of values: the first down, the highest on top, the second across."""
    down, across = answer.pair or (0, 0)
    counts = Counter((row[down], row[across]) for row in answer.rows)
    rows = sorted({pair[0] for pair in counts}, key=_rank, reverse=True)
    columns = sorted({pair[1] for pair in counts}, key=_rank)
    names = [titled(answer.columns[place].name) for place in (down, across)]
    values = [[counts[row, column] or None for column in columns] for row in rows]
    return Matrix(
        f"{names[0]} down, {names[1]} across",
        names[0],
        [_word(column) for column in columns],
        [_word(row) for row in rows],
        values,
        [[f"{value:,}" if value else "" for value in line] for line in values],
    )


def _rank(value: Any) -> tuple[bool, float, str]:
    """Numbers by size, words by the alphabet, nothing first."""
    number = float(value) if isinstance(value, int | float) else 0.0
    return value is not None, number, str(value)


def _word(value: Any) -> str:
    return UNKNOWN if value is None else output.visible(str(value))
