"""What a report is: one file in this folder, found by its name; adding a report adds a file and nothing else.

The first line of its docstring is its summary. In it stand
`NOUN`, whose filters choose what it is about (and `NOUNS`, where these are several); `DAY`, SQL over that noun's
view for the day that `--period` chooses by and that `--by month` cuts (empty: none); `COLUMNS`; `MEASURE`, the
column that a chart draws; `FORMULA`, what the figures mean and what they are divided by; and
`answer(asked) -> Rows`, its question. Beside these `BY`, what it is grouped by where nobody says; `GROUPS`, the
groups that it alone knows; `ways()`, all that it can be grouped by where that is not what its noun can; `OPTIONS`, its
own options, whose words `asked.option(name)` gives; `DEAR`, columns that a narrow window keeps; `TO_COME`, a column of
months, of which a person sees none that is over; `CHART`, `GRID`, `PARTS`, `STEPS`, `MEASURES`, see `crm_cli.drawing`.

A question begins with `asked.chosen(…)`, the records it is about, and selects `"group"` and `purse` first:
the group that a row falls into, and the currency or the rate of its amounts. Unlike currencies are never added.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from crm_cli import fields, segments
from crm_cli.asking import asof, figures, groups, instants
from crm_cli.asking.groups import Group, Place
from crm_cli.conditions import Asking
from crm_cli.config import Config
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.values import Reading

if TYPE_CHECKING:
    from fractions import Fraction


HERE = Path(__file__).parent
UNKNOWN = "?"  # the purse of an amount whose record has no rate
SAME = "="  # the purse of an amount that needs no rate
LISTED = 20  # ids that a note names


class Report(Protocol):
    """A report's file."""

    NOUN: str
    DAY: str
    COLUMNS: tuple[Field, ...]
    MEASURE: str
    FORMULA: str

    def answer(self, asked: "Asked") -> Rows:
        """Ask the store."""


class Choice(NamedTuple):
    """An option of one report: words of which one is said, else the first; without words it is said or not.

    With a `metavar` it takes any text, and is empty where nothing is said.
    """

    name: str
    help: str
    words: tuple[str, ...] = ()
    metavar: str = ""


class Purse(NamedTuple):
    """What the amounts of a row are in: their currency, and what one of them is worth in it."""

    currency: str | None
    factor: "int | Fraction" = 1


class Stage(NamedTuple):
    """A step of a pipeline."""

    id: int
    name: str
    pipeline: str
    position: int
    kind: str
    forecast_category: str | None
    rotten_days: int | None


