"""Editing, tagging and deleting: one record or all that a filter finds, asked for, tried first, taken back."""

import sqlite3
from pathlib import Path

import pytest
from conftest import Crm, Terminal
from furnishing import furnished


@furnished
def deals(crm: Crm) -> Crm:
    crm("company", "add", "Acme")
    for number in (1, 2, 3):
        crm("deal", "add", f"Deal {number}", "--company", "1", "--amount", str(number * 100))
    return crm


def dump(store: Path) -> list[str]:
    connection = sqlite3.connect(store)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def column(crm: Crm, noun: str, name: str) -> list[str]:
    return crm(noun, "list", "--columns", name, "--sort", "id").lines


def last(crm: Crm) -> tuple[int, str, str]:
    row = crm("history", "--limit", "1", "-o", "json").json[0]
    return row["id"], row["verb"], row["summary"]


def test_an_edit_prints_the_id_and_says_what_it_did(deals: Crm) -> None:
    done = deals("deal", "edit", "Deal 2", "--next-step", "Call")
    assert (done.code, done.out, done.err) == (0, "2\n", "changed deal 2\n")
    done = deals("deal", "edit", "1", "2", "3", "--next-step", "Call", "-q")
    assert (done.out, done.err) == ("1\n2\n3\n", "")


def test_an_edit_that_changes_nothing_leaves_no_entry(deals: Crm) -> None:
    before = last(deals)
    done = deals("deal", "edit", "1", "--amount", "100.00")
    assert (done.code, done.out, done.err) == (0, "1\n", "deal 1 was so already\n")
    assert last(deals) == before
    done = deals("deal", "edit", "1", "2", "--amount", "100")
    assert done.err == "changed deal 2, deal 1 was so already\n"


@pytest.mark.parametrize(
    "args",
    [
        ("deal", "edit", "1", "--amount", "7"),
        ("deal", "edit", "stage=prospecting", "--set", "owner=", "--set", "tags=x"),
        ("deal", "delete", "1"),
        ("company", "delete", "1", "--with-related"),
        ("deal", "tag", "vip", "1"),
        ("deal", "move", "1", "proposal"),
        ("deal", "win", "1"),
        ("deal", "lose", "1", "--reason", "price"),
        ("deal", "item", "add", "1", "1"),
        ("call", "deal:1", "Talked", "--next", "Write", "--due", "fri"),
        ("task", "done", "1"),
        ("task", "snooze", "1", "--until", "+3d"),
        ("lead", "qualify", "1"),
        ("lead", "disqualify", "1", "--reason", "duplicate"),
        ("lead", "contacted", "1"),
        ("lead", "convert", "1"),
        ("pipeline", "edit", "1", "--rotten", "Proposal:3"),
        ("undo",),
        ("undo", "3"),
    ],
)
def test_a_dry_run_changes_nothing_at_all(deals: Crm, store: Path, args: tuple[str, ...]) -> None:
    deals("lead", "add", "Sam Field", "--company-name", "Field")
    deals("product", "add", "Grinder", "--list-price", "5")
    deals("task", "add", "Write")
    before = dump(store)
    done = deals(*args, "--dry-run")
    assert (done.code, done.out) == (0, ""), done.err
    assert done.err.strip()
    assert dump(store) == before


def test_a_bulk_edit_without_a_terminal_wants_yes(deals: Crm, store: Path) -> None:
    before = dump(store)
    done = deals("deal", "edit", "amount=200..", "--set", "next_step=Call")
    assert (done.code, done.out) == (2, "")
    assert done.err == "crm: Change 2 deals? Give --yes to say so where nobody can be asked\n"
    assert dump(store) == before
    done = deals("deal", "edit", "amount=200..", "--set", "next_step=Call", "--yes")
    assert (done.code, done.out, done.err) == (0, "2\n3\n", "changed 2 deals\n")
    assert last(deals)[1:] == ("deal edit", "2 deals: next_step")


def test_a_bulk_edit_is_one_thing_to_undo(deals: Crm) -> None:
    deals("deal", "edit", "status=open", "--set", "stage=proposal", "--yes")
    assert column(deals, "deal", "stage") == ["Proposal"] * 3
    assert deals("undo").code == 0
    assert column(deals, "deal", "stage") == ["Prospecting"] * 3


