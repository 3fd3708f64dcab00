"""Records that lines of a batch add are written together, and are what they would be one by one."""

import inspect
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.main import get_params_convertors_ctx_param_name_from_function

from crm_cli import cli, fields
from crm_cli.command import LineContext
from crm_cli.rules import adding, records

NAMES = (
    "Ada Lovelace",
    "ada  lovelace",
    "Grace Hopper",
    "Acme",
    "Acme GmbH",
    "acme.example",
    "+31 20 555 0101",
    "#7",
)
ADDRESSES = ("ada@acme.example", "ADA@acme.example", "info@acme.example", "eve@gmail.com", "nobody")
NUMBERS = ("+31 20 555 0101", "020 5550101", "0031205550101", "12")
OPTIONS = {
    "email": ADDRESSES,
    "phone": NUMBERS,
    "country": ("NL", "US", "nowhere"),
    "owner": ("me", "Grace"),
    "external-id": ("7", "8"),
    "tags": ("vip", "vip,press"),
    "best-time": ("morning", "at noon"),  # refused when it is written
    "score": ("50", "101"),
    "first-name": ("Ada",),
    "last-name": ("Lovelace",),
    "national-id": ("4711",),
    "tax-number": ("4711",),
    "website": ("acme.example", "https://www.acme.example/en"),
    "domain": ("acme.example",),
    "company": ("Acme", "1"),
    "parent": ("Acme", "1"),
    "set": ("title=Dr", "name=Eve", "shoe=44", "nothing=1"),
}
OF = {
    "contact": ("email", "phone", "country", "owner", "external-id", "tags", "best-time", "first-name", "last-name",
                "national-id", "company", "set"),
    "company": ("email", "phone", "country", "owner", "external-id", "tax-number", "website", "domain", "parent",
                "set"),
    "lead": ("email", "phone", "country", "owner", "external-id", "best-time", "score", "first-name", "last-name",
             "website", "company", "set"),
}  # fmt: skip
# How other records are named: by their id, which stands or will, by their name, or wrongly.
PEOPLE, CASES = ("1", "2", "Eve", "Ada Lovelace"), ("1", "2", "C-2026-0001", "Broken")
ABOUT = ("contact:1", "contact:2", "lead:1", "case:1", "deal:1", "2", "Ada Lovelace", "Acme")
WITH = {
    "deal": {"contact": PEOPLE, "company": ("1", "Acme"), "amount": ("5", "5.555", "x"), "product": ("1", "Bike"),
             "stage": ("won", "2"), "external-id": ("7",), "campaign": ("1",)},
    "case": {"contact": PEOPLE, "number": ("C-2026-0003", "C-2026-0001"), "parent": CASES, "type": ("question",),
             "status": ("resolved", "closed"), "resolution": ("Done",), "deal": ("1", "Ada Lovelace")},
    "task": {"about": ABOUT, "due": ("fri",), "repeat": ("daily",), "status": ("completed",)},
    "activity": {"about": ABOUT, "kind": ("call", "meeting", "note", "email"), "status": ("planned",),
                 "done-at": ("2026-06-01", "2026-05-01"), "direction": ("in",)},
    "product": {"code": ("b-1", "B-1"), "list-price": ("5",)},
    "campaign": {"code": ("b-1", "B-1"), "budget": ("5",), "parent": ("1", "Acme")},
    "article": {"case": CASES, "body": ("Off and on",), "status": ("published",), "product": ("Bike",)},
    "survey": {"kind": ("csat", "nps"), "case": CASES, "contact": PEOPLE},
    "member": {"campaign": ("1", "Fair"), "contact": PEOPLE, "lead": ("1",), "status": ("opted_out", "responded")},
    "result": {"campaign": ("1", "Fair"), "clicks": ("3", "-3")},
    "consent": {"contact": PEOPLE, "lead": ("1",), "purpose": ("News",)},
    "segment": {"on": ("contact",), "filter": ("tag=vip",)},
    "contract": {"contact": PEOPLE, "number": ("CT-2026-0002",), "starts-on": ("2026-01-01",)},
    "quote": {"contact": PEOPLE, "items": ("Bike", "Fee @ 4"), "deal": ("1",), "status": ("accepted",),
              "number": ("Q-2026-0002",)},
    "invoice": {"contact": PEOPLE, "amount": ("5",), "issued-on": ("2026-01-01",), "deal": ("1",),
                "number": ("INV-2026-0002",), "paid-on": ("today",)},
    "relationship": {"contact": ("1",), "to-contact": ("2", "Eve"), "to-company": ("1",)},
    "goal": {"metric": ("won_amount",), "period": ("2026-Q3",), "target": ("5",), "parent": ("1", "Acme")},
    "rate": {"rate": ("1.5",), "day": ("2026-06-01", "2026-06-15")},
    "user": {"email": ADDRESSES, "manager": ("Grace", "1")},
    "pricelist": {"currency": ("EUR",)},
}  # fmt: skip
FIRST = {
    "survey": ("5", "9"), "consent": ("opted_in",), "relationship": ("referred_by", "knows"), "rate": ("CHF", "EUR"),
    "quote": (), "invoice": (), "member": (), "product": ("Bike",), "case": ("Broken",),
}  # fmt: skip
NEEDED = ("campaign", "contact", "amount", "metric", "period", "rate", "kind")
OTHERS = (
    ["contact", "edit", "1", "--title", "Dr"], ["contact", "list", "-o", "ids"],
    ["deal", "add", "Big", "--contact", "1"],
    ["note", "contact:1", "Hello"], ["contact", "tag", "vip", "Ada Lovelace"], ["user", "add", "Grace"],
    ["search", "acme"],
    ["contact", "delete", "1", "--yes"], ["field", "add", "shoe", "--on", "contact", "--kind", "integer"],
)  # fmt: skip
BEGUN = """
contact add Eve
company add Initech
lead add Mallory
product add Bike --code b-1 --list-price 5
case add Broken --contact 1
deal add Fleet --contact 1
campaign add Fair
invoice add --contact 1 --amount 5 --issued-on 2025-01-01
"""
UNTOLD = {"uid", "at", "created_at", "updated_at"}


