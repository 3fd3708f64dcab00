"""Workbooks in and out: exact values, sheets, and files that are none."""

import csv
import io
import subprocess
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm, Terminal
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from crm_cli.errors import InvalidError
from crm_cli.formats.table import open_table

DATA = Path(__file__).parents[2] / "shared" / "data"
NEEDS_DATA = pytest.mark.skipif(not DATA.is_dir(), reason=f"the public sample files are not in {DATA}")


def book(path: Path, *sheets: tuple[str, list[list[Any]]], forms: dict[str, str] | None = None) -> str:
    """Write a workbook; `forms` are number formats by cell of the first sheet."""
    made = Workbook()
    made.remove(made.active)  # type: ignore[arg-type]
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    for place, form in (forms or {}).items():
        made.worksheets[0][place].number_format = form
    made.save(path)
    return str(path)


def cells(path: str, **options: str) -> list[list[str | None]]:
    with open_table(path, **options) as table:
        return [table.header, *(list(row) for _, row in table.rows())]  # type: ignore[list-item]


def test_cells_are_exact(tmp_path: Path) -> None:
    values = [12.5, 0.1 + 0.2, 3.0, 1e21, 1234567.891, -7, True, "  text ", date(2021, 4, 15),
              datetime(2021, 4, 15, 0, 3), time(9, 30), timedelta(hours=26, minutes=5), None]  # fmt: skip  # noqa: DTZ001
    said = ["12.5", "0.3", "3", "1000000000000000000000", "1234567.891", "-7", "true", "  text ", "2021-04-15",
            "2021-04-15 00:03:00", "09:30:00", "26:05:00", None]  # fmt: skip
    file = book(tmp_path / "a.xlsx", ("S", [[f"c{n}" for n in range(len(values))], values]))
    assert cells(file)[1] == said
    assert cells(file, decimal=",")[1][0] == "12,5"


def test_what_a_number_means_is_in_its_form(tmp_path: Path) -> None:
    rows = [["code", "share", "price"], [1234, 0.075, 22700]]
    file = book(
        tmp_path / "a.xlsx", ("S", rows), forms={"A2": "00000", "B2": "0.0%", "C2": '"100%" #,##0.00'}
    )
    assert cells(file)[1] == ["01234", "7.5%", "22700"]


@given(st.integers(-(10**9), 10**9), st.integers(0, 6))
def test_a_decimal_comes_out_as_it_went_in(whole: int, places: int) -> None:
    from crm_cli.formats.workbook import _number

    number = whole / 10**places
    assert float(_number(number, "General")) == number
    assert len(_number(number, "General").partition(".")[2]) <= places


def test_sheets_are_named_or_numbered(tmp_path: Path) -> None:
    file = book(tmp_path / "a.xlsx", ("First", [["name"], ["A"]]), ("Second one", [["name"], ["B"]]))
    assert cells(file) == [["name"], ["A"]]
    assert cells(file, sheet="second ONE") == cells(file, sheet="2") == [["name"], ["B"]]
    with open_table(file) as table:
        assert table.notes == ['read the sheet "First"; --sheet takes another of 2']
    with pytest.raises(InvalidError, match='no sheet "3"; it has First, Second one'):
        open_table(file, sheet="3")


def test_a_title_above_the_table_and_blank_rows_are_passed_over(tmp_path: Path) -> None:
    rows = [["Contacts of 2026"], [], ["Name", "Email"], ["A", "a@x.org"], [], ["B"]]
    with open_table(book(tmp_path / "a.xlsx", ("S", rows))) as table:
        assert (table.header, table.header_line, table.preamble) == (
            ["Name", "Email"],
            3,
            ["Contacts of 2026"],
        )
        assert [(line, list(row)) for line, row in table.rows()] == [(4, ["A", "a@x.org"]), (6, ["B", None])]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"PK\x03\x04 xl/ broken", "cannot be read as a workbook"), (b"PK\x03\x04 other", "ZIP archive")],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(content)
    with pytest.raises(InvalidError, match=said):
        open_table(str(file))


