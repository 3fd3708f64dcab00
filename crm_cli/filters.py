"""The filter grammar: `stage=proposal amount=5000.. company.industry=retail` → a checked, bound WHERE.

`FIELD OP VALUE` with OP one of `= != ~ !~ < <= > >=`; commas mean any of, `A..B` a closed range, an empty value
means empty, quotes inside a value protect a comma. A related field compiles to `IN (SELECT …)`, which the
indexes answer; words are compared folded. Names are checked against the schema and values are always bound.
"""

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from crm_cli import dates, fields, values
from crm_cli.errors import InvalidError
from crm_cli.fields import Field, Noun
from crm_cli.folding import fold
from crm_cli.values import Reading

_FILTER = re.compile(r"([A-Za-z_][\w.]*)(!=|!~|<=|>=|=|~|<|>)(.*)", re.DOTALL)
_NUMBERS = frozenset(("integer", "decimal", "percent", "money", "id"))
_ALIASES = {"tag": "tags"}
# Kinds whose words are part of the search text, so that a look there goes before the exact one.
_SEARCHED = frozenset(("text", "long", "email", "phone", "url", "open", "list"))


@dataclass
class Asking:
    """What a filter depends on: the store, how values are read, who `me` is, the first day of the week."""

    connection: sqlite3.Connection
    reading: Reading
    me: str = ""
    week_start: int = 0


Where = tuple[str, list[Any]]


def split(text: str) -> tuple[str, str, str] | None:
    """The field, operator and value of a filter, None when the text has not the form of one."""
    found = _FILTER.fullmatch(text)
    return (found[1].lower(), found[2], found[3]) if found else None


def is_filter(noun: Noun, text: str, known: dict[str, Field]) -> bool:
    """Whether an argument begins with a known field and an operator; any other is a reference."""
    found = split(text)
    if not found:
        return False
    head = found[0].partition(".")[0]
    head = _ALIASES.get(head, head)
    return head in noun.columns or head in noun.fields or head in known or "@" not in text


def where(noun: Noun, texts: list[str], asking: Asking) -> Where:
    """The WHERE that all the filters make, over the noun's view; `1` when there are none.

    Raises:
        InvalidError: an unknown field or value, with the nearest valid ones.
    """
    custom = fields.custom(asking.connection, noun.name)
    made = [_one(noun, text, asking, custom) for text in texts]
    sql = " AND ".join(f"({condition})" for condition, _ in made) or "1"
    return sql, [value for _, bound in made for value in bound]


def _one(noun: Noun, text: str, asking: Asking, custom: dict[str, Field]) -> Where:
    found = split(text)
    if not found:
        raise InvalidError(f"{text!r} is not a filter; write FIELD=VALUE, such as owner=me")
    name, op, value = found
    try:
        return _path(noun, name.split("."), op, value, asking, custom)
    except InvalidError as error:
        raise InvalidError(f"filter {text!r}: {error}") from None


def _path(
    noun: Noun, path: list[str], op: str, value: str, asking: Asking, custom: dict[str, Field]
) -> Where:
    """A filter on a column of the noun or, along a path, on one of a related record."""
    head = _ALIASES.get(path[0], path[0])
    each = noun.columns.get(head) or noun.fields.get(head) or custom.get(head)
    if each is None:
        raise fields.nearest(head, [*noun.columns, *custom], f"field of {noun.name}")
    if each.path:
        return _path(noun, [*each.path.split("."), *path[1:]], op, value, asking, custom)
    if len(path) > 1:
        return _related(noun, each, path[1:], op, value, asking)
    return _leaf(_Place(noun, each), op, value, asking)


