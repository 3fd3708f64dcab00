"""What a campaign says over a channel: its message as it is kept, checked, and written for one member.

A message by e-mail is written when it is handed over, so that a campaign of any size needs no more room than one.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crm_cli import db
from crm_cli.errors import InvalidError
from crm_cli.rules.messaging.facts import Facts, Known, Telling
from crm_cli.rules.sending.carrying import RefusedError
from crm_cli.rules.sending.writing import Text

if TYPE_CHECKING:
    from crm_cli.rules.messaging.templates import Template

PARTS = ("subject", "body", "html")
CALLED = {"email": "e-mail", "sms": "SMS", "mail": "letter", "phone": "call"}
Person = tuple[int, str, int]  # a member, `contact` or `lead`, and the id of that


def check(connection: sqlite3.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Refuse messages whose templates cannot be used, and two for one channel.

    Raises:
        InvalidError: says which message, and where in it.
    """
    known = Known.of(connection)
    seen: set[str] = set()
    for row in rows:
        channel = row.get("channel") or "email"
        if channel in seen:
            raise InvalidError(f"messages: there are two for the channel {channel}; keep one")
        seen.add(channel)
        _templates(row, known)
        for name in stand_ins(row.get("defaults")):
            known.refuse(name)


def stand_ins(text: str | None) -> dict[str, str]:
    """What stands in for what people lack, as it is kept with a message: by field its text, as JSON.

    Raises:
        InvalidError: it is something else.
    """
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise InvalidError(f'defaults: {text!r} does not go here; write {{"first_name": "there"}}')
    return found


def _templates(row: Mapping[str, Any], known: Known) -> "dict[str, Template]":
    from crm_cli.rules.messaging.templates import Template

    return {part: Template(row[part], known, part, html=part == "html") for part in PARTS if row.get(part)}


@dataclass
class Message:
    """The message of a campaign over a channel."""

    connection: sqlite3.Connection
    campaign_id: int
    row: Mapping[str, Any]
    defaults: Mapping[str, str]

    @classmethod
    def of(
        cls,
        connection: sqlite3.Connection,
        campaign_id: int,
        channel: str,
        defaults: Mapping[str, str] | None = None,
    ) -> "Message":
        """The message as it is kept; `defaults` go before those that are kept with it.

        Raises:
            InvalidError: the campaign says nothing over the channel, or a default is of no field.
        """
        columns = ("channel", *PARTS, "defaults")
        found = connection.execute(
            f"SELECT {', '.join(columns)} FROM campaign_message WHERE campaign_id = ? AND channel = ?",
            (campaign_id, channel),
        ).fetchone()
        row = dict(zip(columns, tuple(found), strict=True)) if found else {}
        lacks = "message" if not row.get("body") and not row.get("html") else ""
        if channel == "email" and not lacks and not row.get("subject"):
            lacks = "subject"
        if lacks:
            raise InvalidError(
                f"the campaign has no {lacks} for the channel {channel}; "
                f"write one with `crm campaign message {campaign_id} --channel {channel}`"
            )
        for name in defaults or {}:
            Known.of(connection).refuse(name)
        return cls(connection, campaign_id, row, {**stand_ins(row.get("defaults")), **(defaults or {})})

    @cached_property
    def templates(self) -> "dict[str, Template]":
        """The templates of its parts."""
        return _templates(self.row, Known.of(self.connection))

    @cached_property
    def telling(self) -> Telling:
        """What finds the values of the names that it uses."""
        names = frozenset().union(*(each.names for each in self.templates.values()))
        return Telling(self.connection, self.campaign_id, names)

    def told(self, people: Iterable[Person]) -> dict[int, Facts]:
        """By member what is known of each, with what stands in for what is not."""
        return {member: {**self.defaults, **facts} for member, facts in self.telling.of(people).items()}

    def write(self, facts: Facts) -> tuple[Text, list[str]]:
        """The message for one member, and the names that it needs and the member lacks.

        A subject is one line, whatever stands in its fields.
        """
        lacking: set[str] = set()
        made = {part: each.fill(facts, lacking) for part, each in self.templates.items()}
        subject = " ".join(made.get("subject", "").split())
        return Text(subject, made.get("body"), made.get("html")), sorted(lacking)


class Composer:
    """Writes the messages of campaigns as they are handed over."""

    def __init__(self, path: Path) -> None:
        self._connection = db.ask(path)
        self._messages: dict[tuple[int, str], Message] = {}

    def __call__(self, row: sqlite3.Row) -> Text:
        """The text of a delivery.

        Raises:
            RefusedError: its campaign says nothing any more, or needs what the person has lost since.
        """
        key = (row["campaign_id"], row["channel"])
        if None in key:
            raise RefusedError("it has no text; give it one with `crm delivery edit`, or cancel it")
        try:
            if key not in self._messages:
                self._messages[key] = Message.of(self._connection, *key)
            message = self._messages[key]
            noun = "contact" if row["contact_id"] else "lead"
            facts = message.told([(0, noun, row[f"{noun}_id"] or 0)])
            text, lacking = message.write(facts.get(0, {}))
        except InvalidError as error:
            raise RefusedError(str(error)) from error
        if lacking:
            raise RefusedError(f"its template needs {', '.join(lacking)}, which {row['to']} lacks")
        return text

    def close(self) -> None:
        """Let go of the store."""
        self._connection.close()