def spoilt(path: Path, part: str, old: bytes, new: bytes) -> str:
    """A workbook in one of whose parts something stands for something else."""
    source = book(path.with_name("sound.xlsx"), ("S", [["name"], ["Ada"]]))
    with zipfile.ZipFile(source) as whole, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name in whole.namelist():
            content = whole.read(name)
            made.writestr(name, content.replace(old, new) if name.endswith(part) else content)
    return str(path)


@pytest.mark.parametrize(
    ("part", "old", "new", "said"),
    [
        ("sheet1.xml", b"</sheetData>", b"<row/>" * 10_000_000 + b"</sheetData>", "would unpack to 60 MB"),
        ("sheet1.xml", b'<row r="2"', b'<row r="99999999"', "numbered beyond 1,048,576"),
        ("sheet1.xml", b'r="A2"', b'r="XFDZZZ2"', "cannot be read as a workbook"),
        ("sheet1.xml", b"<sheetData>", b"<sheetData>&b;", "cannot be read as a workbook"),
    ],
)
def test_a_workbook_that_is_a_trap_is_refused(
    crm: Crm, tmp_path: Path, store: Path, part: str, old: bytes, new: bytes, said: str
) -> None:
    file = spoilt(tmp_path / "trap.xlsx", part, old, new)
    result = crm("contact", "import", file)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1), result.err
    assert said in result.err
    assert not store.exists() or not crm("contact", "list").out


def test_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match='sheet "S" is empty'):
        open_table(book(tmp_path / "a.xlsx", ("S", [])))


