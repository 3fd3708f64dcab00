"""Fields of the user's own: on any noun, then everywhere a built-in field is, with the type that was said."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm
from furnishing import furnished
from hypothesis import given
from hypothesis import strategies as st

from crm_cli import fields
from crm_cli.rules import field as rules

# What it takes to add a record of each noun.
ADDED = {
    "contact": ["Jane Doe"], "company": ["Acme"], "lead": ["Ada"], "deal": ["Wheels"], "campaign": ["Spring"],
    "product": ["Wheel"], "pipeline": ["Direct", "--stages", "Talk:20,Won:won,Lost:lost"], "user": ["Mara"],
    "activity": ["Talked"], "task": ["Call"], "case": ["Jam"], "contract": ["Care"], "sla": ["Gold"],
    "calendar": ["Office"], "article": ["Descale"], "survey": ["9", "--contact", "Ann"], "segment": ["Shops"],
    "member": ["--campaign", "Autumn", "--contact", "Ann"], "result": ["Banner", "--campaign", "Autumn"],
    "consent": ["opted_in", "--contact", "Ann"], "pricelist": ["Resellers"],
    "quote": ["Q-1", "--company", "Brick"], "invoice": ["R-1", "--amount", "10", "--company", "Brick"],
    "partner": ["Northwind"], "relationship": ["referred_by", "--company", "Brick", "--to-contact", "Ann"],
    "goal": ["Third quarter", "--period", "2026-Q3", "--target", "10"],
    "rate": ["EUR", "--day", "2026-01-01", "--rate", "1.1"],
}  # fmt: skip


def rows(crm: Crm, *words: str) -> Any:
    return crm("contact", "list", *words, "-o", "json").json


@furnished
def sized(crm: Crm) -> Crm:
    """Three contacts, two with a size."""
    assert crm("field", "add", "contact.size", "--type", "number", "--meaning", "European size").code == 0
    for name, size in (("Ann", "42.5"), ("Bob", "9"), ("Cy", "")):
        assert crm("contact", "add", name, "--set", f"size={size}").code == 0
    return crm


def test_it_is_set_shown_filtered_sorted_and_exported(sized: Crm) -> None:
    wanted = [{"name": "Ann", "size": 42.5}, {"name": "Bob", "size": 9}, {"name": "Cy", "size": None}]
    assert rows(sized, "--columns", "name,size", "--sort", "-size") == wanted
    assert rows(sized, "size=10..", "--columns", "name") == [{"name": "Ann"}]
    assert rows(sized, "size=9", "--columns", "name") == [{"name": "Bob"}]
    assert rows(sized, "size=", "--columns", "name") == [{"name": "Cy"}]
    assert rows(sized, "size!=9", "--columns", "name") == [{"name": "Ann"}, {"name": "Cy"}]
    assert sized("contact", "list", "--columns", "?").lines[-1] == "size\tdecimal\tEuropean size"
    assert "42.5" in sized("contact", "show", "Ann").out
    export = sized("contact", "export", "--columns", "name,size").out
    assert export == "name,size\nAnn,42.5\nBob,9\nCy,\n"


def test_it_is_imported_by_its_name(sized: Crm) -> None:
    assert sized("contact", "import", "-", input="name,email,size\nDee,dee@example.org,7.25\n").code == 0
    assert rows(sized, "size=7.25", "--columns", "name,size") == [{"name": "Dee", "size": 7.25}]
    refused = sized("contact", "import", "-", input="name,email,size\nEve,eve@example.org,big\n")
    assert refused.code == 1
    assert '"big" is not a number' in refused.err


def test_bulk_edit_and_unset(sized: Crm) -> None:
    assert sized("contact", "edit", "size=..10", "--set", "size=11", "-y").code == 0
    assert rows(sized, "size=11", "--columns", "name") == [{"name": "Bob"}]
    assert sized("contact", "edit", "Ann", "--unset", "size").code == 0
    assert rows(sized, "size=", "--columns", "name") == [{"name": "Ann"}, {"name": "Cy"}]


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("text", "[bold] ü", "[bold] ü"),
        ("number", "1,234.5", 1234.5),
        ("decimal", "-0.0001", -0.0001),
        ("integer", "1000", 1000),
        ("date", "2026-11-05", "2026-11-05"),
        ("day", "today", "2026-06-15"),
        ("boolean", "yes", True),
        ("bool", "no", False),
    ],
)
def test_each_type_comes_back_as_itself(crm: Crm, kind: str, text: str, shown: object) -> None:
    assert crm("field", "add", "contact.extra", "--type", kind).code == 0
    assert crm("contact", "add", "Ann", "--set", f"extra={text}").code == 0
    assert rows(crm, "--columns", "name,extra") == [{"name": "Ann", "extra": shown}]
    assert rows(crm, f'extra="{text}"', "--columns", "name") == [{"name": "Ann"}]


def test_a_choice_knows_its_words(crm: Crm) -> None:
    assert crm("field", "add", "deal.risk", "--words", "Low,Very High").code == 0
    assert crm("deal", "add", "Wheels", "--set", "risk=very-high").code == 0
    assert crm("deal", "list", "risk=VERY HIGH", "--columns", "risk").out == "Very High\n"
    refused = crm("deal", "add", "Tyres", "--set", "risk=lo")
    assert refused.code == 2
    assert "Low, Very High" in refused.err


@pytest.mark.parametrize(
    "noun", [name for name in fields.names() if name not in ("field", "delivery", "offer", "snapshot")]
)
def test_every_noun_can_have_one(crm: Crm, noun: str) -> None:
    assert crm("field", "add", f"{noun}.own_mark", "--type", "integer").code == 0
    for other, name in (("contact", "Ann"), ("company", "Brick"), ("campaign", "Autumn")):
        assert crm(other, "add", name).code == 0
    record = crm(noun, "add", *ADDED[noun]).out.strip()
    assert crm(noun, "edit", record, "--set", "own_mark=7").code == 0
    assert crm(noun, "list", "own_mark=5..", "--columns", "own_mark").out == "7\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["contact.name"], 4, "contact has name already"),
        (["contact.company_id"], 4, "already"),
        (["contact.Tag"], 4, "already"),
        (["contact.size"], 4, "crm field edit"),
        (["contact.SIZE"], 4, "crm field edit"),
        (["contakt.hat"], 2, "contact"),
        (["field.hat"], 2, "known"),
        (["hat"], 2, "unknown noun"),
        (["contact."], 2, "contact.size"),
        (["contact.hat", "--type", "colour"], 2, "boolean"),
        (["contact.hat", "--type", "choice"], 2, "--words"),
        (["contact.hat", "--type", "date", "--words", "a,b"], 2, "choice"),
        (["contact.hat", "--words", "Tall,TALL"], 2, "told apart"),
    ],
)
def test_what_cannot_be_is_refused(sized: Crm, words: list[str], code: int, said: str) -> None:
    refused = sized("field", "add", *words)
    assert refused.code == code
    assert said in refused.err
    assert sized("field", "list", "--count").out == "1\n"


def test_a_field_is_referred_to_by_noun_and_name(sized: Crm) -> None:
    sized("field", "add", "deal.size", "--type", "integer")
    assert "European size" in sized("field", "show", "contact.size").out
    assert sized("field", "edit", "size", "--name", "width").code == 4  # two have that name
    assert sized("field", "edit", "contact.width", "--name", "size").code == 3
    assert sized("field", "list", "--columns", "on,name,kind").lines == [
        "contact\tsize\tdecimal",
        "deal\tsize\tinteger",
    ]


def test_values_follow_another_name_and_type(sized: Crm) -> None:
    assert sized("field", "edit", "contact.size", "--name", "Shoe Size", "--type", "text").code == 0
    assert rows(sized, "--columns", "name,shoe_size") == [
        {"name": "Ann", "shoe_size": "42.5"},
        {"name": "Bob", "shoe_size": "9"},
        {"name": "Cy", "shoe_size": None},
    ]
    refused = sized("field", "edit", "contact.shoe_size", "--type", "integer")
    assert refused.code == 4
    assert "contact 1 cannot keep its value" in refused.err
    assert sized("field", "edit", "contact.shoe_size", "--type", "number").code == 0
    assert rows(sized, "shoe_size=9..10", "--columns", "name") == [{"name": "Bob"}]


def test_another_meaning_touches_no_record(sized: Crm) -> None:
    before = sized("contact", "list", "--columns", "all").out
    assert sized("field", "edit", "contact.size", "--meaning", "In centimetres").code == 0
    assert sized("contact", "list", "--columns", "all").out == before
    assert sized("field", "edit", "contact.size").code == 2


def test_delete_is_refused_while_values_stand(sized: Crm) -> None:
    refused = sized("field", "delete", "contact.size", "-y")
    assert refused.code == 4
    assert "2 contacts have a size" in refused.err
    assert sized("field", "delete", "contact.size", "--with-related").code == 2  # nobody to ask
    assert sized("field", "delete", "contact.size", "--with-related", "-y").code == 0
    assert sized("contact", "list", "size=9").code == 2
    assert sized("field", "add", "contact.size").code == 0
    assert rows(sized, "--columns", "size") == [{"size": None}] * 3


def test_a_field_without_values_goes_at_once(crm: Crm) -> None:
    crm("field", "add", "deal.risk")
    assert crm("field", "delete", "deal.risk", "-y").code == 0
    assert crm("field", "list").out == ""


def test_undo_brings_a_field_back_with_its_values(sized: Crm) -> None:
    before = sized("contact", "export").out
    sized("field", "delete", "contact.size", "--with-related", "-y")
    assert sized("undo").code == 0
    assert sized("contact", "export").out == before
    sized("field", "edit", "contact.size", "--name", "width")
    assert sized("undo").code == 0
    assert sized("contact", "export").out == before


@given(st.text(max_size=20))
def test_any_text_gives_a_name_that_filters_understand(text: str) -> None:
    name = rules.name_of(text)
    assert rules.name_of(name) == name
    if name:
        from crm_cli.filters import split

        assert split(f"{name}=1") == (name, "=", "1")


def test_a_name_that_another_tool_made_is_only_a_name(crm: Crm, store: Path) -> None:
    crm("contact", "add", "Ada")
    crm("field", "add", "contact.size")
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("UPDATE custom_field SET name = ?", ("x') FROM user --",))
    done = crm("contact", "list", "--columns", "all", "-o", "json")
    assert done.code == 0
    assert done.json[0]["x') FROM user --"] is None
