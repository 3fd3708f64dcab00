"""Policies and calendars through the command line: what they say, which a case falls under, what moves."""

from pathlib import Path
from typing import Any

import pytest
from conftest import Crm

FRIDAY = {"CRM_NOW": "2026-06-12T16:00:00Z"}  # an hour before the weekend
CLOCK = "sla_state," + ",".join(
    f"{clock}_{fact}" for clock in ("first_response", "resolution") for fact in ("due", "left", "met")
)


def case(crm: Crm, ref: str = "1", columns: str = CLOCK) -> dict[str, Any]:
    found: dict[str, Any] = crm("case", "list", ref, "--columns", columns, "-o", "json").json[0]
    return found


def policy_of(crm: Crm, ref: str = "1") -> str:
    return str(case(crm, ref, "sla_policy")["sla_policy"])


def done(crm: Crm, *args: str, **more: Any) -> str:
    result = crm(*args, **more)
    assert result.code == 0, result.err
    return result.err


def test_the_first_case_makes_the_usual_policy_and_calendar(crm: Crm) -> None:
    done(crm, "case", "add", "Grinder jams", env=FRIDAY)
    # Normal: 8 h to answer, 40 h to resolve; 1 h of Friday is left.
    found = case(crm)
    assert found["first_response_due"] == "2026-06-15T16:00:00Z"
    assert found["resolution_due"] == "2026-06-19T16:00:00Z"
    assert found["sla_state"] == "in_progress"
    assert crm("sla", "list").lines == [
        "1\tStandard\ttrue\t\t\t80\turgent:1h/8h, high:4h/16h, normal:8h/40h, low:16h/80h\t"
    ]
    assert crm("calendar", "list").lines == ["1\tStandard\ttrue\t\tmon-fri 09:00-17:00\t\t"]


def test_the_usual_calendar_has_the_configured_hours_and_zone(crm: Crm, store: Path) -> None:
    config = {"CRM_CONFIG": str(store.parent / "config.toml")}
    for key, value in (("zone", "Asia/Tehran"), ("working_hours", "08:00-16:00")):
        done(crm, "config", "set", key, value, env=config)
    # 16:00 UTC is 19:30 in Tehran: Mon 08 + 8 h = 16:00 there.
    done(crm, "case", "add", "Grinder jams", env=FRIDAY | config)
    assert case(crm)["first_response_due"] == "2026-06-15T12:30:00Z"


def test_without_a_configured_zone_the_systems_own_counts(crm_process: Crm) -> None:
    # Monday's 8 h end at 17:00 in Tehran, 3:30 ahead.
    crm_process("case", "add", "Grinder jams", env={"TZ": "Asia/Tehran", "CRM_NOW": "2026-06-15T01:00:00Z"})
    assert crm_process("case", "list", "--columns", "first_response_due").lines == ["2026-06-15T13:30:00Z"]


