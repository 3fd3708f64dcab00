"""Sending a campaign by e-mail: everybody who waits is queued in one change, and handed over afterwards.

What was queued and not handed over, because the run ended before, is handed over by the next one; nobody is queued
a second time. A campaign that is to go out at a time is queued by the first `run-due` after it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from crm_cli.changing import Change
from crm_cli.rules import campaign, outgoing, records
from crm_cli.rules.messaging import mustering, timing
from crm_cli.rules.messaging.mustering import Member, Muster

PAGE = 2_000


def queue(change: Change, found: Muster, *, at_once: bool = False) -> list[int]:
    """Queue the message for each who is ready, exclude who may not be reached; returns the deliveries.

    `at_once` says that nobody's best time is waited for.

    Raises:
        InvalidError: somebody lacks what the message needs; then nothing is queued.
    """
    found.refuse_lacking()
    exclude(change, found.excluded)
    made: list[int] = []
    left = iter(found.ready)
    while page := list(islice(left, PAGE)):
        times = {} if at_once else best_times(change, page)
        made += outgoing.enqueue_all(change, _messages(found, page, times))
    if made:
        begun(change, found.campaign)
    return made


def exclude(change: Change, reasons: Mapping[int, str]) -> None:
    """Let members be excluded, each with the reason."""
    drafts = records.load(change, "member", reasons)
    for draft in drafts:
        draft.values |= {"status": "excluded", "reason": reasons[draft.id]}
    records.write(change, "member", drafts)


def begun(change: Change, about: Mapping[str, Any]) -> None:
    """Let a campaign be under way: active from today on unless it is, its step done, its time past."""
    said: dict[str, Any] = {"send_at": None} if (about["send_at"] or "~") <= change.now else {}
    if about["status"] == "planned":
        said["status"] = "active"
    records.edit(change, "campaign", about["id"], **said)
    campaign.done(change, about["id"], "send")


def told(excluded: Mapping[int, str]) -> str:
    """How many are excluded for which reason, most first, what is each one's own left out of it."""
    counts = Counter(
        " ".join(word for word in reason.split() if "@" not in word) for reason in excluded.values()
    )
    return ", ".join(f"{number:,} {reason}" for reason, number in counts.most_common())


def sent(change: Change, members: Iterable[Member], about: Mapping[str, Any]) -> None:
    """Let what was handed over by other hands (letters, text messages) be sent to members."""
    by_id = {each.id: each for each in members}
    drafts = records.load(change, "member", by_id)
    for draft in drafts:
        draft.values |= {"status": "sent", "sent_at": change.now, "address": by_id[draft.id].address}
    records.write(change, "member", drafts)
    if drafts:
        begun(change, about)


def best_times(change: Change, members: list[Member]) -> dict[int, str]:
    """By member the instant that suits, where that is not now."""
    import json

    found = {}
    for noun, zone in (("contact", "timezone"), ("lead", "NULL")):
        asked = {each.person: each.id for each in members if each.noun == noun}
        question = (
            f"SELECT id, best_time, preferred_day, {zone} FROM {noun} WHERE id IN (SELECT value FROM json_each(?)) "
            "AND (best_time IS NOT NULL OR preferred_day IS NOT NULL)"
        )
        for person, best, day, place in change.rows(question, json.dumps(list(asked))) if asked else ():
            if at := timing.suits(best, day, (place, change.config.zone), change.now):
                found[asked[person]] = at
    return found


def due(change: Change) -> list[dict[str, Any]]:
    """The campaigns whose time has come."""
    question = (
        "SELECT id FROM campaign WHERE send_at <= ? AND status IN ('planned', 'active') ORDER BY send_at, id"
    )
    return [mustering.campaign(change, row[0]) for row in change.rows(question, change.now)]


def _messages(found: Muster, members: list[Member], times: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """The deliveries as they are queued; their texts are made when they are handed over."""
    facts = found.message.told(each.asked for each in members) if found.message.row.get("subject") else {}
    subject = found.message.templates.get("subject")
    for each in members:
        yield {
            "channel": found.channel,
            "to": each.address,
            "to_name": each.name,
            "subject": " ".join(subject.fill(facts.get(each.id, {}), set()).split()) if subject else None,
            "body": None,
            "purpose": "marketing",
            "campaign_id": found.campaign["id"],
            "member_id": each.id,
            f"{each.noun}_id": each.person,
            "send_at": times.get(each.id),
        }