@st.composite
def additions(draw: st.DrawFn) -> list[str]:
    """A line that adds a record, whose words are often those of another."""
    noun = draw(st.sampled_from(sorted(OF)))
    words = [noun, "add", *draw(st.lists(st.sampled_from(NAMES), max_size=1))]
    for option in draw(st.lists(st.sampled_from(OF[noun]), max_size=3, unique=True)):
        words += [f"--{option}", draw(st.sampled_from(OPTIONS[option]))]
    return words + draw(
        st.sampled_from([[]] * 6 + [["--force"], ["--dry-run"], ["--quiet"], ["-o", "json"], ["--help"]])
    )


@st.composite
def more_additions(draw: st.DrawFn) -> list[str]:
    """A line that adds a record of any other noun."""
    noun = draw(st.sampled_from(sorted(WITH)))
    first = FIRST.get(noun, NAMES[:4])
    words = [noun, "add"] + ([draw(st.sampled_from(first))] if first else [])
    needed = [each for each in NEEDED if each in WITH[noun]]
    few = draw(st.lists(st.sampled_from(sorted(WITH[noun])), max_size=3, unique=True))
    for option in dict.fromkeys((*needed, *few) if draw(st.booleans()) else few):
        words += [f"--{option}", draw(st.sampled_from(WITH[noun][option]))]
    return words


@st.composite
def logs(draw: st.DrawFn) -> list[str]:
    """A line that logs what was said, perhaps with the next step."""
    words = [draw(st.sampled_from(("note", "call", "mail", "meet"))), draw(st.sampled_from(ABOUT)), "Hello"]
    return words + draw(st.sampled_from([[], [], ["--next", "Write", "--due", "fri"], ["--also", "lead:1"]]))


LINES = st.lists(
    st.one_of(additions(), more_additions(), more_additions(), logs(), st.sampled_from(OTHERS)),
    min_size=2,
    max_size=12,
)


def held(store: Path) -> dict[str, list[Any]]:
    """All that a store holds, its history included, but for what chance and the clock make of it."""
    connection = sqlite3.connect(store)
    connection.row_factory = sqlite3.Row
    found: dict[str, list[Any]] = {}
    for table in (*fields.tables(), "search", "sqlite_sequence"):
        rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
        kept = [{key: row[key] for key in row.keys() if key not in UNTOLD} for row in rows]  # noqa: SIM118
        if table == "log":  # written together, the rows of a table follow each other
            kept = sorted(({**row, "id": 0} for row in kept), key=json.dumps)
        found[table] = kept
    connection.close()
    return found


@pytest.fixture
def begun(crm: Crm, tmp_path: Path) -> Path:
    """A store to begin from: one of what lines name, and a bill that is overdue."""
    file = tmp_path / "begun.db"
    assert crm("batch", "-", input=BEGUN, env={"CRM_DB": str(file)}).code == 0
    sqlite3.connect(file).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file


def carried_out(
    crm: Crm, begun: Path, lines: list[list[str]], config: Path, *how: str
) -> tuple[Result, dict[str, list[Any]]]:
    with tempfile.TemporaryDirectory() as folder:
        store = shutil.copy(begun, folder)
        env = {"CRM_DB": store, "CRM_CONFIG": str(config), "CRM_NOW": "2026-06-15T12:00:00Z"}
        done = crm("batch", "-", *how, input="\n".join(map(json.dumps, lines)), env=env)
        return done, held(Path(store))


