"""What time alone brings about: offers to partners expire and go on, in the order in which their time was over.

No daemon runs. Whoever changes the store next lets it happen first (`crm_cli.changing`), as an entry of its own
in the history; `crm partner tick` does nothing else.
"""

import json
from contextlib import nullcontext

from crm_cli.changing import Change
from crm_cli.rules import offer, passing

MANY = 500  # offers from which on it pays to set triggers aside
MADE = ("offer", "delivery", "activity", "activity_about")
DUE = "SELECT id FROM offer WHERE state = 'offered' AND respond_by < ? ORDER BY respond_by, id"
EXPIRE = """
UPDATE offer SET state = 'expired', answered_at = respond_by, updated_at = ?
WHERE id IN (SELECT value FROM json_each(?))
"""


def settle(change: Change) -> str:
    """Let every offer expire whose time is over and pass it on; returns a sentence that says so.

    The offers that can be answered now and could not before are `change.passed_on`.
    """
    due = [row[0] for row in change.rows(DUE, change.now)]
    # Time needs no rule: all at once, which takes a tenth of one by one.
    change.connection.execute(EXPIRE, (change.now, json.dumps(due)))
    offer.withdraw(change, due)
    with change.bulk(MADE) if len(due) > MANY else nullcontext():
        passed = passing.on(change, due)
    change.passed_on = frozenset(passed.open)
    return _told(len(due) + passed.expired, len(passed.open), passed.back)


def _told(expired: int, gone_on: int, back: int) -> str:
    told = [f"{expired:,} {'offer' if expired == 1 else 'offers'} expired"]
    if gone_on:
        told.append(f"{gone_on:,} went on to the next partner")
    if back:
        told.append(f"{back:,} went back to {'its owner' if back == 1 else 'their owners'}")
    return ", ".join(told)


def untold(change: Change) -> list[int]:
    """The messages about offers that can still be answered which have not been sent: their deliveries."""
    question = (
        "SELECT d.id FROM offer AS o JOIN delivery AS d ON d.id = o.delivery_id "
        "WHERE o.state = 'offered' AND d.status = 'queued' ORDER BY d.id"
    )
    return [row[0] for row in change.rows(question)]
