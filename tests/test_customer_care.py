"""Service where a person looks: whom to call first, what waits today, and the picture of a customer."""

from pathlib import Path

import pytest
from conftest import Crm, Terminal
from furnishing import furnished

CASES = """case number,subject,type,status,priority,company,contact,created_at,made_sla,resolution
C-2026-0001,Grinder jams,complaint,in_progress,high,Acme,Ann Acme,2026-06-10 09:00,,
C-2026-0002,Slow answer,problem,closed,high,Acme,Ann Acme,2026-06-01 09:00,false,Said sorry
C-2026-0003,Which beans,question,closed,low,Brick,Bob Brick,2026-06-12 09:00,,House Blend
C-2025-0001,Long ago,complaint,closed,low,Acme,Ann Acme,2025-08-12 09:00,,Mended
"""


# On Monday 2026-06-15 at noon in Berlin, by the default policy: Mon-Fri 09:00-17:00, urgent 1 h / 8 h, high 4 h / 16 h,
# normal 8 h / 40 h, low 16 h / 80 h. Nearing begins at 80 %.
DEADLINES = """case number,subject,type,status,priority,company,created_at,first_response_at
C-1,Late answer,question,new,urgent,Acme,2026-06-15 09:30,
C-2,All late,complaint,in_progress,high,Acme,2026-06-08 09:00,2026-06-08 10:00
C-3,Near,problem,new,high,Acme,2026-06-12 16:30,
C-4,Next,problem,in_progress,normal,Acme,2026-06-11 09:00,2026-06-11 10:00
C-5,Far,problem,in_progress,low,Acme,2026-06-15 09:00,2026-06-15 10:00
C-6,Far complaint,complaint,in_progress,low,Acme,2026-06-15 09:00,2026-06-15 10:00
C-7,Waits for them,question,waiting_on_customer,low,Acme,2026-06-15 09:00,
"""


NARROW = """\
breached
noun  id  name            why                                         due
case   2  All late        resolution 5 days late ! complaint, C-2 A…  2026-06-09
case   1  Late answer     answer 1 h late, C-1 Acme                   2026-06-15

nearing
case   3  Near            answer due in 30 min, C-3 Acme              2026-06-15

next deadlines
case   4  Next            resolution due in 2 days, C-4 Acme          2026-06-17

unanswered
case   7  Waits for them  asked today, C-7 Acme

complaints
case   6  Far complaint   resolution due in 11 days ! complaint, C-…  2026-06-26
"""


@furnished
def care(crm: Crm, tmp_path: Path) -> Crm:
    """Acme has brought most and fared badly; Brick has brought little; Corex has bought nothing yet."""
    (tmp_path / "missing.toml").write_text('me = "Mara Quist"\ncurrency = "EUR"\nzone = "Europe/Berlin"\n')
    file = tmp_path / "cases.csv"
    file.write_text(CASES)
    for args in (
        ("company", "add", "Acme", "--owner", "me"),
        ("user", "add", "Ivo Brandt"),
        ("company", "add", "Brick", "--owner", "Ivo Brandt"),
        ("company", "add", "Corex"),
        ("contact", "add", "Ann Acme", "--company", "Acme", "--email", "ann@acme.example"),
        ("contact", "add", "Bob Brick", "--company", "Brick"),
        ("contact", "add", "Cy Corex", "--company", "Corex"),
        ("deal", "add", "Machines", "--company", "Acme", "--contact", "Ann Acme", "--amount", "90000",
         "--stage", "won"),
        ("deal", "add", "Beans", "--company", "Brick", "--amount", "100", "--stage", "won"),
        ("case", "import", str(file)),
    ):  # fmt: skip
        done = crm(*args)
        assert done.code == 0, done.err
    return crm


def calls(crm: Crm, *args: str) -> list[tuple[str, str]]:
    """Whom today says to call, and why."""
    rows = crm("today", *args, "-o", "json").json
    return [(row["name"], row["why"]) for row in rows if row["what"] == "call"]


def test_a_good_customer_who_fared_badly_is_first(care: Crm) -> None:
    care("survey", "add", "3", "--contact", "Ann Acme", "--at", "2026-06-11")
    first = care("today", "-o", "json").json[0]
    assert (first["what"], first["noun"], first["name"], first["amount"], first["currency"]) == (
        "call", "company", "Acme", 90000.00, "EUR"
    )  # fmt: skip
    why = (
        "call: complaint C-2026-0001 breached, problem C-2026-0002 breached, nps 3; best fifth by won amount"
    )
    assert first["why"] == why
    assert first["owner"] == "Mara Quist"


