"""Output: every format over the hardest values; stdout is data, stderr is talk, a pipe gets all of it."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm, Terminal
from furnishing import furnished
from rich.cells import cell_len

from crm_cli import db, exact
from crm_cli.rules import intake, records

HARD = [
    "quotes \" and ' and , ; |",
    "tab\there, back\\slash, \\t and \\n as letters",
    "line\nbreak\r\nand\rreturn",
    "[bold]not bold[/] [/] :smile: {x}",
    "esc \x1b[31mred\x1b[0m bell \x07 null-ish \x01 delete \x7f c1 \x9b31m",
    "bidi \u202eevil\u202c \u2066iso\u2069 zero\u200bwidth",
    "emoji 👩‍👩‍👧 flag 🇩🇪 wide 漢字",
    "شركة الاختبار ۱۲۳ می‌خواهم",
    "x" * 10_000,
    "=1+1 @cmd -dash",
]
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
MONEY = [("1234.5", "EUR"), ("1234", "JPY"), ("1.234", "KWD"), ("-0.05", "USD"), ("", "USD"), ("0", "EUR")]


@furnished
def hard(store: Path) -> Path:
    with db.change(store, "test") as change:
        for number, text in enumerate(HARD):
            texts: dict[str, Any] = {
                "notes": text,
                "name": f"P{number}",
                "tags": f"t{number},b",
                "title": text[:40],
            }
            records.write(change, "contact", [intake.new(change, "contact", texts)])
        for number, (amount, currency) in enumerate(MONEY):
            texts = {"name": f"D{number}", "amount": amount, "currency": currency, "probability": "12.5"}
            records.write(change, "deal", [intake.new(change, "deal", texts)])
    return store


def cells_of_csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def cells_of_tsv(text: str) -> list[list[str]]:
    """Read tab-separated values back as the documentation says."""
    marks = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}
    return [
        [re.sub(r"\\[tnr\\]", lambda found: marks[found[0]], cell) for cell in line.split("\t")]
        for line in text.removesuffix("\n").split("\n")
    ]


def test_every_machine_format_gives_the_stored_text(crm: Crm, hard: Path) -> None:
    stored = [text.replace("\r\n", "\n") for text in HARD]
    args = ("contact", "list", "--columns", "id,notes")
    as_json = crm(*args, "-o", "json").json
    assert [each["notes"] for each in as_json] == stored
    lines = crm(*args, "-o", "jsonl").out.split("\n")[:-1]
    assert [json.loads(line) for line in lines] == as_json
    rows = [["id", "notes"]] + [[str(number), text] for number, text in enumerate(stored, 1)]
    assert cells_of_csv(crm(*args, "-o", "csv").out) == rows
    assert cells_of_tsv(crm(*args, "-o", "tsv").out) == rows
    assert cells_of_tsv(crm(*args).out) == rows[1:]
    assert crm(*args, "-o", "ids").out == "".join(f"{row[0]}\n" for row in rows[1:])
    assert hard.exists()


@pytest.mark.parametrize("hard_row", [0, 499, 500, 1_299])
def test_a_return_is_quoted_in_any_row_of_a_long_answer(hard_row: int) -> None:
    rows: list[list[Any]] = [[number, "plain", None, "a,b"] for number in range(1_300)]
    rows[hard_row][1] = "one\rtwo\r\nthree"
    out = io.StringIO(newline="")
    exact.csv_into(out, ["id", "text", "none", "comma"], iter(rows))
    found = cells_of_csv(out.getvalue())
    assert found == [["id", "text", "none", "comma"]] + [[str(a), b, "", d] for a, b, _, d in rows]
    assert out.getvalue().count("\r") == 2  # rows end with \n alone


@pytest.mark.usefixtures("hard")
def test_no_format_but_json_breaks_a_row_over_lines(crm: Crm) -> None:
    args = ("contact", "list", "--columns", "id,notes,title,tags")
    for form, head in (("tsv", 1), ("md", 2), ("jsonl", 0), ("table", 1)):
        assert len(crm(*args, "-o", form).out.split("\n")) == len(HARD) + head + 1, form


@pytest.mark.usefixtures("hard")
def test_a_table_in_a_pipe_is_whole_and_safe(crm: Crm) -> None:
    out = crm("contact", "list", "--columns", "id,notes", "-o", "table").out
    assert "x" * 10_000 in out
    assert "[bold]not bold[/] [/] :smile: {x}" in out
    assert not UNSAFE.search(out.replace("\n", ""))


def test_money_has_its_currency_and_exact_digits(crm: Crm, hard: Path) -> None:
    args = ("deal", "list", "--columns", "name,amount,currency,probability,lost_reason,amount_pinned")
    assert crm(*args, "-o", "json").out == (
        '[\n {"name": "D0", "amount": 1234.50, "currency": "EUR", "probability": 12.5, "lost_reason": null, '
        '"amount_pinned": true},\n'
        ' {"name": "D1", "amount": 1234, "currency": "JPY", "probability": 12.5, "lost_reason": null, '
        '"amount_pinned": true},\n'
        ' {"name": "D2", "amount": 1.234, "currency": "KWD", "probability": 12.5, "lost_reason": null, '
        '"amount_pinned": true},\n'
        ' {"name": "D3", "amount": -0.05, "currency": "USD", "probability": 12.5, "lost_reason": null, '
        '"amount_pinned": true},\n'
        ' {"name": "D4", "amount": null, "currency": "USD", "probability": 12.5, "lost_reason": null, '
        '"amount_pinned": false},\n'
        ' {"name": "D5", "amount": 0.00, "currency": "EUR", "probability": 12.5, "lost_reason": null, '
        '"amount_pinned": true}\n]\n'
    )
    assert crm(*args).lines[:2] == ["D0\t1234.50\tEUR\t12.5\t\ttrue", "D1\t1234\tJPY\t12.5\t\ttrue"]
    assert crm(*args, "-o", "md").out.startswith(
        "| name | amount | currency | probability | lost_reason | amount_pinned |\n"
        "| --- | ---: | --- | ---: | --- | --- |\n"
        "| D0 | 1234.50 | EUR | 12.5 |  | true |\n"
    )
    assert crm(*args, "-o", "table").out == (
        "name    amount  currency  probability  lost_reason  amount_pinned\n"
        "D0    1,234.50  EUR             12.5%               yes\n"
        "D1       1,234  JPY             12.5%               yes\n"
        "D2       1.234  KWD             12.5%               yes\n"
        "D3       -0.05  USD             12.5%               yes\n"
        "D4              USD             12.5%               no\n"
        "D5        0.00  EUR             12.5%               yes\n"
    )
    assert hard.exists()


def test_money_prints_never_as_a_power_of_ten(crm: Crm) -> None:
    crm("deal", "add", "Big", "--amount", "3635300.1", "--currency", "USD")
    assert crm("deal", "list", "--columns", "amount,currency").out == "3635300.10\tUSD\n"
    crm("deal", "add", "Bigger", "--amount", "900000000000.99", "--currency", "USD")
    assert crm("deal", "list", "2", "--columns", "amount", "-o", "json").json[0]["amount"] == 900000000000.99


def test_money_alone_brings_its_currency(crm: Crm) -> None:
    crm("deal", "add", "Machines", "--amount", "5", "--currency", "EUR")
    assert crm("deal", "list", "--columns", "amount", "-o", "csv").out == "amount,currency\n5.00,EUR\n"


def test_parts_tags_and_lists_keep_their_shape(crm: Crm) -> None:
    crm("contact", "add", "Ada", "--email", "a@x.example", "--tags", "b,A", "--interests", "tea, coffee")
    args = ("contact", "list", "--columns", "tags,interests,emails")
    assert crm(*args, "-o", "json").json == [
        {
            "tags": ["a", "b"],
            "interests": ["tea", "coffee"],
            "emails": [{"value": "a@x.example", "primary": True, "opted_out": False, "invalid": False}],
        }
    ]
    tags, interests, emails = crm(*args).out.strip().split("\t")
    assert (tags, interests, json.loads(emails)[0]["value"]) == ("a, b", "tea, coffee", "a@x.example")


def test_empty_answers_are_done(crm: Crm, store: Path) -> None:
    answers = {"json": "[]\n", "jsonl": "", "csv": "id,name\n", "tsv": "id\tname\n", "ids": "", "table": "",
               "md": "| id | name |\n| ---: | --- |\n"}  # fmt: skip
    for form, expected in answers.items():
        done = crm("contact", "list", "--columns", "id,name", "-o", form)
        assert (form, done.code, done.out) == (form, 0, expected)
    assert (crm("contact", "list").code, crm("contact", "list").out) == (0, "")
    assert crm("contact", "list", "--count").out == "0\n"
    assert not store.exists()


@pytest.mark.usefixtures("hard")
def test_the_header_is_there_where_the_format_is_named(crm: Crm) -> None:
    args = ("deal", "list", "D0", "--columns", "name")
    assert crm(*args).out == "D0\n"
    assert crm(*args, "--header").out == "name\nD0\n"
    for form in ("csv", "tsv", "table"):
        assert crm(*args, "-o", form).out == "name\nD0\n"
        assert crm(*args, "-o", form, "--no-header").out == "D0\n"
    assert crm(*args, "-o", "md", "--no-header").out == "| D0 |\n"
    assert crm("deal", "export", "D0", "--columns", "name").out == "name\nD0\n"
    assert crm("deal", "export", "D0", "--columns", "name", "--no-header").out == "D0\n"


def test_a_piped_table_cuts_nothing(crm: Crm) -> None:
    address = f"{'long.' * 12}name@{'sub.' * 20}example.org"
    crm("contact", "add", "Ada", "--email", address)
    for form in (None, "tsv", "csv", "json", "jsonl", "md", "table"):
        assert address in crm("contact", "list", *(("-o", form) if form else ())).out


def test_sort_limit_offset_count_and_columns(crm: Crm) -> None:
    for name, amount in (("b", "5"), ("a", "10"), ("É", "7"), ("c", "")):
        crm("deal", "add", name, "--amount", amount)
    names = ("deal", "list", "--columns", "name")
    assert crm(*names, "--sort", "name").lines == ["a", "b", "c", "É"]
    assert crm(*names, "--sort", "-amount,name").lines == ["a", "É", "b", "c"]
    assert crm(*names, "--sort", "amount", "--limit", "2").lines == ["b", "É"]
    assert crm(*names, "--offset", "3").lines == ["c"]
    assert crm(*names, "--limit", "0").lines == []
    assert crm(*names, "--count").out == "4\n"
    assert crm("deal", "list", "a", "name=b", "--count").out == "0\n"
    assert crm("deal", "list", "--columns", " Name , STAGE", "--limit", "1").out == "b\tProspecting\n"
    assert crm("deal", "list", "--columns", "?").lines[0].startswith("id\t")
    everything = crm("deal", "list", "--columns", "all", "-o", "json").json[0]
    assert {"uid", "created_at", "external_id", "stages"} <= set(everything)
    for wrong in (("--sort", "amont"), ("--columns", "nam")):
        done = crm("deal", "list", *wrong)
        assert (done.code, "did you mean" in done.err) == (2, True)
    assert crm("deal", "list", "--limit", "-1").code == 2


def test_an_unknown_format_or_field_is_an_error(crm: Crm, store: Path) -> None:
    for args in (
        ("list", "-o", "xml"),
        ("list", "foo=1"),
        ("add", "Ada", "-o", "xml"),
        ("list", "--columns", "x"),
    ):
        done = crm("contact", *args)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert not store.exists()


def test_quiet_leaves_only_data_and_errors(crm: Crm) -> None:
    crm("contact", "add", "Ada")
    assert crm("contact", "edit", "1", "--title", "X", "-q").err == ""
    assert crm("-q", "contact", "delete", "1", "--yes").err == ""
    assert crm("-q", "contact", "show", "1").err.startswith("crm: ")


def test_a_closed_pipe_ends_quietly(hard: Path) -> None:
    many = f"{sys.executable} -m crm_cli contact list --columns notes"
    for tail in ("head -c 1", "true"):
        script = f"set -o pipefail; {many} | {tail}"
        done = subprocess.run(["bash", "-c", script], capture_output=True, env=os.environ, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
    assert hard.exists()


def test_output_is_utf_8_whatever_the_locale_says(crm_process: Crm, hard: Path) -> None:
    out = crm_process("contact", "list", "--columns", "notes", env={"LC_ALL": "C", "PYTHONUTF8": "0"}).out
    assert HARD[7] in out
    assert hard.exists()


@pytest.mark.usefixtures("hard")
@pytest.mark.parametrize("columns", [40, 80, 120, 300])
def test_a_table_in_a_terminal_fits_and_obeys_no_data(terminal: Terminal, columns: int) -> None:
    done = terminal("contact", "list", "--columns", "id,name,notes,title,tags", columns=columns)
    table = [line for line in done.out.splitlines() if re.match(r" *\d+ ", line)]
    assert len(table) == len(HARD)
    assert max(map(cell_len, table)) <= columns
    assert not UNSAFE.search(done.out)
    assert "\x1b[31m" not in done.raw


def test_a_terminal_shows_the_first_rows_and_says_of_how_many(terminal: Terminal, store: Path) -> None:
    with db.change(store, "test") as change:
        drafts = [intake.new(change, "contact", {"name": f"Person {n:02}"}) for n in range(60)]
        records.write(change, "contact", drafts)
    done = terminal("contact", "list", rows=100)
    assert "50 of 60; --limit N shows more" in done.out
    assert ("Person 49" in done.out, "Person 50" in done.out) == (True, False)
    done = terminal("contact", "list", "--limit", "55", rows=100)
    assert ("55 of 60" in done.out, "Person 54" in done.out) == (True, True)
    assert "Person 59" in terminal("contact", "list", "-o", "tsv").out
    assert "of 60" not in terminal("contact", "list", "--limit", "70").out
    assert "nothing found" in terminal("contact", "list", "name=x").out


def test_one_currency_is_said_once_and_several_beside_each_amount(terminal: Terminal, crm: Crm) -> None:
    crm("deal", "add", "One", "--amount", "1234.5", "--currency", "EUR")
    done = terminal("deal", "list", "--columns", "name,amount")
    assert [line.strip() for line in done.out.strip().splitlines()] == [
        "name    amount", "One   1,234.50", "amounts in EUR"
    ]  # fmt: skip
    crm("deal", "add", "Two", "--amount", "5", "--currency", "JPY")
    done = terminal("deal", "list", "--columns", "name,amount")
    assert [line.strip() for line in done.out.strip().splitlines()] == [
        "name        amount", "One   1,234.50 EUR", "Two          5 JPY"
    ]  # fmt: skip


def test_what_has_no_room_is_named(terminal: Terminal, crm: Crm) -> None:
    crm("deal", "add", "A deal with a rather long name indeed", "--amount", "5")
    out = terminal("deal", "list", columns=50).out
    assert "…" in out
    assert "no room for " in out
    assert "owner" in out.splitlines()[-1]


def test_colour_is_for_those_who_want_it(terminal: Terminal, crm: Crm) -> None:
    crm("deal", "add", "One", "--amount", "5", "--stage", "won")
    args = ("deal", "list", "--columns", "name,status")
    assert "\x1b[32mwon" in terminal(*args).raw
    for plain in (
        terminal(*args, "--no-color"),
        terminal("--no-color", *args),
        terminal(*args, env={"NO_COLOR": "1"}),
        terminal(*args, env={"TERM": "dumb"}),
    ):
        assert "\x1b[3" not in plain.raw
        assert "won" in plain.out


def test_json_is_the_same_with_and_without_a_terminal(terminal: Terminal, crm: Crm) -> None:
    crm("contact", "add", "Ada", "--notes", "two\nlines")
    assert (
        json.loads(terminal("contact", "list", "-o", "json").out) == crm("contact", "list", "-o", "json").json
    )
