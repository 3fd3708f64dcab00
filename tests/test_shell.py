"""The shell: lines, help, repetition, completion, and what ends it and what does not."""

import shlex
import stat
from pathlib import Path

import pytest
from conftest import Crm, Terminal
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from crm_cli import cli, lines
from crm_cli.commands import shell

END = "\x04"
CLEAR = "\x03"


def typed(*texts: str) -> list[tuple[str, str]]:
    """Each line is typed at its prompt, and Ctrl-D at the last one."""
    return [
        *((f"{number} crm>", f"{text}\r") for number, text in enumerate(texts, 1)),
        (f"{len(texts) + 1} crm>", END),
    ]


def test_lines_are_commands_with_or_without_crm(terminal: Terminal, crm: Crm) -> None:
    done = terminal("shell", answers=typed('contact add "Ada Lovelace"', "crm contact add Eve"))
    assert done.code == 0
    assert "added contact 1 Ada Lovelace" in done.out
    assert crm("contact", "list", "--columns", "name").lines == ["Ada Lovelace", "Eve"]
    assert [line.split("\t")[2] for line in crm("history").lines] == ["contact add"] * 2


def test_what_is_wrong_is_said_and_does_not_end_it(terminal: Terminal, crm: Crm) -> None:
    wrong = typed("contcat list", 'contact add "Ada', "contact show Nobody", "shell", "!9")[:-1]
    done = terminal("shell", answers=[*wrong, ("5 crm>", "contact add Eve\r"), ("6 crm>", "exit\r")])
    assert done.code == 0
    assert "close the quotes" in done.out
    assert "Nobody" in done.out
    assert "Traceback" not in done.out
    assert crm("contact", "list", "--columns", "name").lines == ["Eve"]


def test_help_is_at_hand(terminal: Terminal) -> None:
    done = terminal("shell", answers=typed("help", "? deal move", "deal win ?"))
    for usage in ("Usage: crm [OPTIONS]", "Usage: crm deal move", "Usage: crm deal win"):
        assert usage in done.out


def test_a_line_is_repeated_by_its_number(terminal: Terminal, crm: Crm) -> None:
    terminal("shell", answers=typed("contact add Ada --force", "contact list", "!1", "!!"))
    assert crm("contact", "list", "--count").out == "3\n"


def test_ctrl_c_clears_the_line(terminal: Terminal, crm: Crm) -> None:
    answers = [
        ("1 crm>", "contact add Ada"),
        ("contact add Ada", CLEAR),
        ("1 crm>", "contact add Eve\r"),
        ("2 crm>", END),
    ]
    assert terminal("shell", answers=answers).code == 0
    assert crm("contact", "list", "--columns", "name").lines == ["Eve"]


@pytest.mark.parametrize(
    ("line", "whole"),
    [("conta", "contact"), ("contact edit ada", "contact edit 'Ada Lovelace'"),
     ("contact edit 'Ada Lo", "contact edit 'Ada Lovelace'"), ("deal list status=w", "deal list status=won")],
)  # fmt: skip
def test_tab_puts_an_offer_in_the_place_of_what_is_typed(
    line: str, whole: str, crm: Crm, store: Path
) -> None:
    assert crm("contact", "add", "Ada Lovelace").code == 0
    completer = shell._completer(cli.group(), store)
    (offer,) = completer.get_completions(Document(line), CompleteEvent(completion_requested=True))
    assert line[: len(line) + offer.start_position] + offer.text == whole


def test_earlier_lines_are_kept_for_their_owner_only(terminal: Terminal, tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    terminal("shell", answers=typed("contact list"), env={"XDG_STATE_HOME": state})
    file = tmp_path / "state" / "crm" / "history"
    assert "contact list" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_without_a_terminal_the_batch_is_named(crm_process: Crm) -> None:
    done = crm_process("shell", input="contact list\n")
    assert (done.code, done.out) == (2, "")
    assert "crm batch -" in done.err


@pytest.mark.parametrize(
    ("line", "some"),
    [("con", {"contact"}), ("contact ", {"add", "list"}), ("contact add --em", {"--email"}),
     ("deal list sta", {"stage=", "status="}), ("deal list status=w", {"status=won"}),
     ("contact show 'ada", {"Ada Lovelace"}),
     ("contact show ad", {"Ada Lovelace"}), ("help dea", {"deal"}), ("crm dea", {"deal"})],
)  # fmt: skip
def test_offers_are_those_of_other_shells(line: str, some: set[str], crm: Crm, store: Path) -> None:
    assert crm("contact", "add", "Ada Lovelace").code == 0
    words, last, _ = lines.begun(line)
    assert some <= {offer for offer, _ in shell._offers(cli.group(), store, words, last)}


@given(
    st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1)), st.text(alphabet="abc 'd\"\\é")
)
def test_words_that_stand_are_told_from_the_one_that_is_begun(words: list[str], last: str) -> None:
    whole = "".join(shlex.quote(word) + " " for word in words)
    assert lines.begun(whole) == (words, "", 0)
    found, begun, letters = lines.begun(whole + shlex.quote(last))
    assert (found, begun, letters) == (words, last, len(shlex.quote(last)))
