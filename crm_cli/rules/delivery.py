"""A delivery's own rules: an address that can be, headers that hold nothing but what they say, and when it may change.

What stands in an address, a name or a subject becomes a line of the message's head. A line break in one
would let whoever wrote it add headers, or a second message, of their own; such text is refused, not mended.
"""

import re
import secrets
from collections.abc import Sequence

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.rules.drafts import Draft
from crm_cli.values import emails

HEADS = ("to", "to_name", "subject", "in_reply_to")
WRITTEN = (*HEADS, "channel", "purpose", "body", "html", "send_at")
NOWHERE = "crm.invalid"  # the domain of a Message-ID where no own address is known (RFC 2606)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
STILL_HERE = ("queued", "failed", "cancelled")
# status → what people may make of it; all else is for sending to say
BY_HAND = {
    "queued": ("cancelled",),
    "failed": ("queued", "cancelled"),
    "cancelled": ("queued",),
    "uncertain": ("sent", "cancelled"),
}


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Check what will stand in the head of each message, and give each a Message-ID of its own.

    Raises:
        InvalidError: an address that can be none, or a line break or control character in the head.
        ConflictError: the message has gone out, or is on its way, and what it says would change.
    """
    domain = own_domain(change)
    for draft in drafts:
        if not draft.imported:
            _still_here(draft)
        for column in HEADS:
            if draft.values.get(column):
                draft.values[column] = _head(draft, column)
        if draft.before is None:
            draft.values["message_id"] = (
                draft.values.get("message_id") or f"<{secrets.token_hex(16)}@{domain}>"
            )
            draft.values["attempts"] = draft.values.get("attempts") or 0


def own_domain(change: Change) -> str:
    """The domain that our Message-IDs end with."""
    sender = change.config.get("smtp.from") or change.config.get("email").partition(",")[0]
    domain = emails.domain(sender.rstrip("> "))
    return domain if domain.isascii() and domain else NOWHERE


def _head(draft: Draft, column: str) -> str:
    """What is given for the head of a message, as it is kept."""
    text: str = draft.values[column]
    if _CONTROL.search(text):
        raise InvalidError(
            f"{column}: {text!r} has a line break or control character in it; write it on one line"
        )
    if column == "to" and not draft.imported and draft.get("channel") == "email":
        return emails.check(text)
    return text.strip()


def _still_here(draft: Draft) -> None:
    """What has gone out stays as it went, and only sending says that it has."""
    status = draft.values.get("status")
    if draft.before is None:
        if status not in (None, "queued", "cancelled"):
            raise InvalidError(f"status: only sending makes a delivery {status}; leave it queued")
        return
    was = draft.before["status"]
    if status not in (was, None) and status not in BY_HAND.get(was, ()):
        raise ConflictError(f"delivery {draft.id} is {was}; it cannot be made {status}")
    changed = [key for key in WRITTEN if key in draft.values and draft.values[key] != draft.before[key]]
    if changed and was not in STILL_HERE:
        raise ConflictError(f"delivery {draft.id} is {was}; its {changed[0]} stays as it went out")
