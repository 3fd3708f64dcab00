"""Reports of the user's own: SQL with kinds, filters, periods and charts; saved commands; broken ones alone."""

import json
from pathlib import Path

import pytest

from tests.conftest import Crm

BY_STATUS = """-- help: Deals by status
-- noun: deal
-- day: closed_on
SELECT
  status,
  count(*) AS deals, -- integer: How many
  sum(amount) AS total, -- money: What they are worth
  currency
FROM chosen GROUP BY status, currency ORDER BY status;
"""


@pytest.fixture
def folder(crm: Crm, tmp_path: Path) -> Path:
    """Two deals, and where reports are kept."""
    for name, amount, stage in (("Big", "1000.50", "won"), ("Small", "20", "proposal")):
        made = crm("deal", "add", name, "--amount", amount, "--currency", "EUR", "--stage", stage)
        assert made.code == 0, made.err
    place = tmp_path / "reports"
    place.mkdir()
    return place


def test_sql_becomes_a_report_with_kinds_and_formats(crm: Crm, folder: Path) -> None:
    (folder / "by-status.sql").write_text(BY_STATUS)
    assert "Deals by status" in crm("report", "--help").out
    answer = crm("report", "by-status", "-o", "json")
    assert answer.code == 0, answer.err
    assert answer.json == [
        {"status": "open", "deals": 1, "total": 20.00, "currency": "EUR"},
        {"status": "won", "deals": 1, "total": 1000.50, "currency": "EUR"},
    ]
    assert '"total":1000.50' in answer.out.replace(" ", "")
    assert crm("report", "by-status", "-o", "csv").lines[0] == "status,deals,total,currency"


def test_filters_and_periods_choose_what_it_is_about(crm: Crm, folder: Path) -> None:
    (folder / "by-status.sql").write_text(BY_STATUS)
    assert crm("report", "by-status", "amount=..100").out == "open\t1\t20.00\tEUR\n"
    assert crm("report", "by-status", "--period", "2026-06").out == "won\t1\t1000.50\tEUR\n"
    assert crm("report", "by-status", "--period", "2026-05").out == ""
    assert crm("report", "by-status", "amuont=5").code == 2


def test_a_question_may_begin_with_parts_of_its_own(crm: Crm, folder: Path) -> None:
    (folder / "mine.sql").write_text(
        "-- help: Mine\n-- noun: deal\nWITH big AS (SELECT * FROM chosen WHERE amount > 1000000)\n"
        "SELECT name FROM big\n"
    )
    assert crm("report", "mine").out == "Big\n"
    assert crm("report", "mine", "name=Small").out == ""


def test_charts_are_drawn(crm: Crm, folder: Path) -> None:
    (folder / "by-status.sql").write_text(BY_STATUS)
    drawn = crm("report", "by-status", "--chart").out
    assert "won" in drawn
    assert "█" in drawn or "#" in drawn


@pytest.mark.parametrize(
    ("text", "args", "said"),
    [
        ("SELECT nme FROM deals", (), "no such column: nme"),
        ("SELEC name", (), "syntax error"),
        ("DELETE FROM deal", (), "only asks"),
        ("-- noun: dael\nSELECT 1 FROM chosen", (), "did you mean deal"),
        ("-- noun: deal\nSELECT name FROM deals", (), "does not read FROM chosen"),
        ("-- noun: deal\n-- day: closed\nSELECT name FROM chosen", (), "is no column"),
        ("SELECT name AS name -- muney: Its name\nFROM deals", (), "did you mean money"),
        ("SELECT name FROM deals", ("name=Big",), "takes no filters"),
        ("SELECT name FROM deals", ("--period", "2026"), "knows no period"),
        ("SELECT name FROM deals", ("--by", "owner"), "knows no --by"),
        ("SELECT ? FROM deals", (), "report bad"),
        ("", (), "asks nothing"),
    ],
)
def test_a_broken_one_says_so_in_a_line_and_breaks_no_other(
    crm: Crm, folder: Path, text: str, args: tuple[str, ...], said: str
) -> None:
    (folder / "bad.sql").write_text(text)
    (folder / "by-status.sql").write_text(BY_STATUS)
    answer = crm("report", "bad", *args)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert said in answer.err
    assert crm("report", "--help").code == 0
    assert crm("report", "by-status").code == 0
    assert crm("report", "winloss").code == 0
    assert crm("deal", "list", "--count").out == "2\n"


