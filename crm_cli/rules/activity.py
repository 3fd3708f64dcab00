"""An activity's own rules: whether it has happened, what it is about, whom it touches, what follows it.

A task is to be done and has the words of a task; all else happens and is planned, done or cancelled.
An outgoing call or e-mail, or a meeting held, is a touch: it marks the first touch of the leads it is about. What
messages do to the cases they are about is told in `crm_cli.rules.messages`, what calls do to the campaigns in
`crm_cli.rules.messaging.calls`.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.rules import messages, moments, records, recurrence
from crm_cli.rules.drafts import Draft
from crm_cli.rules.messaging import calls
from crm_cli.values import repeats

TASK_WORDS = {"planned": "not_started", "done": "completed"}
EVENT_WORDS = {
    "completed": "done",
    "not_started": "planned",
    "in_progress": "planned",
    "waiting": "planned",
    "deferred": "planned",
}
FINISHED = frozenset(("done", "completed"))
SUBJECT = 80  # letters that a subject takes from the body
Row = dict[str, Any]


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete subject, direction, status and the moment it was done."""
    for draft in drafts:
        if not draft.get("subject"):
            draft.values["subject"] = _subject(draft)
        if draft.before is None and draft.get("kind") in ("call", "email") and not draft.get("direction"):
            draft.values["direction"] = "out"
        if said := draft.values.get("recurrence"):
            repeats.check(said)
        _status(change, draft)


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Write what activities are about, touch leads, and make the next of a recurring task."""
    _about(change, [draft for draft in drafts if "about" in draft.entered])
    # A record with its identity comes from an export of ours, where what followed is told.
    fresh = [draft for draft in drafts if "uid" not in draft.given]
    heard = [draft for draft in fresh if "about" in draft.entered or _has_just_finished(draft)]
    _touch_leads(change, [draft for draft in heard if _is_touch(draft)])
    messages.heed(change, heard)
    calls.heed(change, heard)
    for draft in drafts:
        if (
            draft.before is not None
            and not draft.imported
            and draft.get("recurrence")
            and _has_just_finished(draft)
        ):
            recurrence.repeat(change, draft)


def _subject(draft: Draft) -> str:
    words = (draft.get("body") or "").strip().splitlines()
    if not words:
        return str(draft.get("kind") or "note").capitalize()
    return words[0] if len(words[0]) <= SUBJECT else words[0][: SUBJECT - 1].rstrip() + "…"


def _status(change: Change, draft: Draft) -> None:
    """Give the status the word of its kind, and a moment to what is done."""
    values, before = draft.values, draft.before
    if before is not None and not values.keys() & {"status", "done_at", "kind"}:
        return
    status = draft.get("status")
    if "status" not in draft.given and values.get("done_at"):
        status = "done"
    words = TASK_WORDS if draft.get("kind") == "task" else EVENT_WORDS
    status = words.get(status, status) or _default_status(change, draft)
    values["status"] = status
    if status not in FINISHED:
        values["done_at"] = None
    elif not draft.get("done_at"):
        values["done_at"] = _happened(change, draft) if before is None else change.now


def _default_status(change: Change, draft: Draft) -> str:
    if draft.get("kind") == "task":
        return "not_started"
    ahead = (draft.get("start") or "") > change.now or (draft.get("due") or "") > change.today.isoformat()
    return "planned" if ahead else "done"


def _happened(change: Change, draft: Draft) -> str:
    """When a new activity that is done was done: at its start, as far as an import tells, else now."""
    due = draft.get("due")
    told = [draft.get("start")]
    if draft.imported:
        told += [due and moments.noon(change, due), draft.values.get("created_at")]
    return next((moment for moment in told if moment and moment <= change.now), change.now)


def _has_just_finished(draft: Draft) -> bool:
    was = draft.before["status"] if draft.before else None
    return draft.get("status") in FINISHED and was not in FINISHED


def _is_touch(draft: Draft) -> bool:
    if draft.get("status") not in FINISHED or not draft.get("done_at"):
        return False
    kind = draft.get("kind")
    return bool(kind == "meeting" or (kind in ("call", "email") and draft.get("direction") == "out"))


def _about(change: Change, drafts: Sequence[Draft]) -> None:
    """Let activities be about the records entered, touching only rows that differ."""
    standing: dict[int, dict[tuple[str, int], int]] = {}
    for row in _abouts(change, [draft.id for draft in drafts if draft.before is not None]):
        standing.setdefault(row["activity_id"], {})[row["noun"], row["record_id"]] = row["id"]
    fresh: list[Row] = []
    for draft in drafts:
        wanted = dict.fromkeys((fields.noun(noun).table, number) for noun, number in draft.entered["about"])
        now = standing.get(draft.id, {})
        fresh += [
            {"activity_id": draft.id, "noun": noun, "record_id": number}
            for noun, number in wanted
            if (noun, number) not in now
        ]
        gone = [(now[each],) for each in now if each not in wanted]
        change.connection.executemany("DELETE FROM activity_about WHERE id = ?", gone)
        draft.changed = draft.changed or bool(gone) or now.keys() != wanted.keys()
    records.append(change, "activity_about", fresh)


def _abouts(change: Change, ids: Iterable[int]) -> list[Any]:
    question = (
        "SELECT * FROM activity_about WHERE activity_id IN (SELECT value FROM json_each(?)) ORDER BY id"
    )
    return change.rows(question, json.dumps(list(ids)))


def _touch_leads(change: Change, drafts: Sequence[Draft]) -> None:
    """Set the first touch of the leads that touches are about; a new one is contacted now."""
    moments = {draft.id: draft.get("done_at") for draft in drafts}
    first: dict[int, str] = {}
    for row in _abouts(change, moments) if moments else ():
        if row["noun"] == "lead":
            moment = moments[row["activity_id"]]
            first[row["record_id"]] = min(moment, first.get(row["record_id"], moment))
    leads = records.load(change, "lead", first)
    for lead in leads:
        lead.values["first_touch_at"] = min(filter(None, (lead.get("first_touch_at"), first[lead.id])))
        if lead.get("status") == "new":
            lead.values["status"] = "contacted"
    records.write(change, "lead", leads)
