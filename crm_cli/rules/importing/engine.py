"""One import: rows in batches inside one change, so that it is one entry of the history and one undo.

A batch is read, its names and its records are looked up at once, and it is written through the rules of its
noun, as a typed record is. What a rule refuses is found by halving the batch, so that one wrong row is named and
the others stand. Memory holds a batch, never the file.
"""

import gc
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import chain, islice
from typing import NamedTuple

from crm_cli.changing import Change
from crm_cli.errors import CrmError
from crm_cli.formats.table import ItemRow, Table
from crm_cli.rules import duplicates, records
from crm_cli.rules.drafts import Draft
from crm_cli.rules.importing import events, oddities
from crm_cli.rules.importing import sheet as sheets
from crm_cli.rules.importing.absent import Absent
from crm_cli.rules.importing.ahead import Ahead
from crm_cli.rules.importing.building import Building
from crm_cli.rules.importing.later import Later
from crm_cli.rules.importing.links import MADE, Links, free_ids
from crm_cli.rules.importing.matching import Before, Matching
from crm_cli.rules.importing.plain import Plain
from crm_cli.rules.importing.plan import Plan
from crm_cli.rules.importing.reading import counted, read
from crm_cli.rules.importing.repeats import Repeats
from crm_cli.rules.importing.report import Remarks, Report
from crm_cli.rules.importing.rows import Line, Name, Problem, Row

BATCH = 2_000
LARGE = 500  # rows from which the search index is filled once, at the end
Work = tuple[Row, Before | None]


def run(
    change: Change,
    plan: Plan,
    table: Table,
    *,
    reject: Callable[[Row], None] | None = None,
    tick: Callable[[int], None] | None = None,
) -> Report:
    """Import the rows of a table as a plan takes them.

    Args:
        change: the transaction; whether what was written stands is the caller's to decide by the report.
        plan: what the columns are taken for.
        table: the file.
        reject: called with each wrong row.
        tick: called with the number of rows after each batch.
    """
    engine = _Engine(change, plan, table, reject)
    lines = events.batches(plan, table, BATCH) if events.is_log(plan) else _batches(table.rows())
    with ExitStack() as stack:
        stack.callback(engine.matching.close)
        batches = stack.enter_context(Ahead(map(engine.read, lines)))
        first = next(batches, None)
        if first and first.lines > LARGE:
            stack.enter_context(change.bulk(_tables(plan)))
            engine.meanwhile = batches.prepare
        for batch in chain([first] if first else [], batches):
            wrong = engine.report.rejected
            engine.take(batch)
            if engine.report.rejected > wrong:
                gc.collect()  # the collector is off, and caught errors leave cycles behind
            if tick:
                tick(batch.lines)
        engine.finish()
    engine.report.notes += table.remarks()
    return engine.report


class Batch(NamedTuple):
    """Rows that have been read: of how many lines, of which how many are of the noun; of a log fewer than these."""

    lines: int
    mine: int
    rows: sheets.Rows
    """By their places in the file; those between them are plain."""
    plain: sheets.Sheet | None


