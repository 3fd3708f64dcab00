"""Rows of one file that are about the same record: the last one stands, the file again changes nothing, it is told."""

import csv
import io
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm

from crm_cli.rules.importing import engine, repeats

Outcome = dict[str, Any]


def bring(crm: Crm, noun: str, text: str, *options: str) -> Outcome:
    """Import a text and give what is counted of it, with its notes."""
    result = crm(noun, "import", "-", "-o", "json", *options, input=text)
    assert result.code in (0, 1), result.err
    told: Outcome = result.json
    names = ("created", "updated", "unchanged", "skipped", "rejected")
    assert told["read"] == sum(told[name] for name in names)
    return {name: told[name] for name in names if told[name]} | {"notes": told["notes"]}


def counts(outcome: Outcome) -> Outcome:
    return {name: many for name, many in outcome.items() if name != "notes"}


PEOPLE = """Name,E-mail,Title,Mobile,Account
Ada Lovelace,ada@x.example,Countess,+44 20 7946 0958,Acme
Bob Stone,bob@x.example,Clerk,,
Ada King,ADA@X.example,,+44 20 7946 0001,Brick
"""
# By noun such a file, of which the first and the last row are about one record, and what stands of it in the end.
LEADS = "Name,E-mail,Title\nAnn Lee,ann@x.example,Clerk\nBo Ek,bo@x.example,\nAnn Lee,Ann@X.example,Chief\n"
COMPANIES = "Name,City,Phone\nAcme,Berlin,1234567\nBrick,,\nACME,Paris,\n"
DEALS = """Deal ID,Name,Stage,Amount,Currency,Close Date
1,Mill,Negotiation,100,EUR,2026-03-01
2,Well,Proposal,200,EUR,
1,Mill,Won,150,EUR,2026-03-05
"""
PRODUCTS = "Code,Name,Price,Currency\nP1,Nut,1,EUR\nP2,Pin,3,EUR\nP1,Bolt,2,EUR\n"
INVOICES = """Number,Company,Amount,Currency,issued_on
I1,Acme,100,EUR,2026-01-02
I2,Acme,7,EUR,2026-01-02
I1,Acme,200,EUR,2026-01-02
"""
FILES = {
    "contact": (
        PEOPLE,
        "name,title,email,company,phone",
        "Ada King|Countess|ADA@x.example|Brick|+44 20 7946 0001",
    ),
    "lead": (LEADS, "name,title", "Ann Lee|Chief"),
    "company": (COMPANIES, "name,city,phone", "ACME|Paris|1234567"),
    "deal": (DEALS, "name,stage,amount,closed_on", "Mill|Won|150.00|2026-03-05|EUR"),
    "product": (PRODUCTS, "name,list_price", "Bolt|2.00|EUR"),
    "invoice": (INVOICES, "number,amount", "I1|200.00|EUR"),
}


def held(store: Path) -> list[str]:
    """All that a store holds, the counters of its keys apart."""
    return [line for line in sqlite3.connect(store).iterdump() if "sqlite_sequence" not in line]


@pytest.mark.parametrize("noun", FILES)
def test_the_last_row_stands_and_the_same_file_again_changes_nothing(
    crm: Crm, store: Path, noun: str
) -> None:
    text, columns, stands = FILES[noun]
    first = bring(crm, noun, text)
    assert counts(first) == {"created": 2, "updated": 1}
    before = held(store)
    again = bring(crm, noun, text)
    assert counts(again) == {"unchanged": 3}
    assert again["notes"] == first["notes"]
    assert held(store) == before
    shown = crm(noun, "list", "--columns", columns).lines
    assert stands in [line.replace("\t", "|") for line in shown]


def test_rows_of_one_record_are_told_with_their_lines_and_what_they_contradict(crm: Crm) -> None:
    told = crm("contact", "import", "-", input=PEOPLE).err
    assert "1 contact has several rows in the file, 2 together (lines 2 and 4)" in told
    assert 'differ in "Name": "Ada Lovelace" in line 2, then "Ada King" in line 4' in told
    assert 'differ in "Account": "Acme" in line 2, then "Brick" in line 4' in told
    assert '"Title"' not in told  # an empty cell contradicts nothing
    assert '"Mobile"' not in told  # both are kept
    shown = crm("contact", "show", "Ada King", "-o", "json").json[0]
    assert {each["value"] for each in shown["phones"]} == {"+44 20 7946 0958", "+44 20 7946 0001"}


def test_a_file_without_such_rows_says_nothing_of_them(crm: Crm) -> None:
    text = "Name,E-mail\nAda,ada@x.example\nBob,bob@x.example\n"
    assert not bring(crm, "contact", text)["notes"]
    assert not bring(crm, "contact", text)["notes"]


def test_what_counts_as_updated_is_what_differs_in_the_end(crm: Crm) -> None:
    bring(crm, "contact", "Name,E-mail,Title\nAda,ada@x.example,Analyst\n")
    told = bring(crm, "contact", "Name,E-mail,Title\nAda,ada@x.example,Clerk\nAda,ada@x.example,Analyst\n")
    assert counts(told) == {"unchanged": 2}
    told = bring(crm, "contact", "Name,E-mail,Title\nAda,ada@x.example,Clerk\nAda,ada@x.example,Chief\n")
    assert counts(told) == {"updated": 1, "unchanged": 1}
    crm("undo", "--yes")
    assert crm("contact", "list", "--columns", "title").lines == ["Analyst"]


