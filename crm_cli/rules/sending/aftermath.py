"""What it means for people and campaigns that a message has gone out, was refused, or was held back."""

import json
import sqlite3

from crm_cli.changing import Change
from crm_cli.rules import outgoing, records

Row = sqlite3.Row


def sent(change: Change, delivery: Row) -> None:
    """A member of a campaign whose message was taken has been sent it."""
    _member(change, delivery, ("targeted",), status="sent", sent_at=change.now, address=delivery["to"])


def refused(change: Change, delivery: Row, *, invalid: bool) -> None:
    """A member of a campaign who was not reached bounced; an `invalid` address is marked, whoever has it."""
    _member(change, delivery, ("targeted", "sent"), status="bounced", address=delivery["to"])
    if invalid:
        outgoing.bounced(change, [delivery["to"]])


def withheld(change: Change, delivery: Row, reason: str) -> None:
    """A member of a campaign who is not to be written to is excluded, and why."""
    _member(change, delivery, ("targeted",), status="excluded", reason=reason)


def _member(change: Change, delivery: Row, while_: tuple[str, ...], **columns: str) -> None:
    """Change the member whom a message is for, where it has come no further."""
    standing = change.value(
        "SELECT id FROM member WHERE id = ? AND status IN (SELECT value FROM json_each(?))",
        delivery["member_id"],
        json.dumps(while_),
    )
    if standing is not None:
        records.edit(change, "member", standing, **columns)
