"""Reports on the command line: rows, periods, explanations, bars, and wrong questions."""

from pathlib import Path

import pytest
from conftest import Crm, Terminal
from furnishing import furnished
from reporting import deal

from crm_cli import db, reports
from crm_cli.rules.pipeline import default_pipeline


@furnished
def sold(store: Path) -> Path:
    """The store that `crm` uses, with two deals won and one lost."""
    with db.change(store, "test") as change:
        default_pipeline(change)
        deal(change, "Won", 100, opened_on="2026-05-01", closed_on="2026-06-01", source="web", currency="EUR")
        deal(change, "Won", 300, opened_on="2026-05-01", closed_on="2026-04-01", source="web", currency="JPY")
        deal(change, "Lost", 50, closed_on="2026-05-01", source="email", currency="EUR")
    return store


@pytest.mark.usefixtures("sold")
def test_in_a_pipe_a_report_is_its_rows(crm: Crm) -> None:
    assert crm("report", "winloss").lines == [
        "1\t1\t50\t66.67\t100.00\tEUR\t100.00\t31\t31", "1\t0\t100\t100\t300\tJPY\t300\t-30\t-30",
    ]  # fmt: skip
    assert crm("report", "winloss", "--by", "reason", "-o", "json").json[0]["reason"] is None
    assert crm("report", "winloss", "source=email", "-o", "csv", "--no-header").lines == [
        "0,1,0,0,0.00,EUR,,,"
    ]


@pytest.mark.usefixtures("sold")
def test_a_period_on_the_command_line(crm: Crm) -> None:
    def won(*options: str) -> list[list[int]]:
        rows = crm("report", "winloss", *options, "-o", "json").json
        return [[row["won"], row["lost"]] for row in rows]

    assert won("--period", "2026-06") == [[1, 0]]
    assert won("--period", "this-quarter") == [[1, 1], [1, 0]]
    assert won("--since", "2026-05-01", "--until", "2026-05") == [[0, 1]]
    assert won("--period", "2025") == []
    result = crm("report", "winloss", "--since", "2026-05-02", "--until", "2026-05-01")
    assert (result.code, result.out, len(result.err.splitlines())) == (2, "", 1)


@pytest.mark.usefixtures("sold")
def test_a_report_explains_itself_and_draws_bars(crm: Crm) -> None:
    said = crm("report", "winloss", "--explain").out
    assert "won ÷ (won + lost)" in said
    assert "EUR · won 1 ÷ decided 2" in said
    assert "FROM deals" in said
    drawn = crm("report", "winloss", "--by", "source", "--chart").lines
    assert next(line for line in drawn if line.endswith("web")).startswith("100.00 ██")
    assert drawn[0] == "won amount EUR"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("winloss --by sourse", "source"), ("winloss --in XYZ", "ISO 4217"), ("winloss --in GBP", "rates.GBP"),
        ("winloss stage=nowhere", "nowhere"), ("winloss hello", "FIELD=VALUE"), ("winlos", "winloss"),
        ("winloss --period soon", "2026"), ("velocity --by month", "--period"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("sold")
def test_a_wrong_question_is_one_line(typed: str, said: str, crm: Crm) -> None:
    result = crm("report", *typed.split())
    assert (result.code, result.out, len(result.err.splitlines())) == (2, "", 1)
    assert said in result.err


@pytest.mark.usefixtures("sold")
def test_what_has_no_rate_is_said_beside_the_answer(crm: Crm, tmp_path: Path) -> None:
    (tmp_path / "rates.toml").write_text('currency = "EUR"\n')
    result = crm(
        "report", "winloss", "--in", "EUR", "-o", "json", env={"CRM_CONFIG": str(tmp_path / "rates.toml")}
    )
    assert [row["won_amount"] for row in result.json] == [100]
    assert "left out" in result.err


def test_reports_help(crm: Crm) -> None:
    shown = crm("report", "--help").out
    assert all(name in shown for name in reports.names())
    assert "--explain" in crm("report", "funnel", "--help").out


def test_a_person_sees_the_months_to_come_and_a_pipe_all(crm: Crm, terminal: Terminal) -> None:
    for day in ("2025-12-01", "2026-05-31", "2026-06-01"):
        assert crm("deal", "add", day, "--amount", "10", "--stage", "won", "--closed-on", day).code == 0
    assert crm("deal", "add", "next", "--amount", "5", "--expected-close", "2026-07-01").code == 0
    months = ["2025-12", "2026-05", "2026-06", "2026-07"]
    assert [line[:7] for line in crm("report", "forecast").lines] == months
    seen = terminal("report", "forecast").out
    assert [month in seen for month in months] == [False, False, True, True]
    assert "2 months that are over are left out; --until last-month shows what they brought" in seen
    over = terminal("report", "forecast", "--until", "last-month").out
    assert [month in over for month in months] == [True, True, False, False]
