"""Which case a message belongs to: the number in brackets in its subject, else the message that it answers.

What a message answers is told by its In-Reply-To and References (RFC 5322): one that we sent about a case, or one
that stands with a case already. The number of a case that was merged into another one leads there.
"""

import json
import re
from collections.abc import Iterable, Sequence

from crm_cli.changing import Change
from crm_cli.formats.mail import Message
from crm_cli.rules import numbering, records
from crm_cli.rules.drafts import Draft
from crm_cli.rules.importing.addresses import Who
from crm_cli.rules.messages import MAIL

_NUMBER = re.compile(rf"\[({numbering.PREFIXES['case']}-\d{{4}}-\d+)\]", re.IGNORECASE)
_NUMBERED = """
SELECT number, id FROM "case" WHERE number IN (SELECT value FROM json_each(?1)) UNION ALL
SELECT k.external_id, c.id FROM merged_key AS k JOIN "case" AS c ON c.id = k.record_id
WHERE k.noun = 'case' AND k.external_source = ?2 AND k.external_id IN (SELECT value FROM json_each(?1))
"""
_STANDING = """
SELECT a.external_id, l.record_id FROM activity AS a JOIN activity_about AS l ON l.activity_id = a.id
WHERE a.external_source = ? AND a.external_id IN (SELECT value FROM json_each(?)) AND l.noun = 'case'
"""
_SENT = """
SELECT d.message_id, d.case_id, d.activity_id, a.kind FROM delivery AS d LEFT JOIN activity AS a ON a.id = d.activity_id
WHERE d.message_id IN (SELECT value FROM json_each(?))
"""


class Threads:
    """The cases of messages, asked once a batch."""

    def __init__(self, change: Change) -> None:
        self.change = change
        self._numbers: dict[str, int] = {}
        self._cases: dict[str, int] = {}
        self._activities: dict[str, int] = {}
        self._questions: set[str] = set()

    def look_up(self, messages: Sequence[Message]) -> None:
        """Ask the store about all that messages name; what was asked before is forgotten."""
        numbers = json.dumps([number for each in messages if (number := _number(each))])
        self._numbers = dict(map(tuple, self.change.rows(_NUMBERED, numbers, numbering.MERGED)))
        named = {key for each in messages for key in (each.key, *each.answers)}
        standing = self.change.rows(_STANDING, MAIL, json.dumps(sorted(named)))
        self._cases = dict(map(tuple, standing))
        self._activities, self._questions = {}, set()
        written = {form: key for key in named for form in (key, f"<{key}>")}
        for row in self.change.rows(_SENT, json.dumps(sorted(written))):
            key = written[row["message_id"]]
            if row["case_id"]:
                self._cases[key] = row["case_id"]
            if row["activity_id"]:
                self._activities[key] = row["activity_id"]
            if (
                row["kind"] == "note"
            ):  # such as a survey, whose answer says nothing about how the case goes on
                self._questions.add(key)
        for each in messages:
            self._follow(each)

    def of(self, message: Message) -> list[Who]:
        """The case of a message that was looked up."""
        found = self._cases.get(message.key)
        return [("case", found)] if found else []

    def sent(self, keys: Iterable[str]) -> dict[str, Draft]:
        """The activities of messages that we sent, by their Message-ID."""
        ids = {key: self._activities[key] for key in keys if key in self._activities}
        drafts = {
            draft.id: draft for draft in records.load(self.change, "activity", sorted(set(ids.values())))
        }
        return {key: drafts[number] for key, number in ids.items() if number in drafts}

    def is_quiet(self, message: Message) -> bool:
        """Whether a message leaves its case where it stands: nobody wrote it, or it answers a survey."""
        return message.automatic or not self._questions.isdisjoint(message.answers[-1:])

    def _follow(self, message: Message) -> None:
        """Find the case of a message; those that follow in the batch may answer it."""
        found = self._numbers.get(_number(message))
        if not found:
            found = next(
                (self._cases[key] for key in (message.key, *message.answers) if key in self._cases), None
            )
        if found:
            self._cases[message.key] = found


def _number(message: Message) -> str:
    """The number in a subject, empty where there is none."""
    found = _NUMBER.search(message.subject)
    return found[1].upper() if found else ""