def test_what_another_program_says_of_its_clock_stands(crm: Crm, tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text("Subject,Status,SLA Result\nOne,closed,breached\nTwo,closed,met\n")
    done(crm, "case", "import", str(file))
    assert crm("case", "list", "--columns", "subject,sla_state").lines == ["One\tbreached", "Two\tmet"]
    done(crm, "case", "edit", "1", "--priority", "low")
    assert case(crm)["sla_state"] == "breached"


def test_new_cases_in_bulk_meet_conditions_too(crm: Crm, tmp_path: Path) -> None:
    done(crm, "sla", "add", "Tagged", "--promise", "normal:1h/2h", "--condition", "tag=vip subject~grinder")
    file = tmp_path / "cases.csv"
    file.write_text(
        "Subject,Tags,Created At\nGRINDER jams,vip,2026-06-15T09:00:00Z\nGrinder,,2026-06-15T09:00:00Z\n"
    )
    done(crm, "case", "import", str(file))
    assert crm("case", "list", "--columns", "sla_policy,resolution_due").lines == [
        "Tagged\t2026-06-15T11:00:00Z",
        "Standard\t2026-06-19T17:00:00Z",
    ]


def test_waiting_pauses_and_resuming_goes_on(crm: Crm) -> None:
    done(crm, "case", "add", "Grinder jams", "--priority", "high", env={"CRM_NOW": "2026-06-15T09:00:00Z"})
    done(crm, "case", "edit", "1", "--status", "waiting_on_customer", env={"CRM_NOW": "2026-06-15T11:00:00Z"})
    paused = case(crm)
    # High: 4 h and 16 h, of which 2 h are used.
    assert paused["sla_state"] == "paused"
    assert (paused["first_response_left"], paused["resolution_left"]) == (2 * 3600, 14 * 3600)
    assert (paused["first_response_due"], paused["resolution_due"]) == (None, None)
    done(crm, "case", "edit", "1", "--status", "in_progress", env={"CRM_NOW": "2026-06-16T16:00:00Z"})
    # Tue 1 h; Wed 1 h is the answer; 8 h of Wed and 5 h of Thu the rest.
    going = case(crm)
    assert going["first_response_due"] == "2026-06-17T10:00:00Z"
    assert going["resolution_due"] == "2026-06-18T14:00:00Z"
    assert going["resolution_left"] is None


def test_a_priority_counts_from_creation_and_undo_brings_the_deadline_back(crm: Crm) -> None:
    done(crm, "case", "add", "Grinder jams", env={"CRM_NOW": "2026-06-15T09:00:00Z"})
    before = case(crm)
    done(crm, "case", "edit", "1", "--priority", "urgent", env={"CRM_NOW": "2026-06-15T12:00:00Z"})
    assert case(crm)["first_response_due"] == "2026-06-15T10:00:00Z"
    assert case(crm)["sla_state"] == "breached"
    done(crm, "undo", "--yes")
    assert case(crm) == before


def test_what_was_met_stays_met_whatever_changes_later(crm: Crm) -> None:
    done(crm, "case", "add", "Grinder jams", env={"CRM_NOW": "2026-06-15T09:00:00Z"})
    resolved = ("case", "edit", "1", "--status", "resolved", "--resolution", "Cleaned")
    done(crm, *resolved, env={"CRM_NOW": "2026-06-15T12:00:00Z"})
    met = case(crm)
    assert (met["first_response_met"], met["resolution_met"], met["sla_state"]) == (True, True, "met")
    done(crm, "case", "edit", "1", "--priority", "urgent")
    said = done(crm, "sla", "edit", "Standard", "--promise", "normal:1h/2h, urgent:30m/1h")
    assert "new deadlines" not in said
    assert case(crm) == met


def test_reopening_goes_on_where_it_stopped(crm: Crm) -> None:
    done(crm, "case", "add", "Grinder jams", "--priority", "urgent", env={"CRM_NOW": "2026-06-15T09:00:00Z"})
    resolved = ("case", "edit", "1", "--status", "resolved", "--resolution", "Cleaned")
    done(crm, *resolved, env={"CRM_NOW": "2026-06-15T15:00:00Z"})
    done(crm, "case", "edit", "1", "--status", "in_progress", env={"CRM_NOW": "2026-06-17T10:00:00Z"})
    # 6 of 8 h are used; the answer was due on Mon 10 and came by resolving at 15.
    assert case(crm)["resolution_due"] == "2026-06-17T12:00:00Z"
    assert case(crm)["first_response_met"] is False


def test_a_cancelled_case_has_no_clock(crm: Crm) -> None:
    done(crm, "case", "add", "Grinder jams")
    done(crm, "case", "edit", "1", "--status", "cancelled")
    assert set(case(crm).values()) == {None}


def test_the_policy_is_chosen_by_hand_contract_customer_condition_or_default(crm: Crm) -> None:
    for name in ("Hand", "Care", "Customer"):
        done(crm, "sla", "add", name)
    done(crm, "sla", "add", "Second", "--condition", "type=complaint", "--rank", "2")
    done(crm, "sla", "add", "First", "--condition", "type=complaint priority=high,urgent", "--rank", "1")
    done(crm, "sla", "add", "Unranked", "--condition", "priority=high")
    done(crm, "company", "add", "Acme", "--sla-policy", "Customer")
    terms = ("--starts-on", "2026-01-01", "--ends-on", "2026-12-31")
    done(crm, "contract", "add", "Care plan", "--company", "Acme", "--sla-policy", "Care", *terms)
    done(crm, "company", "add", "Umbra", "--sla-policy", "Customer")
    told = [
        (("--company", "Acme", "--sla-policy", "Hand", "--type", "complaint"), "Hand"),
        (("--company", "Acme", "--type", "complaint"), "Care"),
        (("--company", "Umbra", "--type", "complaint"), "Customer"),
        (("--type", "complaint", "--priority", "high"), "First"),
        (("--type", "complaint"), "Second"),
        (("--priority", "high"), "Unranked"),
        ((), "Standard"),
    ]
    for number, (options, policy) in enumerate(told, 1):
        done(crm, "case", "add", f"Case {number}", *options)
        assert policy_of(crm, str(number)) == policy
    done(crm, "case", "edit", "7", "--type", "complaint")
    assert policy_of(crm, "7") == "Second"
    done(crm, "case", "edit", "1", "--unset", "sla_policy")
    assert policy_of(crm, "1") == "Care"


def test_a_contract_that_is_not_active_entitles_to_nothing(crm: Crm) -> None:
    done(crm, "sla", "add", "Care")
    done(crm, "company", "add", "Acme")
    terms = ("--starts-on", "2025-01-01", "--ends-on", "2025-12-31")
    done(crm, "contract", "add", "Old plan", "--company", "Acme", "--sla-policy", "Care", *terms)
    done(crm, "case", "add", "Late", "--company", "Acme", "--contract", "Old plan")
    assert policy_of(crm) == "Standard"


def test_another_policy_of_a_customer_or_a_contract_moves_their_open_cases(crm: Crm) -> None:
    done(crm, "sla", "add", "Quick", "--promise", "normal:1h/2h")
    for name in ("Acme", "Brick"):
        done(crm, "company", "add", name)
        done(crm, "case", "add", f"Of {name}", "--company", name)
        done(crm, "case", "add", "Settled", "--company", name)
        done(crm, "case", "resolve", "Settled", "--resolution", "x")
        done(crm, "case", "edit", "Settled", "--subject", f"Done {name}")
    stood = case(crm, "Done Acme")
    assert "1 open case gets new deadlines: C-2026-0001\n" in done(
        crm, "company", "edit", "Acme", "--sla-policy", "Quick"
    )
    assert [policy_of(crm, f"Of {name}") for name in ("Acme", "Brick")] == ["Quick", "Standard"]
    assert case(crm, "Of Acme")["resolution_due"] == "2026-06-15T14:00:00Z"
    assert case(crm, "Done Acme") == stood
    assert "new deadlines" not in done(crm, "company", "edit", "Acme", "--industry", "retail")
    done(crm, "contract", "add", "Plan", "--company", "Brick")
    done(crm, "case", "add", "Under it", "--company", "Brick")
    would = done(crm, "contract", "edit", "Plan", "--sla-policy", "Quick", "--dry-run")
    assert "1 open case would get new deadlines: C-2026-0005\n" in would
    done(crm, "contract", "edit", "Plan", "--sla-policy", "Quick")
    assert [policy_of(crm, ref) for ref in ("Under it", "Of Brick")] == ["Quick", "Standard"]
    done(crm, "undo", "--yes")
    assert policy_of(crm, "Under it") == "Standard"


def test_a_contract_that_ends_keeps_the_cases_that_came_under_it(crm: Crm) -> None:
    done(crm, "sla", "add", "Care")
    done(crm, "company", "add", "Acme")
    done(
        crm,
        "contract",
        "add",
        "Plan",
        "--company",
        "Acme",
        "--sla-policy",
        "Care",
        "--starts-on",
        "2026-01-01",
    )
    done(crm, "case", "add", "Early", "--company", "Acme")
    done(crm, "contract", "edit", "Plan", "--status", "cancelled")
    done(crm, "case", "edit", "1", "--priority", "high")
    assert policy_of(crm) == "Care"


def test_changing_a_policy_moves_open_cases_and_names_them(crm: Crm) -> None:
    rows = [f"Case {number},2026-06-15T09:00:00Z" for number in range(1, 24)]
    done(crm, "case", "import", "-", input="\n".join(("Subject,Created at", *rows, "")))
    done(crm, "case", "edit", "2", "--status", "cancelled")
    change = ("sla", "edit", "Standard", "--promise", "normal:1h/2h")
    before = case(crm)
    named = ", ".join(f"C-2026-{number:04}" for number in range(1, 22) if number != 2)
    said = f"22 open cases {{}} new deadlines: {named} and 2 more"
    assert said.format("would get") in done(crm, *change, "--dry-run")
    assert case(crm) == before
    assert said.format("get") in done(crm, *change)
    assert case(crm)["resolution_due"] == "2026-06-15T11:00:00Z"
    assert "new deadlines" not in done(crm, "sla", "edit", "Standard", "--notes", "Since June")
    done(crm, "undo", "2", "--yes")
    assert case(crm) == before


def test_an_answer_that_is_promised_only_after_the_end_is_pointed_at(crm: Crm) -> None:
    said = done(crm, "sla", "add", "Odd", "--promise", "urgent:8h/1h, high:1h/-, normal:-/4h, low:4h/4h")
    assert "Odd promises an answer only after the end for urgent: write" in said


def test_a_new_condition_takes_the_open_cases_that_meet_it(crm: Crm) -> None:
    done(crm, "case", "add", "Rude answer", "--type", "complaint")
    done(crm, "case", "add", "Broken", "--type", "problem")
    said = done(crm, "sla", "add", "Complaints", "--promise", "normal:1h/2h", "--condition", "type=complaint")
    assert "1 open case gets new deadlines: C-2026-0001" in said
    assert (policy_of(crm, "1"), policy_of(crm, "2")) == ("Complaints", "Standard")


def test_closing_a_day_moves_deadlines_and_opening_it_moves_them_back(crm: Crm) -> None:
    done(crm, "case", "add", "Grinder jams", env=FRIDAY)
    before = case(crm)
    said = done(crm, "calendar", "close", "2026-06-15", "--name", "Works outing")
    assert "1 open case gets new deadlines: C-2026-0001" in said
    assert case(crm)["first_response_due"] == "2026-06-16T16:00:00Z"
    # Half a day: 1 h of Friday, 3 of Monday, 4 of Tuesday.
    done(crm, "calendar", "close", "2026-06-15", "--hours", "09:00-12:00")
    assert case(crm)["first_response_due"] == "2026-06-16T13:00:00Z"
    assert crm("calendar", "days", "2026-06-14..2026-06-15").lines == [
        "2026-06-14\tsunday\tclosed\t",
        "2026-06-15\tmonday\t09:00-12:00\t",
    ]
    done(crm, "calendar", "open", "2026-06-15")
    assert case(crm) == before


def test_a_calendar_says_its_days(crm: Crm) -> None:
    options = ("--zone", "Europe/Berlin", "--hours", "mon-fri 9:00-17:00", "--holidays", "de-be")
    days = "2026-12-24 09:00-12:00 Christmas Eve; 2026-12-28..2026-12-29 closed"
    said = done(crm, "calendar", "add", "Berlin", *options, "--exceptions", days)
    assert "serves where a policy names it" in said
    assert crm("calendar", "days", "2026-12-23..2026-12-30", "--calendar", "Berlin").lines == [
        "2026-12-23\twednesday\t09:00-17:00\t",
        "2026-12-24\tthursday\t09:00-12:00\tChristmas Eve",
        "2026-12-25\tfriday\tclosed\tChristmas Day",
        "2026-12-26\tsaturday\tclosed\tSecond Day of Christmas",
        "2026-12-27\tsunday\tclosed\t",
        "2026-12-28\tmonday\tclosed\t",
        "2026-12-29\ttuesday\tclosed\t",
        "2026-12-30\twednesday\t09:00-17:00\t",
    ]
    shown = crm("calendar", "show", "Berlin").out
    assert "2026-06-15  mon  09:00-17:00" in shown
    assert "2026-10-03  sat  closed  German Unity Day" in shown
    assert "holidays  DE-BE" in shown


def test_a_policy_shows_what_it_promises_and_until_when(crm: Crm) -> None:
    done(crm, "sla", "add", "Gold", "--promise", "high:1h30m/8h, normal:4h/-")
    done(crm, "case", "add", "Grinder jams", "--sla-policy", "Gold", "--priority", "high")
    shown = crm("sla", "show", "Gold").out
    assert "high      answered within  1h30m   resolved within     8h" in shown
    assert "normal    answered within     4h   resolved within      -" in shown
    assert "1  in_progress" in shown
    # Friday 16:30 + 1.5 h is Mon 10; + 8 h Mon 16:30; + 4 h Mon 12:30.
    assert crm("sla", "due", "Gold", "--from", "2026-06-12 16:30").lines == [
        "high\t2026-06-15T10:00:00Z\t2026-06-15T16:30:00Z",
        "normal\t2026-06-15T12:30:00Z\t",
    ]


def test_there_is_one_default(crm: Crm) -> None:
    done(crm, "case", "add", "Grinder jams")
    for noun, options in (("sla", ()), ("calendar", ("--hours", "24x7"))):
        done(crm, noun, "add", "Mine", *options, "--is-default", "yes")
        assert crm(noun, "list", "is_default=yes", "--columns", "name").lines == ["Mine"]
        given_up = crm(noun, "edit", "Mine", "--is-default", "no")
        assert given_up.code == 2
        assert "must be the default" in given_up.err
    assert policy_of(crm) == "Mine"


def test_a_policy_that_goes_leaves_its_cases_to_another(crm: Crm) -> None:
    done(crm, "sla", "add", "Gold", "--promise", "normal:1h/2h")
    done(crm, "case", "add", "Grinder jams", "--sla-policy", "Gold", env={"CRM_NOW": "2026-06-15T09:00:00Z"})
    before = case(crm)
    assert crm("sla", "delete", "Gold", "--yes").code == 4
    said = done(crm, "sla", "delete", "Gold", "--yes", "--with-related")
    assert said.count("1 open case gets new deadlines: C-2026-0001") == 1
    assert case(crm, columns="sla_policy,sla_policy_pinned") == {
        "sla_policy": "Standard",
        "sla_policy_pinned": False,
    }
    assert case(crm)["first_response_due"] == "2026-06-15T17:00:00Z"
    done(crm, "undo", "--yes")
    assert (policy_of(crm), case(crm)) == ("Gold", before)


def test_a_calendar_that_goes_leaves_its_policies_to_the_default_one(crm: Crm) -> None:
    done(crm, "calendar", "add", "Always", "--hours", "24x7")
    done(
        crm, "sla", "add", "Gold", "--promise", "normal:1h/2h", "--calendar", "Always", "--is-default", "yes"
    )
    done(crm, "case", "add", "Grinder jams", env=FRIDAY)
    assert case(crm)["resolution_due"] == "2026-06-12T18:00:00Z"
    done(crm, "calendar", "delete", "Always", "--yes", "--with-related")
    # 1 h of Friday, 1 h of Monday.
    assert case(crm)["resolution_due"] == "2026-06-15T10:00:00Z"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("sla", "add", "X", "--promise", "critcal:1h/2h"), "unknown priority 'critcal'"),
        (("sla", "add", "X", "--promise", "high:1d/2d"), "a day may have 24 hours"),
        (("sla", "add", "X", "--promise", "high:1h"), "a time to answer and one to resolve"),
        (("sla", "add", "X", "--promise", "high:0h/2h"), "no time"),
        (("sla", "add", "X", "--promise", "high:soon/2h"), "no time"),
        (("sla", "add", "X", "--promise", "high:1h/2h, high:2h/4h"), "promised twice"),
        (("sla", "add", "X", "--condition", "tipe=complaint"), "did you mean type"),
        (("sla", "add", "X", "--condition", "status=opn"), "condition: "),
        (("sla", "add", "X", "--condition", "complaint"), "not a filter"),
        (("sla", "add", "X", "--warn-pct", "120"), "up to 100"),
        (("sla", "add", "X", "--calendar", "Nowhere"), "Nowhere"),
        (("calendar", "add", "X", "--hours", "mon-fri closed"), "meets no deadline"),
        (("calendar", "add", "X", "--hours", "mon-fry 09:00-17:00"), "no day of the week"),
        (("calendar", "add", "X", "--zone", "Europe/Berln"), "not a time zone"),
        (("calendar", "add", "X", "--holidays", "XQ"), "did you mean"),
        (("calendar", "add", "X", "--holidays", "DE-XX"), "did you mean"),
        (("calendar", "add", "X", "--exceptions", "2026-13-01 closed"), "no day"),
        (("calendar", "add", "X", "--exceptions", "2026-12-24 whenever"), "no day with hours"),
        (("calendar", "add", "X", "--exceptions", "2026-12-24 closed; 2026-12-24 09:00-12:00"), "twice"),
        (("calendar", "close", "soon"), "not a date or period"),
        (("calendar", "close", "2020..2026"), "at most a year"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(crm: Crm, args: tuple[str, ...], said: str) -> None:
    result = crm(*args)
    assert result.code in (2, 3)
    assert said in result.err
    assert result.err.rstrip().splitlines()[-1].startswith("crm: ")
    assert crm(args[0], "list", "X").code == 3


def test_a_name_is_borne_once(crm: Crm) -> None:
    for noun in ("sla", "calendar"):
        done(crm, noun, "add", "Gold")
        assert crm(noun, "add", "gold").code == 4


def test_exports_of_both_come_back_byte_for_byte(crm: Crm, store: Path, tmp_path: Path) -> None:
    done(crm, "calendar", "add", "Berlin", "--zone", "Europe/Berlin", "--holidays", "DE-BE",
         "--exceptions", "2026-12-24 09:00-12:00 Christmas Eve")  # fmt: skip
    done(crm, "sla", "add", "Gold", "--promise", "high:90m/8h, low:-/40h", "--calendar", "Berlin")
    files = {noun: tmp_path / f"{noun}.csv" for noun in ("calendar", "sla")}
    for noun, file in files.items():
        file.write_text(crm(noun, "export").out, encoding="utf-8")
    other = {"CRM_DB": str(store.with_name("other.db"))}
    for noun, file in files.items():
        done(crm, noun, "import", str(file), env=other)
        assert crm(noun, "export", env=other).out == file.read_text(encoding="utf-8")


def test_files_state_promises_and_exceptions_as_people_do(crm: Crm, tmp_path: Path) -> None:
    slas, calendars = tmp_path / "slas.csv", tmp_path / "calendars.csv"
    calendars.write_text(
        "name,hours,exceptions\nShop,mon-sat 10:00-19:00,2026-12-24 closed; 2026-12-31 10:00-14:00\n"
    )
    slas.write_text('name,promise,calendar\nSilver,"high:2h/4h, low:1h/2h",Shop\n')
    done(crm, "calendar", "import", str(calendars))
    done(crm, "sla", "import", str(slas))
    assert crm("sla", "list", "--columns", "name,calendar,promise").lines == [
        "Silver\tShop\thigh:2h/4h, low:1h/2h"
    ]
    assert crm("calendar", "days", "2026-12-31", "--calendar", "Shop").lines == [
        "2026-12-31\tthursday\t10:00-14:00\t"
    ]


def test_asking_for_days_makes_no_store(crm: Crm, store: Path) -> None:
    assert crm("calendar", "days", "2026-06-15").lines == ["2026-06-15\tmonday\t09:00-17:00\t"]
    assert not store.exists()
    missing = crm("sla", "due")
    assert (missing.code, "no default policy yet" in missing.err) == (3, True)