def test_files_that_cannot_be_read_are_told_apart(crm: Crm, folder: Path) -> None:
    (folder / "bytes.sql").write_bytes(b"SELECT '\xff'")
    (folder / "bad.toml").write_text("command = [")
    (folder / "none.toml").write_text('help = "Nothing"')
    (folder / "Bad Name.sql").write_text("SELECT 1")
    for name, said in (("bytes", "not UTF-8"), ("bad", "not TOML"), ("none", "has no command")):
        answer = crm("report", name)
        assert (answer.code, said in answer.err, answer.err.count("\n")) == (2, True, 1)
    assert "Broken: " in crm("report", "--help").out


@pytest.mark.usefixtures("folder")
def test_a_command_is_saved_and_asked_with_more_words(crm: Crm) -> None:
    saved = crm("report", "save", "big", "--about", "Large deals", "--", "deal", "list", "amount=100..")
    assert (saved.code, "crm report big asks it" in saved.err) == (0, True)
    assert "Large deals" in crm("report", "--help").out
    assert crm("report", "big", "--columns", "name").out == "Big\n"
    assert crm("report", "big", "stage=proposal", "-o", "json").json == []
    assert crm("report", "save", "big", "--", "crm", "deal", "list", "amount=..100").code == 4
    assert crm("report", "save", "big", "--force", "--", "crm", "deal", "list", "amount=..100").code == 0
    assert crm("report", "big", "--columns", "name").out == "Small\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("bad", "--", "deal", "delete", "1", "-y"), 2),
        (("bad", "--", "import", "x.csv"), 2),
        (("winloss", "--", "deal", "list"), 4),
        (("No Name", "--", "deal", "list"), 2),
        (("save", "--", "deal", "list"), 2),
    ],
)
def test_what_cannot_be_a_report_is_refused(crm: Crm, words: tuple[str, ...], code: int) -> None:
    answer = crm("report", "save", *words)
    assert (answer.code, answer.err.count("\n")) == (code, 1)


def test_a_file_that_would_change_something_is_refused_when_it_is_asked(crm: Crm, folder: Path) -> None:
    (folder / "sly.toml").write_text('command = ["deal", "delete", "1", "-y"]')
    answer = crm("report", "sly")
    assert (answer.code, "only asks" in answer.err) == (2, True)
    assert crm("deal", "list", "--count").out == "2\n"


def test_saved_reports_do_not_call_each_other(crm: Crm, folder: Path) -> None:
    (folder / "one.toml").write_text('command = ["report", "two"]')
    (folder / "two.toml").write_text('command = ["report", "one"]')
    answer = crm("report", "one")
    assert (answer.code, answer.err.count("\n")) == (2, 1)


@pytest.mark.usefixtures("folder")
def test_a_saved_list_is_drawn_shown_as_a_page_and_explained(crm: Crm, tmp_path: Path) -> None:
    crm("report", "save", "deals", "--about", "All deals", "--", "deal", "list", "--sort", "amount")
    assert [line.split()[0] for line in crm("report", "deals", "--chart").lines] == [
        "amount",
        "20.00",
        "1,000.50",
    ]
    assert "Small" not in crm("report", "deals", "amount=100..", "--chart").out
    page = tmp_path / "page.html"
    for option in (("--html", str(page)), (f"--html={page}",)):
        assert crm("report", "deals", *option).code == 0
        text = page.read_text()
        assert ("<svg" in text, "All deals" in text, "1,000.50" in text) == (True, True, True)
        page.unlink()
    said = crm("report", "deals", "amount=100..", "--explain").out
    assert ("crm deal list --sort amount amount=100.." in said, "FROM deals" in said) == (True, True)
    assert crm("report", "deals", "--html").code == 2
    assert crm("report", "deals", "--columns", "id,name", "--chart").code == 2
    assert "Small" in crm("report", "deals").out
    crm(
        "report", "save", "counted", "--", "sql", "SELECT name, length(name) AS letters FROM deals ORDER BY 1"
    )
    assert [line.split()[0] for line in crm("report", "counted", "--chart").lines] == ["letters", "3", "5"]
    lines = crm("batch", "-", input="report deals --chart\nreport deals -o ids\n").lines
    assert [json.loads(line)["output"].count("\n") for line in lines[:2]] == [3, 2]


def test_a_chart_names_whom_a_column_of_the_noun_refers_to(crm: Crm, folder: Path) -> None:
    crm("user", "add", "Ann Lee")
    crm("deal", "edit", "1", "--owner", "Ann Lee")
    (folder / "mine.sql").write_text(
        "-- noun: deal\nSELECT owner, count(*) AS deals -- integer: How many\nFROM chosen GROUP BY owner ORDER BY 1\n"
    )
    assert crm("report", "mine", "--chart").lines[-1].endswith(" Ann Lee")