def test_only_a_call_or_a_meeting_makes_up_for_it(care: Crm) -> None:
    for args in (
        ("mail", "Ann Acme", "We are sorry"),
        ("call", "Ann Acme", "Is angry", "--in"),
        ("note", "Acme", "Call them"),
        ("call", "Ann Acme", "Before it happened", "--at", "2026-05-30 10:00"),
        ("activity", "add", "Visit", "--kind", "meeting", "--start", "2026-06-20 10:00", "--about", "Acme"),
    ):
        assert care(*args).code == 0
        assert [name for name, _ in calls(care)] == ["Acme"]
    assert care("call", "Ann Acme", "Between the two", "--at", "2026-06-05 10:00").code == 0
    assert calls(care) == [("Acme", "call: complaint C-2026-0001 breached; best fifth by won amount")]
    care("undo")
    assert len(calls(care)[0][1].split(",")) == 2


@pytest.mark.parametrize("about", ["Acme", "Ann Acme", "deal:1", "case:2", "C-2026-0001"])
@pytest.mark.parametrize("verb", ["call", "meet"])
def test_a_talk_about_anything_of_the_customer_counts(care: Crm, about: str, verb: str) -> None:
    assert care(verb, about, "Talked it over").code == 0
    assert calls(care) == []


def test_somebody_who_took_part_was_met(care: Crm) -> None:
    texts = ("activity", "add", "Fair", "--kind", "meeting", "--status", "done")
    assert care(*texts, "--set", 'participants=[{"contact": "Ann Acme"}]').code == 0
    assert calls(care) == []


@pytest.mark.parametrize(
    ("kind", "score", "told"),
    [
        ("nps", "6", True), ("nps", "7", False), ("csat", "2", True), ("csat", "3", False), ("ces", "3", True),
        ("ces", "4", False),
    ],
)  # fmt: skip
def test_low_scores_are_those_of_detractors_and_the_discontent(
    care: Crm, kind: str, score: str, told: bool
) -> None:
    care("company", "edit", "Corex", "--revenue-potential", "a")
    care("survey", "add", score, "--kind", kind, "--contact", "Cy Corex")
    expected = [("Corex", f"call: {kind} {score}; potential A")] if told else []
    assert [each for each in calls(care) if each[0] == "Corex"] == expected


def test_it_counts_for_ninety_days(care: Crm) -> None:
    care("company", "edit", "Corex", "--revenue-potential", "a")
    care("survey", "add", "1", "--contact", "Cy Corex", "--at", "2026-03-16 12:00")
    assert [name for name, _ in calls(care)] == ["Acme"]
    care("survey", "add", "1", "--contact", "Cy Corex", "--at", "2026-03-18 12:00")
    assert [name for name, _ in calls(care)] == ["Acme", "Corex"]


def test_of_high_value_is_who_brought_enough(care: Crm, tmp_path: Path) -> None:
    care("survey", "add", "1", "--contact", "Bob Brick")
    assert [name for name, _ in calls(care)] == ["Acme"]
    with (tmp_path / "missing.toml").open("a") as settings:
        settings.write('high_value_from = "100"\n')
    assert calls(care)[1] == ("Brick", "call: nps 1; won 100 or more")
    assert [name for name, _ in calls(care, "--owner", "me")] == ["Acme"]


@pytest.mark.parametrize(
    ("rate", "called"), [("", ["Acme", "Brick"]), ("0.0001", ["Acme"]), ("0.5", ["Brick"])]
)  # without a rate each currency has its own best fifth
def test_unlike_currencies_are_weighed_by_their_rates(
    care: Crm, tmp_path: Path, rate: str, called: list[str]
) -> None:
    care(
        "deal",
        "add",
        "Yen",
        "--company",
        "Brick",
        "--amount",
        "200000",
        "--currency",
        "JPY",
        "--stage",
        "won",
    )
    care("survey", "add", "1", "--contact", "Bob Brick")
    if rate:
        with (tmp_path / "missing.toml").open("a") as settings:
            settings.write(f'[rates]\nJPY = "{rate}"\n')
    assert [name for name, _ in calls(care)] == called


def test_a_person_without_a_company_is_a_customer_too(care: Crm) -> None:
    care("contact", "add", "Solo")
    care("deal", "add", "Big", "--contact", "Solo", "--amount", "99000", "--stage", "won")
    care("survey", "add", "0", "--contact", "Solo")
    assert calls(care) == [("Solo", "call: nps 0; best fifth by won amount")]
    care("call", "Solo", "Talked")
    assert "Solo" not in dict(calls(care))


