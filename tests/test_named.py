"""Records that another names and that are not there: refused with the way out, or added on request."""

import pytest
from conftest import Crm, Terminal


def test_who_is_not_there_is_not_added_unless_asked_for(crm: Crm) -> None:
    refused = crm("contact", "add", "Jane Doe", "--company", "Acme")
    assert (refused.code, refused.out) == (3, "")
    assert "no company answers to 'Acme'; `crm company list` shows them, --create adds it" in refused.err
    done = crm("contact", "add", "Jane Doe", "--company", "Acme", "--owner", "Ann", "--create")
    assert (done.code, done.out) == (0, "1\n")
    assert done.err.splitlines()[-3:] == [
        "added company 1 Acme",
        "added user 1 Ann",
        "added contact 1 Jane Doe",
    ]
    (jane,) = crm("contact", "list", "--columns", "company,owner", "-o", "json").json
    assert jane == {"company": "Acme", "owner": "Ann"}
    assert crm("undo", "--yes").code == 0  # all of it is one change
    assert [crm(noun, "list", "--count").out for noun in ("contact", "company", "user")] == ["0\n"] * 3


def test_one_that_is_meant_is_named_and_none_is_added_twice(crm: Crm) -> None:
    crm("company", "add", "Acme")
    refused = crm("deal", "add", "Big", "--company", "Acmee")
    assert "did you mean Acme? --create adds it" in refused.err
    done = crm("deal", "add", "Big", "--company", "ACME", "--contact", "Karl", "--create")
    assert "added company" not in done.err
    edited = crm("deal", "edit", "1", "--company", "Acmee", "--create")
    assert edited.err.splitlines()[0] == "added company 2 Acmee"
    crm("deal", "add", "Bigger")
    both = crm("deal", "edit", "1", "2", "--set", "company=Brick", "--create")
    assert both.err.count("added company") == 1
    assert crm("company", "list", "-o", "ids").lines == ["1", "2", "3"]


@pytest.mark.parametrize("named", ["99", "ann@x.example", "ext:7", "company:7"])
def test_what_can_be_no_name_is_never_added(crm: Crm, named: str) -> None:
    refused = crm("deal", "add", "Big", "--company", named, "--create")
    assert refused.code == 3
    assert "--create" not in refused.err
    assert crm("company", "list", "--count").out == "0\n"


def test_a_dry_run_says_what_it_would_add(crm: Crm) -> None:
    crm("user", "add", "Ann")
    done = crm("deal", "add", "Big", "--company", "Acme", "--create", "--dry-run")
    assert done.err.splitlines() == ["would add company 1 Acme", "would add deal Big"]
    assert crm("company", "list", "--count").out == "0\n"


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 3)])
def test_in_a_terminal_the_person_is_asked(crm: Crm, terminal: Terminal, answer: str, code: int) -> None:
    crm("company", "add", "Acme")
    done = terminal(
        "deal", "add", "Big", "--company", "Acmee", answers=[("did you mean Acme?). Add it?", answer)]
    )
    assert done.code == code
    assert crm("company", "list", "-o", "ids").lines == (["1", "2"] if answer == "y" else ["1"])
    assert crm("deal", "list", "--count").out == ("1\n" if answer == "y" else "0\n")
