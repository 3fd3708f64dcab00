"""Bars for a terminal: they fit, they are in proportion, whatever the labels are written in."""

from hypothesis import given
from hypothesis import strategies as st

from crm_cli import charts


@given(
    st.lists(st.tuples(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=40), st.integers(-5, 10**12)),
             min_size=1, max_size=8),
    st.integers(30, 120),
)  # fmt: skip
def test_bars_fit_their_width(rows: list[tuple[str, int]], width: int) -> None:
    labels, values = [row[0] for row in rows], [row[1] for row in rows]
    lines = charts.bars(labels, values, [str(value) for value in values], width)
    assert len(lines) == len(rows)
    assert all(charts.cells(line) <= width for line in lines)


def test_bars_are_in_proportion_and_labels_cut_by_cells() -> None:
    assert charts.bars([], [], [], 80) == []
    lines = charts.bars(["一二三四五六七", "سلام"], [200, 100], ["200", "100"], 25, blocks=False)
    assert lines == ["200 ######## 一二三四五…", "100 ####     سلام"]
    full, half = charts.bars(["a", "b"], [16, 8], ["16", " 8"], 21)
    assert (full.count("█"), half.count("█")) == (16, 8)
