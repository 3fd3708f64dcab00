"""What it means for people and campaigns that a message has gone out, was refused, or was held back."""

import json
import sqlite3

from crm_cli.changing import Change
from crm_cli.rules import records
from crm_cli.values import emails

Row = sqlite3.Row


def sent(change: Change, delivery: Row) -> None:
    """A member of a campaign whose message was taken has been sent it."""
    _member(change, delivery, ("targeted",), status="sent", sent_at=change.now, address=delivery["to"])


def refused(change: Change, delivery: Row, *, invalid: bool) -> None:
    """A member of a campaign who was not reached bounced; an `invalid` address is marked, whoever has it."""
    _member(change, delivery, ("targeted", "sent"), status="bounced", address=delivery["to"])
    if not invalid:
        return
    key = emails.key(delivery["to"])
    having = change.rows("SELECT DISTINCT contact_id FROM contact_email WHERE key = ? AND NOT invalid", key)
    people = records.load(change, "contact", [row[0] for row in having])
    for person in people:
        rows = change.rows("SELECT * FROM contact_email WHERE contact_id = ? ORDER BY id", person.id)
        person.parts["emails"] = [
            {name: row[name] for name in row.keys() if name != "contact_id"}  # noqa: SIM118 - a row is no mapping
            | ({"invalid": 1} if row["key"] == key else {})
            for row in rows
        ]
    records.write(change, "contact", people)


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
