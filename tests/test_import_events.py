"""Logs of events: several rows of a file are the history of one case."""

import csv
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm, Result

LOG = Path(__file__).parents[2] / "shared" / "data" / "tickets" / "incident_event_log.csv"
HEADER = "Ticket,Subject,State,When,Priority,Opened at"
AT = ("--map", "When=status_at")
EVENTS = (
    "T-1,Jams,New,2026-06-01 09:00,2 - High,2026-06-01 09:00",
    "T-2,Leaks,New,2026-06-01 10:00,low,2026-06-01 10:00",
    "T-1,Jams again,Active,2026-06-01 11:00,3 - Moderate,2026-06-01 09:00",
    "T-1,Jams again,Active,2026-06-01 12:00,1 - Critical,2026-06-01 09:00",
    "T-2,Leaks,Awaiting Customer,2026-06-02 10:00,low,2026-06-01 10:00",
    "T-1,Jams no more,Resolved,2026-06-03 09:00,1 - Critical,2026-06-01 09:00",
)


def bring(crm: Crm, *rows: str, options: tuple[str, ...] = AT, header: str = HEADER) -> Result:
    text = "\n".join((header, *rows, ""))
    return crm("case", "import", "-", "-o", "json", *options, input=text)


def case(crm: Crm, number: str) -> dict[str, Any]:
    columns = "number,subject,status,status_original,priority,created_at,resolved_at,closed_at,reopened_count,statuses"
    found: dict[str, Any] = crm("case", "list", f"number={number}", "--columns", columns, "-o", "json").json[
        0
    ]
    return found


def steps(crm: Crm, number: str) -> list[tuple[Any, ...]]:
    return [
        (each.get("from_status"), each["status"], each["at"][5:16]) for each in case(crm, number)["statuses"]
    ]


JAMS = [
    (None, "new", "06-01T09:00"),
    ("new", "in_progress", "06-01T11:00"),
    ("in_progress", "resolved", "06-03T09:00"),
]


def test_the_rows_of_a_case_are_its_history_and_the_last_one_decides(crm: Crm) -> None:
    report = bring(crm, *EVENTS).json
    assert (report["read"], report["created"], report["skipped"]) == (6, 2, 4)
    assert report["taken"]["When"] == "status_at"
    assert any(note.startswith("6 rows are events of 2 cases") for note in report["notes"])
    found = case(crm, "T-1")
    assert (found["subject"], found["status"], found["priority"]) == ("Jams no more", "resolved", "urgent")
    assert found["created_at"] == "2026-06-01T09:00:00Z"
    assert steps(crm, "T-1") == JAMS
    assert steps(crm, "T-2") == [
        (None, "new", "06-01T10:00"), ("new", "waiting_on_customer", "06-02T10:00"),
    ]  # fmt: skip
    assert case(crm, "T-2")["status_original"] == "Awaiting Customer"


def test_a_log_without_dates_tells_them_by_its_steps(crm: Crm) -> None:
    def facts() -> list[Any]:
        return [case(crm, "T-1")[name] for name in ("resolved_at", "closed_at", "reopened_count")]

    bring(crm, *EVENTS)
    assert facts() == ["2026-06-03T09:00:00Z", None, 0]
    late = "1 - Critical,2026-06-01 09:00"
    bring(crm, f"T-1,Jams,Active,2026-06-04 09:00,{late}")
    assert facts() == [None, None, 1]
    bring(crm, f"T-1,Jams,Resolved,2026-06-05 09:00,{late}", f"T-1,Jams,Closed,2026-06-06 09:00,{late}")
    assert facts() == ["2026-06-05T09:00:00Z", "2026-06-06T09:00:00Z", 1]


def test_the_order_of_the_rows_does_not_matter(crm: Crm) -> None:
    assert bring(crm, *(EVENTS[place] for place in (5, 2, 0, 4, 1, 3))).json["created"] == 2
    assert case(crm, "T-1")["subject"] == "Jams no more"
    assert steps(crm, "T-1") == JAMS


def test_what_happens_at_once_keeps_the_order_of_the_file(crm: Crm) -> None:
    at = "2026-06-01 09:00,low,2026-06-01 09:00"
    bring(crm, f"T-1,Jams,New,{at}", f"T-1,Jams,Active,{at}", f"T-1,Jams,Pending,{at}")
    assert [each[1] for each in steps(crm, "T-1")] == ["new", "in_progress", "waiting_on_customer"]
    assert bring(crm, f"T-1,Jams,New,{at}", f"T-1,Jams,Active,{at}", f"T-1,Jams,Pending,{at}").json[
        "unchanged"
    ] == 1  # fmt: skip


def test_the_same_log_again_changes_nothing_and_one_undo_empties(crm: Crm) -> None:
    bring(crm, *EVENTS)
    again = bring(crm, *EVENTS).json
    assert (again["unchanged"], again["skipped"], again["command"]) == (2, 4, None)
    assert crm("undo", "--yes").code == 0
    assert crm("case", "list", "--count").out.strip() == "0"


