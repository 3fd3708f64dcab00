"""What customers say when asked: scores that can be, whose they are, what they say of a case, and the asking."""

from pathlib import Path

import pytest
from conftest import Crm
from furnishing import furnished

DELIGHTED = """Survey response ID,Person Email,Person Name,Score,Comment,Created at
991,jane@acme.example,Jane Doe,3,"Slow, very",2026-06-01 10:00
992,new@x.example,New One,10,,2026-06-02 10:00
"""
SURVEYMONKEY = """Respondent ID,Collector ID,Date Created,Date Modified,IP Address,Email Address,First Name,Last Name,\
How likely is it that you would recommend us to a friend or colleague?,What is the reason for your score?
118,1,06/13/2026 10:00:00 AM,06/13/2026 10:00:00 AM,192.0.2.1,jane@acme.example,Jane,Doe,7,It works
"""
TYPEFORM = """#,"How likely are you to recommend us to a friend or colleague?",\
"What is the main reason for your score?",Email,Start Date (UTC),Submit Date (UTC),Network ID
x1,8,Fine,jane@acme.example,2026-06-10 10:00:00,2026-06-10 10:01:00,ff
x2,2,Bad,sam@acme.example,2026-06-10 11:00:00,2026-06-10 11:01:00,ff
"""


@furnished
def asked(crm: Crm) -> Crm:
    """Jane of Acme, whose grinder jams, and a deal with her."""
    for args in (
        ("company", "add", "Acme"),
        ("contact", "add", "Jane Doe", "--email", "jane@acme.example", "--company", "Acme"),
        ("case", "add", "Grinder jams", "--contact", "Jane Doe"),
        ("deal", "add", "Machines", "--contact", "Jane Doe", "--company", "Acme"),
    ):
        done = crm(*args)
        assert done.code == 0, done.err
    return crm


def test_an_answer_is_one_line(asked: Crm) -> None:
    done = asked(
        "survey", "add", "9", "--contact", "Jane Doe", "--comment", "Great", "--touchpoint", "delivery"
    )
    assert (done.code, done.out) == (0, "1\n")
    row = asked("survey", "list", "-o", "json").json[0]
    assert {key: row[key] for key in ("kind", "score", "comment", "contact", "company", "touchpoint", "at")} == {
        "kind": "nps", "score": 9, "comment": "Great", "contact": "Jane Doe", "company": "Acme",
        "touchpoint": "delivery", "at": "2026-06-15T12:00:00Z",
    }  # fmt: skip
    assert asked("survey", "add", "--score", "4", "--kind", "csat", "--at", "2026-06-01 10:00").code == 0
    assert asked("survey", "list", "score=4", "--columns", "kind,at").out == "csat\t2026-06-01T10:00:00Z\n"
    asked("undo", "2")
    assert asked("survey", "list", "--count").out == "0\n"


@pytest.mark.parametrize(
    ("kind", "score", "code"),
    [
        ("nps", "-1", 2), ("nps", "0", 0), ("nps", "10", 0), ("nps", "11", 2), ("csat", "0", 2), ("csat", "1", 0),
        ("csat", "5", 0), ("csat", "6", 2), ("ces", "0", 2), ("ces", "1", 0), ("ces", "7", 0), ("ces", "8", 2),
    ],
)  # fmt: skip
def test_a_score_stays_on_the_scale_of_its_kind(asked: Crm, kind: str, score: str, code: int) -> None:
    done = asked("survey", "add", "--score", score, "--kind", kind)
    assert done.code == code, done.err
    if code:
        assert f"{score} is no {kind} score; give a number from" in done.err
        assert asked("survey", "list", "--count").out == "0\n"


def test_a_standing_answer_stays_on_it_too(asked: Crm) -> None:
    asked("survey", "add", "9")
    assert asked("survey", "edit", "1", "--kind", "csat").code == 2
    assert asked("survey", "edit", "1", "--score", "", "--yes").code == 2
    assert asked("survey", "edit", "1", "--kind", "csat", "--score", "5").code == 0
    assert asked("survey", "add").code == 2


