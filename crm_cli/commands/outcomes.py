"""What an import says while it runs and at its end."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from crm_cli.desk import Desk
from crm_cli.errors import CrmError

if TYPE_CHECKING:
    from crm_cli.rules.importing.report import Report


class RejectedError(CrmError):
    """Rows are wrong; they have been named."""


def refusal(desk: Desk, report: "Report", name: str) -> str:
    """Name the faults that stop an import; returns the sentence that it ends with."""
    for line in report.lines(name):
        desk.say(line)
    rows = "1 row is" if report.rejected == 1 else f"{report.rejected:,} of {report.read:,} rows are"
    return f"nothing was imported, since {rows} wrong; mend them, or give --on-error skip to leave them out"


def tell(desk: Desk, report: "Report", name: str, seconds: float, *, dry_run: bool) -> None:
    """Say what a file was taken for and what came of it."""
    told = [f"{header} → {field}" for header, field in report.taken.items() if header != field]
    if told:
        desk.say("columns: " + ", ".join(told))
    if report.unmapped:
        desk.say(f'not taken: {", ".join(report.unmapped)}; --map "HEADER=FIELD" takes one, --keep-extra all')
    for note in report.notes:
        desk.say(note)
    made = report.links()
    desk.say(
        f"{name}: {report.counts()}{', ' + made if made else ''} in {seconds:.1f} s"
        + (" (a dry run; nothing was changed)" if dry_run else "")
    )
    if report.command:
        desk.say(f"command {report.command}; `crm undo` takes it back")


def rejected(desk: Desk, report: "Report", name: str, beside: str) -> None:
    """Name the faults of what was left out, and where it is kept; `""` where it is not."""
    if report.rejected:
        for line in report.lines(name):
            desk.say(line)
        if beside:
            desk.say(f"the rejected rows are in {beside}; mend them there and import that file")


def collapsed(notes: list[str]) -> Iterator[str]:
    """Each note once."""
    for note, times in Counter(notes).items():
        yield note if times == 1 else f"{note} ({times:,} times)"


@contextmanager
def progress(desk: Desk) -> Iterator[Callable[[int], None] | None]:
    """A counter of rows, where a person looks at standard error."""
    if desk.style.quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns: Any = (SpinnerColumn(), TextColumn("{task.completed:,} rows"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("import", total=None)
        yield lambda rows: shown.advance(task, rows)
