"""Sending for commands that have just queued messages, and for `crm delivery send`: the run, and what came of it."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from crm_cli.desk import Desk
from crm_cli.errors import CrmError

if TYPE_CHECKING:
    from crm_cli.rules.sending import Compose, Counts

MANY = 20  # messages from which on progress is shown, and faults that are told one by one


class BrokenOffError(CrmError):
    """A run was broken off by the person."""

    exit_code = 130


def send(
    desk: Desk,
    ids: Sequence[int] | None,
    *,
    retry_uncertain: bool = False,
    compose: "Compose | None" = None,
    strict: bool = False,
) -> "Counts":
    """Send deliveries, all that are due where `ids` is None, and say what became of them.

    Whoever has queued something has done it even where nothing can be sent now: that is said, and only where
    `strict` is given it is an error.

    Raises:
        CrmError: `strict`, and nothing can be handed over; or the run was interrupted.
    """
    desk.alone("sending")
    from crm_cli.rules import sending

    with _progress(desk, None if ids is None else len(ids)) as tick:
        counts = sending.deliver(
            desk.path, ids, retry_uncertain=retry_uncertain, compose=compose, on_progress=tick
        )
    desk.close()  # what is asked from here on sees what was sent
    for sentence in _told(counts, on_the_spot=not strict):
        desk.say(sentence)
    if counts.interrupted:
        raise BrokenOffError(f"interrupted; {_left(counts)} still queued")
    if counts.stopped and strict:
        raise counts.stopped
    return counts


def _told(counts: "Counts", *, on_the_spot: bool) -> Iterator[str]:
    """What became of the messages, sentence by sentence."""
    if counts.lost:
        yield (
            f"{counts.lost:,} that an interrupted run left on their way may have arrived: "
            "see `crm delivery list status=uncertain`; --retry-uncertain sends them again"
        )
    for delivery, to, words in counts.faults[:MANY]:
        yield f"delivery {delivery} to {to}: {words}"
    if len(counts.faults) > MANY:
        yield f"and {len(counts.faults) - MANY:,} more; see `crm delivery list status=failed,uncertain,queued`"
    made = {"sent": counts.sent, "refused": counts.refused, "put off": counts.deferred,
            "uncertain": counts.uncertain, "no longer wished for": counts.withheld}  # fmt: skip
    told = [f"{what} {number:,}" for what, number in made.items() if number]
    if told:
        yield ", ".join(told) + _whereto(counts)
    if counts.stopped and on_the_spot:
        yield f"{_left(counts)} still queued: {counts.stopped}; `crm delivery send` tries again"


def _whereto(counts: "Counts") -> str:
    from pathlib import Path

    if not counts.sent or not Path(counts.place).is_absolute():
        return ""
    return f", into {counts.place}, since no mail server is set (`crm config set smtp.host HOST`)"


def _left(counts: "Counts") -> str:
    left = counts.total - counts.done
    return "1 message is" if left == 1 else f"{left:,} messages are"


@contextmanager
def _progress(desk: Desk, number: int | None) -> Iterator[Callable[[int, int], None] | None]:
    """A bar, where a person looks at standard error and there is more than a little to send."""
    if desk.style.quiet or not sys.stderr.isatty() or (number is not None and number < MANY):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("sending"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("sending", total=number)
        yield lambda done, total: shown.update(task, completed=done, total=total)
