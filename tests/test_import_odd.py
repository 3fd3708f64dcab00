"""Cases that were answered or settled before they came: wrong, unless the user takes them as they are."""

import csv
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm, Result

HEADER = "Ticket,Subject,Status,Opened at,First response,Resolved at,Closed at"
SOUND = "T-1,Sound,closed,2026-06-01 09:00,2026-06-01 09:30,2026-06-01 10:00,2026-06-02 10:00"
ODD = {
    "T-2,A,closed,2026-06-01 09:00,2026-06-01 08:30,2026-06-01 10:00,2026-06-02": "answered before it was created",
    "T-3,B,closed,2026-06-01 09:00,,2026-05-31 10:00,2026-06-02": "resolved before it was created",
    "T-4,C,closed,2026-06-01 09:00,,2026-06-03 10:00,2026-06-02": "closed before it was resolved",
    "T-5,D,closed,2026-06-01 09:00,,,2026-05-02": "closed before it was created",
}


def bring(crm: Crm, *rows: str, options: tuple[str, ...] = ()) -> Result:
    return crm("case", "import", "-", "-o", "json", *options, input="\n".join((HEADER, *rows, "")))


def odd(crm: Crm) -> dict[str, Any]:
    rows = crm("case", "list", "--columns", "number,odd", "-o", "json").json
    return {row["number"]: row["odd"] for row in rows}


@pytest.mark.parametrize("row", ODD)
def test_what_ended_before_it_began_stops_an_import(crm: Crm, row: str) -> None:
    result = bring(crm, SOUND, row)
    assert (result.code, result.out) == (1, "")
    assert f"it was {ODD[row]}; mend it, or take it as it is with --accept-odd" in result.err
    assert odd(crm) == {}


def test_odd_rows_go_beside_with_the_reason_and_come_in_mended(crm: Crm, tmp_path: Path) -> None:
    beside = tmp_path / "odd.csv"
    result = bring(crm, SOUND, *ODD, options=("--on-error", "skip", "--rejects", str(beside)))
    assert (result.code, result.json["created"], result.json["rejected"]) == (1, 1, 4)
    rows = list(csv.DictReader(beside.read_text().splitlines()))
    assert [row["crm_error"].partition(": it was ")[2].partition(";")[0] for row in rows] == list(
        ODD.values()
    )
    accepted = crm("case", "import", str(beside), "--accept-odd", "-o", "json").json
    assert (accepted["read"], accepted["created"]) == (4, 4)
    assert any("4 taken although" in note for note in accepted["notes"])
    assert odd(crm) == {"T-1": None} | {row[:3]: f"was {said}" for row, said in ODD.items()}


def test_a_flag_goes_when_the_row_is_mended_and_the_same_again_changes_nothing(crm: Crm) -> None:
    row = "T-4,C,closed,2026-06-01 09:00,,2026-06-03 10:00,2026-06-02"
    bring(crm, row, options=("--accept-odd",))
    assert bring(crm, row, options=("--accept-odd",)).json["unchanged"] == 1
    assert bring(crm, row.replace("2026-06-02", "2026-06-04")).json["updated"] == 1
    assert odd(crm) == {"T-4": None}


def test_a_day_without_a_time_is_not_odd(crm: Crm) -> None:
    assert bring(crm, "T-6,E,closed,2026-06-01 09:00,2026-06-01,2026-06-01,2026-06-01").code == 0
    assert odd(crm) == {"T-6": None}


def test_an_export_of_ours_keeps_its_flags(crm: Crm, tmp_path: Path) -> None:
    bring(crm, *ODD, options=("--accept-odd",))
    other = ("--db", str(tmp_path / "other.db"))
    for noun in ("calendar", "sla", "case"):
        text = crm(noun, "export").out
        assert crm(*other, noun, "import", "-", input=text).code == 0
        assert crm(*other, noun, "export").out == text


def test_only_cases_can_be_odd(crm: Crm) -> None:
    assert crm("deal", "import", "-", "--accept-odd", input="Name\nA\n").code == 2
    assert "--accept-odd" in crm("case", "import", "--help").out
    assert "--accept-odd" in crm("import", "--help").out
