"""Keeping what a campaign says: one message a channel, of which a command changes what is given."""

import json
from collections.abc import Mapping
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import records
from crm_cli.rules.messaging import composing, mustering

BLANK: dict[str, Any] = {"subject": None, "body": None, "html": None, "defaults": None}
LONG_SMS = 160  # letters of one text message (GSM 03.38)


def keep(
    change: Change,
    campaign_id: int,
    channel: str | None,
    said: Mapping[str, str | None],
    defaults: Mapping[str, str],
) -> str:
    """Set what is given of a campaign's message over a channel, the usual one where none is named; returns the channel.

    `said` is its subject, body and HTML, `defaults` what stands in for what people lack; an empty text takes away.

    Raises:
        InvalidError: a template that cannot be used, or a subject where none goes.
    """
    about = mustering.campaign(change, campaign_id)
    channel = channel or mustering.usual(change.connection, about)
    if channel != "email" and (said.get("html") or (channel != "mail" and said.get("subject"))):
        raise InvalidError(f"--channel {channel} takes a text alone; a subject and HTML are for e-mail")
    rows = standing(change, campaign_id)
    row = next((each for each in rows if each["channel"] == channel), None)
    if row is None:
        rows.append(row := {"channel": channel} | BLANK)
    row |= {name: text or None for name, text in said.items()}
    stand_in = {**composing.stand_ins(row["defaults"]), **defaults}
    kept = {name: text for name, text in sorted(stand_in.items()) if text}
    row["defaults"] = json.dumps(kept, ensure_ascii=False) if kept else None
    _write(change, campaign_id, rows)
    _advise(change, channel, row)
    return channel


def drop(change: Change, campaign_id: int, channel: str | None) -> str:
    """Take away what a campaign says over a channel; returns the channel.

    Raises:
        InvalidError: it says nothing over it.
    """
    about = mustering.campaign(change, campaign_id)
    channel = channel or mustering.usual(change.connection, about)
    rows = standing(change, campaign_id)
    left = [row for row in rows if row["channel"] != channel]
    if len(left) == len(rows):
        raise InvalidError(f"{about['name']} has no message for the channel {channel}")
    _write(change, campaign_id, left)
    return channel


def standing(change: Change, campaign_id: int) -> list[dict[str, Any]]:
    """The messages of a campaign as they stand."""
    question = (
        "SELECT id, channel, subject, body, html, defaults FROM campaign_message "
        "WHERE campaign_id = ? ORDER BY id"
    )
    return [dict(row) for row in change.rows(question, campaign_id)]


def _write(change: Change, campaign_id: int, rows: list[dict[str, Any]]) -> None:
    draft = records.load(change, "campaign", [campaign_id])[0]
    draft.parts["messages"] = rows
    records.write(change, "campaign", [draft])


def _advise(change: Change, channel: str, row: Mapping[str, Any]) -> None:
    """Say what is not wrong and yet better otherwise."""
    text = f"{row['body'] or ''}{row['html'] or ''}"
    if channel == "email" and text and "unsubscribe" not in text:
        change.notes.append("the text names no way to unsubscribe; {{ unsubscribe }} is where to write to")
    if channel == "sms" and len(text) > LONG_SMS:
        change.notes.append(
            f"the template has {len(text)} letters; more than {LONG_SMS} go out as several messages"
        )