def test_a_later_log_goes_on_where_the_first_one_ended(crm: Crm) -> None:
    bring(crm, *EVENTS)
    report = bring(
        crm,
        "T-1,Jams no more,Closed,2026-06-05 09:00,1 - Critical,2026-06-01 09:00",
        "T-3,New here,New,2026-06-05 10:00,low,2026-06-05 10:00",
    ).json
    assert (report["created"], report["updated"]) == (1, 1)
    assert steps(crm, "T-1") == [*JAMS, ("resolved", "closed", "06-05T09:00")]
    assert case(crm, "T-1")["status"] == "closed"


def test_an_old_log_does_not_take_a_case_back(crm: Crm) -> None:
    bring(crm, *EVENTS)
    report = bring(crm, *EVENTS[:3]).json
    assert (report["updated"], report["unchanged"]) == (1, 1)
    assert case(crm, "T-1")["status"] == "resolved"
    assert steps(crm, "T-1") == JAMS


def test_where_one_event_is_wrong_all_of_its_case_wait_for_the_mended_file(crm: Crm, tmp_path: Path) -> None:
    wrong = [each.replace("Active,2026-06-01 12:00", "Asleep,2026-06-01 12:00") for each in EVENTS]
    stopped = bring(crm, *wrong)
    assert stopped.code == 1
    assert 'column "State"' in stopped.err
    beside = tmp_path / "wrong.csv"
    report = bring(crm, *wrong, options=(*AT, "--on-error", "skip", "--rejects", str(beside)))
    counts = report.json
    assert (counts["read"], counts["created"], counts["skipped"], counts["rejected"]) == (6, 1, 1, 4)
    rows = list(csv.DictReader(beside.read_text().splitlines()))
    assert [row["crm_error"].split(":")[0] for row in rows].count("State") == 1
    assert sum("another event of the same case" in row["crm_error"] for row in rows) == 3
    mended = beside.read_text().replace("Asleep", "Active")
    report = crm("case", "import", "-", "-o", "json", *AT, input=mended)
    assert (report.json["created"], report.json["read"]) == (1, 4)
    assert steps(crm, "T-1") == JAMS


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        (HEADER, "T-1,Jams,New,,low,2026-06-01", "every event has a time"),
        (HEADER, ",Jams,New,2026-06-01,low,2026-06-01", "does not say what it is about"),
        ("Subject,State,When", "Jams,New,2026-06-01", "number"),
        ("Ticket,Subject,When", "T-1,Jams,2026-06-01", "status"),
    ],
)
def test_a_log_that_cannot_be_one_is_refused_in_a_sentence(
    crm: Crm, header: str, row: str, said: str
) -> None:
    result = bring(crm, row, header=header)
    assert (result.code != 0, said in result.err, "Traceback" in result.err) == (True, True, False)
    assert crm("case", "list", "--count").out.strip() == "0"


def test_only_cases_have_events(crm: Crm) -> None:
    result = crm("deal", "import", "-", *AT, input="Name,When\nA,2026-06-01\n")
    assert (result.code, "status_at" in result.err) == (2, True)


@pytest.mark.skipif(not LOG.exists(), reason=f"the public log of events is not at {LOG}")
def test_a_log_of_a_service_desk(crm: Crm) -> None:
    report = crm("case", "import", str(LOG), "-o", "json").json
    assert "read as an export of ServiceNow (--from servicenow)" in report["notes"]
    assert (report["read"], report["created"], report["skipped"]) == (5998, 890, 5108)
    assert "caller_id" in report["unmapped"]
    result = crm("sql", "SELECT count(*), count(resolved_at), count(closed_at), count(status_original), "
                 "sum(sla_result = 'met'), sum(reopened_count > 0) FROM cases")  # fmt: skip
    assert result.out.split() == ["890", "861", "890", "0", "495", "10"]
    with LOG.open(encoding="utf-8") as file:
        mine = [row for row in csv.DictReader(file) if row["number"] == "INC0000715"]
    assert len(mine) == 11
    assert [each[1:] for each in steps(crm, "INC0000715")] == [
        ("new", "03-01T13:03"), ("in_progress", "03-01T14:10"), ("resolved", "03-03T08:36"),
        ("in_progress", "03-04T12:42"), ("resolved", "03-10T12:16"), ("in_progress", "03-10T12:47"),
        ("resolved", "03-10T15:36"), ("closed", "03-24T18:50"),
    ]  # fmt: skip
    again = crm("case", "import", str(LOG), "-o", "json").json
    assert (again["unchanged"], again["command"]) == (890, None)
    assert crm("undo", "--yes").code == 0
    assert crm("case", "list", "--count").out.strip() == "0"


@pytest.mark.skipif(not LOG.exists(), reason=f"the public log of events is not at {LOG}")
def test_a_log_is_known_for_what_it_is_and_its_callers_come_where_they_are_wanted(crm: Crm) -> None:
    options = ("--map", "caller_id=contact", "--keep-extra", "-o", "json")
    report = crm("import", str(LOG), *options).json
    assert (report["noun"], report["created"]) == ("case", 890)
    found = crm("case", "list", "number=INC0000045", "--columns", "all", "-o", "json").json[0]
    assert found["contact"] == "Caller 2403"
    kept = crm("sql", "SELECT custom FROM 'case' WHERE number = 'INC0000045'").out
    assert "Category 55" in kept
