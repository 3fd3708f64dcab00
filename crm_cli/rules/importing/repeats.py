"""Rows of one file that are about the same record: each of them says what all of them say together.

What a later row says stands, as it would if rows were taken one after the other. But then an earlier row would
change what a later one changes back, whenever the file comes again. So a row that finds its record there says what
stands in the end: the first one brings it about, the others change nothing. The file is read for such rows when a
row has found a record: two of them make the second find one, and a file of new records alone is read no second time.

Rows that share a key as it is written are looked up: together are those that find one record, and of those that find
none the ones with the same strongest key. Rows that share none are together where one batch holds them. Memory holds
8 bytes for each key of the file while these are compared, and the first 10,000 rows that repeat one.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple

from crm_cli import fields
from crm_cli.formats import cards
from crm_cli.formats.table import Cells, Table
from crm_cli.rules.importing.events import is_log
from crm_cli.rules.importing.matching import NAMING, Before, Matching
from crm_cli.rules.importing.plan import Column, Plan
from crm_cli.rules.importing.reading import PARTING, counted, read
from crm_cli.rules.importing.rows import Line, Row
from crm_cli.values import emails
from crm_cli.values.folding import fold

HELD = 10_000  # rows that repeat a key, of which memory holds what they say
AT_ONCE = 2_000  # of these, that are looked up at once
PART = 200_000  # hashes that are compared at a time
SHOWN = 3  # records, and values, that are told as examples
ADDRESSES = ("email", "phone")  # of which a record keeps each
PARTS_OF_NAME = ("first_name", "last_name")  # which follow from a name, as it does from them
UNTOLD = ("uid", "external_id", "external_source")
# What is compared without regard to how it is written.
ALIKE: dict[str, Callable[[str], str]] = {"email": emails.key, "name": fold}
Key = tuple[str, ...]


class Way(NamedTuple):
    """A key that rows may have: what it is called, the comparing form of its first column, and its columns."""

    name: str
    alike: Callable[[str], str]
    places: tuple[int, ...]


@dataclass
class Together:
    """What the rows of a record say together, and the record's id where it stood when they were read."""

    record: int | None
    said: Row


@dataclass
class Found:
    """How many records have several rows, and in what these contradict each other."""

    records: int = 0
    rows: int = 0
    lines: list[str] = field(default_factory=list)
    differ: Counter[str] = field(default_factory=Counter)
    """Records by the header of what their rows say differently."""
    examples: dict[str, str] = field(default_factory=dict)
    beyond: int = 0
    """Rows that memory does not hold."""

    def add(self, plan: Plan, rows: Sequence[Row]) -> None:
        """Count the rows of a record."""
        self.records += 1
        self.rows += len(rows)
        if len(self.lines) < SHOWN:
            self.lines.append(" and ".join(f"{row.line:,}" for row in rows[: SHOWN + 1]))
        for column in plan.columns:
            told: dict[str, Row] = {}
            for row in rows:
                if (said := _said(row, column)) is not None:
                    told.setdefault(repr(said), row)
            if len(told) > 1:
                self.differ[column.header] += 1
                texts = [
                    f'"{(row.cells[column.at] or "").strip()}" in line {row.line:,}' for row in told.values()
                ]
                self.examples.setdefault(column.header, ", then ".join(texts[:SHOWN]))

    def notes(self, noun: str, *, first_alone: bool) -> list[str]:
        """What is to be said of it."""
        if not self.records:
            return []
        have = f"{fields.plural(noun)} have" if self.records > 1 else f"{noun} has"
        more = "; …" if self.records > len(self.lines) else ""
        first = f"{'; '.join(self.lines)}{more}"
        told = f"{self.records:,} {have} several rows in the file, {self.rows:,} together (lines {first})"
        stands = (
            "only the first one counts" if first_alone else "where they differ, what the last one says stands"
        )
        found = [f"{told}: {stands}"]
        differ = self.differ.most_common()
        for header, many in differ[:SHOWN]:
            what = fields.plural(noun) if many > 1 else noun
            found.append(f'rows of {many:,} {what} differ in "{header}": {self.examples[header]}')
        if further := [f'"{header}"' for header, _ in differ[SHOWN:]]:
            found.append(f"and rows of some differ in {', '.join(further)}")
        if self.beyond:
            found.append(
                f"{self.beyond:,} more rows have a key of others; they are taken one after the other"
            )
        return found


