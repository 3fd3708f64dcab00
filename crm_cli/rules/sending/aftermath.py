"""What it means for people and campaigns that a message has gone out, was refused, or was held back."""

import json
import sqlite3
from collections.abc import Sequence

from crm_cli.changing import Change
from crm_cli.rules import outgoing, records

Row = sqlite3.Row


def sent(change: Change, deliveries: Sequence[Row]) -> None:
    """Members of campaigns whose messages were taken have been sent them."""
    addresses = {row["member_id"]: row["to"] for row in deliveries if row["member_id"]}
    members = records.load(change, "member", addresses)
    fresh = [member for member in members if member.get("status") == "targeted"]
    for member in fresh:
        member.values |= {"status": "sent", "sent_at": change.now, "address": addresses[member.id]}
    records.write(change, "member", fresh)


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
