"""Many new records of a noun at once, column by column: the way of an import's rows that are plainly new.

They meet the rules of drafts: what a noun's module says in `prepare` of drafts it says in `prepare_columns` of
columns, by the same functions of values, and a test holds that either way makes the same store. Nothing is made for a
record but what is stored of it, which takes a third less processor time than drafts do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, NamedTuple

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.rules import records, words
from crm_cli.values.folding import fold


class Entered(NamedTuple):
    """Addresses as they were entered, one a record at most, of which none is kept although it is wrong."""

    texts: list[str | None]
    kind: str | None


class Parts(NamedTuple):
    """The parts of one kind that the records have: whose each of them is, by place, and their columns."""

    places: list[int]
    columns: dict[str, Sequence[Any]]
    same: dict[str, Any]
    """What is the same in all of them."""


@dataclass(slots=True)
class Fresh:
    """New records that another program made: so many, their values by column, an entry a record, and their parts.

    Nobody here has one of their e-mail addresses, and no two of them have the same.
    """

    count: int
    columns: dict[str, Sequence[Any]]
    same: dict[str, Any]
    """By column what is the same in all of them."""
    entered: dict[str, Entered] = field(default_factory=dict)
    parts: dict[str, Parts] = field(default_factory=dict)

    def column(self, name: str) -> Sequence[Any]:
        """The values of a column, None for each record where there is none."""
        return self.columns.get(name) or [self.same.get(name)] * self.count

    def texts(self, name: str) -> Sequence[str | None]:
        """The addresses that were entered for a field."""
        return self.entered[name].texts if name in self.entered else [None] * self.count


def is_known(noun: str) -> bool:
    """Whether the rules of a noun are told of columns too."""
    rule = records.rule_of(noun)
    return hasattr(rule, "prepare_columns") and not hasattr(rule, "settle")


def write(change: Change, noun: str, fresh: Fresh, *, meanwhile: Callable[[], object] | None = None) -> range:
    """Write new records; returns their ids.

    `meanwhile` is called when the rows are ready and the store has work that another thread can use.
    """
    about = fields.noun(noun)
    import_module(f"crm_cli.rules.{noun}").prepare_columns(change, fresh)
    for column, value in (records.defaults(change, noun) | about.only).items():
        if told := fresh.columns.get(column):
            fresh.columns[column] = [value if each is None else each for each in told]
        else:
            fresh.same.setdefault(column, value)
    first = change.next_id(about.table)
    ids = range(first, first + fresh.count)
    fresh.columns |= {"id": ids, "uid": records.uids(fresh.count)}
    fresh.same = {column: value for column, value in fresh.same.items() if column not in fresh.columns}
    _fold(about, fresh)
    if meanwhile:
        meanwhile()
    _put(change, about.table, fresh.columns, fresh.same)
    for name, part in fresh.parts.items():
        table = about.parts[name]
        following = change.next_id(table)
        numbers = range(following, following + len(part.places))
        owners = [first + place for place in part.places]
        _put(change, table, {"id": numbers, f"{about.table}_id": owners, **part.columns}, part.same)
    return ids


def _put(change: Change, table: str, columns: dict[str, Sequence[Any]], same: dict[str, Any]) -> None:
    rows = list(zip(*columns.values(), strict=True))
    records.put(change, table, list(columns), rows, columns["id"], same)


def _fold(about: fields.Noun, fresh: Fresh) -> None:
    """Set the folded names and the search texts."""
    more: list[list[str]] = [[] for _ in range(fresh.count)]
    for name, part in fresh.parts.items():
        said = words.said_by(about.parts[name])
        for place, value, key in zip(part.places, part.columns["value"], part.columns["key"], strict=True):
            more[place] += (value, *said(key))
    known = fresh.columns.keys() | fresh.same.keys()
    searched = [fresh.column(name) for name in records.searched_columns(about.name) if name in known]
    fresh.columns["name_key"] = list(map(fold, fresh.column(about.label)))
    fresh.columns["folded"] = [
        fold(" ".join([*filter(None, text), *sorted(set(beside))]))
        for *text, beside in zip(*searched, more, strict=True)
    ]