class Repeats:
    """The rows of one file that are about the same record."""

    def __init__(self, plan: Plan, table: Table, matching: Matching) -> None:
        self.plan, self.table, self.matching = plan, table, matching
        self.found = Found()
        self._ways = [] if table.kind == cards.KIND or is_log(plan) else _ways(plan)
        self._is_known = not self._ways
        self._together: dict[Key, list[Together]] = {}

    def unite(self, rows: Sequence[Row], found: Sequence[Before | None]) -> bool:
        """Let rows that found a record say what all of its rows say; whether there are such rows."""
        if not any(found):
            return False
        if not self._is_known:
            self._learn()
        changed = False
        together: dict[int, list[Row]] = {}
        for row, before in zip(rows, found, strict=True):
            if before is None or row.problem is not None or self.matching.is_merged(row, before):
                continue  # what another record was before it was merged says nothing more
            together.setdefault(before["id"], []).append(row)
            key = _keys(self._ways, row.cells)[:1] if self._together else []
            for each in self._together.get(key[0], ()) if key else ():
                if each.record in (None, before["id"]):
                    _take(row, each.said)
                    changed = True
        several = [some for some in together.values() if len(some) > 1]
        for some in several:
            self._join(some)
        return changed or bool(several)

    def _join(self, rows: Sequence[Row]) -> None:
        """Let rows that found one record although they share no key say the same."""
        self.found.add(self.plan, rows)
        said = _joined(rows, clears=self.plan.wishes.empty == "clear")
        for row in rows:
            _take(row, said)

    def _learn(self) -> None:
        """Read the file for rows that share a key, and put together what those of one record say."""
        self._is_known = True
        repeated = self._repeated()
        if not repeated:
            return
        lines: list[Line] = []
        for line in self.table.rows():
            if not repeated.isdisjoint(map(hash, _keys(self._ways, line[1]))):
                if len(lines) < HELD:
                    lines.append(line)
                else:
                    self.found.beyond += 1
        alike: dict[tuple[int | None, Key], list[Row]] = {}
        for start in range(0, len(lines), AT_ONCE):
            for row, before in self._looked_up(lines[start : start + AT_ONCE]):
                which = (before["id"], ()) if before else (None, self._key(row))
                alike.setdefault(which, []).append(row)
        for (record, _), rows in alike.items():
            if len(rows) > 1:
                self.found.add(self.plan, rows)
                together = Together(record, _joined(rows, clears=self.plan.wishes.empty == "clear"))
                for key in dict.fromkeys(map(self._key, rows)):
                    self._together.setdefault(key, []).append(together)

    def _repeated(self) -> set[int]:
        """The hashes of keys that may tell two rows to be about one record; two with keys of a program never are."""
        strong = [way for way in self._ways if way.name == "external_id"]
        weak = [way for way in self._ways if way.name != "external_id"]
        first, others = array("q"), array("q")
        keyed = 0
        for _, cells in self.table.rows():
            if keys := _keys(strong, cells):
                keyed += 1
            else:
                keys = _keys(weak, cells)
            first.extend(map(hash, keys))
        if 0 < keyed < len(first):
            for _, cells in self.table.rows():
                if _keys(strong, cells):
                    others.extend(map(hash, _keys(weak, cells)))
        return _repeated(first, others)

    def _looked_up(self, lines: Sequence[Line]) -> Iterator[tuple[Row, Before | None]]:
        """The rows that are sound and have a key, and the record that each finds."""
        rows = [row for row in read(self.plan, counted(self.plan, lines)) if row.problem is None]
        for row in rows:
            row.keys = self.matching.told(row)
        rows = [row for row in rows if row.keys]
        return (
            (row, before)
            for row, before in zip(rows, self.matching.find(rows), strict=True)
            if row.problem is None and not (before and self.matching.is_merged(row, before))
        )

    def _key(self, row: Row) -> Key:
        return _keys(self._ways, row.cells)[0]


