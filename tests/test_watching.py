"""Lists that are shown again and again in a terminal."""

import sys
from threading import Thread

import pytest
from conftest import Crm, in_terminal

# A process whose terminal is its own, so that Ctrl-C reaches it there.
OWN = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.executable, sys.argv[1:])"


def test_a_watched_list_shows_what_others_add_until_ctrl_c(crm: Crm, crm_process: Crm) -> None:
    assert crm("contact", "add", "Ada").code == 0
    other = Thread(target=crm_process, args=("contact", "add", "Eve"))
    command = [sys.executable, "-m", "crm_cli", "contact", "list", "--watch", "--every", "0.1"]
    other.start()
    answers = [("Ctrl-C ends", ""), ("Eve", "\x03")]
    done = in_terminal([sys.executable, "-c", OWN, *command], size=(20, 80), answers=answers)
    other.join()
    assert done.code == 0
    assert "every 0.1 s" in done.out
    assert "Traceback" not in done.out


def test_a_watched_list_has_as_many_rows_as_the_screen_has_room(crm: Crm) -> None:
    text = "name\n" + "".join(f"Person {number:02}\n" for number in range(60))
    assert crm("contact", "import", "-", "--yes", input=text).code == 0
    command = [sys.executable, "-m", "crm_cli", "contact", "list", "--watch"]
    done = in_terminal(
        [sys.executable, "-c", OWN, *command], size=(12, 80), answers=[("Ctrl-C ends", "\x03")]
    )
    assert "Person 06" in done.out
    assert "Person 07" not in done.out


@pytest.mark.parametrize("more", [[], ["-o", "table"], ["-o", "json"], ["--count"]])
def test_a_pipe_is_not_watched(more: list[str], crm_process: Crm) -> None:
    done = crm_process("contact", "list", "--watch", *more)
    assert (done.code, done.out) == (2, "")
    assert "--watch" in done.err


def test_the_day_is_watched_too(crm: Crm, crm_process: Crm) -> None:
    assert crm("task", "add", "Call Ada", "--due", "today").code == 0
    other = Thread(target=crm_process, args=("task", "add", "Call Eve", "--due", "today"))
    command = [sys.executable, "-m", "crm_cli", "today", "--watch", "--every", "0.1"]
    other.start()
    answers = [("Call Ada", ""), ("Call Eve", "\x03")]
    done = in_terminal([sys.executable, "-c", OWN, *command], size=(30, 100), answers=answers)
    other.join()
    assert (done.code, "every 0.1 s" in done.out) == (0, True)