def test_without_the_extra_a_line_says_what_to_install(
    crm: Crm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = book(tmp_path / "a.xlsx", ("S", [["name"], ["A"]]))
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    result = crm("contact", "import", file)
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "install crm-cli[xlsx]" in result.err
    assert "install crm-cli[xlsx]" in crm("contact", "export", "-o", "xlsx").err


@NEEDS_DATA
def test_deals_of_a_workbook(crm: Crm) -> None:
    stages = "Lead:10,Proposal:30,Contract sent (old stage):50,Live Direct:won,Closed won:won,Lost:lost"
    assert crm("pipeline", "add", "HubSpot", "--stages", stages).code == 0
    file = str(DATA / "exports/hubspot_fixture/hubspot-deals.xlsx")
    for outcome in ("created", "unchanged"):
        result = crm("deal", "import", file, "--set", "pipeline=HubSpot", "-o", "json")
        assert result.json["read"] == result.json[outcome] == 4, result.err
    assert "read as an export of HubSpot" in result.err


@NEEDS_DATA
def test_provinces_of_a_workbook_are_those_of_the_file_beside_it() -> None:
    folder = DATA / "persian/places"
    with open_table(str(folder / "provinces.csv")) as table:
        wanted = [table.header, *(list(row) for _, row in table.rows())]
    assert cells(str(folder / "provinces.xlsx")) == wanted


ODD = [
    ('=HYPERLINK("x")', "+44 20 7946 0958", "1980-02-29"),
    ("@SUM(1)", "+1-555-0100", "1850-01-01"),
    ("Null \x00 and \t tab", "", ""),
    ("José 🚀 سارا", "", "2026-06-15"),
]


def exported(store: Path, *options: str) -> bytes:
    """What a process of its own writes to standard output."""
    command = [sys.executable, "-m", "crm_cli", "--db", str(store), *options]
    return subprocess.run(command, capture_output=True, check=True).stdout


def people(crm: Crm) -> None:
    for at, (name, phone, day) in enumerate(ODD):
        said = [f"--{key}={text}" for key, text in (("phone", phone), ("birthday", day)) if text]
        result = crm("contact", "add", name.replace("\x00", "␀"), "--email", f"p{at}@x.org", *said)
        assert result.code == 0, result.err
    assert (
        crm("deal", "add", "D", "--amount", "-1234.5", "--currency", "EUR", "--probability", "12.5").code == 0
    )


def test_what_is_exported_comes_back_the_same(crm: Crm, store: Path, tmp_path: Path) -> None:
    people(crm)
    other = {"CRM_DB": str(tmp_path / "other.db")}
    nouns = ("contact", "pipeline", "deal")
    for noun in nouns:
        file = tmp_path / f"{noun}.xlsx"
        file.write_bytes(exported(store, noun, "export", "-o", "xlsx"))
        result = crm(noun, "import", str(file), env=other)
        assert result.code == 0, result.err
    assert [crm(noun, "export", env=other).out for noun in nouns] == [
        crm(noun, "export").out for noun in nouns
    ]


def test_cells_have_their_kinds_and_nothing_is_a_formula(crm: Crm, store: Path) -> None:
    people(crm)
    written = exported(
        store, "contact", "export", "-o", "xlsx", "--columns", "name,phone,birthday,do_not_fax"
    )
    sheet = load_workbook(io.BytesIO(written)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["name", "phone", "birthday", "do_not_fax"]
    assert [row[0] for row in rows[1:]] == [name.replace("\x00", "␀") for name, _, _ in ODD]
    assert {cell.data_type for row in sheet.iter_rows(min_row=2, max_col=2) for cell in row} == {"s", "n"}
    assert [row[2] for row in rows[1:]] == [datetime(1980, 2, 29), "1850-01-01", None, datetime(2026, 6, 15)]  # noqa: DTZ001
    assert [row[3] for row in rows[1:]] == [False] * len(ODD)
    deals = load_workbook(io.BytesIO(exported(store, "deal", "list", "-o", "xlsx", "--columns", "amount")))
    assert deals.worksheets[0]["A2"].value == -1234.5


def test_a_terminal_gets_no_workbook(crm: Crm, terminal: Terminal) -> None:
    people(crm)
    assert "write it to a file" in terminal("contact", "export", "-o", "xlsx").out


def test_csv_for_spreadsheets(crm: Crm) -> None:
    people(crm)
    said = crm("contact", "export", "--spreadsheet", "--columns", "name,phone")
    assert said.out.startswith("\ufeffname,phone\n")
    rows = list(csv.reader(said.out.removeprefix("\ufeff").splitlines()))
    assert rows[1][:2] == ['\'=HYPERLINK("x")', "'+44 20 7946 0958"]
    assert rows[2][:2] == ["'@SUM(1)", "'+1-555-0100"]
    plain = crm("contact", "export", "--columns", "name")
    assert list(csv.reader(plain.lines))[1] == ['=HYPERLINK("x")']


@pytest.mark.parametrize(
    ("env", "line"),
    [({}, "D,-1234.50,EUR"), ({"LC_ALL": "de_DE.UTF-8"}, "D;-1234,50;EUR"), ({"LC_ALL": "C"}, "D,-1234.50,EUR"),
     ({"LC_ALL": "fr_FR"}, "D;-1234,50;EUR"), ({"LC_ALL": "nonsense"}, "D,-1234.50,EUR")],
)  # fmt: skip
def test_csv_for_spreadsheets_is_written_as_its_place_reads_it(
    crm: Crm, env: dict[str, str], line: str
) -> None:
    people(crm)
    said = crm("deal", "export", "--spreadsheet", "--columns", "name,amount", env=env)
    assert said.lines[1] == line
    assert crm("deal", "export", "--spreadsheet", "-o", "json").code == 2


def test_csv_for_spreadsheets_follows_the_setting(crm: Crm) -> None:
    people(crm)
    crm("config", "set", "locale", "nl_NL")
    assert crm("deal", "export", "--spreadsheet", "--columns", "name,amount").lines[1] == "D;-1234,50;EUR"