def test_a_bulk_edit_that_fails_for_one_changes_none(deals: Crm) -> None:
    deals("pipeline", "edit", "Sales", "--requires", "Prospecting:next_step")
    deals("deal", "edit", "1", "2", "--next-step", "Call")
    done = deals("deal", "edit", "status=open", "--set", "stage=proposal", "--yes")
    assert (done.code, "deal 3" in done.err or "Deal 3" in done.err) == (2, True)
    assert column(deals, "deal", "stage") == ["Prospecting"] * 3


def test_a_filter_that_finds_nothing_is_nothing_to_do(deals: Crm) -> None:
    done = deals("deal", "edit", "amount=999..", "--set", "next_step=x", "--yes")
    assert (done.code, done.out, done.err) == (0, "", "no deal to change\n")


def test_in_a_terminal_a_bulk_edit_is_asked_for(deals: Crm, terminal: Terminal) -> None:
    args = ("deal", "edit", "amount=200..", "--set", "next_step=Call")
    assert terminal(*args, answers=[("Change 2 deals?", "n")]).code == 2
    assert terminal(*args, answers=[("Change 2 deals?", "\x03")]).code == 130
    assert column(deals, "deal", "next_step") == ["", "", ""]
    assert terminal(*args, answers=[("Change 2 deals?", "y")]).code == 0
    assert column(deals, "deal", "next_step") == ["", "Call", "Call"]


def test_what_cannot_be_edited_is_refused(deals: Crm) -> None:
    for args, code in (
        (("deal", "edit", "1"), 2),
        (("deal", "edit", "99", "--amount", "5"), 3),
        (("deal", "edit", "1", "--name", ""), 2),
        (("deal", "edit", "1", "--set", "id=7"), 2),
        (("deal", "edit", "1", "--set", "folded=x"), 2),
        (("deal", "edit", "1", "--set", "weighted=5"), 2),
        (("deal", "edit", "1", "--set", "stages=[]"), 2),
        (("deal", "edit"), 2),
    ):
        done = deals(*args)
        assert (args, done.code, done.out) == (args, code, "")
        assert done.err.startswith("crm: ")


def _editor(folder: Path, script: str) -> dict[str, str]:
    path = folder / "editor"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return {"EDITOR": str(path)}


def test_the_editor_changes_what_was_changed_in_it(deals: Crm, tmp_path: Path) -> None:
    deals("deal", "edit", "1", "--set", "notes=first\nback\\slash, and a \\n of its own")
    mine = _editor(tmp_path, "sed -i 's/^next_step:.*/next_step: Call: at 5/; s/^amount: .*/amount:/' \"$1\"")
    done = deals("deal", "edit", "1", "--editor", env=mine)
    assert (done.code, done.out) == (0, "1\n")
    after = deals("deal", "list", "1", "--columns", "next_step,amount,notes", "-o", "json").json[0]
    assert (after["next_step"], after["amount"]) == ("Call: at 5", None)
    assert after["notes"] == "first\nback\\slash, and a \\n of its own"
    assert deals("history", "deal:1", "-o", "json").json[-1]["field"] in (
        "amount",
        "next_step",
        "amount_pinned",
    )


def test_an_editor_that_changes_nothing_or_fails(deals: Crm, tmp_path: Path) -> None:
    before = last(deals)
    for script, code in (
        ("true", 2),
        ("exit 3", 2),
        ('echo nonsense >> "$1"', 2),
        ('echo bogus: 1 >> "$1"', 2),
    ):
        done = deals("deal", "edit", "1", "--editor", env=_editor(tmp_path, script))
        assert (script, done.code) == (script, code)
        assert done.err.startswith("crm: ")
    for env in ({}, {"EDITOR": "/nowhere/editor"}):
        assert deals("deal", "edit", "1", "--editor", env=env).code == 2
    assert deals("deal", "edit", "1", "2", "--editor", env=_editor(tmp_path, "true")).code == 2
    assert last(deals) == before


