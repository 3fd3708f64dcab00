"""One column against one value, by the kind of the column: words folded, numbers and days in ranges.

The conditions that filters are made of. Names come from the schema; values are always bound.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from crm_cli import fields, values
from crm_cli.errors import CrmError, InvalidError
from crm_cli.fields import Field, Noun
from crm_cli.values import Reading
from crm_cli.values.folding import fold

_NUMBERS = frozenset(("integer", "decimal", "percent", "money", "price", "id"))
_LAST_DAY = "9999-12-31"
_UNWORDED = _NUMBERS | {"boolean", "about"}


@dataclass(repr=False, eq=False)
class Asking:
    """What a filter depends on: the store, how values are read, who `me` is, the first day of the week.

    `within` are the segments whose filters it is part of.
    """

    connection: sqlite3.Connection
    reading: Reading
    me: str = ""
    week_start: int = 0
    within: tuple[int, ...] = ()


Where = tuple[str, list[Any]]


class Place(NamedTuple):
    """Where a column stands: the noun, the column, and the part or view when not the noun's own view."""

    noun: Noun
    each: Field
    part: str = ""

    @property
    def name(self) -> str:
        """The column as SQL names it here."""
        return f'"{self.each.column}"' if self.part and self.each.column else f'"{self.each.name}"'


def condition(place: Place, op: str, text: str, asking: Asking) -> Where:
    """The condition that a column makes with one value; `op` is none of the negated ones.

    Raises:
        InvalidError: no value of this kind, or an operator that does not go with it.
    """
    kind = place.each.kind
    if place.each.custom:
        return _custom(place, op, text, asking)
    if text == "" and op == "=":
        return f"{place.name} IS NULL OR {place.name} IN ('', '[]')", []
    if text == "" and op != "~":
        raise InvalidError(f"{op} needs a value; {place.each.name}= finds the empty ones")
    if op == "~" and kind not in _UNWORDED:
        return _contains(place, text)
    if kind.startswith("ref:"):
        return _reference(place, op, text, asking)
    if kind == "about":
        return _about(place, op, text, asking)
    if kind in ("day", "instant"):
        return _span(place, op, text, asking)
    if kind in _NUMBERS:
        return _range(place, op, text, asking)
    if kind in ("tags", "list"):
        return _member(place, op, text)
    return _same(place, op, text, asking)


def _contains(place: Place, text: str) -> Where:
    """Folded containment: first in the search text of the record, which is one look, then in the column."""
    needle = fold(text)
    if place.each.kind in ("tags", "list"):
        return f"EXISTS (SELECT 1 FROM json_each({place.name}) WHERE instr(fold(value), ?))", [needle]
    if place.part or not place.each.is_searched:
        return f"instr(fold({place.name}), ?)", [needle]
    column = f'"{place.each.column}"'
    sql = f'SELECT id FROM "{place.noun.table}" WHERE instr(folded, ?) AND instr(fold({column}), ?)'
    return f"id IN ({sql})", [needle, needle]


def _same(place: Place, op: str, text: str, asking: Asking) -> Where:
    each = place.each
    _only(op, ("=",), each)
    if each.kind in ("choice", "boolean", "currency"):
        return f"{place.name} = ?", [values.read(each.kind, text, asking.reading, each.choices() or None)]
    if each.kind in ("country", "open"):
        known = values.read(each.kind, text, asking.reading, each.choices() or None)
        return f"{place.name} = ? OR fold({place.name}) = ?", [known, fold(text)]
    if each.name == place.noun.label == "name" and not place.part and place.noun.named:
        return f'id IN (SELECT id FROM "{place.noun.table}" WHERE name_key = ?)', [fold(text)]
    if each.name == "uid":
        return f"{place.name} IN (?, ?)", [text, fold(text)]
    return _equal(place, fold(text), asking)


def _equal(place: Place, folded: str, asking: Asking) -> Where:
    """Folded equality: first among the records in which the search index finds the words in this order."""
    exact = f"fold({place.name}) = ?"
    keyed = place.part and place.each.name == "value" and "key" in fields.part(place.part)
    if not keyed and (place.part or not place.each.is_searched):
        return exact, [folded]
    if "\0" in folded or not any(letter.isascii() and letter.isalnum() for letter in folded):
        return exact, [folded]  # nothing that is surely a word to the index
    if not _is_indexed(asking.connection, place.noun.table):
        return exact, [folded]
    owner = f"{place.noun.table}_id" if keyed else "id"
    found = f"{owner} IN (SELECT rowid / 64 FROM search WHERE search MATCH ? AND rowid % 64 = ?)"
    phrase = folded.replace('"', '""')
    return f"{found} AND {exact}", [f'"{phrase}"', place.noun.number, folded]


def _is_indexed(connection: sqlite3.Connection, table: str) -> bool:
    """Whether the search index holds what a table does: not amid a change, nor in a copy that is changed."""
    if connection.in_transaction:
        return False
    kept = (
        "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = 'search_insert_' || ?)"
    )
    return bool(connection.execute(kept, (table,)).fetchone()[0])


def _member(place: Place, op: str, text: str) -> Where:
    _only(op, ("=",), place.each)
    word = " ".join(text.split())
    if place.each.kind == "tags":
        return f"EXISTS (SELECT 1 FROM json_each({place.name}) WHERE value = ?)", [word.casefold()]
    return f"EXISTS (SELECT 1 FROM json_each({place.name}) WHERE fold(value) = ?)", [fold(word)]