@dataclass(repr=False, eq=False)
class Asked:
    """What was asked of a report, and what it found worth saying.

    `where` is a compiled filter over the noun's view; `since` and `until` are days, both included; `into` is
    the currency to convert to and `rate` one unit of it in the base currency. A report on several nouns compiles the
    filters `texts` for each by itself, with `asking`.
    """

    connection: sqlite3.Connection
    today: date
    report: Report
    where: tuple[str, list[Any]] = ("1", [])
    by: str | None = None
    since: str | None = None
    until: str | None = None
    into: str | None = None
    rate: str | None = None
    zone: str = ""
    working_hours: str = "09:00-17:00"
    rates: Callable[[str], str | None] = field(default=lambda _: None)
    """One unit of a currency in the base currency, where its record keeps no rate."""
    setting: Callable[[str], str] = field(default_factory=lambda: Config({}).get)
    """The value of a setting."""
    said: dict[str, str] = field(default_factory=dict)
    """The report's own options, by name; an option without words says `yes`."""
    notes: list[str] = field(default_factory=list)
    counts: list[str] | None = None
    parameters: list[Rows] = field(default_factory=list)
    """What was fitted to answer, where something was: a row for each set of parameters."""
    texts: list[str] = field(default_factory=list)
    asking: "Asking | None" = None
    _begun: str = ""
    _unknown: bool = False

    def __post_init__(self) -> None:
        """Let questions ask `local_day`, and group as the report does where nobody says."""
        self.by = self.by or getattr(self.report, "BY", None)
        self.connection.create_function("local_day", 1, instants.days(self.zone), deterministic=True)

    @cached_property
    def group(self) -> Group:
        """What is grouped by."""
        own, about = getattr(self.report, "GROUPS", {}), fields.noun(self.report.NOUN)
        if self.by == "segment" and self.by not in own and segments.belongs(about):
            segments.spread(about, self.asking or Asking(self.connection, Reading(today=self.today)))
            return groups.by_segment()
        return groups.find(self.connection, self.report.NOUN, self.by, self.report.DAY, own)

    @cached_property
    def stages(self) -> dict[int, Stage]:
        """Every stage by id, in the order of the pipelines."""
        question = (
            "SELECT id, name, pipeline, position, kind, forecast_category, rotten_days FROM stages "
            "ORDER BY pipeline_id, position"
        )
        return {row[0]: Stage(*row) for row in self.connection.execute(question)}

    def chosen(self, columns: Sequence[str], condition: str = "1", *, dated: bool = True) -> str:
        """The beginning of a question: `chosen`, the records asked about, with `id`, the columns, group and purse.

        Its own values are ?1 today, ?2 since, ?3 until, ?4 the currency to convert to, ?5 what `ask` is given.
        `dated` is whether the period is held against the report's day here.
        """
        names = ", ".join(("id", *columns))
        listed = ", ".join(f"picked.{name}" for name in ("id", *columns))
        key = "NULL" if self.group.period and not dated else self.group.key
        picked = (
            f'  SELECT {names}, {key} AS "group", {self._purse()} AS purse\n'
            f"  FROM {fields.plural(self.report.NOUN)}\n"
            f"  WHERE ({self.where[0]})\n    AND {condition}{self.within(self.report.DAY) if dated else ''})"
        )
        values = "WITH asked(today, since, until, currency, more) AS (VALUES (?1, ?2, ?3, ?4, ?5))"
        if self.report.NOUN == "deal" and (then := asof.deals(self.connection, self.today)):
            values += f",\n{then}"
        if self.group.spread:
            split = listed.replace("picked.amount", "split_amount(amount, net, whole, products)")
            self.connection.create_function("split_amount", 4, figures.split, deterministic=True)
            self._begun = (
                f"{values},\npicked AS (\n{picked}{self.group.spread.format(columns=listed, split=split)}"
            )
        else:
            self._begun = f"{values},\nchosen AS (\n{picked}"
        return self._begun

    def within(self, day: str) -> str:
        """The condition, beginning with AND, that a day lies in the period; nothing where all time is asked for."""
        if (self.since or self.until) and not day:
            raise InvalidError("this report knows no period; leave out --period, --since and --until")
        first = f"\n    AND {day} >= ?2" if self.since else ""
        return first + (f"\n    AND {day} <= ?3" if self.until else "")

    def during(self, instant: str) -> str:
        """The condition that an instant lies in the period, and not after the day that is asked about."""
        return instants.within(instant, self.since, min(self.until or "9", self.today.isoformat()), self.zone)

    def until_then(self, instant: str) -> str:
        """The condition that an instant lies before the end of the period, and not after that day."""
        return instants.within(instant, None, min(self.until or "9", self.today.isoformat()), self.zone)

    def purse(self, currency: str, rate: str | None = None) -> Purse | None:
        """What an amount is in that is not the chosen records' own; None where no rate is known to convert it with."""
        if not self.into or currency == self.into:
            return Purse(currency)
        known = rate or self.rates(currency)
        return self._opened(known) if known else None

    def period_of(self, day: str) -> str:
        """The SQL of the group that another day than the report's own falls into; else of the record's group."""
        # The plus keeps the question from walking an index of the group through the whole table.
        group = self.group
        return group.key.replace(self.report.DAY, day) if group.period else '+"group"'

    def option(self, name: str) -> str:
        """What is said of an option of the report's own: one of its words; of one without words `yes` or nothing.

        Raises:
            InvalidError: a word that the option does not know; names the nearest.
        """
        known: tuple[Choice, ...] = getattr(self.report, "OPTIONS", ())
        words = next(each.words for each in known if each.name == name)
        word = self.said.get(name) or (words[0] if words else "")
        if words and word not in words:
            raise fields.nearest(word, list(words), f"word of --{name}")
        return word

    def day(self, name: str) -> date:
        """The day that an option of the report's own names, else the one that is asked about.

        Raises:
            InvalidError: it is no day.
        """
        text = self.option(name)
        if not text:
            return self.today
        from crm_cli import values

        how = self.asking.reading if self.asking else values.Reading(today=self.today)
        try:
            return date.fromisoformat(str(values.read("day", text, how)))
        except InvalidError as error:
            raise InvalidError(f"--{name}: {error}") from None

    def ask(self, question: str, more: str | None = None) -> Iterator[tuple[Place, Purse, tuple[Any, ...]]]:
        """The rows of a question: the group, the purse, and what follows them.

        Raises:
            InvalidError: a sum is beyond what a store can hold.
        """
        values = [self.today.isoformat(), self.since, self.until, self.into, more, *self.where[1]]
        try:
            rows = self.connection.execute(question, values).fetchall()
        except sqlite3.OperationalError as error:
            if "integer overflow" not in str(error):
                raise
            raise InvalidError("the amounts are too large to be added up; ask about fewer records") from error
        places = self.group.places(self.connection, {row[0] for row in rows})
        purses = {purse: self._opened(purse) for purse in {row[1] for row in rows}}
        for row in rows:
            purse = purses[row[1]]
            if purse:
                yield places[row[0]], purse, row[2:]

    def table(self, rows: Iterable[tuple[Place, Sequence[Any]]]) -> Rows:
        """The answer, the group first and named after itself, be it a column of the report or one more."""
        columns, group = list(self.report.COLUMNS), self.group
        names = [each.name for each in columns]
        dear: tuple[str, ...] = getattr(self.report, "DEAR", ())
        if not group.name:
            return Rows(columns, [tuple(row) for _, row in rows], self._said(), dear=dear)
        if group.name in names:
            at = names.index(group.name)
            columns.insert(0, columns.pop(at))
            made = [(row[at], *row[:at], *row[at + 1 :]) for _, row in rows]
            return Rows(columns, made, self._said(), dear=dear)
        made = [(place.label, *row, *([place.id] if group.record else [])) for place, row in rows]
        first = Field(group.name, group.kind, "What is grouped by")
        last = [Field(f"{group.name.replace('.', '_')}_id", "id", "Its id")] if group.record else []
        return Rows([first, *columns, *last], made, self._said(), dear=dear)

    def explain(self, counts: Iterable[str]) -> None:
        """Say what the figures were divided by, where somebody wants to know."""
        if self.counts is not None:
            self.counts += counts

    def _purse(self) -> str:
        told = (each.name for each in self.report.COLUMNS)
        if "currency" not in told or "currency" not in fields.noun(self.report.NOUN).columns:
            return "NULL"
        if not self.into:
            return "currency"
        if "rate" not in fields.noun(self.report.NOUN).columns:
            return f"'{SAME}'"
        return f"CASE WHEN currency = ?4 OR amount IS NULL THEN '{SAME}' ELSE coalesce(rate, '{UNKNOWN}') END"

    def _opened(self, purse: Any) -> Purse | None:
        if not self.into:
            return Purse(purse)
        if purse == UNKNOWN:
            self._unknown = True
            return None
        if purse in (SAME, None):
            return Purse(self.into)
        from fractions import Fraction

        return Purse(self.into, Fraction(purse) / Fraction(self.rate or "1"))

    def _said(self) -> list[str]:
        if self._unknown:
            question = f"{self._begun}\nSELECT DISTINCT id FROM chosen WHERE purse = '{UNKNOWN}' ORDER BY id"
            values = [self.today.isoformat(), self.since, self.until, self.into, None, *self.where[1]]
            ids = [str(row[0]) for row in self.connection.execute(question, values)]
            named = ", ".join(ids[:LISTED]) + (" …" if len(ids) > LISTED else "")
            self.notes.append(
                f"left out, having no rate to convert with: {len(ids)} ({self.report.NOUN} {named})"
            )
        return self.notes


