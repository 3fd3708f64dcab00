"""Every report on the demo store in every format: all tell the same, none asks for more room than there is."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import TODAY, Crm

from crm_cli import charts, cli, reports

WIDE, NARROW = 120, 40


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The demo business of the day."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_CONFIG", str(folder / "missing.toml"))
        patch.setenv("CRM_TODAY", TODAY)
        assert cli.run(["demo", "--into", str(folder / "crm.db")]) == 0
        yield folder / "crm.db"


@pytest.mark.parametrize("name", reports.names())
def test_a_report_tells_the_same_in_every_format(crm: Crm, demo: Path, name: str) -> None:
    def asked(*options: str, columns: int = 80) -> str:
        done = crm("--db", str(demo), "report", name, *options, env={"COLUMNS": str(columns)})
        assert done.code == 0, done.err
        return done.out

    rows = json.loads(asked("-o", "json"), parse_float=str, parse_int=str)
    assert rows
    lines = asked("-o", "jsonl").splitlines()
    assert [json.loads(line, parse_float=str, parse_int=str) for line in lines] == rows
    names, *cells = csv.reader(io.StringIO(asked("-o", "csv")))
    assert [dict(zip(names, row, strict=True)) for row in cells] == [
        {key: _told(value) for key, value in row.items()} for row in rows
    ]
    assert [line.split("\t") for line in asked("-o", "tsv").splitlines()] == [names, *cells]
    assert asked().splitlines() == ["\t".join(row) for row in cells]
    assert len(asked("-o", "md").splitlines()) == len(rows) + 2
    assert len(asked("-o", "table").splitlines()) >= len(rows)
    if "id" in names:
        assert len(asked("-o", "ids").split()) == len(rows)
    for columns in (80, WIDE, NARROW):
        drawn = asked("--chart", columns=columns)
        assert bool(drawn.strip()) == bool(rows)
        assert max((charts.cells(line) for line in drawn.splitlines()), default=0) <= columns
        assert "\x1b" not in drawn
    page = asked("--html", "-")
    assert page.count("<svg") >= bool(rows)
    assert page.count("<tr>") == len(rows) + bool(rows)
    assert json.loads(asked("--explain", "-o", "json"))
    said = asked("--explain")
    assert "SELECT" in said
    assert len(said.split("\n\n")) >= 2


def _told(value: object) -> str:
    """A value of JSON as it stands in a table."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