def test_a_moved_deal_has_one_step_a_file_and_not_one_a_row(crm: Crm, store: Path) -> None:
    text = DEALS
    bring(crm, "deal", text.replace("Negotiation", "Proposal").replace("Won", "Proposal"))
    bring(crm, "deal", text)
    steps = sqlite3.connect(store).execute("SELECT count(*) FROM deal_stage WHERE deal_id = 1")
    assert steps.fetchone() == (2,)  # where it began, and the win


def test_people_who_share_an_address_stay_apart(crm: Crm) -> None:
    for name in ("Ada", "Bob"):
        crm("contact", "add", name, "--email", "info@x.example", "--force")
    text = "Name,E-mail,Title\nAda,info@x.example,Clerk\nBob,info@x.example,Chief\n"
    told = bring(crm, "contact", text)
    assert counts(told) == {"updated": 2}
    assert not any("several rows" in note for note in told["notes"])
    shown = crm("contact", "list", "--columns", "name,title", "--sort", "name").lines
    assert shown == ["Ada\tClerk", "Bob\tChief"]


def test_a_wrong_row_is_rejected_alone(crm: Crm, tmp_path: Path) -> None:
    text = "Deal ID,Name,Amount,Currency\n1,Mill,100,EUR\n1,Mill,much,EUR\n1,Mill,150,EUR\n"
    options = ("--on-error", "skip", "--rejects", str(tmp_path / "no.csv"))
    assert counts(bring(crm, "deal", text, *options)) == {"created": 1, "updated": 1, "rejected": 1}
    assert counts(bring(crm, "deal", text, *options)) == {"unchanged": 2, "rejected": 1}
    rows = list(csv.DictReader(io.StringIO((tmp_path / "no.csv").read_text(encoding="utf-8"))))
    assert [row["Amount"] for row in rows] == ["much"]


def test_empty_cells_that_clear_do_so_by_the_last_row(crm: Crm) -> None:
    text = "Name,E-mail,Title\nAda,ada@x.example,Clerk\nAda,ada@x.example,\n"
    bring(crm, "contact", text, "--empty", "clear")
    assert crm("contact", "list", "--columns", "name,title").lines == ["Ada\t"]
    assert counts(bring(crm, "contact", text, "--empty", "clear")) == {"unchanged": 2}


@pytest.mark.parametrize("kind", ["columns", "rows"])
def test_rows_far_apart_are_one_record_too(crm: Crm, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(engine, "BATCH", 20)
    monkeypatch.setattr(engine, "LARGE", 5 if kind == "columns" else 1_000)
    monkeypatch.setattr(repeats, "PART", 30)
    monkeypatch.setattr(repeats, "AT_ONCE", 7)
    rows = [[f"P{n}", f"p{n}@x.example", f"T{n}", f"k{n}"] for n in range(60)]
    rows += [[f"P{n}", f"P{n}@X.example", f"U{n}", f"k{n}" if n % 2 else ""] for n in range(0, 60, 3)]
    text = "\n".join(",".join(each) for each in [["Name", "E-mail", "Title", "Contact ID"], *rows])
    first = bring(crm, "contact", text)
    assert counts(first) == {"created": 60, "updated": 20}
    assert first["notes"][0].startswith(
        "20 contacts have several rows in the file, 40 together (lines 2 and 62;"
    )
    assert counts(bring(crm, "contact", text)) == {"unchanged": 80}
    titles = crm("contact", "list", "--columns", "title").lines
    assert sorted(titles) == sorted(f"{'T' if n % 3 else 'U'}{n}" for n in range(60))


def test_more_such_rows_than_memory_holds_are_told(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "HELD", 2)
    text = "Name,E-mail,Title\nAda,a@x.example,A\nAda,a@x.example,B\nBob,b@x.example,A\nBob,b@x.example,B\n"
    told = bring(crm, "contact", text)["notes"]
    assert "2 more rows have a key of others; they are taken one after the other" in told
    assert counts(bring(crm, "contact", text)) == {"unchanged": 2, "updated": 2}


def test_rows_that_find_a_record_by_different_keys_change_it_once(crm: Crm, store: Path) -> None:
    bring(crm, "contact", "Name,E-mail,E-mail 2,Contact ID\nAda,a@x.example,b@x.example,k1\n")
    text = (
        "Name,E-mail,Contact ID,Mobile,Account\nAda,a@x.example,k1,+44 20 7946 0958,Acme\n"
        "Ada K,b@x.example,,+44 20 7946 0958,Brick\n"
    )
    told = bring(crm, "contact", text)
    assert counts(told) == {"updated": 1, "unchanged": 1}
    assert "(lines 2 and 3)" in told["notes"][0]
    assert sqlite3.connect(store).execute("SELECT count(*) FROM contact_phone").fetchone() == (1,)
    assert counts(bring(crm, "contact", text)) == {"unchanged": 2}
    assert crm("contact", "list", "--columns", "name,company").lines == ["Ada K\tBrick"]


def test_only_creating_takes_the_first_row_alone(crm: Crm) -> None:
    told = bring(crm, "contact", PEOPLE, "--mode", "create")
    assert counts(told) == {"created": 2, "skipped": 1}
    assert told["notes"][0].endswith("(lines 2 and 4): only the first one counts")
    assert crm("contact", "list", "name=Ada Lovelace", "--columns", "company").lines == ["Acme"]
    assert counts(bring(crm, "contact", PEOPLE, "--mode", "create")) == {"skipped": 3}
