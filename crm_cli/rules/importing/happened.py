"""Mail and calendar entries as activities: each told by its key in the other program, and never twice.

What stands is found by that key, or by our uid where the file comes from us. Whom it is about is added to
those who stand there; nobody is taken out, since people may have put them there by hand.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import CrmError
from crm_cli.rules import intake, messages, records
from crm_cli.rules.drafts import Draft
from crm_cli.rules.importing.addresses import Who
from crm_cli.rules.importing.report import Report
from crm_cli.rules.importing.rows import Problem
from crm_cli.rules.importing.wishes import Wishes

BATCH = 1_000
LARGE = 500  # from which the search index is filled by ranges
TABLES = ("activity", "activity_about", "activity_participant", "lead")


@dataclass(slots=True)
class Event:
    """What happened or is to happen, with its key and whom it is about."""

    file: str
    line: int
    key: str
    values: dict[str, Any]
    about: list[Who] = field(default_factory=list)
    participants: list[int] = field(default_factory=list)
    quiet: bool = False
    """Nobody wrote it to get on with the case that it is about."""


class Events:
    """Writes events of one program in batches, and counts what becomes of them."""

    def __init__(self, change: Change, report: Report, wishes: Wishes, source: str) -> None:
        self.change, self.report, self.wishes = change, report, wishes
        self.source = wishes.source or source
        self._fixed = Draft()
        intake.fill(change, "activity", self._fixed, dict(wishes.fixed))
        self._owner: int | None = None

    def standing(self, keys: Sequence[str]) -> dict[str, Draft]:
        """The activities that have one of the keys."""
        question = (
            "SELECT id, uid, external_id FROM activity WHERE uid IN (SELECT value FROM json_each(:keys)) OR "
            "(external_source = :source AND external_id IN (SELECT value FROM json_each(:keys)))"
        )
        bound = {"keys": json.dumps(list(keys)), "source": self.source}
        rows = self.change.connection.execute(question, bound).fetchall()
        known = {draft.id: draft for draft in records.load(self.change, "activity", [row[0] for row in rows])}
        wanted = set(keys)
        return {row[1] if row[1] in wanted else row[2]: known[row[0]] for row in rows}

    def write(self, events: Sequence[Event], standing: dict[str, Draft]) -> list[Event]:
        """Write events that are new or differ; returns those that are new."""
        work: list[tuple[Event, Draft]] = []
        seen: set[str] = set()
        for event in events:
            before = standing.get(event.key)
            if event.key in seen:
                self.report.unchanged += 1
            elif self.wishes.mode == ("update" if before is None else "create"):
                self.report.skipped += 1
            else:
                work.append((event, self._draft(event, before)))
            seen.add(event.key)
        self._join_people([draft for _, draft in work if draft.before is not None])
        self._write(work)
        return [event for event, draft in work if draft.before is None and draft.values.get("id")]

    def _draft(self, event: Event, before: Draft | None) -> Draft:
        draft = Draft(values=dict(event.values), before=before.before if before else None, imported=True)
        draft.entered["about"] = list(event.about)
        if event.quiet:
            draft.entered[messages.QUIET] = True
        draft.parts["participants"] = [{"contact_id": each} for each in event.participants]
        if before is None:
            draft.values |= {"external_id": event.key, "external_source": self.source}
            draft.values |= {"import_id": self.change.command_id, "owner_id": self._me()}
        else:
            for column in ("created_at", "updated_at"):
                draft.values.pop(column, None)
        draft.values |= self._fixed.values
        draft.custom |= self._fixed.custom
        return draft

    def _me(self) -> int | None:
        self._owner = self._owner or intake.me(self.change)
        return self._owner

    def _join_people(self, drafts: Sequence[Draft]) -> None:
        """Keep whom standing activities are about and who takes part, and add those who are new."""
        ids = json.dumps([draft.id for draft in drafts])
        about: dict[int, list[Who]] = {}
        for row in self.change.rows(
            "SELECT activity_id, noun, record_id FROM activity_about "
            "WHERE activity_id IN (SELECT value FROM json_each(?)) ORDER BY id", ids,
        ):  # fmt: skip
            about.setdefault(row[0], []).append((row[1], row[2]))
        people: dict[int, list[int]] = {}
        for row in self.change.rows(
            "SELECT activity_id, contact_id FROM activity_participant "
            "WHERE activity_id IN (SELECT value FROM json_each(?)) ORDER BY id", ids,
        ):  # fmt: skip
            people.setdefault(row[0], []).append(row[1])
        for draft in drafts:
            draft.entered["about"] = list(dict.fromkeys([*about.get(draft.id, ()), *draft.entered["about"]]))
            fresh = (each["contact_id"] for each in draft.parts["participants"])
            known = dict.fromkeys([*people.get(draft.id, ()), *fresh])
            draft.parts["participants"] = [{"contact_id": each} for each in known]

    def _write(self, work: Sequence[tuple[Event, Draft]]) -> None:
        """Write drafts whole, or in halves where a rule refuses one of them."""
        if not work:
            return
        kept = [dict(draft.values) for _, draft in work]
        try:
            with self.change.attempt():
                records.write(self.change, "activity", [draft for _, draft in work])
        except (CrmError, sqlite3.IntegrityError) as error:
            for (_, draft), values in zip(work, kept, strict=True):
                draft.values = values
            if len(work) == 1:
                event = work[0][0]
                self.report.fault(event.line, Problem("", str(error), event.file))
                return
            half = len(work) // 2
            self._write(work[:half])
            self._write(work[half:])
            return
        for _, draft in work:
            outcome = "created" if draft.before is None else "updated" if draft.changed else "unchanged"
            setattr(self.report, outcome, getattr(self.report, outcome) + 1)
