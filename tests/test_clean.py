"""Cleaning: what is safe is mended and shown first, what may be meant is proposed, what is wrong is listed."""

import sqlite3
from pathlib import Path

import pytest
from conftest import Crm, Terminal
from furnishing import furnished

COMPANIES = "name,industry,country,email,phone\n" + "".join(
    f"T{at},technology,NL,a@t{at}.example,020 123 45{at}7\n" for at in range(8)
)
SLIPS = (
    "Slip,technolgy,Philipines,Info@Slip.Example,\n"
    "Far,tech,Germany,two at,+49 30 1234567\n"
    "Region,Technology,NL,,\n"
)


@furnished
def messy(crm: Crm) -> Crm:
    """Companies with slips, contacts and a lead with untidy values."""
    crm("company", "import", "-", input=COMPANIES + SLIPS)
    crm(
        "contact", "import", "-",
        input="name,first_name,last_name,email,phone,country\n"
        "Al   B. Cee,Al,Cee,Joe@X.ORG,0912 345 6789,IR\nBo,Bo,,bo at x,020 7946 0958,\n",
    )  # fmt: skip
    crm("lead", "add", "Lea", "--phone", "020 7946 0999", "--email", "LEA@x.org")
    return crm


def mended(crm: Crm, *more: str) -> list[tuple[str, ...]]:
    """What `crm clean` would mend."""
    rows = crm("clean", *more, "--dry-run", "-o", "json").json
    return [(row["noun"], row["field"], row["from"], row["to"]) for row in rows]


def test_what_is_safe_is_shown_mended_and_undone_at_once(messy: Crm) -> None:
    before = messy("contact", "export").out + messy("lead", "export").out + messy("company", "export").out
    fixes = [
        ("contact", "name", "Al   B. Cee", "Al B. Cee"),
        ("contact", "email", "Joe@x.org", "joe@x.org"),
        ("company", "email", "Info@slip.example", "info@slip.example"),
        ("lead", "email", "LEA@x.org", "lea@x.org"),
    ]
    assert mended(messy) == fixes
    assert mended(messy, "lead") == fixes[3:]
    assert mended(messy) == fixes, "a dry run changes nothing"
    done = messy("clean", "--yes")
    assert (done.code, done.lines) == (0, ["contact:1", "company:9", "lead:1"])
    assert "mended 4 values in 3 records; `crm undo` takes it back" in done.err
    assert mended(messy) == []
    row = messy("contact", "list", "1", "--columns", "name,first_name,last_name,email", "-o", "json").json[0]
    assert list(row.values()) == ["Al B. Cee", "Al", "Cee", "joe@x.org"]
    assert messy("contact", "list", "al b. cee", "-o", "ids").lines == ["1"]
    assert messy("clean", "--yes").err.endswith("nothing to mend\n")
    assert messy("undo", "--yes").code == 0
    assert (
        messy("contact", "export").out + messy("lead", "export").out + messy("company", "export").out
        == before
    )


def test_nothing_is_mended_unasked(messy: Crm) -> None:
    refused = messy("clean")
    assert (refused.code, "--yes" in refused.err) == (2, True)
    assert len(mended(messy)) == 4


def test_a_person_sees_the_values_and_says_yes(messy: Crm, terminal: Terminal) -> None:
    done = terminal("clean", columns=120, answers=[("Mend 4 values", "y")])
    assert done.code == 0, done.out
    assert done.out.index("Info@slip.example") < done.out.index("Mend 4 values in 3 records?")
    assert mended(messy) == []


def test_what_may_be_meant_is_proposed_and_never_assumed(messy: Crm) -> None:
    said = messy("clean", "--dry-run").err
    assert (
        'company industry "technolgy" (1 record) may be meant as "technology": '
        "crm clean --accept company.industry:technolgy=technology\n"
    ) in said
    assert 'industry "Technology" (1 record) may be meant as "technology"' in said
    assert 'country "Philipines" (1 record) may be meant as "PH"' in said
    assert '"tech"' not in said
    messy("clean", "--yes")
    assert messy("company", "list", "Slip", "--columns", "industry,country").out == "technolgy\tPhilipines\n"
    done = messy(
        "clean",
        "--yes",
        "--accept",
        "industry:technolgy=technology",
        "--accept",
        "company.country:Philipines=PH",
    )
    assert done.lines == ["company:9"]
    assert messy("company", "list", "Slip", "--columns", "industry,country").out == "technology\tPH\n"
    assert messy("undo", "--yes").code == 0
    assert messy("company", "list", "Slip", "--columns", "industry,country").out == "technolgy\tPhilipines\n"


