"""Where each message stands, committed before it is handed over and after: nobody gets one twice.

A message is claimed by one transaction that only succeeds while it waits, so of two processes one has it. What a
dead process left on its way is uncertain: it may have arrived, and goes out again only on demand. Statuses are
written straight to their columns, since nothing else of a delivery depends on them.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from crm_cli import clock
from crm_cli.changing import Change
from crm_cli.rules import consent, permission
from crm_cli.rules.sending import aftermath, claims, looking

# After each try that was put off, the minutes until the next; after the last of them we give up (RFC 5321, 4.5.4.1).
DELAYS = (5, 15, 30, 60, 120, 240, 480, 960, 1440, 1440)
LOST = "the process that sent it ended before it said what became of it"
Row = sqlite3.Row


class Ledger:
    """The statuses of deliveries, as one process that sends changes them; each call is a transaction."""

    def __init__(self, change: Change) -> None:
        self._change = change
        self._mark = claims.stamp()
        self._told: Counter[str] = Counter()
        self._entry = 0
        self._open: list[str] = []  # the statuses that are sent from

    def recover(self) -> int:
        """Let what dead processes left on its way be uncertain; returns how many that were."""
        question = "SELECT id, claimed FROM delivery WHERE status = 'sending'"
        if not any(not claims.is_alive(row["claimed"]) for row in self._change.rows(question)):
            return 0
        with self._change:
            lost = [row["id"] for row in self._change.rows(question) if not claims.is_alive(row["claimed"])]
            self._change.connection.execute(
                "UPDATE delivery SET status = 'uncertain', claimed = NULL, error = ?, updated_at = ? "
                "WHERE id IN (SELECT value FROM json_each(?))",
                (LOST, self.now(), json.dumps(lost)),
            )
            self._summarise("uncertain", len(lost))
        return len(lost)

    def waiting(self, ids: Sequence[int] | None, *, retry_uncertain: bool, composing: bool) -> list[int]:
        """The messages that may go out now: all that are due, else of `ids` also what is not, and what failed."""
        self._open = looking.statuses(ids, retry_uncertain=retry_uncertain)
        return looking.waiting(
            self._change.connection, ids, retry_uncertain=retry_uncertain, composing=composing
        )[0]

    def withhold(self, ids: Sequence[int]) -> list[int]:
        """Take off the way what is marketing and no longer wished for; returns the ids of that."""
        unwished = self._unwished(ids)
        if not unwished:
            return []
        with self._change:
            for row in self._rows(list(unwished)):
                self._put(row["id"], "cancelled", unwished[row["id"]])
                aftermath.withheld(self._change, row, unwished[row["id"]])
            self._summarise("withheld", len(unwished))
        return list(unwished)

    def claim(self, deliveries: Sequence[int]) -> list[Row]:
        """Mark messages as being sent by us; those that somebody else has, or that wait no more, are not returned."""
        with self._change:
            self._change.connection.execute(
                "UPDATE delivery SET status = 'sending', attempts = attempts + 1, claimed = ?, error = NULL, "
                "updated_at = ? WHERE id IN (SELECT value FROM json_each(?)) "
                "AND status IN (SELECT value FROM json_each(?))",
                (self._mark, self.now(), json.dumps(deliveries), json.dumps(self._open)),
            )
            return [
                row
                for row in self._rows(deliveries)
                if row["status"] == "sending" and row["claimed"] == self._mark
            ]

    def release(self, rows: Sequence[Row]) -> None:
        """Let messages wait again that were not handed over, as if they had not been tried."""
        with self._change:
            for row in rows:
                self._put(row["id"], "queued", attempts=row["attempts"] - 1)

    def sent(self, rows: Sequence[Row]) -> None:
        """Messages were taken."""
        with self._change:
            for row in rows:
                self._put(row["id"], "sent", sent_at=self.now())
            aftermath.sent(self._change, rows)
            self._summarise("sent", len(rows))

    def refused(self, row: Row, words: str, *, invalid: bool) -> None:
        """A message was refused for good; `invalid` marks its address as one that reaches nobody."""
        with self._change:
            self._put(row["id"], "failed", words)
            aftermath.refused(self._change, row, invalid=invalid)
            self._summarise("refused")

    def deferred(self, row: Row, words: str) -> str | None:
        """A message was put off and waits for its next try; where that was the last one, why it is given up."""
        if row["attempts"] > len(DELAYS):
            given_up = f"{words}; given up after {row['attempts']} tries"
            self.refused(row, given_up, invalid=False)
            return given_up
        with self._change:
            later = datetime.fromisoformat(self.now()) + timedelta(minutes=DELAYS[row["attempts"] - 1])
            self._put(row["id"], "queued", words, send_at=clock.instant_text(later, None))
            self._summarise("put off")
        return None

    def in_doubt(self, row: Row, words: str) -> None:
        """A message may have been taken."""
        with self._change:
            self._put(row["id"], "uncertain", words)
            self._summarise("uncertain")

    def _put(self, delivery: int, status: str, error: str | None = None, **columns: object) -> None:
        columns |= {"status": status, "error": error, "claimed": None, "updated_at": self.now()}
        names = ", ".join(f"{name} = ?" for name in columns)
        self._change.connection.execute(
            f"UPDATE delivery SET {names} WHERE id = ?", (*columns.values(), delivery)
        )

    def _rows(self, ids: Sequence[int]) -> list[Row]:
        return self._change.rows(
            "SELECT * FROM delivery WHERE id IN (SELECT value FROM json_each(?))", json.dumps(ids)
        )

    def _unwished(self, ids: Sequence[int]) -> dict[int, str]:
        """By delivery why marketing is not wished for by whom it is to."""
        found: dict[int, str] = {}
        marketing = [row for row in self._rows(ids) if row["purpose"] == permission.MARKETING]
        for noun in ("contact", "lead"):
            people = {row[f"{noun}_id"] for row in marketing} - {None}
            reasons = consent.why_not(self._change, noun, people) if people else {}
            found |= {
                row["id"]: reasons[row[f"{noun}_id"]] for row in marketing if row[f"{noun}_id"] in reasons
            }
        return found

    def now(self) -> str:
        """This moment, where the change began at another."""
        self._change.now = clock.now(self._change.config.zone)
        return self._change.now

    def _summarise(self, what: str, number: int = 1) -> None:
        """Say in the history what this entry did so far."""
        if self._change.command_id != self._entry:
            self._entry = self._change.command_id
            self._told.clear()
        self._told[what] += number
        self._change.summary = ", ".join(f"{many:,} {each}" for each, many in self._told.items())
