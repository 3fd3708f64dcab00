"""Putting messages on their way: a delivery for each, queued until it is sent.

Queueing is part of the change that wants the message sent, so that neither stands without the other;
handing over to a mail server comes after, message by message (`crm_cli.sending`).
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.rules import permission, records, words
from crm_cli.rules.drafts import Draft
from crm_cli.values import emails

PAGE = 2_000  # deliveries written at a time


class Attachment(NamedTuple):
    """A file that goes with a message; `type` is its MIME type, such as `application/pdf`."""

    name: str
    type: str
    data: bytes


def enqueue(
    change: Change,
    *,
    to: str,
    name: str = "",
    subject: str,
    body: str | None,
    purpose: str = "service",
    contact_id: int | None = None,
    lead_id: int | None = None,
    case_id: int | None = None,
    campaign_id: int | None = None,
    member_id: int | None = None,
    activity_id: int | None = None,
    html: str | None = None,
    send_at: str | None = None,
    in_reply_to: str | None = None,
    override: str | None = None,
    attachments: Sequence[Attachment] = (),
) -> int:
    """Queue one message by e-mail; returns the id of its delivery.

    `send_at` is the instant before which it stays, `in_reply_to` the Message-ID of what it answers,
    `override` why it goes out although `crm_cli.rules.consent` says no. A body of None is made from the
    campaign's template when it goes out.

    Raises:
        InvalidError: the address can be none, or there is a line break in the address, name or subject.
        ConflictError: the person is not to be written to, and no reason is given to do so all the same.
    """
    if not override:
        _refuse_unwished(change, purpose, {"contact": contact_id, "lead": lead_id})
    columns = {
        "to": to, "to_name": name, "subject": subject, "body": body, "purpose": purpose,
        "contact_id": contact_id, "lead_id": lead_id, "case_id": case_id, "campaign_id": campaign_id,
        "member_id": member_id, "activity_id": activity_id, "html": html, "send_at": send_at,
        "in_reply_to": in_reply_to, "override": override, "attachments": _packed(attachments),
    }  # fmt: skip
    return enqueue_all(change, [columns])[0]


def enqueue_all(change: Change, messages: Iterable[dict[str, Any]]) -> list[int]:
    """Queue many messages, each given by the columns of its delivery; returns the ids of the deliveries.

    Raises:
        InvalidError: of the first message that cannot go out; then none is queued.
    """
    drafts = [_draft(columns) for columns in messages]
    for start in range(0, len(drafts), PAGE):
        records.write(change, "delivery", drafts[start : start + PAGE])
    return [draft.id for draft in drafts]


def bounced(change: Change, addresses: Iterable[str]) -> int:
    """Mark e-mail addresses as reaching nobody, whoever has them; returns how many contacts are concerned."""
    keys = {emails.key(each) for each in addresses}
    having = change.rows(
        "SELECT DISTINCT contact_id FROM contact_email WHERE NOT invalid AND key IN (SELECT value FROM json_each(?))",
        json.dumps(sorted(keys)),
    )
    people = records.load(change, "contact", [row[0] for row in having])
    standing = words.standing(change, "contact_email", "contact_id", people)
    for person in people:
        person.parts["emails"] = [
            {name: value for name, value in row.items() if name != "contact_id"}
            | ({"invalid": 1} if row["key"] in keys else {})
            for row in standing[person.id]
        ]
    records.write(change, "contact", people)
    return len(people)


def doubt(change: Change) -> int:
    """Let messages that wait in a copy which took the store's place be uncertain; returns how many do.

    They may have gone out since the copy was made, and sent again they would come twice.
    """
    return change.connection.execute(
        "UPDATE delivery SET status = 'uncertain', claimed = NULL, updated_at = ?, "
        "error = 'it waited when the copy was made that has been restored' WHERE status IN ('queued', 'sending')",
        (change.now,),
    ).rowcount


def _packed(attachments: Sequence[Attachment]) -> str | None:
    """Files as they are kept with a delivery: JSON, since no column of the log holds bytes."""
    files = [
        {"name": each.name, "type": each.type, "data": b64encode(each.data).decode()} for each in attachments
    ]
    return json.dumps(files, ensure_ascii=False) if files else None


def _refuse_unwished(change: Change, purpose: str, people: dict[str, int | None]) -> None:
    """What stands against writing to a person; that one address is missing or broken does not, since it is given."""
    for noun, person in people.items():
        if person is None:
            continue
        question = permission.Question.of(change, noun, [person], "email", purpose, bulk=False)
        against = [*question.unwished(), *question.suppressed(), *question.unconsented()]
        if against:
            name = change.value(f"SELECT name FROM {noun} WHERE id = ?", person)
            way = "; use another way, or say why it goes out all the same (--override)"
            raise ConflictError(f"{name}: {against[0][1]}" + (way if purpose == permission.SERVICE else ""))


def _draft(columns: dict[str, Any]) -> Draft:
    given = {key: value for key, value in columns.items() if value not in (None, "")}
    if not given.get("to"):
        raise InvalidError("there is no address to write to; give the person one")
    if given.get("override") and given.get("purpose", "service") != "service":
        raise InvalidError("--override is for service messages; marketing needs consent")
    return Draft(values=given)


def cancel(change: Change, ids: Sequence[int]) -> list[int]:
    """Take messages off their way: queued, failed, or uncertain and not to be sent again.

    Returns those that were on it; what has gone out has gone out.
    """
    stoppable = ("queued", "failed", "uncertain")
    drafts = [draft for draft in records.load(change, "delivery", ids) if draft.get("status") in stoppable]
    for draft in drafts:
        draft.values["status"] = "cancelled"
    records.write(change, "delivery", drafts)
    return [draft.id for draft in drafts]