class _Engine:
    """The work on one file."""

    def __init__(
        self, change: Change, plan: Plan, table: Table, reject: Callable[[Row], None] | None
    ) -> None:
        self.change, self.plan, self._reject = change, plan, reject
        self.links = Links(change, plan.source, own=plan.own, create=plan.wishes.create, by=plan.noun)
        self.matching = Matching(change, plan)
        self.repeats = Repeats(plan, table, self.matching)
        self.absent = Absent(change, plan, plan.source)
        self.building = Building(change, plan, self.links)
        self.report = Report(plan.noun, notes=list(plan.notes), unmapped=list(plan.unmapped))
        self.report.taken = plan.taken()
        self.remarks = Remarks()
        self._watch = duplicates.Watch(change, plan.noun)
        self._plain = Plain(change, plan, self.links, self.matching, self._watch)
        self._takes_plain = sheets.is_fit(plan) and not self.absent.stones
        self.later = Later(change, plan, self.links, self.building, self._make)
        self._is_log = events.is_log(plan)
        self.meanwhile: Callable[[], object] | None = None
        """Called when the store has work for a while."""

    def read(self, lines: Sequence[Line]) -> Batch:
        """Read a batch of rows; neither the store nor the report is touched, since another thread may do it."""
        mine = [line for line in lines if not (isinstance(line[1], ItemRow) and line[1].other)]
        some = counted(self.plan, mine)
        if self._takes_plain and len(some) > LARGE:
            plain, others = sheets.parted(self.plan, some, self.matching)
            return Batch(len(lines), len(mine), others, plain)
        rows = read(self.plan, some)
        if self._is_log:
            rows = events.joined(self.plan, rows)
        self.matching.identify(rows)
        return Batch(len(lines), len(mine), dict(enumerate(rows)), None)

    def take(self, batch: Batch) -> None:
        """Import a batch of rows."""
        count = len(batch.rows) + (len(batch.plain.lines) if batch.plain else 0)
        self.report.read += batch.lines
        self.report.skipped += batch.lines - count
        self.remarks.events += batch.mine
        self.remarks.records += count
        found = batch.rows
        if batch.plain:
            new, left = self._plain.take(batch.plain, self.meanwhile)
            self.report.created += new
            found |= left
        rows = self._sound([row for _, row in sorted(found.items())])
        while rows:
            now, rows = self.matching.split(rows)
            self._batch(now)

    def finish(self) -> None:
        """Settle the links between rows of the file, and say what is to be known."""
        report = self.report
        self.later.settle(report, self.remarks)
        report.linked = {noun: number for noun, number in self.links.made.items() if number}
        alone = self.plan.wishes.mode == "create"
        report.notes += self.repeats.found.notes(self.plan.noun, first_alone=alone)
        report.notes += [*self.absent.note(), *self._watch.notes()]
        report.notes += self.remarks.lines(self.plan.noun, is_log=self._is_log)

    def _batch(self, rows: Sequence[Row]) -> None:
        """Look up what rows name and whom they are about, then write them."""
        missing = self._look_up(rows)
        rows = self._sound(rows) if missing else rows
        found = self.matching.find(rows)
        if self.repeats.unite(rows, found):
            missing |= self._look_up(rows)
        work, again = _once(zip(rows, found, strict=True))
        work = self._present(work)
        if self._is_log:
            events.settle(self.change, self.plan, work)
        for row, before in work:
            if row.problem is None:
                self.building.place(row, before)
                self.remarks.odd += oddities.judge(self.plan, row, before, self.change.config.zone)
        self._write([each for each in work if self._is_wanted(*each)], missing)
        if again:
            self._batch(again)

    def _look_up(self, rows: Sequence[Row]) -> set[Name]:
        """Look up what rows name; returns the names without a record, and a row that may not have one is wrong."""
        names = [self.building.names(row) for row in rows]
        missing = self.links.look_up(name for each in names for _, name in each)
        for row, each in zip(rows, names, strict=True) if missing else ():
            self._check_names(row, each)
        return missing

    def _present(self, work: list[Work]) -> list[Work]:
        """The rows but those about people who asked to be forgotten, which are counted."""
        absent = self.absent.among(work)
        self.absent.passed += len(absent)
        self.report.skipped += len(absent)
        return [each for place, each in enumerate(work) if place not in absent] if absent else work

    def _check_names(self, row: Row, names: Iterable[tuple[str, Name]]) -> None:
        """A row that names what is not there, and may not be made, is wrong."""
        for field, name in names:
            if field == "about" or field in self.building.loose:
                continue
            said = self.links.refusal(name)
            if said and row.problem is None:
                header = next((column.header for column in self.plan.having(field)), "")
                row.problem = Problem(header, said)

    def _is_wanted(self, row: Row, before: Before | None) -> bool:
        """Whether a row is to be written in this mode."""
        if row.problem is not None:
            self._refuse(row)
            return False
        if before is not None and self.matching.is_merged(row, before):
            self.remarks.merged += 1
            self.report.skipped += 1
            return False
        mode = self.plan.wishes.mode
        if (mode == "create" and before is not None) or (mode == "update" and before is None):
            self.report.skipped += 1
            return False
        return True

    def _write(self, work: Sequence[Work], missing: Collection[Name]) -> None:
        """Write rows whole, or in halves where a rule refuses one of them; `missing` are names without a record."""
        if not work:
            return
        made: list[Name] = []
        try:
            with self.change.attempt():
                made = self._make_links(work) if missing else []
                drafts = [self.building.draft(row, before) for row, before in work]
                self._number(work, drafts)
                records.write(self.change, self.plan.noun, drafts, meanwhile=self.meanwhile)
        except (CrmError, sqlite3.IntegrityError) as error:
            self.links.forget(made)
            if len(work) == 1:
                row = work[0][0]
                row.problem = Problem("", _said(error))
                self._refuse(row)
                return
            half = len(work) // 2
            self._write(work[:half], missing)
            self._write(work[half:], missing)
            return
        self.matching.written((row for row, _ in work), drafts)
        for (row, before), draft in zip(work, drafts, strict=True):
            self._count(row, before, draft)
        self._watch.look(drafts)

    def _make_links(self, work: Sequence[Work]) -> list[Name]:
        """Make the records that rows name and that are missing."""
        left = self.building.loose | {"about"}
        return self._make(
            name for row, _ in work for field, name in self.building.names(row) if field not in left
        )

    def _make(self, names: Iterable[Name]) -> list[Name]:
        """Make the records of names that have none, but of people who are forgotten."""
        wanted = list(names)
        absent = self.absent.named(wanted)
        return self.links.make(name for name in wanted if name not in absent)

    def _number(self, work: Sequence[Work], drafts: Sequence[Draft]) -> None:
        """In an export of ours, keep ids where they are free."""
        if not self.plan.own:
            return
        free = free_ids(self.change, self.plan.noun, (row.number for row, _ in work if row.number))
        for (row, before), draft in zip(work, drafts, strict=True):
            if before is None and row.number in free:
                free.discard(row.number)
                draft.values["id"] = row.number

    def _count(self, row: Row, before: Before | None, draft: Draft) -> None:
        """Note what became of a row that was written."""
        report = self.report
        outcome = "created" if before is None else "updated" if draft.changed else "unchanged"
        report.created += before is None
        report.updated += outcome == "updated"
        report.unchanged += outcome == "unchanged"
        self.remarks.flagged += len(row.kept)
        if self.plan.own and row.number and outcome == "created" and draft.id != row.number:
            self.remarks.renumbered += 1
        self.later.keep(row, draft, outcome)
        for field in row.further:
            self.remarks.left[f"each further {field} it names, since a {self.plan.noun} has one"] += 1
        for field, names in row.names.items():
            if field not in self.later.fields and not any(map(self.links.id, names)):
                self.remarks.unlinked(field, shared=any(map(self.links.is_shared, names)))

    def _sound(self, rows: Sequence[Row]) -> list[Row]:
        """Put rows with a problem aside; returns the others."""
        for row in rows:
            if row.problem is not None:
                self._refuse(row)
        return [row for row in rows if row.problem is None]

    def _refuse(self, row: Row) -> None:
        for event in row.earlier:
            event.problem = event.problem or row.problem
            self.report.skipped -= 1
            self._refuse(event)
        if row.problem is not None:
            file = row.cells.file if isinstance(row.cells, ItemRow) else ""
            self.report.fault(row.line, row.problem._replace(file=file))
        if self._reject:
            self._reject(row)


def _batches(rows: Iterator[Line]) -> Iterator[list[Line]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _once(work: Iterable[Work]) -> tuple[list[Work], list[Row]]:
    """The first row of each record, and the others: what these change is told when it has been written."""
    first: list[Work] = []
    again: list[Row] = []
    seen: set[int] = set()
    for row, before in work:
        if before is not None and before["id"] in seen:
            again.append(row)
            continue
        first.append((row, before))
        if before is not None:
            seen.add(before["id"])
    return first, again


def _tables(plan: Plan) -> list[str]:
    """The tables that grow with the file."""
    linked = {column.field.to or "" for column in plan.columns if column.role in ("link", "key", "tax", "id")}
    own = [plan.about.table, *plan.about.parts.values()]
    return [*own, *sorted((linked & MADE) - {plan.about.table})]


def _said(error: Exception) -> str:
    if isinstance(error, CrmError):
        return str(error)
    what, _, where = str(error).partition(" constraint failed: ")
    if what == "NOT NULL":
        return f"it names nothing that could stand in {where}"
    return f"another record has that already ({where or what})"