def _ways(plan: Plan) -> list[Way]:
    """The columns of each key that a row can be told by, the strongest first."""
    wanted: list[tuple[str, ...]]
    if plan.own:
        wanted = [("uid",)]
    elif plan.wishes.match:
        wanted = [plan.wishes.match]
    elif plan.noun == "field":  # a name of one may be that of another noun's
        wanted = []
    else:
        keyed = ("external_id", *(each.name for each in plan.having("external_source")))
        wanted = [keyed, *((name,) for name in NAMING.get(plan.noun, ()))]
    held: dict[str, list[int]] = {}
    for column in plan.columns:
        held.setdefault(column.name, []).append(column.at)
    return [
        Way(names[0], ALIKE.get(names[0], str.strip), tuple(places))
        for names in wanted
        if held.keys() >= set(names)
        for places in product(*(held[name] for name in names))
    ]


def _keys(ways: Iterable[Way], cells: Cells) -> list[Key]:
    """The keys that are filled, the strongest first."""
    found: list[Key] = []
    for name, alike, places in ways:
        text = cells[places[0]]
        if not text or not (key := alike(text)):
            continue
        if len(places) > 1:
            found.append((name, key, *((cells[at] or "").strip() for at in places[1:])))
        elif name == "email" and PARTING.search(key):
            found += [(name, each) for part in PARTING.split(key) if (each := part.strip())]
        else:
            found.append((name, key))
    return found


def _repeated(numbers: Sequence[int], others: Sequence[int]) -> set[int]:
    """The numbers that come more than once, and those that come among others too."""
    parts = len(numbers) // PART + 1
    found: set[int] = set()
    for part in range(parts):
        some = [each for each in numbers if each % parts == part] if parts > 1 else numbers
        once = set(some)
        if len(once) < len(some):
            found |= {each for each, many in Counter(some).items() if many > 1}
        found |= once.intersection(others)
    return found


def _joined(rows: Sequence[Row], *, clears: bool) -> Row:
    """What the rows of a record say together; where empty cells clear, the last one says all."""
    said = Row(rows[-1].line, rows[-1].cells)
    for row in rows[-1:] if clears else rows:
        for column in PARTS_OF_NAME if row.values.get("name") else ("name",):
            if not row.values.keys().isdisjoint((*PARTS_OF_NAME, "name")):
                said.values.pop(column, None)
        said.values |= row.values
        said.custom |= row.custom
        said.names |= row.names
        said.parts |= row.parts
        said.stage = row.stage or said.stage
        said.entered |= row.entered | {
            name: _with(row.entered[name], said.entered.get(name))
            for each in ADDRESSES
            for name in (each, f"{each}s")
            if name in row.entered
        }
    return said


def _with(first: list[Any], others: list[Any] | None) -> list[Any]:
    """Addresses of a later row, then those of earlier ones, each once: the first is the primary one."""
    return [*first, *(each for each in others or () if each not in first)]


def _take(row: Row, said: Row) -> None:
    """Let a row say what its record's rows say, but for what tells whom it is about."""
    own = {name: row.values[name] for name in UNTOLD if name in row.values}
    row.values = {name: value for name, value in said.values.items() if name not in UNTOLD} | own
    row.custom, row.parts, row.stage = dict(said.custom), dict(said.parts), said.stage
    row.names, row.entered = dict(said.names), dict(said.entered)


def _said(row: Row, column: Column) -> Any:
    """What a row says in a column of which its record holds one value."""
    if column.role == "value" and column.name not in UNTOLD:
        return row.values.get(column.field.column or column.name)
    if column.role == "custom":
        return row.custom.get(column.name)
    if column.role in ("link", "key", "tax", "id"):
        return row.stage or None if column.field.to == "stage" else row.names.get(column.name)
    return None