def test_an_answer_belongs_to_whom_its_case_or_deal_belongs(asked: Crm) -> None:
    asked("survey", "add", "2", "--kind", "csat", "--case", "1")
    asked("survey", "add", "9", "--deal", "Machines")
    rows = asked("survey", "list", "-o", "json").json
    assert [(row["contact"], row["company"]) for row in rows] == [("Jane Doe", "Acme")] * 2


def test_an_answer_is_about_the_work_of_who_answers_for_it(asked: Crm) -> None:
    for noun, ref, owner in (
        ("case", "1", "Cat"),
        ("deal", "1", "Dan"),
        ("contact", "1", "Pam"),
        ("company", "1", "Tom"),
    ):
        assert asked("user", "add", owner).code == 0
        assert asked(noun, "edit", ref, "--owner", owner).code == 0
    for args in (("--case", "1"), ("--deal", "1"), ("--contact", "Jane Doe"), ("--company", "Acme"), (),
                 ("--case", "1", "--owner", "Pam")):  # fmt: skip
        assert asked("survey", "add", "9", *args).code == 0
    rows = asked("survey", "list", "-o", "json", "--sort", "id").json
    assert [row["owner"] for row in rows] == ["Cat", "Dan", "Pam", "Tom", None, "Pam"]
    found = asked("report", "nps", "--by", "owner", "-o", "json").json
    assert {row["owner"] for row in found} == {"Cat", "Dan", "Pam", "Tom", None}


def test_a_csat_answer_is_the_satisfaction_of_its_case(asked: Crm) -> None:
    asked("survey", "add", "2", "--kind", "csat", "--case", "1")
    assert asked("case", "list", "--columns", "satisfaction").out == "2\n"
    asked("survey", "add", "5", "--kind", "csat", "--case", "1", "--at", "2026-06-01")  # an earlier answer
    asked("survey", "add", "9", "--kind", "nps", "--case", "1")
    assert asked("case", "list", "--columns", "satisfaction").out == "2\n"
    asked("survey", "edit", "1", "--score", "4")
    assert asked("case", "list", "--columns", "satisfaction").out == "4\n"
    asked("undo", "4")
    assert asked("case", "list", "--columns", "satisfaction").out == "\n"


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        (DELIGHTED, [("Jane Doe", 3, "Slow, very"), ("new@x.example", 10, None)]),
        (SURVEYMONKEY, [("Jane Doe", 7, "It works")]),
        (TYPEFORM, [("Jane Doe", 8, "Fine"), ("sam@acme.example", 2, "Bad")]),
    ],
)
def test_files_of_survey_programs_are_recognised(
    asked: Crm, tmp_path: Path, text: str, answers: list[tuple[str, int, str | None]]
) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(text)
    done = asked("survey", "import", str(file))
    assert done.code == 0, done.err
    rows = asked("survey", "list", "-o", "json").json
    assert [(row["contact"], row["score"], row["comment"]) for row in rows] == answers
    assert all(row["at"] < "2026-06-14" for row in rows)
    again = asked("survey", "import", str(file))
    assert f"{len(answers)} unchanged" in again.err
    asked("undo")
    assert asked("survey", "list", "--count").out == "0\n"