@pytest.mark.parametrize("how", [(), ("--dry-run", "--keep-going")])
@settings(max_examples=15, deadline=None)
@given(lines=LINES, me=st.sampled_from(("", "me = 'Grace'\n", "me = 'Grace'\ncountry = 'NL'\n")))
def test_records_written_together_are_what_they_are_one_by_one(
    how: tuple[str, ...], lines: list[list[str]], me: str, crm: Crm, begun: Path
) -> None:
    config = begun.with_name("config.toml")
    config.write_text(me)
    with pytest.MonkeyPatch.context() as patch:
        together = carried_out(crm, begun, lines, config, *how)
        patch.setattr(adding, "GATHERED", {})
        assert carried_out(crm, begun, lines, config, *how) == together


def test_a_record_that_is_found_wrong_when_it_is_written_is_the_line_that_fails(crm: Crm) -> None:
    text = "contact add Ada\ncontact add Grace --best-time noon\ncontact add Jane\n"
    done = crm("batch", "-", input=text)
    assert (done.code, json.loads(done.out)["line"]) == (2, 2)
    assert crm("contact", "list").out == ""


def test_a_record_that_looks_like_one_of_the_lines_before_it_is_told_of_it(crm: Crm) -> None:
    text = "contact add Ada --phone 5550101\ncontact add Grace\ncontact add Eve --phone 5550101\ncontact add Grace\n"
    done = crm("batch", "-", input=text)
    said = [json.loads(line)["said"] for line in done.out.splitlines()]
    assert [each[:-1] for each in said] == [
        [], [], ["contact 1 Ada has the same phone number"], ["contact 2 Grace has the same name"],
    ]  # fmt: skip


def test_many_records_are_one_change_with_one_undo(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "MOST", 7)
    done = crm("batch", "-", input="\n".join(f"contact add 'P {number}'" for number in range(30)))
    assert [json.loads(line)["ids"] for line in done.out.splitlines()] == [
        [number] for number in range(1, 31)
    ]
    assert len(crm("history").lines) == 1
    assert crm("undo", "--yes").code == 0
    assert (crm("contact", "list").out, crm("db", "check").code) == ("", 0)


def test_lines_of_several_nouns_wait_together_and_keep_their_numbers(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[str, int]] = []
    whole = records.write

    def write(change: Any, noun: str, drafts: Any, **how: Any) -> None:
        written.append((noun, len(drafts)))
        whole(change, noun, drafts, **how)

    monkeypatch.setattr(records, "write", write)
    text = BEGUN + "".join(
        f"contact add 'P {number}'\ntask add 'Call {number}' --about contact:1\n"
        f"meet contact:1 Hello --next Write\nnote deal:1 'Note {number}'\n"
        for number in range(1, 6, 2)
    )
    done = crm("batch", "-", input=text)
    assert [json.loads(line)["ids"] for line in done.lines[8:12]] == [[2], [1], ["activity:2", "task:3"], [4]]
    assert ("contact", 3) in written
    assert sum(number for noun, number in written if noun == "activity") == 12
    assert crm("task", "list", "--columns", "id", "--sort", "id").lines == ["1", "3", "5", "7", "9", "11"]


def test_what_is_said_of_a_record_is_said_in_its_line(crm: Crm) -> None:
    text = (
        BEGUN + "deal add A --amount 5\ndeal add B --contact 1\ngoal add C --metric won_count --period 2026\n"
    )
    said = [json.loads(line)["said"][:-1] for line in crm("batch", "-", input=text).lines[8:]]
    assert [len(each) for each in said] == [0, 1, 1]
    assert "Eve owes 5.00 USD" in said[1][0]


def test_what_one_line_may_add_beside_the_next_may_not(crm: Crm) -> None:
    text = "contact add Ada --company Acme --create\ncontact add Eve --company Initech\n"
    done = crm("batch", "-", input=text)
    assert (done.code, done.json["line"]) == (3, 2)
    assert "--create" in done.json["error"]


def test_a_rate_needs_to_be_told(crm: Crm) -> None:
    done = crm("rate", "add", "EUR", "--day", "2026-06-01")
    assert (done.code, done.err.count("\n")) == (2, 1)


def commands(group: Any) -> Iterator[Any]:
    """All commands below a group."""
    for promise in [*group.commands.values()]:
        command = getattr(promise, "built", promise)
        if hasattr(command, "commands"):
            yield from commands(command)
        else:
            yield command


def test_options_that_a_line_does_not_give_are_what_typer_makes_of_them() -> None:
    seen = 0
    for command in commands(cli.group()):
        meant = inspect.signature(command.callback.__wrapped__).parameters
        _, converted, _ = get_params_convertors_ctx_param_name_from_function(command.callback.__wrapped__)
        ctx = LineContext(command)
        for each in command.params:
            if not each.required:
                ungiven = each.type_cast_value(ctx, each.get_default(ctx))
                assert meant[each.name].default == converted.get(each.name, lambda it: it)(ungiven), each.name
                seen += 1
    assert seen > 1_000
