"""Charts: they fit, they are in proportion, whatever the labels are written in, and each report has its own."""

import re

import pytest
from conftest import Crm, Terminal
from hypothesis import given
from hypothesis import strategies as st

from crm_cli import charts, drawing
from crm_cli.charts import STRIDE
from crm_cli.drawing import Chart, Matrix, spans
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows

LABELS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=40)
ROWS = st.lists(st.tuples(LABELS, st.none() | st.integers(-5, 10**12)), min_size=1, max_size=90)


class Report:
    """A report as its file declares it."""

    MEASURE = "amount"

    def __init__(self, **said: object) -> None:
        vars(self).update(said)


def rows(columns: str, *found: tuple[object, ...]) -> Rows:
    """Rows whose columns are named `name:kind`."""
    return Rows([Field(*each.split(":")) for each in columns.split()], found)


@given(st.lists(st.tuples(LABELS, st.integers(-5, 10**12)), min_size=1, max_size=8), st.integers(30, 120))
def test_bars_fit_their_width(rows: list[tuple[str, int]], width: int) -> None:
    labels, values = [row[0] for row in rows], [row[1] for row in rows]
    lines = charts.bars(labels, values, [str(value) for value in values], width)
    assert len(lines) == len(rows)
    assert all(charts.cells(line) <= width for line in lines)


@given(st.sampled_from(["line", "funnel"]), ROWS, st.integers(40, 120), st.booleans())
def test_lines_and_funnels_fit_their_width(
    kind: str, rows: list[tuple[str, int | None]], width: int, blocks: bool
) -> None:
    labels = [f"{2000 + place}" for place in range(len(rows))] if kind == "line" else [row[0] for row in rows]
    figures = ["–" if row[1] is None else str(row[1]) for row in rows]
    chart = Chart(kind, "amount", labels, [row[1] for row in rows], figures, ["50%"] * len(rows))
    lines = charts.draw(chart, width, blocks=blocks)
    assert all(charts.cells(line) <= width for line in lines)


@given(st.integers(1, 40), st.integers(1, 6), st.integers(30, 120))
def test_a_matrix_fits_its_width_and_counts_what_it_leaves_out(columns: int, lines: int, width: int) -> None:
    names = [f"m{place}" for place in range(columns)]
    values: list[list[int | None]] = [
        [50] * (columns - line) + [None] * min(line, columns) for line in range(lines)
    ]
    values = [line[:columns] for line in values]
    figures = [["" if each is None else f"{each}%" for each in line] for line in values]
    drawn = charts.draw(
        Matrix("", "", names, [f"2026-0{line + 1}" for line in range(lines)], values, figures), width
    )
    assert all(charts.cells(line) <= width for line in drawn)
    missing = re.fullmatch(r"no room for (\d+) more, up to m\d+", drawn[-1])
    assert len(drawn[0].split()) + (int(missing[1]) if missing else 0) == columns


def test_bars_are_in_proportion_and_labels_cut_by_cells() -> None:
    assert charts.bars([], [], [], 80) == []
    lines = charts.bars(["一二三四五六七", "سلام"], [200, 100], ["200", "100"], 25, blocks=False)
    assert lines == ["200 ######## 一二三四五…", "100 ####     سلام"]
    full, half = charts.bars(["a", "b"], [16, 8], ["16", " 8"], 21)
    assert (full.count("█"), half.count("█")) == (16, 8)


def test_a_line_rises_falls_and_breaks_where_nothing_is_known() -> None:
    chart = Chart("line", "n", ["2024", "2025", "2026"], [0, 9, None], ["0", "9", "–"])
    drawn = charts.draw(chart, 30)
    assert (drawn[1][0], drawn[-2][0]) == ("9", "0")
    columns = [len(line) for line in drawn[1:-1]]
    assert columns == sorted(columns, reverse=True)
    assert max(map(len, drawn[1:-1])) == 3 + STRIDE + 1
    plain = "".join(charts.draw(chart, 30, blocks=False))
    assert plain.isascii()


def test_a_funnel_stands_about_its_middle_and_says_what_goes_on() -> None:
    chart = Chart("funnel", "", ["Seen", "Won"], [10, 5], ["10", "5"], ["50%", ""])
    assert charts.draw(chart, 40, blocks=False) == [
        "10 ######################### > 50%  Seen", " 5        ############              Won",
    ]  # fmt: skip


def test_shades_are_darker_the_larger() -> None:
    made = Matrix(
        "", "", ["m0", "m1"], ["2026-01", "2026-02"], [[100, 25], [50, None]], [["100%", "25%"], ["50%", ""]]
    )
    assert charts.draw(made, 40) == ["          m0   m1", "2026-01 100%█ 25%░", "2026-02  50%▒"]