def test_a_wrong_score_in_a_file_is_named(asked: Crm, tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(DELIGHTED + "993,jane@acme.example,Jane Doe,11,,2026-06-02 10:00\n")
    done = asked("survey", "import", str(file), "--on-error", "skip")
    assert done.code == 1
    assert "line 4: score: 11 is no nps score" in done.err
    assert asked("survey", "list", "--count").out == "2\n"


def test_answers_travel_through_an_export(asked: Crm, tmp_path: Path) -> None:
    asked("survey", "add", "2", "--kind", "csat", "--case", "1", "--comment", "Slow")
    asked("survey", "add", "9", "--contact", "Jane Doe")
    exported = asked("survey", "export").out
    file = tmp_path / "surveys.csv"
    file.write_text(exported)
    asked("survey", "delete", "1", "2", "--yes")
    assert asked("survey", "import", str(file)).code == 0
    assert asked("survey", "export").out == exported


def test_asking_after_a_case_says_what_and_how_to_answer(asked: Crm) -> None:
    number = asked("case", "list", "--columns", "number").out.strip()
    done = asked("survey", "ask", number)
    assert done.code == 0, done.err
    sent = asked("delivery", "list", "-o", "json", "--columns", "to,subject,purpose,body").json[0]
    assert (sent["to"], sent["subject"]) == ("jane@acme.example", f"How did we do? [{number}]")
    assert sent["purpose"] == "service"
    assert sent["body"].startswith("Hello Jane,\n")
    assert f'your case {number}, "Grinder jams", is in our hands.' in sent["body"]
    assert "with a number from 1 (not at all) to 5 (very)" in sent["body"]
    shown = asked("case", "show", number).out
    assert "Asked Jane Doe" in shown
    # It is no answer to the case: neither a reply, nor a first response, nor a touch.
    row = asked(
        "case", "list", "-o", "json", "--columns", "status,replies,first_response_at,last_touch"
    ).json[0]
    assert row == {"status": "new", "replies": 0, "first_response_at": None, "last_touch": None}


def test_asking_a_person_is_about_us(asked: Crm) -> None:
    assert asked("survey", "ask", "jane@acme.example").code == 0
    assert asked("survey", "ask", "Jane Doe", "--kind", "ces").code == 0
    assert asked("delivery", "list", "--columns", "subject").lines == [
        "Would you recommend us?",
        "Was it easy?",
    ]


def test_who_cannot_be_asked_is_not(asked: Crm) -> None:
    asked("contact", "add", "No Mail")
    asked("contact", "add", "Not Me", "--email", "not@me.example", "--set", "do_not_email=yes")
    asked("case", "add", "Nobody asks")
    for ref, code, said in (
        ("No Mail", 2, "No Mail has no e-mail address"),
        ("Not Me", 4, "Not Me"),
        ("Nobody asks", 2, "has no contact to ask"),
        ("Somebody else", 3, "no case or contact answers"),
    ):
        done = asked("survey", "ask", ref)
        assert (done.code, said in done.err) == (code, True), done.err
    assert asked("survey", "ask", "Jane Doe", "--kind", "stars").code == 2
    assert asked("survey", "ask", "Jane Doe", "--dry-run").err == "would ask contact 1\n"
    assert asked("delivery", "list", "--count").out == "0\n"


@pytest.mark.parametrize(
    ("words", "score", "comment"),
    [
        ("4", 4, None),
        ("5!\n\nThank you for the quick help.", 5, "Thank you for the quick help."),
        ("2/5 - took far too long\n\n> Hello Jane,\n> 1 to 5", 2, "took far too long"),
        ("7", None, None),
        ("I have 3 more questions", None, None),
        ("10.30 on Monday?", None, None),
        ("> 5", None, None),
    ],
)
def test_a_reply_that_begins_with_its_number_is_an_answer(
    asked: Crm, tmp_path: Path, words: str, score: int | None, comment: str | None
) -> None:
    asked("case", "resolve", "1", "--resolution", "Changed the burr", "--yes")
    asked("survey", "ask", "case:1")
    message_id = asked("delivery", "list", "--columns", "message_id").out.strip()
    file = tmp_path / "reply.eml"
    file.write_text(
        "From: Jane Doe <jane@acme.example>\nTo: us@quist.example\nSubject: Re: How did we do? [C-2026-0001]\n"
        f"Date: Mon, 15 Jun 2026 12:30:00 +0000\nMessage-ID: <r1@acme.example>\nIn-Reply-To: {message_id}\n\n{words}\n"
    )
    for _ in range(2):  # the same mail twice is one answer
        done = asked("activity", "import", str(file))
        assert done.code == 0, done.err
    rows = asked("survey", "list", "-o", "json", "--columns", "kind,score,comment,contact,case,at").json
    told = {"kind": "csat", "contact": "Jane Doe", "case": "Grinder jams", "at": "2026-06-15T12:30:00Z"}
    assert rows == ([told | {"score": score, "comment": comment}] if score else [])
    case = asked("case", "list", "-o", "json", "--columns", "status,satisfaction").json[0]
    assert case == {"status": "resolved", "satisfaction": score}