def test_numbers_in_names_and_rare_values_are_no_slips(crm: Crm) -> None:
    rows = "".join(f"A{at},Region 1,Berlin\n" for at in range(9))
    crm("company", "import", "-", input=f"name,region,city\n{rows}B,Region 2,Bern\nC,Region 3,Merlin\n")
    said = crm("clean", "--dry-run").err
    assert "Region" not in said
    assert "Bern" not in said.replace("Berlin", "")
    assert 'city "Merlin" (1 record) may be meant as "Berlin"' in said


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ("industry", "is not FIELD:FROM=TO"),
        ("industry:x", "is not FIELD:FROM=TO"),
        ("industry:nothing=technology", "no record has 'nothing' as its industry"),
        ("colour:red=blue", "no record has 'red' as its colour"),
        ("planet.industry:technolgy=technology", "no record has"),
    ],
)
def test_a_wish_that_fits_nothing_is_refused(messy: Crm, wish: str, said: str) -> None:
    refused = messy("clean", "--yes", "--accept", wish)
    assert (refused.code, said in refused.err) == (2, True), refused.err
    assert len(mended(messy)) == 4


def test_an_unknown_noun_is_named(messy: Crm) -> None:
    refused = messy("clean", "contcat")
    assert (refused.code, "did you mean contact" in refused.err) == (2, True)