def test_spans_between_are_filled_in() -> None:
    assert spans.filled(["2026-02", "2025-11"]) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert spans.filled(["2025-Q3", "2026-Q1"]) == ["2025-Q3", "2025-Q4", "2026-Q1"]
    assert spans.filled(["2020-W52", "2021-W01"]) == ["2020-W52", "2020-W53", "2021-W01"]
    assert spans.filled(["2024", "2026"]) == ["2024", "2025", "2026"]
    assert spans.filled(["2024", "2026-01"]) == ["2024", "2026-01"]
    assert not spans.is_span("2026-13")


def test_time_is_a_line_in_which_a_month_without_a_row_brought_nothing() -> None:
    answer = rows("month:text amount:money currency:currency", ("2026-01", 10000, "EUR"), ("2026-03", 20000, "EUR"),
                  ("2026-02", 500, "USD"))  # fmt: skip
    euros, dollars = drawing.charts(answer, Report(), "month")
    assert isinstance(euros, Chart)
    assert (euros.kind, euros.labels, euros.values) == (
        "line",
        ["2026-01", "2026-02", "2026-03"],
        [10000, 0, 20000],
    )
    assert isinstance(dollars, Chart)
    assert dollars.title == "amount USD"
    share = rows("month:text amount:percent", ("2026-01", 10000), ("2026-03", None))
    (line,) = drawing.charts(share, Report(), "month")
    assert isinstance(line, Chart)
    assert line.values == [10000, None, None]


def test_a_triangle_of_cohorts_is_a_heat_map() -> None:
    answer = rows("cohort:text size:integer m0:percent m1:percent", ("2026-01", 34, 1000000, 416700),
                  ("2026-02", 12, 1000000, None))  # fmt: skip
    (heat,) = drawing.charts(answer, Report(MEASURE="size"))
    assert isinstance(heat, Matrix)
    assert heat.labels == ["2026-01 (34)", "2026-02 (12)"]
    assert heat.figures == [["100%", "42%"], ["100%", ""]]


def test_a_measure_that_says_nothing_gives_way_to_the_next() -> None:
    report = Report(MEASURE="clv", MEASURES=("historic", "purchases"))
    answer = rows("customer:text clv:money historic:money", ("Ada", None, 5), ("Bob", None, 3))
    (bars,) = drawing.charts(answer, report)
    assert isinstance(bars, Chart)
    assert (bars.title, bars.values) == ("historic", [5, 3])
    (bars,) = drawing.charts(rows("customer:text clv:money historic:money", ("Ada", 0, 0)), report)
    assert bars.title == "clv"


def test_a_label_says_nothing_twice() -> None:
    answer = rows("goal:text owner:text period:text amount:integer", ("Calls 2026, Mara", "Mara", "2026", 1),
                  ("Calls 2026, Jonas", "Ma", "2026-06", 2))  # fmt: skip
    (bars,) = drawing.charts(answer, Report(CHART="bars"))
    assert bars.labels == ["Calls 2026, Mara", "Calls 2026, Jonas · Ma · 2026-06"]


def test_a_grid_counts_rows_by_two_columns() -> None:
    answer = rows("id:id r:integer f:integer amount:money", (1, 5, 1, 3), (2, 5, 1, 4), (3, 1, 2, 5))
    (grid,) = drawing.charts(answer, Report())
    assert isinstance(grid, Matrix)
    assert (grid.labels, grid.columns, grid.values) == (["5", "1"], ["1", "2"], [[2, None], [None, 1]])


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("funnel", "→ "), ("leads", "→ "), ("revenue", "╭"), ("winloss --by month", "╭"), ("winloss", " lost"),
        ("pipeline", " Proposal"), ("forecast", "██"), ("nps", " detractors"),
    ],
)  # fmt: skip
def test_reports_are_drawn_in_their_own_way(asked: str, seen: str, crm: Crm) -> None:
    drawn = crm("--demo", "report", *asked.split(), "--chart")
    assert drawn.code == 0
    assert seen in drawn.out
    assert all(charts.cells(line) <= 80 for line in drawn.lines)


def test_charts_have_colour_in_a_terminal_alone_and_only_where_it_is_wanted(terminal: Terminal) -> None:
    asked = ("--demo", "report", "funnel", "--chart")
    assert "\x1b[36m" in terminal(*asked).raw
    for plain in (terminal(*asked, env={"NO_COLOR": "1"}), terminal(*asked, "--no-color")):
        assert "\x1b[" not in plain.raw
        assert "██" in plain.out
    narrow = terminal(*asked, columns=40).out
    assert all(charts.cells(line) <= 40 for line in narrow.splitlines())


def test_an_answer_without_the_measure_cannot_be_drawn() -> None:
    with pytest.raises(InvalidError, match="--chart"):
        drawing.charts(rows("reason:text people:integer", ("unsubscribed", 3)), Report())
    assert drawing.charts(rows("reason:text people:integer"), Report()) == []
