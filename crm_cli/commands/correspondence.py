"""Mail and calendars in: the part of `crm activity import` and `crm import` for files that are no tables."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from crm_cli import fields
from crm_cli.commands import outcomes
from crm_cli.commands.options import Option
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError
from crm_cli.formats import kinds
from crm_cli.lazy import Bundle

if TYPE_CHECKING:
    from crm_cli.changing import Change
    from crm_cli.formats.calendar import Entry
    from crm_cli.rules.importing.report import Report
    from crm_cli.rules.importing.wishes import Wishes

NOUNS = {kinds.MAIL: ("activity",), kinds.CALENDAR: ("activity", "task")}
# What is said of the columns of a table; here there are none.
TABLES = ("mapping", "words", "scale", "match", "date_order", "decimal", "delimiter", "keep_extra")


class Mailing(Bundle):
    """What is done about mail of people whom nobody knows."""

    create_leads: Annotated[
        bool, Option("--create-leads", help="Mail: make leads of senders whom nobody knows")
    ] = False
    keep_unknown: Annotated[
        bool, Option("--keep-unknown", help="Mail: keep messages that are about nobody we know")
    ] = False


def take(
    desk: Desk,
    noun: str,
    files: kinds.Files,
    wishes: "Wishes",
    mailing: Mailing,
    *,
    dry_run: bool,
    beside: str | None,
) -> "Report":
    """Import mail or calendars in one change and say what came of it; wrong entries may go to a file `beside`."""
    _check(noun, files, wishes)
    name = files.source.name if files.source else files.path
    started = time.monotonic()
    skips = wishes.on_error == "skip"
    wrong: list[Entry] = []
    with desk.change(f"{noun} import", dry_run=dry_run) as change:
        with outcomes.progress(desk) as tick:
            report = _run(change, noun, files, wishes, mailing, wrong.append, tick)
        report.notes += outcomes.collapsed(change.notes)
        if files.passed:
            report.notes.append(f"files of other kinds, passed over: {len(files.passed):,}")
        change.notes.clear()
        change.summary = f"{name}: {report.counts()}"
        if report.rejected and not skips:
            raise outcomes.RejectedError(outcomes.refusal(desk, report, name))
        kept = _keep(files, wishes, wrong, beside) if not dry_run else ""
        report.command = change.command_id if change.changed() and not dry_run else None
    outcomes.tell(desk, report, name, time.monotonic() - started, dry_run=dry_run)
    outcomes.rejected(desk, report, name, kept)
    return report


def _check(noun: str, files: kinds.Files, wishes: "Wishes") -> None:
    """Refuse a noun that such a file does not hold, and options that are for tables."""
    from crm_cli.rules.importing.wishes import Wishes

    kind = files.kind or ""
    if noun not in NOUNS[kind]:
        what = "mail" if kind == kinds.MAIL else "a calendar"
        raise InvalidError(
            f"{files.path} is {what}, no {fields.plural(noun)}; `crm activity import` takes it"
        )
    unsaid = vars(Wishes())
    said = next((each for each in TABLES if getattr(wishes, each) != unsaid[each]), None)
    if said:
        option = {"mapping": "map", "words": "map-value"}.get(said, said.replace("_", "-"))
        raise InvalidError(f"--{option} is for tables; {files.path} is {files.kind}, leave it out")


def _run(
    change: "Change",
    noun: str,
    files: kinds.Files,
    wishes: "Wishes",
    mailing: Mailing,
    reject: "Callable[[Entry], None]",
    tick: Callable[[int], None] | None,
) -> "Report":
    if files.kind == kinds.MAIL:
        from crm_cli.rules.importing import mailbox

        return mailbox.run(
            change, files.sources, wishes,
            create_leads=mailing.create_leads, keep_unknown=mailing.keep_unknown, tick=tick,
        )  # fmt: skip
    from crm_cli.rules.importing import calendars

    return calendars.run(change, files.sources, wishes, tasks_only=noun == "task", reject=reject, tick=tick)


def _keep(files: kinds.Files, wishes: "Wishes", wrong: "list[Entry]", beside: str | None) -> str:
    """Write the wrong entries to a file of their own; returns where, `""` where there are none."""
    if not wrong:
        return ""
    from crm_cli.formats import calendar

    path = Path(beside or ("rejects.ics" if files.path == "-" else f"{files.path.rstrip('/')}.rejects.ics"))
    try:
        path.write_text("".join(calendar.rejected(wrong, files.sources(), wishes.encoding)), encoding="utf-8")
    except OSError as error:
        raise InvalidError(
            f"cannot write {path}: {error.strerror}; name another file with --rejects"
        ) from error
    return str(path)