def test_another_country_in_the_settings_reads_the_numbers_anew(messy: Crm, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('country = "GB"\n')
    british = {"CRM_CONFIG": str(settings)}
    assert messy("contact", "list", "+44 20 7946 0958", "-o", "ids").code == 3
    done = messy("clean", "--yes", env=british)
    assert done.code == 0
    assert messy("contact", "list", "+44 20 7946 0958", "-o", "ids").lines == ["2"]
    assert messy("lead", "list", "+44 20 7946 0999", "-o", "ids").lines == ["1"]
    found = sorted(line.split("\t")[:2] for line in messy("search", "+4420794609").lines)
    assert found == [["contact", "2"], ["lead", "1"]]
    assert messy("contact", "list", "2", "--columns", "phone").out == "020 7946 0958\n", "as it was typed"
    assert messy("undo", "--yes").code == 0
    assert messy("contact", "list", "+44 20 7946 0958", "-o", "ids").code == 3


def test_a_contact_that_moves_takes_its_number_along(crm: Crm) -> None:
    crm("contact", "add", "Ann", "--phone", "020 7946 0958")
    crm("lead", "add", "Ann", "--phone", "020 7946 0958")
    for noun in ("contact", "lead"):
        assert crm(noun, "edit", "1", "--country", "GB").code == 0
        assert crm(noun, "list", "+442079460958", "-o", "ids").lines == ["1"]
    assert crm("contact", "list", "1", "--columns", "phone").out == "020 7946 0958\n"
    assert crm("clean", "--dry-run").err == "nothing to mend\n"


def test_persian_words_keep_the_marks_that_part_their_letters(crm: Crm) -> None:
    crm("company", "add", "می\u200cخواهم", "--industry", "\u200bفناوری  نو ")
    assert mended(crm) == [("company", "industry", "\u200bفناوری  نو", "فناوری نو")]


def test_addresses_that_another_program_wrote_are_flagged(crm: Crm, store: Path) -> None:
    crm("contact", "add", "Ann", "--email", "ann@x.org")
    connection = sqlite3.connect(store)
    with connection:
        connection.execute("UPDATE contact_email SET value = 'ann at x', \"key\" = 'ann at x'")
    connection.close()
    assert mended(crm) == [("contact", "email", "ann at x", "flagged as invalid")]
    crm("clean", "--yes")
    assert crm("contact", "list", "--columns", "emails", "-o", "json").json[0]["emails"][0]["invalid"] is True
    assert mended(crm) == []


def test_what_only_a_person_can_mend_is_listed(messy: Crm) -> None:
    messy("contact", "add", "Twin", "--email", "joe@x.org", "--force")
    messy("deal", "add", "Big", "--amount", "5")
    rows = messy("clean", "--list", "-o", "json").json
    assert [(row["noun"], row["id"], row["field"], row["why"]) for row in rows] == [
        ("contact", 2, "email", "is no e-mail address"),
        ("contact", 2, "phone", "does not say its country"),
        ("contact", 1, "duplicates", "another record equals it"),
        ("contact", 3, "duplicates", "another record equals it"),
        ("company", 10, "email", "is no e-mail address"),
        ("company", 9, "country", "is no country of ISO 3166"),
        ("lead", 1, "phone", "does not say its country"),
        ("lead", 1, "next_step", "nothing is to be done next"),
        ("deal", 1, "next_step", "nothing is to be done next"),
    ]
    assert {row["noun"] for row in messy("clean", "lead", "--list", "-o", "json").json} == {"lead"}
    assert rows[0]["value"] == "bo at x"


def test_the_report_counts_what_the_list_names(messy: Crm) -> None:
    messy("deal", "add", "Big", "--amount", "5", "--currency", "EUR")
    messy("task", "add", "Call", "--about", "deal:1")
    messy("deal", "add", "Small", "--amount", "5", "--currency", "USD")

    def quality(*more: str) -> dict[tuple[str, str], list[object]]:
        rows = messy("report", "quality", *more, "-o", "json").json
        return {(row["noun"], row["field"]): list(row.values())[2:] for row in rows}

    told = quality()
    assert told["contact", "email"] == [100, 50, 2, 0, 1]
    assert told["contact", "phone"] == [100, 50, 2, 0, 1]
    assert told["contact", "country"] == [50, 100, 2, 1, 0]
    assert told["contact", "last_touch"] == [0, None, 2, 2, 0]
    assert told["contact", "duplicates"] == [None, 100, 2, 0, 0]
    assert told["company", "country"] == [100, 90.91, 11, 0, 1]
    assert told["lead", "next_step"] == [0, None, 1, 1, 0]
    assert told["deal", "next_step"] == [50, 100, 2, 1, 0]
    assert told["deal", "rate"] == [0, None, 1, 1, 0]
    assert ("campaign", "name") not in told
    listed = messy("clean", "--list", "-o", "json").json
    wrong = {(noun, field): row[4] for (noun, field), row in told.items() if row[4]}
    counted = dict.fromkeys(wrong, 0)
    for row in listed:
        if row["field"] != "next_step":
            counted[row["noun"], row["field"]] = counted.get((row["noun"], row["field"]), 0) + 1
    assert counted == wrong
    assert {noun for noun, _ in quality("noun=lead,deal")} == {"lead", "deal"}
    assert {noun for noun, _ in quality("country=IR")} == {"contact"}
    grouped = messy("report", "quality", "--by", "country", "noun=contact", "-o", "json").json
    assert {row["country"] for row in grouped if row["field"] == "email"} == {"IR", None}
    for wrong_one, said in (("noun=task", "unknown noun"), ("colour=red", "unknown field")):
        refused = messy("report", "quality", wrong_one)
        assert (refused.code, said in refused.err) == (2, True)


@pytest.mark.parametrize(
    ("noun", "same"), [("contact", "--email"), ("company", "--domain"), ("lead", "--email")]
)
def test_two_that_were_told_apart_are_no_duplicates(crm: Crm, noun: str, same: str) -> None:
    for name in ("Ann Lee", "Bob Ray"):
        assert (
            crm(
                noun, "add", name, same, "x@one.example" if same == "--email" else "one.example", "--force"
            ).code
            == 0
        )

    def doubled() -> list[int]:
        rows = crm("clean", noun, "--list", "-o", "json").json
        return [row["id"] for row in rows if row["field"] == "duplicates"]

    assert doubled() == [1, 2]
    assert crm(noun, "dedupe", "--distinct", "2", "1").code == 0
    assert doubled() == []


def test_a_touch_of_long_ago_is_stale(crm: Crm) -> None:
    for name, when in (("Old", "2020-01-05"), ("New", "2026-01-05")):
        crm("contact", "add", name)
        crm("call", name, "Hello", "--at", when)
    row = next(
        each
        for each in crm("report", "quality", "noun=contact", "-o", "json").json
        if each["field"] == "last_touch"
    )
    assert [row["filled_pct"], row["valid_pct"], row["invalid"]] == [100, 50, 1]
