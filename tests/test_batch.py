"""Many commands in one go: one change of all or one of each, what came of each line, and what a batch refuses."""

import json
import shlex
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm
from hypothesis import given
from hypothesis import strategies as st

from crm_cli import lines
from crm_cli.errors import InvalidError

THREE = """
# people
crm contact add "Ada Lovelace" --email ada@example.org
["contact", "add", "Grace Hopper"]

{"args": ["contact", "add", "Jane\\nDoe"]}
"""


def results(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def names(crm: Crm) -> list[str]:
    return crm("contact", "list", "--columns", "name").lines


def test_lines_are_one_change_with_one_entry_and_one_undo(crm: Crm) -> None:
    done = crm("batch", "-", input=THREE)
    assert done.code == 0
    assert [(each["line"], each["code"], each["ids"], each["error"]) for each in results(done.out)] == [
        (3, 0, [1], None), (4, 0, [2], None), (6, 0, [3], None),
    ]  # fmt: skip
    assert results(done.out)[0]["command"] == "contact add 'Ada Lovelace' --email ada@example.org"
    (entry,) = crm("history").lines
    assert entry.split("\t")[2:4] == ["batch", "3 contact add"]
    assert crm("undo", "--yes").code == 0
    assert names(crm) == []


def test_each_line_is_an_entry_of_its_own(crm: Crm) -> None:
    assert crm("batch", "-", "--each", input=THREE).code == 0
    assert [line.split("\t")[2] for line in crm("history").lines] == ["contact add"] * 3


def test_commands_that_ask_see_what_lines_before_them_changed(crm: Crm) -> None:
    text = (
        "contact add Ada --title Dr\ncontact edit Ada --set title=Countess\n"
        "contact list title=Countess -o json --columns id,title\nsql 'SELECT count(*) FROM contacts'\n"
        "call Ada Hello --next Write --due fri\ncontact tag vip Ada\nsearch ada\n"
    )
    done = results(crm("batch", "-", input=text).out)
    assert json.loads(done[2]["output"]) == [{"id": 1, "title": "Countess"}]
    assert done[3]["output"] == "1\n"
    assert done[4]["ids"] == ["activity:1", "task:2"]
    assert done[5]["ids"] == [1]
    assert "Ada" in done[6]["output"]


def test_questions_in_sql_stay_read_only_and_the_next_line_may_write(crm: Crm) -> None:
    text = "contact add Ada\nsql 'SELECT 1'\ncontact add Eve\nsql 'DELETE FROM contact'\n"
    done = results(crm("batch", "-", "--dry-run", "--keep-going", input=text).out)
    assert [each["code"] for each in done] == [0, 0, 0, 2]


def test_a_line_that_fails_ends_it_and_nothing_is_changed(crm: Crm) -> None:
    done = crm("batch", "-", input="contact add Ada\ncontact edit Nobody --set title=Dr\ncontact add Grace\n")
    (failed,) = results(done.out)
    assert (done.code, failed["line"], failed["code"], failed["ids"]) == (3, 2, 3, [])
    assert "Nobody" in failed["error"]
    assert done.err.splitlines()[-1].startswith("crm: line 2: ")
    assert names(crm) == []
    assert crm("history").out == ""


def test_with_each_what_came_before_a_failure_stays(crm: Crm) -> None:
    done = crm("batch", "-", "--each", input="contact add Ada\ncontact show Nobody\ncontact add Grace\n")
    assert (done.code, [each["code"] for each in results(done.out)]) == (3, [0, 3])
    assert names(crm) == ["Ada"]


def test_keeping_going_carries_out_the_rest_and_tells_that_some_failed(crm: Crm) -> None:
    done = crm(
        "batch",
        "-",
        "--each",
        "--keep-going",
        input="contact add Ada\ncontact show Nobody\ncontact add Grace\n",
    )
    assert (done.code, [each["code"] for each in results(done.out)]) == (1, [0, 3, 0])
    assert names(crm) == ["Ada", "Grace"]
    assert crm("batch", "-", "--keep-going", input="contact add Eve\n").code == 2


@pytest.mark.parametrize("how", [[], ["--each"], ["--each", "--keep-going"]])
def test_a_dry_run_shows_what_would_come_and_changes_nothing(how: list[str], crm: Crm) -> None:
    assert crm("contact", "add", "Eve").code == 0
    done = crm("batch", "-", "--dry-run", *how, input="contact add Ada\ncontact edit Ada --set title=Dr\n")
    assert (done.code, [each["ids"] for each in results(done.out)]) == (0, [[2], [2]])
    assert names(crm) == ["Eve"]


def test_a_part_that_fails_in_a_dry_run_leaves_nothing_for_the_rest(crm: Crm) -> None:
    lines_ = "contact add Ada --email ada@example.org\ncontact add Eve --email ada@example.org\ncontact list -o ids\n"
    done = crm("batch", "-", "--dry-run", "--keep-going", input=lines_)
    assert (done.code, [each["output"] for each in results(done.out)]) == (1, ["", "", "1\n"])


def test_a_line_may_itself_be_a_dry_run(crm: Crm) -> None:
    done = crm("batch", "-", input="contact add Ada --dry-run\ncontact add Grace\n")
    assert [each["ids"] for each in results(done.out)] == [[], [1]]
    assert names(crm) == ["Grace"]


@pytest.mark.parametrize(
    "line",
    ["undo --yes", "contact forget Eve --yes", "db upgrade", "db backup", "config set currency EUR", "init", "demo",
     "delivery send", "partner tick"],
)  # fmt: skip
def test_what_needs_a_transaction_of_its_own_is_refused_within_one(line: str, crm: Crm) -> None:
    assert crm("contact", "add", "Eve").code == 0
    done = crm("batch", "-", input=f"contact add Ada\n{line}\n")
    (failed,) = results(done.out)
    assert (failed["line"], failed["code"]) == (2, 2)
    assert "--each" in failed["error"]
    assert names(crm) == ["Eve"]


def test_with_each_a_line_may_take_back_the_one_before(crm: Crm) -> None:
    assert crm("batch", "-", "--each", input="contact add Ada\nundo --yes\ncontact add Eve\n").code == 0
    assert names(crm) == ["Eve"]


@pytest.mark.parametrize("line", ["batch -", "shell"])
def test_a_batch_holds_no_batch(line: str, crm: Crm) -> None:
    assert crm("batch", "-", "--each", input=f"{line}\n").code == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [('contact add "Ada', "close the quotes"), ("contact add Ada \\", "backslash"), ("{nonsense", "not JSON"),
     ('{"words": []}', "args"), ("[[1]]", "args"),
     ("--db other.db contact list", "store"), ("contcat add Ada", "contact")],
)  # fmt: skip
def test_a_line_that_is_no_command_is_named(text: str, said: str, crm: Crm) -> None:
    done = crm("batch", "-", input=f"contact add Ada\n{text}\n")
    assert done.code == 2
    assert done.err.splitlines()[-1].startswith("crm: line 2: ")
    assert said in done.err
    assert names(crm) == []