def test_tags_are_put_and_taken_without_case(deals: Crm) -> None:
    assert deals("deal", "tag", "VIP,press", "1", "2").out == "1\n2\n"
    done = deals("deal", "untag", "vip", "1", "3")
    assert (done.code, done.err) == (0, "untagged deal 1 vip\n")
    assert column(deals, "deal", "tags") == ["press", "press, vip", ""]
    assert deals("deal", "untag", "press", "tag=press", "--yes").err == "untagged 2 deals press\n"
    assert deals("deal", "tag", " , ", "1").code == 2


def test_deleting_what_others_refer_to_is_refused_with_counts(deals: Crm, store: Path) -> None:
    deals("contact", "add", "Ada", "--company", "1")
    before = dump(store)
    done = deals("company", "delete", "1", "--yes")
    assert (done.code, done.out) == (4, "")
    assert "1 contact, 3 deals" in done.err
    assert "--with-related" in done.err
    assert dump(store) == before


def test_deleting_with_what_belongs_to_it_is_one_undo(deals: Crm) -> None:
    deals("contact", "add", "Ada", "--company", "1")
    deals("note", "deal:1", "Said")
    done = deals("company", "delete", "1", "--with-related", "--yes")
    assert (done.code, done.out) == (0, "1\n")
    assert "3 deals" in done.err
    counts = [deals(noun, "list", "--count").out for noun in ("company", "contact", "deal", "activity")]
    assert counts == ["0\n"] * 4
    assert deals("undo").code == 0
    counts = [deals(noun, "list", "--count").out for noun in ("company", "contact", "deal", "activity")]
    assert counts == ["1\n", "1\n", "3\n", "1\n"]


def test_deleting_wants_yes_or_an_answer(deals: Crm, terminal: Terminal) -> None:
    assert deals("deal", "delete", "1").code == 2
    assert terminal("deal", "delete", "1", answers=[("Delete deal 1", "\x03")]).code == 130
    assert terminal("deal", "delete", "1", answers=[("Delete deal 1", "n")]).code == 2
    assert deals("deal", "list", "--count").out == "3\n"
    assert terminal("deal", "delete", "1", answers=[("Delete deal 1", "y")]).code == 0
    assert deals("deal", "list", "-o", "ids").out == "2\n3\n"


def test_all_or_none_is_deleted(deals: Crm) -> None:
    deals("company", "add", "Free")
    assert deals("company", "delete", "2", "1", "--yes").code == 4
    assert deals("company", "list", "-o", "ids").out == "1\n2\n"


def test_an_id_is_never_given_twice(deals: Crm) -> None:
    deals("deal", "delete", "3", "--yes")
    assert deals("deal", "add", "New").out == "4\n"


def test_a_crash_of_ours_keeps_its_traceback_and_loses_nothing(
    deals: Crm, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm_cli.rules import records

    def broken(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    before = dump(store)
    monkeypatch.setattr(records, "_write_parts", broken)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        deals("deal", "edit", "1", "--amount", "5")
    assert dump(store) == before
    monkeypatch.undo()


def test_winning_asks_what_it_was_sold_for_only_in_a_terminal(deals: Crm, terminal: Terminal) -> None:
    assert deals("deal", "win", "1").out == "1\n"
    done = terminal("deal", "win", "2", answers=[("Sold for", "\x15250\r")])
    assert done.code == 0, done.out
    assert terminal("deal", "win", "3", answers=[("Sold for", "\x03")]).code == 130
    rows = deals("deal", "list", "--columns", "status,amount", "-o", "json").json
    assert [(row["status"], row["amount"]) for row in rows] == [("won", 100), ("won", 250), ("open", 300)]


def test_losing_wants_a_reason_and_asks_for_it_only_in_a_terminal(deals: Crm, terminal: Terminal) -> None:
    done = deals("deal", "lose", "1")
    assert (done.code, "--reason" in done.err) == (2, True)
    assert terminal("deal", "lose", "1", answers=[("Why was it lost?", "\r")]).code == 0
    assert column(deals, "deal", "lost_reason") == ["price", "", ""]
