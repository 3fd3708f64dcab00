"""Calendars in: meetings and tasks of iCalendar files as activities, each told by its UID.

Those who take part are found by their addresses among contacts and leads. A calendar that is silent on whether
something is done, or says that it still needs doing, does not take back what was done here.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from itertools import islice
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.formats import calendar
from crm_cli.formats.calendar import Entry
from crm_cli.formats.source import Source
from crm_cli.rules.drafts import Draft
from crm_cli.rules.importing.addresses import Addresses
from crm_cli.rules.importing.happened import BATCH, LARGE, TABLES, Event, Events
from crm_cli.rules.importing.report import Report
from crm_cli.rules.importing.rows import Problem
from crm_cli.rules.importing.wishes import Wishes
from crm_cli.values import dates, repeats

SOURCE = "ical"
NAMED = 10  # unknown people that are named


def run(
    change: Change,
    sources: Callable[[], Iterator[Source]],
    wishes: Wishes,
    *,
    tasks_only: bool = False,
    reject: Callable[[Entry], None] | None = None,
    tick: Callable[[int], None] | None = None,
) -> Report:
    """Import the entries of files.

    Args:
        change: the transaction.
        sources: gives the files.
        wishes: what the user says of them.
        tasks_only: pass over what is no task.
        reject: called with each wrong entry.
        tick: called with the number of entries after each batch.

    Raises:
        InvalidError: there are no entries.
    """
    taken = _Calendars(change, wishes, tasks_only=tasks_only, reject=reject)
    zone = change.config.zone
    entries = (each for source in sources() for each in calendar.read(source, wishes.encoding, zone))
    batch = list(islice(entries, BATCH))
    if not batch:
        raise InvalidError("this calendar holds neither a meeting nor a task; nothing to import")
    with ExitStack() as stack:
        if len(batch) > LARGE:
            stack.enter_context(change.bulk(TABLES))
        while batch:
            taken.take(batch)
            if tick:
                tick(len(batch))
            batch = list(islice(entries, BATCH))
    taken.finish()
    return taken.report


class _Calendars:
    """The work on one import."""

    def __init__(
        self, change: Change, wishes: Wishes, *, tasks_only: bool, reject: Callable[[Entry], None] | None
    ) -> None:
        self.change, self.tasks_only, self._reject = change, tasks_only, reject
        self.report = Report("task" if tasks_only else "activity")
        self.events = Events(change, self.report, wishes, SOURCE)
        self.addresses = Addresses(change)
        self._unknown: Counter[str] = Counter()
        self._zones: Counter[str] = Counter()
        self._passed = 0

    def take(self, batch: Sequence[Entry]) -> None:
        """Import a batch of entries."""
        self.report.read += len(batch)
        entries = [each for each in batch if self._is_sound(each)]
        self.addresses.look_up(address for each in entries for address in (*each.people, *each.others))
        standing = self.events.standing([each.key for each in entries])
        once = {each.key: each for each in entries}  # of two of the same, the later one
        self.report.unchanged += len(entries) - len(once)
        events = [self._event(each, standing.get(each.key)) for each in once.values()]
        self.events.write(events, standing)

    def finish(self) -> None:
        """Say what is to be known."""
        notes = self.report.notes
        if self._passed:
            notes.append(
                f"passed over, since they are no tasks: {self._passed:,}; `crm activity import` takes them"
            )
        for zone, number in self._zones.items():
            notes.append(f'times in the zone "{zone}", which nobody defines, are taken as yours: {number:,}')
        if self._unknown:
            named = ", ".join(address for address, _ in self._unknown.most_common(NAMED))
            more = f" and {len(self._unknown) - NAMED:,} more" if len(self._unknown) > NAMED else ""
            notes.append(f"taking part, but not known here: {named}{more}")

    def _is_sound(self, entry: Entry) -> bool:
        if entry.problem:
            self.report.fault(entry.line, Problem("", entry.problem, entry.file))
            if self._reject:
                self._reject(entry)
            return False
        if self.tasks_only and entry.fields["kind"] != "task":
            self._passed += 1
            self.report.skipped += 1
            return False
        if entry.unknown_zone:
            self._zones[entry.unknown_zone] += 1
        return True

    def _event(self, entry: Entry, standing: Draft | None) -> Event:
        about = self.addresses.of([*entry.people, *entry.others])
        people = [number for noun, number in self.addresses.of(entry.people) if noun == "contact"]
        self._unknown.update(each for each in entry.people if not self.addresses.is_known(each))
        values = dict(entry.fields)
        if standing is not None:
            self._keep(values, standing.before or {})
        elif self._goes_on(values):
            values.setdefault("status", "planned")
        return Event(entry.file, entry.line, entry.key, values, about, people)

    def _keep(self, values: dict[str, Any], before: dict[str, Any]) -> None:
        """Leave what says the same here in other words."""
        if (
            values.get("recurrence")
            and before["recurrence"]
            and _is_same(values["recurrence"], before["recurrence"])
        ):
            del values["recurrence"]
        if before["kind"] != "task" and before["start"] is None and values.get("start") == before["done_at"]:
            values.pop("start", None)
        if before["kind"] not in ("task", "meeting") and values["kind"] == "meeting":
            del values["kind"]

    def _goes_on(self, values: dict[str, Any]) -> bool:
        """Whether a series has days ahead."""
        if not values.get("recurrence") or values["kind"] == "task":
            return False
        first = values.get("due") or dates.local_day(values["start"], self.change.config.zone)
        base = date.fromisoformat(first)
        return repeats.following(values["recurrence"], base, self.change.today) is not None


def _is_same(one: str, other: str) -> bool:
    return (
        repeats.rule(one) == repeats.rule(other)
        and one.partition(repeats.OUT)[2] == other.partition(repeats.OUT)[2]
    )