def _related(noun: Noun, each: Field, rest: list[str], op: str, value: str, asking: Asking) -> Where:
    to = each.to
    if each.kind.startswith("parts:") and to:
        part = fields.part(to)
        inner = part.get(rest[0])
        if inner is None:
            raise fields.nearest(rest[0], list(part), f"field of {each.name}")
        positive, negated = _positive(op)
        where, bound = _leaf(_Place(noun, inner, to), positive, value, asking)
        inside = f"id IN (SELECT {noun.table}_id FROM {to} WHERE {where})"
        if value == "" and positive == "=":
            inside, bound = f"id NOT IN (SELECT {noun.table}_id FROM {to})", []
        return (f"NOT ({inside})" if negated else inside), bound
    if each.kind.startswith("ref:") and to and each.column:
        if to == "stage":
            where, bound = _leaf(_Place(noun, _stage_field(rest[0]), "stages"), op, value, asking)
            return f'"{each.column}" IN (SELECT id FROM stages WHERE {where})', bound
        other = fields.noun(to)
        where, bound = _path(other, rest, op, value, asking, fields.custom(asking.connection, to))
        if op == "!=" or (op == "=" and not value):  # those that have no such record are included
            return (
                f'("{each.column}" IS NULL OR "{each.column}" IN (SELECT id FROM {other.view} WHERE {where}))',
                bound,
            )
        return f'"{each.column}" IN (SELECT id FROM {other.view} WHERE {where})', bound
    raise InvalidError(f"{each.name} has no fields of its own")


def _stage_field(name: str) -> Field:
    part = fields.part("stage")
    if name not in part:
        raise fields.nearest(name, list(part), "field of stage")
    return part[name]


@dataclass
class _Place:
    """Where a column stands: the noun, the column, and the part or view when not the noun's own view."""

    noun: Noun
    each: Field
    part: str = ""

    @property
    def name(self) -> str:
        return f'"{self.each.column}"' if self.part and self.each.column else f'"{self.each.name}"'


def _positive(op: str) -> tuple[str, bool]:
    return {"!=": ("=", True), "!~": ("~", True)}.get(op, (op, False))


def _leaf(place: _Place, op: str, text: str, asking: Asking) -> Where:
    """A filter on one column: any of the comma-separated values; `!=` and `!~` include empty ones."""
    positive, negated = _positive(op)
    alternatives = [_alternative(place, positive, value, asking) for value in commas(text)]
    sql = " OR ".join(f"({where})" for where, _ in alternatives)
    bound = [value for _, each in alternatives for value in each]
    return (f"({sql}) IS NOT TRUE" if negated else sql), bound


def commas(text: str) -> list[str]:
    """The values between commas; quotes protect a comma, a doubled or escaped quote is itself."""
    parts, current, quote = [], "", ""
    for letter in text:
        if quote:
            if letter == quote:
                quote = ""
            else:
                current += letter
        elif letter in "\"'" and not current:
            quote = letter
        elif letter == ",":
            parts.append(current.strip())
            current = ""
        else:
            current += letter
    return [*parts, (quote if quote and not current else "") + current.strip()]


def _alternative(place: _Place, op: str, text: str, asking: Asking) -> Where:
    kind = place.each.kind
    if place.each.custom:
        return _custom(place, op, text, asking)
    if text == "" and op == "=":
        return f"{place.name} IS NULL OR {place.name} IN ('', '[]')", []
    if op == "~":
        return _contains(place, text)
    if kind.startswith("ref:"):
        return _reference(place, op, text, asking)
    if kind in ("day", "instant"):
        return _span(place, op, text, asking)
    if kind in _NUMBERS or (".." in text and kind not in ("text", "long")):
        return _range(place, op, text, asking)
    if kind in ("tags", "list"):
        return _member(place, op, text)
    return _same(place, op, text, asking)


def _contains(place: _Place, text: str) -> Where:
    """Folded containment: first in the search text of the record, which is one look, then in the column."""
    needle = fold(text)
    if place.part or place.each.kind not in _SEARCHED or not place.each.column:
        return f"instr(fold({place.name}), ?)", [needle]
    column = f'"{place.each.column}"'
    sql = f'SELECT id FROM "{place.noun.table}" WHERE instr(folded, ?) AND instr(fold({column}), ?)'
    return f"id IN ({sql})", [needle, needle]


def _same(place: _Place, op: str, text: str, asking: Asking) -> Where:
    each = place.each
    _only(op, ("=",), each)
    if each.kind in ("choice", "boolean", "currency"):
        return f"{place.name} = ?", [values.read(each.kind, text, asking.reading, each.choices() or None)]
    if each.kind in ("country", "open"):
        known = values.read(each.kind, text, asking.reading, each.choices() or None)
        return f"{place.name} = ? OR fold({place.name}) = ?", [known, fold(text)]
    if each.name == "name" and not place.part and "name" in place.noun.fields:
        return f'id IN (SELECT id FROM "{place.noun.table}" WHERE name_key = ?)', [fold(text)]
    return f"fold({place.name}) = ?", [fold(text)]