def test_cancelled_cases_are_no_experience(care: Crm) -> None:
    care("case", "delete", "C-2026-0002", "--yes")
    assert care("case", "edit", "C-2026-0001", "--set", "status=cancelled").code == 0
    assert calls(care) == []


def test_each_open_case_waits_where_it_is_gravest(crm: Crm, tmp_path: Path) -> None:
    (tmp_path / "missing.toml").write_text('currency = "EUR"\nzone = "Europe/Berlin"\n')
    file = tmp_path / "cases.csv"
    file.write_text(DEADLINES)
    assert crm("case", "import", str(file)).code == 0
    rows = crm("today", "-o", "json").json
    assert [(row["what"], row["name"], row["why"], row["due"]) for row in rows] == [
        ("breached", "All late", "resolution 5 days late ! complaint, C-2 Acme", "2026-06-09"),  # Tue 17:00
        ("breached", "Late answer", "answer 1 h late, C-1 Acme", "2026-06-15"),  # 10:30
        (
            "nearing",
            "Near",
            "answer due in 30 min, C-3 Acme",
            "2026-06-15",
        ),  # half an hour on Friday, until 12:30
        (
            "next deadlines",
            "Next",
            "resolution due in 2 days, C-4 Acme",
            "2026-06-17",
        ),  # Thu to Wed, five days
        ("unanswered", "Waits for them", "asked today, C-7 Acme", None),
        ("complaints", "Far complaint", "resolution due in 11 days ! complaint, C-6 Acme", "2026-06-26"),
    ]
    crm("case", "edit", "C-1", "--owner", crm("user", "add", "Ivo Brandt").out.strip())
    assert [row["name"] for row in crm("today", "--owner", "Ivo Brandt", "-o", "json").json] == [
        "Late answer"
    ]
    lines = crm("show", "acme").lines
    place = lines.index("open cases")
    assert [line.split()[0] for line in lines[place + 1 : place + 8]] == [
        "C-2", "C-1", "C-6", "C-3", "C-4", "C-5", "C-7"
    ]  # fmt: skip
    assert lines[place + 1].endswith("in progress          high    breached     due 2026-06-09 17:00")


def test_today_in_a_narrow_terminal_tells_what_presses(crm: Crm, terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "missing.toml").write_text('currency = "EUR"\nzone = "Europe/Berlin"\n')
    file = tmp_path / "cases.csv"
    file.write_text(DEADLINES)
    crm("case", "import", str(file))
    shown = [line.rstrip() for line in terminal("today", columns=80).out.splitlines()]
    assert "\n".join(shown) + "\n" == NARROW


def test_contracts_to_renew_are_told(care: Crm) -> None:
    care("contract", "add", "Care Plus", "--company", "Acme", "--ends-on", "2026-06-30", "--value", "1200")
    care("contract", "add", "Later", "--company", "Acme", "--ends-on", "2026-12-31")
    care(
        "contract", "add", "Over", "--company", "Acme", "--starts-on", "2025-01-01", "--ends-on", "2026-06-01"
    )
    for name, *more in (
        ("Long over", "--ends-on", "2026-05-01"),
        ("Given up", "--ends-on", "2026-06-01", "--status", "expired"),
        ("Meant to end", "--ends-on", "2026-06-01", "--renewal-reminder-days", "0"),
        ("Renewed", "--ends-on", "2026-06-02"),
    ):
        care("contract", "add", name, "--company", "Acme", "--starts-on", "2026-01-01", *more)
    care("contract", "renew", "Renewed")
    rows = [row for row in care("today", "-o", "json").json if row["what"] == "renewals"]
    assert [(row["name"], row["why"], row["due"], row["amount"]) for row in rows] == [
        ("Over", "ended 14 days ago, not renewed, Acme", "2026-06-01", None),
        ("Care Plus", "ends in 15 days, Acme", "2026-06-30", 1200.00),
    ]


def test_a_case_that_rests_for_long_is_told_unless_a_task_says_when_it_goes_on(crm: Crm) -> None:
    for number, (verb, *more) in enumerate(
        (("wait",), ("hold", "--reason", "Part at sea"), ("hold", "--until", "2026-07-30"), ("resume",)), 1
    ):
        crm("case", "add", f"Case {number}", "--priority", "low")
        crm("case", "reply", str(number), "Look here", "--call")
        assert crm("case", verb, str(number), *more).code == 0
    told = {day: [(row["name"], row["why"]) for row in crm("today", "-o", "json", env={"CRM_TODAY": day}).json
                  if row["what"] == "resting"] for day in ("2026-06-22", "2026-06-23")}  # fmt: skip
    assert told == {
        "2026-06-22": [],
        "2026-06-23": [("Case 1", "waiting on customer for 8 days, C-2026-0001"),
                       ("Case 2", "on hold for 8 days: Part at sea, C-2026-0002")],
    }  # fmt: skip


