"""An answer that is shown again and again, as the store is at each moment, until the person has seen enough."""

import shutil
import time
from collections.abc import Callable

from crm_cli import clock, output
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

LONGEST = 86_400  # seconds between two looks
BESIDE = 5  # lines of a screen that hold no rows: the header with its rule, what stands below, and the prompt


def show(desk: Desk, seconds: float, answer: Callable[[Desk, int], Callable[[], None]]) -> None:
    """Write an answer every so many seconds until Ctrl-C.

    `answer` is given a desk and how many rows have room, and asks; what it returns writes.

    Raises:
        InvalidError: there is no terminal, a format is asked for that is nothing to look at, or the wait is none.
    """
    if not desk.style.terminal or desk.style.chosen != "table":
        raise InvalidError(
            "--watch is for a table in a terminal; leave it out, or run the command again and again"
        )
    if not seconds <= LONGEST:  # which no NaN is
        raise InvalidError(f"--every {seconds:g} is no wait; give at most {LONGEST:,} seconds")
    try:
        while True:
            current = Desk(desk.path, desk.style)
            write = answer(current, max(1, shutil.get_terminal_size().lines - BESIDE))
            output.empty_screen()
            write()
            current.close()
            at = clock.local_text(clock.now(desk.config.zone), desk.config.zone)
            desk.say(f"{at}, every {seconds:g} s; Ctrl-C ends")
            time.sleep(seconds)
    except KeyboardInterrupt:
        return