def _member(place: _Place, op: str, text: str) -> Where:
    _only(op, ("=",), place.each)
    word = " ".join(text.split())
    if place.each.kind == "tags":
        return f"EXISTS (SELECT 1 FROM json_each({place.name}) WHERE value = ?)", [word.casefold()]
    return f"EXISTS (SELECT 1 FROM json_each({place.name}) WHERE fold(value) = ?)", [fold(word)]


def _range(place: _Place, op: str, text: str, asking: Asking) -> Where:
    read = _reader(place.each, asking)
    if ".." in text and op == "=":
        low, high = (part.strip() for part in text.split("..", 1))
        if not low and not high:
            raise InvalidError("a range needs an end; write 5000.. or ..5000")
        bounds = [(">=", low)] * bool(low) + [("<=", high)] * bool(high)
        return " AND ".join(f"{place.name} {sign} ?" for sign, _ in bounds), [read(end) for _, end in bounds]
    return f"{place.name} {op} ?", [read(text)]


def _reader(each: Field, asking: Asking) -> Callable[[str], Any]:
    kind = "integer" if each.kind == "id" else each.kind
    return lambda text: values.read(kind, text, asking.reading, each.choices() or None)


def _span(place: _Place, op: str, text: str, asking: Asking) -> Where:
    """Days and instants: a word may be a whole period, whose first or last day the operator takes."""
    first, last = dates.period(text, today=asking.reading.today, week_start=asking.week_start)
    low, high, after = first, last, "<="
    if place.each.kind == "instant":
        zone, day = asking.reading.zone, asking.reading.today
        low = first and dates.parse_instant(first, zone=zone, today=day)
        high = last and dates.parse_instant(dates.next_day(last), zone=zone, today=day)
        after = "<"
    before = {"<=": "<", "<": "<="}[after]
    chosen = {
        "=": [(">=", low), (after, high)],
        "<": [("<", low)],
        "<=": [(after, high)],
        ">": [(">" if before == "<" else ">=", high)],
        ">=": [(">=", low)],
    }[op]
    bounds = [(sign, end) for sign, end in chosen if end]
    return " AND ".join(f"{place.name} {sign} ?" for sign, _ in bounds), [end for _, end in bounds]


def _reference(place: _Place, op: str, text: str, asking: Asking) -> Where:
    """A reference by id, external id or folded name; a name that nothing bears is an error, not an empty list."""
    each, to = place.each, place.each.to or ""
    _only(op, ("=",), each)
    ids = _ids(to, text, asking)
    if not ids:
        raise _no_such(to, text, asking.connection)
    if each.column:
        return f'"{each.column}" IN ({", ".join("?" * len(ids))})', ids
    names = f'SELECT name FROM "{to}" WHERE id IN ({", ".join("?" * len(ids))})'
    return f"{place.name} IN ({names})", ids


def _ids(to: str, text: str, asking: Asking) -> list[Any]:
    if text == "me":
        text = asking.me
    if text.isdecimal():
        return [int(text)]
    if text.startswith("ext:") and to != "stage":
        question, value = f'SELECT id FROM "{to}" WHERE external_id = ?', text[4:]
    else:
        question, value = f'SELECT id FROM "{to}" WHERE name_key = ?', fold(text)
    return [row[0] for row in asking.connection.execute(question, (value,))]


def _no_such(to: str, text: str, connection: sqlite3.Connection) -> InvalidError:
    from crm_cli.refs import like

    near = like(connection, to, text)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    return InvalidError(f"there is no {to} {text!r}{hint}")


def _custom(place: _Place, op: str, text: str, asking: Asking) -> Where:
    """A custom field lives in the record's JSON; it is compared there by its own kind."""
    each, noun = place.each, place.noun
    bare = replace(each, custom=False)
    held = _Place(noun, bare, "custom")
    where, bound = _alternative(held, op, text, asking)
    path = '$."' + each.name + '"'
    inner = where.replace(held.name, "json_extract(custom, '" + path + "')")
    return f'id IN (SELECT id FROM "{noun.table}" WHERE {inner})', bound


def _only(op: str, allowed: tuple[str, ...], each: Field) -> None:
    if op not in allowed:
        raise InvalidError(f"{op} does not go with {each.name}; use = or ~")