def test_sections_without_anything_are_silent(crm: Crm) -> None:
    crm("task", "add", "Alone", "--due", "today")
    assert [row["what"] for row in crm("today", "-o", "json").json] == ["today"]


@pytest.mark.usefixtures("care")
def test_today_in_a_terminal_begins_with_whom_to_call(terminal: Terminal) -> None:
    lines = terminal("today", columns=80).out.splitlines()
    assert lines[0] == "call"
    assert lines[2].startswith("company   1  Acme")
    assert "call: complaint C-2026-0001" in lines[2]
    assert max(map(len, lines)) <= 80


def test_the_picture_of_a_customer_shows_what_service_knows(care: Crm) -> None:
    care("contract", "add", "Care Plus", "--company", "Acme", "--contact", "Ann Acme", "--ends-on", "2026-06-30",
         "--value", "1200")  # fmt: skip
    care("survey", "add", "3", "--contact", "Ann Acme", "--at", "2026-06-11", "--comment", "Slow, very slow")
    care("survey", "add", "5", "--kind", "csat", "--case", "C-2026-0002", "--at", "2026-06-02")
    care("mail", "C-2026-0001", "We look into it", "--at", "2026-06-11 10:00")
    care("note", "case:1", "Ask the maker")
    lines = care("show", "acme").lines
    headings = [line for line in lines if line and not line.startswith(" ")]
    assert headings == [
        "company 1  Acme", "open cases", "people", "deals", "contracts", "inquiries", "answers: nps -100 of 1 person",
        "activities", "history",
    ]  # fmt: skip
    case = lines[lines.index("open cases") + 1]
    assert case.startswith("  C-2026-0001  ! complaint  Grinder jams  in progress  high")
    assert "C-2026-0002" not in "\n".join(lines)
    assert any(
        "Care Plus  active  until 2026-06-30  1,200.00 EUR  ! renewal is due" in line for line in lines
    )
    place = lines.index("inquiries")
    assert lines[place + 1 : place + 3] == ["  0.2 a month over 12 months", "  2025-08: 1, 2026-06: 2"]
    place = lines.index("answers: nps -100 of 1 person")
    assert lines[place + 1 : place + 3] == [
        "  2026-06-11  nps 3   Ann Acme    Slow, very slow",
        "  2026-06-02  csat 5  Ann Acme",
    ]
    assert any("email out  We look into it" in line for line in lines)
    assert any("note       Ask the maker" in line for line in lines)


def test_a_person_and_a_deal_show_their_cases_too(care: Crm) -> None:
    care("case", "edit", "C-2026-0001", "--deal", "Machines")
    care("mail", "C-2026-0001", "We look into it")
    for args in (("show", "Ann Acme"), ("deal", "show", "Machines"), ("contact", "show", "ann@acme.example")):
        shown = care(*args).out
        assert shown.index("open cases") < shown.index("activities")
        assert "! complaint" in shown
        assert "We look into it" in shown
    assert "open cases" not in care("show", "Corex").out


def test_what_a_customer_complains_of_is_seen_from_its_people_and_deals(care: Crm) -> None:
    care("contact", "add", "Al Acme", "--company", "Acme")
    care("deal", "add", "More machines", "--contact", "Al Acme")
    care("case", "add", "Of no matter here", "--contact", "Ann Acme")
    for args in (("deal", "show", "More machines"), ("show", "Al Acme")):
        shown = care(*args).out.split("open cases\n")[1].split("\n\n")[0].splitlines()
        assert [line.split()[0] for line in shown] == ["C-2026-0001"]
        assert "! complaint" in shown[0]
        assert shown[0].endswith("of Ann Acme")
    care("contact", "add", "Cy Alone")
    care("deal", "add", "Beans at home", "--contact", "Cy Alone")
    care("case", "add", "Stale beans", "--contact", "Cy Alone", "--type", "complaint")
    assert "! complaint  Stale beans" in care("deal", "show", "Beans at home").out


def test_inquiries_of_twelve_months_are_a_column(care: Crm) -> None:
    assert care("company", "list", "--columns", "name,cases_12m").lines == ["Acme\t3", "Brick\t1", "Corex\t0"]
    assert care("company", "list", "cases_12m=2..", "--columns", "name").lines == ["Acme"]
    later = {"CRM_TODAY": "2026-08-13"}
    assert care("company", "list", "Acme", "--columns", "cases_12m", env=later).out == "2\n"
