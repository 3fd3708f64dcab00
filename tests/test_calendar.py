"""Calendars in and out: times, zones, series and people, and that what goes out comes back."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
from conftest import Crm
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cli.formats import calendar, calendar_writing
from crm_cli.formats.calendar_writing import Occasion
from crm_cli.formats.source import Source

SAMPLES = Path(__file__).parents[2] / "shared" / "data" / "vcard_ical_mail" / "py-vobject"
ADA = "ada@engines.example"
MOSCOW = """BEGIN:VTIMEZONE
TZID:Office
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0300
TZOFFSETTO:+0300
END:STANDARD
END:VTIMEZONE"""


@pytest.fixture(autouse=True)
def settings_file(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = store.with_name("config.toml")
    file.write_text('me = "Mara"\nemail = "mara@us.example"\nzone = "Europe/Berlin"\ncurrency = "EUR"\n')
    monkeypatch.setenv("CRM_CONFIG", str(file))


def event(*lines: str, uid: str = "1", name: str = "VEVENT") -> str:
    return "\n".join([f"BEGIN:{name}", *([f"UID:{uid}"] if uid else []), *lines, f"END:{name}"])


def ics(path: Path, *parts: str) -> str:
    file = path / "calendar.ics"
    file.write_text(
        "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *parts, "END:VCALENDAR", ""]), encoding="utf-8"
    )
    return str(file)


def read(path: Path, *parts: str, zone: str = "Europe/Berlin") -> list[calendar.Entry]:
    return list(calendar.read(Source(ics(path, *parts)), None, zone))


def taken(crm: Crm, *args: str) -> dict[str, Any]:
    result = crm("activity", "import", *args, "-o", "json")
    assert result.code == 0, result.err
    found: dict[str, Any] = result.json
    parts = ("created", "updated", "unchanged", "skipped", "rejected")
    assert found["read"] == sum(found[name] for name in parts)
    return found


def activities(crm: Crm) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = crm("activity", "export", "-o", "json").json
    return found


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["DTSTART:20260601T090000Z"], {"start": "2026-06-01T09:00:00Z"}),
        (["DTSTART:20260601T090000"], {"start": "2026-06-01T07:00:00Z"}),
        (["DTSTART;TZID=America/New_York:20260601T090000"], {"start": "2026-06-01T13:00:00Z"}),
        (["DTSTART;TZID=W. Europe Standard Time:20261201T090000"], {"start": "2026-12-01T08:00:00Z"}),
        (["DTSTART;TZID=Office:20260601T090000"], {"start": "2026-06-01T06:00:00Z"}),
        (["DTSTART;VALUE=DATE:20260601"], {"due": "2026-06-01"}),
        (["DTSTART;VALUE=DATE:20260601", "DTEND;VALUE=DATE:20260602"], {"due": "2026-06-01"}),
        (
            ["DTSTART;VALUE=DATE:20260601", "DTEND;VALUE=DATE:20260604"],
            {"due": "2026-06-01", "minutes": 4320},
        ),
        (
            ["DTSTART:20260601T090000Z", "DTEND:20260601T094500Z"],
            {"start": "2026-06-01T09:00:00Z", "minutes": 45},
        ),
        (["DTSTART:20260601T090000Z", "DURATION:PT1H30M"], {"start": "2026-06-01T09:00:00Z", "minutes": 90}),
        (
            ["DTSTART:20260601T090000Z", "DTEND: 20260601T100000Z"],
            {"start": "2026-06-01T09:00:00Z", "minutes": 60},
        ),
        (["DTSTART:20260601T090000Z", "DTEND:20260601T080000Z"], {"start": "2026-06-01T09:00:00Z"}),
        (
            ["DTSTART:20260329T013000", "DTEND:20260329T033000"],
            {"start": "2026-03-29T00:30:00Z", "minutes": 60},
        ),
    ],
)
def test_when_a_meeting_is(tmp_path: Path, lines: list[str], said: dict[str, Any]) -> None:
    [entry] = read(tmp_path, event(*lines), MOSCOW)
    assert entry.problem == ""
    assert entry.fields == {"kind": "meeting"} | said


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["DUE;VALUE=DATE:20260601"], {"due": "2026-06-01"}),
        (["DUE;TZID=America/New_York:20260601T235900"], {"due": "2026-06-01"}),
        (["DUE:20260601T230000Z"], {"due": "2026-06-02"}),
        (["STATUS:IN-PROCESS", "PRIORITY:1"], {"status": "in_progress", "priority": "urgent"}),
        (["STATUS:NEEDS-ACTION", "PRIORITY:0"], {}),
        (["COMPLETED:20260601T080000Z"], {"status": "completed", "done_at": "2026-06-01T08:00:00Z"}),
        (["PRIORITY:9", "STATUS:CANCELLED"], {"priority": "low", "status": "cancelled"}),
    ],
)
def test_what_a_task_says(tmp_path: Path, lines: list[str], said: dict[str, Any]) -> None:
    [entry] = read(tmp_path, event(*lines, name="VTODO"))
    assert entry.fields == {"kind": "task"} | said


@pytest.mark.parametrize(
    ("rule", "recurrence"),
    [
        ("FREQ=WEEKLY;BYDAY=MO", "weekly"),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=MO", "every 2 weeks"),
        ("FREQ=YEARLY", "yearly"),
        ("FREQ=DAILY\\;COUNT=10", "FREQ=DAILY;COUNT=10"),
        ("FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=WEEKLY;BYDAY=MO,WE"),
    ],
)
def test_series_are_kept_in_words_or_as_their_rule(tmp_path: Path, rule: str, recurrence: str) -> None:
    [entry] = read(tmp_path, event("DTSTART:20260601T090000Z", f"RRULE:{rule}"))
    assert entry.fields["recurrence"] == recurrence


def test_days_taken_out_of_a_series_are_kept_with_it(tmp_path: Path) -> None:
    out = ["EXDATE:20260608T220000Z,20260615T220000Z", "EXDATE;VALUE=DATE:20260622"]
    [entry] = read(tmp_path, event("DTSTART:20260601T220000Z", "RRULE:FREQ=WEEKLY", *out))
    assert entry.fields["recurrence"] == "FREQ=WEEKLY EXDATE:20260609,20260616,20260622"


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        (event("SUMMARY:S"), "no DTSTART"),
        (event("DTSTART:soon"), "DTSTART"),
        (event("DTSTART:20260601T090000Z", "RRULE:FREQ=SOMETIMES"), "SOMETIMES"),
        (event("DTSTART:20260601T090000Z", "RRULE:FREQ=HOURLY"), "recurrence"),
        (event(name="VJOURNAL"), "neither a meeting nor a task"),
        ("BEGIN:VEVENT\nUID:1\nDTSTART:20260601T090000Z", "has no end"),
        ("BEGIN:VEVENT\nUID:1\nBEGIN:VALARM\n" + event("DTSTART:20260601T090000Z"), "has no end"),
    ],
)
def test_a_broken_entry_is_refused_alone(tmp_path: Path, part: str, problem: str) -> None:
    sound = event("DTSTART:20260601T090000Z", uid="2")
    found = read(tmp_path, sound, part)
    assert (found[0].problem, found[0].key) == ("", "2")
    assert (problem in found[1].problem, bool(found[1].problem)) == (True, True)
    assert found[1].line == 7


def test_wrong_entries_stop_the_import_or_go_beside(crm: Crm, tmp_path: Path) -> None:
    file = ics(
        tmp_path, MOSCOW, event("DTSTART;TZID=Office:20260601T090000"), event("SUMMARY:No time", uid="2")
    )
    result = crm("activity", "import", file)
    assert (result.code, activities(crm)) == (1, [])
    assert "line 15: it has no DTSTART" in result.err
    assert result.err.splitlines()[-1].startswith("crm: nothing was imported, since 1 row is wrong")
    result = crm("activity", "import", file, "--on-error", "skip")
    assert result.code == 1
    assert "2 read = 1 created + 1 rejected" in result.err
    beside = Path(f"{file}.rejects.ics")
    assert "X-CRM-ERROR:it has no DTSTART" in beside.read_text(encoding="utf-8")
    mended = beside.read_text(encoding="utf-8").replace("UID:2", "UID:2\nDTSTART;TZID=Office:20260602T090000")
    beside.write_text(mended, encoding="utf-8")
    assert taken(crm, str(beside))["created"] == 1
    assert [each["start"] for each in activities(crm)] == ["2026-06-01T06:00:00Z", "2026-06-02T06:00:00Z"]


def test_a_fault_in_a_folder_names_its_file(crm: Crm, tmp_path: Path) -> None:
    folder = tmp_path / "calendars"
    folder.mkdir()
    for name, line in (("a", "DTSTART:20260601T090000Z"), ("b", "SUMMARY:No time")):
        (folder / f"{name}.ics").write_text(event(line, uid=name), encoding="utf-8")
    result = crm("activity", "import", str(folder))
    assert (result.code, activities(crm)) == (1, [])
    assert f"{folder}/b.ics, line 1: it has no DTSTART" in result.err


def test_people_are_found_by_their_addresses(crm: Crm, tmp_path: Path) -> None:
    crm("contact", "add", "Ada Lovelace", "--email", ADA)
    crm("lead", "add", "Cleo", "--email", "cleo@x.example")
    people = ["ORGANIZER;CN=Mara:mailto:mara@us.example", f"ATTENDEE;CN=Ada:MAILTO:{ADA.upper()}",
              "ATTENDEE;EMAIL=cleo@x.example:urn:uuid:1", "ATTENDEE:mailto:new@x.example"]  # fmt: skip
    result = crm("activity", "import", ics(tmp_path, event("DTSTART:20260601T090000Z", *people)))
    assert "not known here: new@x.example" in result.err
    [found] = activities(crm)
    assert found["about"] == "contact:1 lead:1"
    assert found["participants"] == [{"contact": "Ada Lovelace", "contact_id": 1}]
    assert (found["status"], found["external_id"], found["external_source"]) == ("done", "1", "ical")


def test_the_same_calendar_changes_nothing_and_a_newer_one_updates(crm: Crm, tmp_path: Path) -> None:
    begin = "DTSTART:20260701T090000Z"
    assert (
        taken(crm, ics(tmp_path, event(begin, "SUMMARY:A"), event(begin, uid="2"), event(begin, uid="")))[
            "created"
        ]
        == 3
    )
    assert taken(crm, str(tmp_path / "calendar.ics"))["unchanged"] == 3
    file = ics(
        tmp_path, event("DTSTART:20260702T090000Z", "SUMMARY:B"), event(begin, "STATUS:CANCELLED", uid="2")
    )
    assert taken(crm, file)["updated"] == 2
    found = activities(crm)
    assert [each["status"] for each in found] == ["planned", "cancelled", "planned"]
    assert (found[0]["subject"], found[0]["start"]) == ("B", "2026-07-02T09:00:00Z")
    assert crm("undo", "--yes").code == 0
    assert activities(crm)[0]["subject"] == "A"


def test_a_calendar_that_calls_off_cancels(crm: Crm, tmp_path: Path) -> None:
    taken(crm, ics(tmp_path, event("DTSTART:20260701T090000Z")))
    assert taken(crm, ics(tmp_path, "METHOD:CANCEL", event("DTSTART:20260701T090000Z")))["updated"] == 1
    assert activities(crm)[0]["status"] == "cancelled"


def test_what_was_done_here_stays_done(crm: Crm, tmp_path: Path) -> None:
    file = ics(tmp_path, event("DUE;VALUE=DATE:20260601", "STATUS:NEEDS-ACTION", name="VTODO"))
    taken(crm, file)
    crm("task", "done", "1")
    assert taken(crm, file)["unchanged"] == 1
    assert activities(crm)[0]["status"] == "completed"


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ("FREQ=WEEKLY", "planned"),
        ("FREQ=WEEKLY;UNTIL=20260601T000000Z", "done"),
        ("FREQ=DAILY;COUNT=3", "done"),
    ],
)
def test_a_series_that_goes_on_is_planned(crm: Crm, tmp_path: Path, rule: str, status: str) -> None:
    taken(crm, ics(tmp_path, event("DTSTART:20260101T090000Z", f"RRULE:{rule}")))
    assert activities(crm)[0]["status"] == status


def test_an_occurrence_that_differs_is_one_of_its_own(crm: Crm, tmp_path: Path) -> None:
    series = event("DTSTART:20260601T090000Z", "RRULE:FREQ=WEEKLY")
    moved = event("RECURRENCE-ID:20260608T090000Z", "DTSTART:20260609T090000Z")
    assert taken(crm, ics(tmp_path, series, moved))["created"] == 2
    keys = {each["external_id"] for each in activities(crm)}
    assert keys == {"1", "1/20260608T090000Z"}
    out = icalendar.Calendar.from_ical(crm("activity", "export", "-o", "ics").out)
    assert [str(each["UID"]) for each in out.walk("VEVENT")] == ["1", "1"]
    assert out.walk("VEVENT")[1]["RECURRENCE-ID"].dt.isoformat() == "2026-06-08T09:00:00+00:00"


def test_tasks_alone_are_taken_by_task_import(crm: Crm, tmp_path: Path) -> None:
    file = ics(tmp_path, event("DTSTART:20260601T090000Z"), event("SUMMARY:T", uid="2", name="VTODO"))
    result = crm("task", "import", file)
    assert "2 read = 1 created + 1 skipped" in result.err
    assert [each["kind"] for each in activities(crm)] == ["task"]


def test_a_zone_that_nobody_defines_is_said(crm: Crm, tmp_path: Path) -> None:
    result = crm("activity", "import", ics(tmp_path, event("DTSTART;TZID=Nowhere:20260601T090000")))
    assert 'the zone "Nowhere"' in result.err
    assert activities(crm)[0]["start"] == "2026-06-01T07:00:00Z"


def test_a_calendar_without_entries_is_refused(crm: Crm, tmp_path: Path) -> None:
    result = crm("activity", "import", ics(tmp_path, MOSCOW))
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "neither a meeting nor a task" in result.err


def test_what_goes_out(crm: Crm) -> None:
    crm("contact", "add", "Ada Lovelace", "--email", ADA)
    crm(
        "task", "add", "Send quote; two, three", "--due", "2026-06-19", "--priority", "high", "--about", "Ada"
    )
    crm("activity", "add", "Demo", "--kind", "meeting", "--start", "2026-07-01 10:00", "--minutes", "30")
    crm("note", "Ada", "Prefers blue")
    result = crm("activity", "export", "-o", "ics")
    assert result.err == "left out, since they have neither a time nor a day: 1\n"
    assert "\r\nDUE;VALUE=DATE:20260619\r\n" in result.out
    out = icalendar.Calendar.from_ical(result.out)
    [task], [meeting] = out.walk("VTODO"), out.walk("VEVENT")
    uids = [each["uid"] for each in activities(crm)]
    assert [str(task["UID"]), str(meeting["UID"])] == uids[:2]
    assert (str(task["SUMMARY"]), task["PRIORITY"], str(task["STATUS"])) == (
        "Send quote; two, three",
        3,
        "NEEDS-ACTION",
    )
    assert str(task["CONTACT"]) == f"Ada Lovelace <{ADA}>"
    triggers = [alarm["TRIGGER"].dt for alarm in task.walk("VALARM")]
    assert triggers == [timedelta(hours=9), timedelta(hours=-15)]
    assert meeting["DTSTART"].dt.isoformat() == "2026-07-01T08:00:00+00:00"
    assert meeting["DTEND"].dt.isoformat() == "2026-07-01T08:30:00+00:00"
    assert [alarm["TRIGGER"].dt for alarm in meeting.walk("VALARM")] == [timedelta(minutes=-15)]


def test_a_series_goes_out_in_its_own_zone(crm: Crm) -> None:
    crm(
        "activity",
        "add",
        "Weekly",
        "--kind",
        "meeting",
        "--start",
        "2026-10-20 09:00",
        "--recurrence",
        "weekly",
    )
    out = icalendar.Calendar.from_ical(crm("activity", "export", "-o", "ics").out)
    [zone], [meeting] = out.walk("VTIMEZONE"), out.walk("VEVENT")
    assert str(zone["TZID"]) == meeting["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert meeting["RRULE"].to_ical() == b"FREQ=WEEKLY"


def test_what_goes_out_comes_back(crm: Crm, store: Path, tmp_path: Path) -> None:
    crm("contact", "add", "Ada Lovelace", "--email", ADA)
    crm(
        "task", "add", "Quote", "--due", "fri", "--start", "2026-06-18 10:00", "--recurrence", "every 2 weeks"
    )
    crm("task", "add", "Any time", "--tags", "a b,c", "--body", "Line\nÜber; and, more")
    crm("meet", "Ada", "Demo", "--minutes", "45")
    crm("call", "Ada", "Talked")
    crm("activity", "add", "Fair", "--kind", "meeting", "--due", "2026-07-01", "--minutes", "2880")
    crm("activity", "add", "Late", "--kind", "meeting", "--start", "2026-07-01 23:30",
        "--recurrence", "FREQ=WEEKLY;BYDAY=WE,TH EXDATE:20260708")  # fmt: skip
    first = tmp_path / "first.ics"
    first.write_bytes(crm("activity", "export", "-o", "ics").out.encode())
    assert taken(crm, str(first))["unchanged"] == 6
    other = {"CRM_DB": str(store.with_name("other.db"))}
    crm("contact", "add", "Ada Lovelace", "--email", ADA, env=other)
    assert crm("activity", "import", str(first), env=other).code == 0
    assert crm("activity", "export", "-o", "ics", env=other).out == first.read_bytes().decode()
    kinds = [each["kind"] for each in crm("activity", "export", "-o", "json", env=other).json]
    assert kinds == ["task", "task", "meeting", "call", "meeting", "meeting"]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1).map(
    str.strip
)
WORDS = TEXT.map(lambda text: " ".join(text.split())).filter(bool)
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2036, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ")
)
DAYS = st.dates(date(1990, 1, 1), date(2036, 1, 1)).map(date.isoformat)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["task", "meeting", "call"]),
    subject=WORDS,
    body=WORDS | st.none(),
    start=INSTANTS | st.none(),
    due=DAYS | st.none(),
    priority=st.sampled_from(["low", "normal", "high", "urgent"]),
    tags=st.lists(st.sampled_from(["vip", "a b", "ü"]), unique=True),
    key=WORDS.filter(lambda text: "/" not in text),
    zone=st.sampled_from(["Europe/Berlin", "Asia/Tehran", "America/New_York", "UTC"]),
)
def test_any_activity_is_read_as_it_was_written(
    tmp_path: Path, kind: str, subject: str, body: str | None, start: str | None, due: str | None,
    priority: str, tags: list[str], key: str, zone: str,
) -> None:  # fmt: skip
    if kind != "task":
        due = None if start else due or "2026-06-15"
    fields = {
        "kind": kind, "subject": subject, "body": body, "notes": None, "start": start, "due": due,
        "priority": priority, "tags": json.dumps(sorted(tags), ensure_ascii=False) if tags else None,
        "minutes": None, "done_at": None, "status": "planned", "recurrence": None, "uid": "u",
        "external_id": key, "external_source": "ical", "created_at": "2026-06-15T10:00:00Z",
        "updated_at": "2026-06-15T10:00:00Z",
    }  # fmt: skip
    file = tmp_path / "any.ics"
    people = [("Ada", ADA)]
    file.write_bytes("".join(calendar_writing.write([Occasion(fields, people)], zone, "09:00")).encode())
    [entry] = calendar.read(Source(str(file)), "utf-8", zone)
    assert entry.problem == ""
    assert (entry.key, entry.people) == (key, [ADA])
    kept = ("kind", "subject", "body", "start", "due", "priority")
    assert {name: entry.fields.get(name) for name in kept} == {name: fields[name] for name in kept}
    assert json.loads(entry.fields.get("tags", "[]")) == sorted(tags)


needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample calendars are not here")


@needs_samples
@pytest.mark.parametrize(
    ("name", "start", "recurrence"),
    [
        ("ms_tzid.ics", "2008-05-30T05:00:00Z", None),
        ("radicale-0816.ics", "2016-06-16T08:00:00Z", None),
        ("radicale-0827.ics", "2017-10-09T18:30:00Z", "FREQ=WEEKLY;UNTIL=20180623T183000Z"),
        ("ruby_rrule.ics", "2003-01-01T06:00:00Z", "FREQ=DAILY;COUNT=10"),
        ("tzid_8bit.ics", "2008-05-30T09:00:00Z", None),
        ("vobject_0050.ics", "2024-08-12T21:30:00Z", None),
        ("vtodo.ics", None, None),
    ],
)
def test_samples_are_taken(crm: Crm, name: str, start: str | None, recurrence: str | None) -> None:
    found = taken(crm, str(SAMPLES / name))
    assert found["created"] == found["read"]
    [first, *_] = activities(crm)
    assert (first["start"], (first["recurrence"] or "").partition(" ")[0] or None) == (start, recurrence)
    assert taken(crm, str(SAMPLES / name))["unchanged"] == found["read"]


@needs_samples
@pytest.mark.parametrize("name", ["simple_test.ics", "timezones.ics", "tz_us_eastern.ics"])
def test_samples_without_entries_are_refused(crm: Crm, name: str) -> None:
    result = crm("activity", "import", str(SAMPLES / name))
    assert result.code in {1, 2}
    assert result.err.splitlines()[-1].startswith("crm: ")
    assert activities(crm) == []


@needs_samples
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_calendar_is_still_parted(tmp_path: Path, data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(sorted(SAMPLES.glob("*.ics")))).read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    file = tmp_path / "damaged.ics"
    file.write_bytes(
        whole[:at] + data.draw(st.binary(max_size=6)) + whole[at + data.draw(st.integers(0, 30)) :]
    )
    for entry in calendar.read(Source(str(file)), "latin-1", "Europe/Berlin"):
        assert entry.problem or entry.key