def _range(place: Place, op: str, text: str, asking: Asking) -> Where:
    read = _reader(place.each, asking)
    _only(op, ("=", "<", "<=", ">", ">="), place.each)
    if ".." in text and op == "=":
        low, high = (part.strip() for part in text.split("..", 1))
        if not low and not high:
            raise InvalidError("a range needs an end; write 5000.. or ..5000")
        bounds = [(">=", read(low))] * bool(low) + [("<=", read(high))] * bool(high)
        if bounds[0][1] > bounds[-1][1]:
            raise InvalidError("the range ends before it begins; write the smaller number first")
        return " AND ".join(f"{place.name} {sign} ?" for sign, _ in bounds), [end for _, end in bounds]
    return f"{place.name} {op} ?", [read(text)]


def _reader(each: Field, asking: Asking) -> Callable[[str], Any]:
    kind = "integer" if each.kind == "id" else each.kind
    return lambda text: values.read(kind, text, asking.reading, each.choices() or None)


def _span(place: Place, op: str, text: str, asking: Asking) -> Where:
    """Days and instants: a word may be a whole period, whose first or last day the operator takes."""
    low, after = instants(text, asking) if place.each.kind == "instant" else _days(text, asking)
    chosen = {
        "=": [(">=", low), ("<", after)],
        "<": [("<", low)],
        "<=": [("<", after)],
        ">": [(">=", after)],
        ">=": [(">=", low)],
    }[op]
    bounds = [(sign, end) for sign, end in chosen if end]
    return " AND ".join(f"{place.name} {sign} ?" for sign, _ in bounds) or "1", [end for _, end in bounds]


def _days(text: str, asking: Asking) -> tuple[str | None, str | None]:
    """The first day of a span and the day after its last."""
    from crm_cli.values import dates

    how = asking.reading
    first, last = dates.period(text, today=how.today, week_start=asking.week_start, order=how.date_order)
    return first, dates.next_day(last) if last and last < _LAST_DAY else None


def instants(text: str, asking: Asking) -> tuple[str | None, str | None]:
    """The first instant of a span and the first after it; a time of day is one second of its day."""
    start, dots, end = text.partition("..")
    if dots:
        low = instants(start, asking)[0] if start else None
        after = instants(end, asking)[1] if end else None
        if (not start and not end) or (low and after and low >= after):
            raise InvalidError("the range has no end, or ends before it begins; write the earlier time first")
        return low, after
    from crm_cli.values import dates

    how = asking.reading
    read = partial(dates.parse_instant, zone=how.zone, today=how.today, order=how.date_order)
    if dates.has_time(text):
        return read(text), dates.next_second(read(text))
    first, after = _days(text, asking)
    return first and read(first), after and read(after)


def _reference(place: Place, op: str, text: str, asking: Asking) -> Where:
    """A reference by id, external id, folded name or code; one that nothing bears is an error, not an empty list."""
    each, to = place.each, place.each.to or ""
    _only(op, ("=",), each)
    if to == "user" and text == "me":
        text = asking.me
        if not text:
            raise InvalidError("`me` is nobody yet; say who with `crm config set me NAME`")
        ids = _ids(to, text, asking)
    else:
        ids = _ids(to, text, asking) or _coded(to, text, asking)
        if not ids:
            raise _no_such(to, text, asking.connection)
    marks = ", ".join("?" * len(ids))
    if each.column:
        return f'"{each.column}" IN ({marks})', ids
    return f'{place.name} IN (SELECT name FROM "{to}" WHERE id IN ({marks}))', ids


def _about(place: Place, op: str, text: str, asking: Asking) -> Where:
    """What an activity is about, by any reference."""
    from crm_cli import refs

    _only(op, ("=",), place.each)
    try:
        noun, record_id = refs.anywhere(asking.connection, text, refs.ABOUT, asking.reading.country)
    except CrmError as error:
        raise InvalidError(str(error)) from None
    return "id IN (SELECT activity_id FROM activity_about WHERE noun = ? AND record_id = ?)", [
        noun,
        record_id,
    ]


def _ids(to: str, text: str, asking: Asking) -> list[Any]:
    if text.isdecimal():
        question, value = f'SELECT id FROM "{to}" WHERE id = ?', text
    elif text.startswith("ext:") and to != "stage":
        question, value = f'SELECT id FROM "{to}" WHERE external_id = ?', text[4:]
    elif to != "stage" and not fields.noun(to).named:
        question, value = f'SELECT id FROM "{to}" WHERE fold("{fields.noun(to).label}") = ?', fold(text)
    else:
        question, value = f'SELECT id FROM "{to}" WHERE name_key = ?', fold(text)
    return [row[0] for row in asking.connection.execute(question, (value,))]


def _coded(to: str, text: str, asking: Asking) -> list[Any]:
    from crm_cli.refs import by_code

    return [*by_code(asking.connection, to, text)]


def _no_such(to: str, text: str, connection: sqlite3.Connection) -> InvalidError:
    from crm_cli.refs import like

    near = like(connection, to, text)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    return InvalidError(f"there is no {to} {text!r}{hint}")


def _custom(place: Place, op: str, text: str, asking: Asking) -> Where:
    """A custom field lives in the record's JSON; it is compared there by its own kind."""
    each, noun = place.each, place.noun
    bare = each._replace(custom=False)
    held = Place(noun, bare, "custom")
    where, bound = condition(held, op, text, asking)
    inner = where.replace(held.name, fields.custom_value(each.name))
    return f'id IN (SELECT id FROM "{noun.table}" WHERE {inner})', bound


def _only(op: str, allowed: tuple[str, ...], each: Field) -> None:
    if op not in allowed:
        other = "= or a range" if "<" in allowed else "=" if each.kind in _UNWORDED else "= or ~"
        raise InvalidError(f"{op} does not go with {each.name}; use {other}")
