"""Letters and text messages of a campaign: a file for whoever prints or sends them."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from crm_cli import output
from crm_cli.commands.campaigning import left_out, nobody
from crm_cli.commands.options import Doing
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError

if TYPE_CHECKING:
    from crm_cli.rules.messaging.mustering import Muster

BY_HAND = ("sms", "mail")


def by_hand(desk: Desk, found: "Muster", out: str | None, doing: Doing) -> None:
    """Write letters or text messages to a file, and let them be sent where the person says that they were."""
    from crm_cli.rules.messaging import launching, mustering, sheets

    name = found.campaign["name"]
    if not found.ready and not found.excluded:
        nobody(desk, dict(found.campaign))
        return
    what = _texts(len(found.ready), found.channel)
    if doing.dry_run:
        found.refuse_lacking()
        desk.say(f"would write {what}{left_out(found)}")
        return
    if not out:
        raise InvalidError(
            f"{what} are written to a file; say which with --out FILE, or - for standard output"
        )
    _write(out, sheets.HEADERS[found.channel], sheets.rows(found))
    said = f"{what} of {name}{left_out(found)}"
    if desk.interactive and not doing.yes and out != "-":
        desk.say(f"wrote {said} to {out}")
        desk.confirm("Have they been sent?", yes=False)
    elif not doing.yes:
        desk.say(
            f"wrote {said}; once they are on their way, run it again with --yes, which marks them as sent"
        )
        return
    with desk.change("campaign send") as change:
        again = mustering.muster(change.connection, found.campaign, found.channel, defaults=found.defaults)
        written = {each.id for each in found.ready}
        launching.exclude(change, found.excluded)
        launching.sent(change, [each for each in again.ready if each.id in written], found.campaign)
        change.summary = said
    desk.say(f"sent {said}")
    if out != "-":
        desk.written("campaign", [found.campaign["id"]], format=doing.format)


def _write(out: str, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Write a table whole, its texts made before a file is touched."""
    made = io.StringIO(newline="")
    csv.writer(made, lineterminator="\n").writerows([list(header), *map(list, rows)])
    if out == "-":
        output.raw([made.getvalue()])
        return
    try:
        Path(out).expanduser().write_text(made.getvalue(), encoding="utf-8", newline="")
    except OSError as error:
        raise InvalidError(f"cannot write {out}: {error.strerror}; nothing was sent") from error


def _texts(number: int, channel: str) -> str:
    """`1 letter`, `412 text messages`."""
    what = {"sms": "text message", "mail": "letter"}[channel]
    return f"{number:,} {what}{'' if number == 1 else 's'}"