def test_lines_end_as_on_windows_and_begin_with_a_mark(crm: Crm) -> None:
    text = "\ufeffcontact add Ada\r\n\r\n# Grace\r\n\ufeffcrm contact add 'Grace H'  # later\r\n"
    assert [each["ids"] for each in results(crm("batch", "-", input=text).out)] == [[1], [2]]
    assert names(crm) == ["Ada", "Grace H"]


def test_files_that_cannot_be_read_are_told(crm: Crm, tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes("contact add Zoë".encode("latin-1"))
    for file in ("missing.txt", "latin.txt", ""):
        done = crm("batch", str(tmp_path / file))
        assert (done.code, done.err.count("\n")) == (2, 1)


def test_what_would_send_is_refused_within_one_change(crm: Crm) -> None:
    text = 'contact add Ada --email ada@example.org\ncase add Broken --contact Ada\ncase reply 1 "We look"\n'
    refused = crm("batch", "-", input=text)
    assert (refused.code, names(crm)) == (2, [])
    assert "sending" in refused.err
    assert crm("batch", "-", "--each", input=text).code == 0


def test_in_a_process_of_its_own_results_are_data_and_talk_is_talk(crm_process: Crm) -> None:
    done = crm_process("batch", "-", "--quiet", input=THREE)
    assert (done.code, done.err, len(results(done.out))) == (0, "", 3)


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",))), min_size=1))
def test_any_words_come_back_from_a_line_of_json(words: list[str]) -> None:
    if words[0] == "crm":
        words = ["contact", *words]
    assert lines.words(json.dumps(words)) == words
    assert lines.words(json.dumps({"args": ["crm", *words]})) == words


@given(st.text(st.sampled_from("ab \t\r\n\x0b\xa0'\"\\#-é")))
def test_plain_lines_are_read_as_a_shell_reads_them(text: str) -> None:
    try:
        meant = shlex.split(text, comments=True)
    except ValueError:
        meant = []
    with suppress(ValueError):
        assert lines._typed_words(text) == meant


@given(st.text())
def test_a_line_is_words_or_told_to_be_none(text: str) -> None:
    with suppress(InvalidError):  # any other error is a fault
        assert all(isinstance(word, str) for each in lines.read([text]) for word in each.words)
