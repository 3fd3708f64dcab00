"""The filter grammar: `stage=proposal amount=5000.. company.industry=retail` → a checked, bound WHERE.

`FIELD OP VALUE` with OP one of `= != ~ !~ < <= > >=`; commas mean any of, `A..B` a closed range, an empty value
means empty, quotes inside a value protect a comma. A related field compiles to `IN (SELECT …)`, which the
indexes answer; words are compared folded. Names are checked against the schema and values are always bound.
"""

import re

from crm_cli import fields
from crm_cli.conditions import Asking, Place, Where, condition
from crm_cli.errors import InvalidError
from crm_cli.fields import Field, Noun

__all__ = ["Asking", "Where", "commas", "is_filter", "split", "terms", "where"]

_FILTER = r"(?s)([^\W\d][\w.]*)(!=|!~|<=|>=|=|~|<|>)(.*)"
_ALIASES = {"tag": "tags", "sla": "sla_state"}


def split(text: str) -> tuple[str, str, str] | None:
    """The field, operator and value of a filter, None when the text has not the form of one."""
    found = re.fullmatch(_FILTER, text)
    return (found[1].lower(), found[2], found[3]) if found else None


def is_filter(noun: Noun, text: str, known: dict[str, Field]) -> bool:
    """Whether an argument begins with a known field and an operator; any other is a reference."""
    found = split(text)
    if not found:
        return False
    head = found[0].partition(".")[0]
    head = _ALIASES.get(head, head)
    named = head in noun.columns or head in noun.fields or head in fields.groups(noun.name)
    return named or head in known or "@" not in text


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
    groups = fields.groups(noun.name)
    if each is None and head in groups and len(path) == 1:
        return _group(noun, head, op, value, asking)
    if each is None:
        raise fields.nearest(head, [*noun.columns, *custom, *groups], f"field of {noun.name}")
    if each.path:
        return _path(noun, [*each.path.split("."), *path[1:]], op, value, asking, custom)
    if len(path) > 1:
        return _related(noun, each, path[1:], op, value, asking)
    return _leaf(Place(noun, each), op, value, asking)


def _related(noun: Noun, each: Field, rest: list[str], op: str, value: str, asking: Asking) -> Where:
    to = each.to
    if each.kind.startswith("parts:") and to:
        return _within(noun, each, rest, op, value, asking)
    if not (each.kind.startswith("ref:") and to and each.column):
        raise InvalidError(f"{each.name} has no fields of its own")
    if to == "stage":
        found, bound = _leaf(Place(noun, _stage_field(rest[0]), "stages"), op, value, asking)
        view = "stages"
    else:
        other = fields.noun(to)
        found, bound = _path(other, rest, op, value, asking, fields.custom(asking.connection, to))
        view = other.view
    related = f'"{each.column}" IN (SELECT id FROM {view} WHERE {found})'
    return (f'("{each.column}" IS NULL OR {related})' if _takes_empty(op, value) else related), bound


def _within(noun: Noun, each: Field, rest: list[str], op: str, value: str, asking: Asking) -> Where:
    """A filter on what the parts of a record hold: any of them for a positive one, none for a negated one."""
    table = each.to or ""
    known = fields.part(table)
    inner = known.get(rest[0])
    if inner is None:
        raise fields.nearest(rest[0], list(known), f"field of {each.name}")
    positive, negated = _positive(op)
    if value == "" and positive == "=":
        return f"id {'' if negated else 'NOT '}IN (SELECT {noun.table}_id FROM {table})", []
    if len(rest) > 1:
        found, bound = _related(noun, inner, rest[1:], positive, value, asking)
    else:
        found, bound = _leaf(Place(noun, inner, table), positive, value, asking)
    return f"id {'NOT ' if negated else ''}IN (SELECT {noun.table}_id FROM {table} WHERE {found})", bound


def _takes_empty(op: str, value: str) -> bool:
    """Whether a filter lets an empty value through."""
    if op == "!~":
        return True
    return op in ("=", "!=") and ("" in commas(value)) == (op == "=")


def _stage_field(name: str) -> Field:
    part = fields.part("stage")
    if name not in part:
        raise fields.nearest(name, list(part), "field of stage")
    return part[name]


def _positive(op: str) -> tuple[str, bool]:
    return {"!=": ("=", True), "!~": ("~", True)}.get(op, (op, False))


def _leaf(place: Place, op: str, text: str, asking: Asking) -> Where:
    """A filter on one column: any of the comma-separated values; `!=` and `!~` include empty ones."""
    positive, negated = _positive(op)
    return _any_of([condition(place, positive, value, asking) for value in commas(text)], negated=negated)


def _group(noun: Noun, name: str, op: str, text: str, asking: Asking) -> Where:
    """Who is in any of several segments, or was in any of several campaigns."""
    from crm_cli import segments

    positive, negated = _positive(op)
    if positive != "=":
        raise InvalidError(f"{op} does not go with {name}; use = or !=")
    return _any_of([segments.condition(noun, name, value, asking) for value in commas(text)], negated=negated)


def _any_of(alternatives: list[Where], *, negated: bool) -> Where:
    sql = " OR ".join(f"({where})" for where, _ in alternatives)
    bound = [value for _, each in alternatives for value in each]
    return (f"({sql}) IS NOT TRUE" if negated else sql), bound


def terms(text: str) -> list[str]:
    """The filters of a line: parted by spaces, where quotes protect one."""
    parts: list[str] = []
    quote, open_word = "", False
    for letter in text.strip():
        quote = "" if letter == quote else letter if letter in "\"'" and not quote else quote
        if letter.isspace() and not quote:
            open_word = False
        elif open_word:
            parts[-1] += letter
        else:
            parts.append(letter)
            open_word = True
    return parts


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
