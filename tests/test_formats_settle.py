"""A column settles its dates and decimal marks as a whole, or is refused with the option that does."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from crm_cli.errors import InvalidError
from crm_cli.formats.settle import settle
from crm_cli.formats.table import Table, open_table


def column(folder: Path, *values: str) -> Table:
    path = folder / "file.csv"
    path.write_text("Close Date;note\n" + "".join(f"{value};x\n" for value in values), "utf-8")
    return open_table(str(path), header_row=True, delimiter=";")


@pytest.mark.parametrize(
    ("values", "kind", "settled"),
    [
        (["03/04/2026", "25/04/2026"], "day", "dmy"),
        (["03/04/2026", "", "04/25/2026"], "day", "mdy"),
        (["03-04-2026 10:00", "29-02-2016 01:16"], "instant", "dmy"),
        (["512,77", "1.000,00"], "money", ","),
        (["1,234", "1,234.50"], "decimal", "."),
        (["1234", "5"], "money", "."),
    ],
)
def test_one_value_settles_the_others(tmp_path: Path, values: list[str], kind: str, settled: str) -> None:
    with column(tmp_path, *values) as table:
        assert settle(table, {0: kind, 1: "text"}) == {0: settled}


@pytest.mark.parametrize(
    ("values", "kind", "option", "example"),
    [
        (["2026-01-31", "03/04/2026"], "day", "--date-order dmy|mdy|ymd", "03/04/2026"),
        (["25/04/2026", "04/26/2026"], "day", "--date-order dmy|mdy|ymd", "04/26/2026"),
        (["5", "1,234"], "money", "--decimal ,|.", "1,234"),
        (["1.234,5", "1,234.5"], "percent", "--decimal ,|.", "1,234.5"),
    ],
)
def test_an_open_column_is_refused(
    tmp_path: Path, values: list[str], kind: str, option: str, example: str
) -> None:
    with column(tmp_path, *values) as table, pytest.raises(InvalidError) as refused:
        settle(table, {0: kind})
    assert all(part in str(refused.value) for part in ("Close Date", option, f'"{example}"'))


def test_options_settle_every_column_without_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unread(_: Table) -> Iterator[None]:
        pytest.fail("the file was read")

    monkeypatch.setattr(Table, "rows", unread)
    with column(tmp_path, "03/04/2026") as table:
        assert settle(table, {0: "day"}, date_order="mdy") == {0: "mdy"}
        assert settle(table, {0: "money", 1: "text"}, decimal=",") == {0: ","}
        assert settle(table, {1: "text"}) == {}


def test_standard_input_can_be_settled_and_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"due,note\n25/04/2026,x\n03/04/2026\n"))
    )
    with open_table("-") as table:
        assert settle(table, {0: "day"}) == {0: "dmy"}
        assert [cells[0] for _, cells in table.rows()] == ["25/04/2026", "03/04/2026"]
