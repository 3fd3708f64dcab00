"""Errors: one line that begins `crm: `, the right code, and no traceback for anything a user can cause."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Crm, Terminal

AT_ONCE = 8  # commands that add at the same time


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("nonsense",), 2, "nonsense"),
        (("contact", "lst"), 2, "Did you mean 'list'"),
        (("contact", "list", "--limt", "5"), 2, "--limt"),
        (("deal", "list", "--stage", "won"), 2, "a filter has no dashes: stage=VALUE; see `crm deal list"),
        (("deal", "list", "amount"), 3, "a filter is written in one word: amount=VALUE"),
        (("contact", "list", "tag", "vip"), 3, "in one word: tag=VALUE"),
        (("contact", "list", "--limit", "five"), 2, "'five' is not a whole number"),
        (("contact", "list", "-o", "xml"), 2, "unknown format 'xml'"),
        (("contact", "list", "-o", "jsno"), 2, "did you mean json"),
        (("contact", "show"), 2, "Missing argument 'REF…'; see `crm contact show --help`"),
        (("deal", "add", "Machines", "--due", "fri"), 2, "No such option: --due; see `crm deal add --help`"),
        (("contact", "add", "Ada", "--emial", "a@b.example"), 2, "--emial (Possible options: --email)"),
        (("contact", "tag"), 2, "Missing argument"),
        (("search",), 2, "Missing argument"),
        (("sql", "SELECT 1", "x"), 2, "extra argument(s) (x); see `crm sql --help`"),
        (("search", "..."), 2, "at least one word"),
        (("search", "x", "--in", "peeple"), 2, "unknown noun"),
        (("contact", "show", "Nobody"), 3, "no contact answers"),
        (("show", "Nobody"), 3, "answers to 'Nobody'"),
        (("history", "Nobody"), 3, "answers to 'Nobody'"),
        (("today", "--owner", "Nobody"), 3, "no user answers"),
        (("task", "add", "Write", "--due", "someday"), 2, "due: "),
        (("task", "add", "Write", "--due", "2026-02-30"), 2, "due: "),
        (("deal", "add", "Machines", "--amount", "many"), 2, "amount: "),
        (("deal", "add", "Machines", "--amount", "1e999"), 2, "amount: "),
        (("deal", "add", "Machines", "--amount", "1.234,56"), 2, "`crm config set decimal ,`"),
        (("deal", "add", "Machines", "--opened-on", "03/04/2026"), 2, "`crm config set date_order dmy`"),
        (("deal", "add", "Machines", "--amount", "9" * 30), 2, "amount: "),
        (("deal", "add", "Machines", "--amount", "5", "--currency", "Florins"), 2, "currency: "),
        (("deal", "add", "Machines", "--stage", "Nowhere"), 2, "Nowhere"),
        (("deal", "lose", "1"), 3, "no deal answers"),
        (("note", "Nobody", "Hello"), 3, "answers to 'Nobody'"),
        (("call", "Nobody"), 2, "Missing argument"),
        (("contact", "add", "x\x1b[31my", "--set", "lifecycle=\x1b[31m"), 2, "lifecycle: "),
        (("--db", "postgres://host/crm", "contact", "list"), 2, "not available yet"),
        (("--db", "/", "contact", "list"), 5, "is a directory"),
        (("--db", "/proc/crm.db", "contact", "add", "Ada"), 5, "/proc/crm.db"),
        (("undo", "0"), 2, "0"),
    ],
)
def test_an_error_is_a_line_and_a_code(crm: Crm, args: tuple[str, ...], code: int, said: str) -> None:
    done = crm(*args)
    lines = [line for line in done.err.splitlines() if not line.startswith("made the store")]
    assert (done.code, done.out, len(lines)) == (code, "", 1), done.err
    assert lines[0].startswith("crm: ")
    assert said in lines[0]
    assert "\x1b" not in done.err


def test_a_file_that_is_not_a_store_is_left_as_it_is(crm: Crm, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a store at all, but somebody's notes\n" * 9)
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE t (x)")
    connection.commit()
    connection.close()
    before = [path.read_bytes() for path in (text, other)]
    for path in (text, other):
        for args in (("contact", "list"), ("contact", "add", "Ada"), ("undo",), ("search", "x")):
            done = crm("--db", str(path), *args)
            assert (done.code, done.out, done.err.count("\n")) == (5, "", 1)
            assert done.err.startswith("crm: ")
    assert [path.read_bytes() for path in (text, other)] == before


def test_help_is_asked_for_as_elsewhere(crm: Crm) -> None:
    shown = crm("deal", "move", "--help").out
    assert "Move deals to a stage" in shown
    for line in (("help", "deal", "move"), ("deal", "move", "-h")):
        assert (crm(*line).code, crm(*line).out) == (0, shown)
    assert crm("help").out == crm("-h").out == crm("--help").out
    assert crm("note", "Nobody", "--", "-h").code == 3


def test_nothing_asked_shows_what_can_be(crm: Crm) -> None:
    for args, shown in (((), "Everyday:"), (("contact",), "List contacts")):
        done = crm(*args)
        assert (done.code, done.out) == (2, "")
        assert shown in done.err
        assert not done.err.startswith("crm: ")


def test_names_with_control_characters_are_written_out_in_a_message(crm: Crm, terminal: Terminal) -> None:
    name = "Eve\x1b]0;owned\x07\u202e"
    crm("contact", "add", name)
    crm("contact", "add", name)
    for args in (
        ("contact", "show", "eve"),
        ("contact", "show", "Eve\x1b[2J"),
        ("contact", "edit", "1", "--set", name),
    ):
        done = crm(*args)
        assert done.code in (2, 4, 3)
        assert not {"\x1b", "\x07", "\u202e"} & set(done.err)
    assert "owned" not in terminal("contact", "show", "1").raw.split("owned")[0]
    assert "\x1b]0;" not in terminal("contact", "show", "1").raw
    assert "\x1b]0;" not in terminal("history").raw
    assert "\x1b]0;" not in terminal("search", "eve").raw


@pytest.mark.parametrize(
    "args",
    [
        ("contact", "show", "\udcff"),
        ("contact", "list", "name=\udcff"),
        ("contact", "add", "\udcff"),
        ("contact", "add", "Ada", "--set", "notes=\ud83d"),
        ("search", "a\udcff"),
    ],
)
def test_bytes_that_are_no_text_are_refused(crm: Crm, args: tuple[str, ...]) -> None:
    done = crm(*args)
    assert (done.code, done.out) in ((2, ""), (0, "")), done.err
    assert not crm("contact", "list").out


def test_references_that_are_no_text_are_refused(crm_process: Crm) -> None:
    done = crm_process("contact", "show", "-", input=b"\xff\xfe\n")
    assert (done.code, done.err.count("\n"), done.err.startswith("crm: ")) == (2, 1, True)


def test_an_interrupt_changes_nothing(crm: Crm, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from crm_cli.rules import records

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    crm("contact", "add", "Ada")
    with monkeypatch.context() as patch:
        patch.setattr(records, "_write_parts", interrupted)
        done = crm("contact", "edit", "1", "--title", "X")
    assert (done.code, done.out, done.err) == (130, "", "crm: interrupted; nothing was changed\n")
    assert crm("contact", "list", "title=X", "--count").out == "0\n"
    assert store.exists()


def test_parallel_adds_lose_none(store: Path) -> None:
    command = [sys.executable, "-m", "crm_cli", "contact", "add", "-q"]
    running = [
        subprocess.Popen([*command, f"P{n}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ)
        for n in range(AT_ONCE)
    ]
    ends = [process.communicate() for process in running]
    assert [(process.returncode, end[1]) for process, end in zip(running, ends, strict=True)] == [
        (0, b"")
    ] * AT_ONCE
    connection = sqlite3.connect(store)
    found = connection.execute("SELECT count(*), count(DISTINCT id), max(id) FROM contact").fetchone()
    assert found == (AT_ONCE, AT_ONCE, AT_ONCE)
    assert connection.execute("SELECT count(*) FROM command").fetchone() == (AT_ONCE,)
    connection.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    "words", ["contact list", "contact list -o json", "contact export", "--help", "show 1"]
)
def test_an_answer_that_cannot_be_written_is_one_line(crm: Crm, words: str) -> None:
    crm("contact", "add", "Ada")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "crm_cli", *words.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, b"crm: cannot write the answer: No space left on device\n")


def test_closed_streams_are_as_good_as_none(crm: Crm) -> None:
    command = f'"{sys.executable}" -m crm_cli contact add Ada <&- >&- 2>&-'
    assert subprocess.run(["sh", "-c", command], check=False).returncode == 0
    assert crm("contact", "list", "--count").out == "1\n"