def names() -> list[str]:
    """Every report, by the name of its file."""
    return sorted(path.stem.replace("_", "-") for path in HERE.glob("[a-z]*.py"))


def summary(name: str) -> str:
    """The first line of a report's docstring, read without loading it; of one of the user's own, its help."""
    path = HERE / f"{name.replace('-', '_')}.py"
    if not path.exists():
        from crm_cli.asking import own_reports

        return own_reports.summary(name)
    with path.open(encoding="utf-8") as file:
        return file.readline().strip().strip('"')


def load(name: str) -> Report:
    """The report called `name`.

    Raises:
        InvalidError: there is none; names the nearest.
    """
    known = names()
    if name not in known:
        from crm_cli.asking import own_reports

        own = own_reports.names()
        if name not in own or own_reports.is_saved(name):
            raise fields.nearest(name, [*known, *own], "report")
        return cast("Report", own_reports.load(name))
    return cast("Report", import_module(f"crm_cli.reports.{name.replace('-', '_')}"))


def explain(asked: Asked) -> list[str]:
    """What a report's figures mean: its formula, the counts they come from, the questions with their values."""
    asked.counts, questions = [], list[str]()
    asked.connection.set_trace_callback(questions.append)
    try:
        notes = asked.report.answer(asked).notes
    finally:
        asked.connection.set_trace_callback(None)
    large = [each + ";" for each in questions if each.startswith("WITH")]
    return [*asked.report.FORMULA.strip().splitlines(), "", *asked.counts, *notes, "", *large]
