"""The rows of a file as our values: cells are read a column at a time, and every wrong one is named.

What a row says of other records stays a `Name` until the store has been asked who that is.
"""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as changed
from itertools import compress
from typing import Any, NamedTuple

from crm_cli import fields, values
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.formats.table import Cells, ItemRow, RaggedRow
from crm_cli.rules.importing import cells
from crm_cli.rules.importing.plan import Column, Plan
from crm_cli.values import columns, emails
from crm_cli.values.folding import fold

SEVERAL = re.compile("[,;]|:::")
# What an activity may be about where another program names it by words alone; the first that is here counts.
ABOUT = ("contact", "company", "deal", "lead")
_ID = re.compile("[0-9]{1,18}")  # more digits than a store can hold are no id
# What is needed of parts and not said of them: what follows from others, and what is so unless it is said.
_UNTOLD = frozenset(
    ("position", "key", "name_key", "primary", "opted_out", "invalid", "inactive", "excluded", "quantity")
)
SHORTEST_PHONE = 5  # digits
Line = tuple[int, Cells]


class Name(NamedTuple):
    """A record as a row names it: by our id in our own export, by its key in the other program, by words."""

    noun: str
    id: int | None = None
    external: str | None = None
    words: str | None = None
    tax: str | None = None
    """Its tax number."""


class Problem(NamedTuple):
    """What is wrong with a cell, or with the row where `header` is empty."""

    header: str
    said: str
    file: str = ""
    """The file that the row is in, where several are read as one."""


@dataclass(slots=True)
class Row:
    """One row: what it says in stored form, and what is wrong with it."""

    line: int
    cells: Cells
    values: dict[str, Any] = field(default_factory=dict)
    entered: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    names: dict[str, list[Name]] = field(default_factory=dict)
    """By field the records that it names; several only where a field takes several."""
    keys: list[tuple[str, Any]] = field(default_factory=list)
    """What it can be told by, the strongest first."""
    further: list[str] = field(default_factory=list)
    """Fields that take one record where it names several; the first is taken."""
    stage: str = ""
    number: int | None = None
    """Its id in the store that exported it."""
    kept: tuple[str, ...] = ()
    """Its e-mail addresses that can be none; they are kept, and tell nobody apart."""
    at: str | None = None
    """In a log of events when it came about."""
    earlier: list["Row"] = field(default_factory=list)
    """In a log of events those of its record before it, in the order of their times."""
    history: list[dict[str, Any]] = field(default_factory=list)
    """In a log of events the steps of its record's status."""
    problem: Problem | None = None


def read(plan: Plan, lines: Sequence[Line]) -> list[Row]:
    """Read a batch of rows; the first thing that is wrong with a row stands in it."""
    if not lines:
        return []
    rows = [Row(line, cells) for line, cells in lines]
    for row in rows:
        if isinstance(row.cells, RaggedRow):
            row.problem = Problem(
                "", f"has {len(row.cells.extra)} more cells than the header: {row.cells.extra[0]!r}"
            )
        elif isinstance(row.cells, ItemRow) and row.cells.wrong:
            row.problem = Problem("", row.cells.wrong)
    whole = list(zip(*(each for _, each in lines), strict=True))
    currencies = _currencies(plan, rows)
    for column in sorted(plan.columns, key=lambda each: each.role == "part"):
        texts = cells.texts(column, plan.wishes, lines, whole[column.at])
        if column.role in ("value", "custom", "entered", "half", "event"):
            _take(plan, column, texts, rows, currencies)
        elif column.role in ("link", "key", "tax", "id"):
            _name(column, texts, rows, plan.wishes.separator)
        elif column.role == "part":
            _part(plan, column, texts, rows)
        else:
            _identify(column, texts, rows)
    for row in rows:
        _join_halves(plan, row)
    return rows


def counted(plan: Plan, lines: Sequence[Line]) -> Sequence[Line]:
    """The rows without those that add up the others."""
    totals = tuple(map(fold, plan.wishes.totals))
    return [line for line in lines if not _first(line[1]).startswith(totals)] if totals else lines


def _first(line: Cells) -> str:
    """The first filled cell of a row, in comparing form."""
    return next((fold(cell) for cell in line if cell and cell.strip()), "")


def _currencies(plan: Plan, rows: Sequence[Row]) -> list[str]:
    """The currency that each row's amounts are in."""
    found = [plan.currency] * len(rows)
    for column in plan.having("currency", "default_currency"):
        for place, row in enumerate(rows):
            text = (row.cells[column.at] or "").strip()
            if text:
                try:
                    found[place] = str(
                        values.read("currency", column.words.get(fold(text), text), column.reading)
                    )
                except InvalidError:
                    continue  # told when the column itself is read
    return found


def _take(plan: Plan, column: Column, texts: list[str], rows: list[Row], currencies: list[str]) -> None:
    """Read a column into its place in the rows."""
    each, way = column.field, column.reading
    if column.role == "entered" and each.kind in ("email", "phone"):
        _take_several(column, texts, rows)
        return
    if each.is_money:
        for currency in dict.fromkeys(currencies):
            mine = [one == currency for one in currencies]
            here = list(compress(rows, mine))
            _put(column, here, _column(column, list(compress(texts, mine)), here, currency))
        return
    found = _column(column, texts, rows, way.currency)
    _put(column, rows, found)
    if (
        "status_original" in plan.about.fields
        and column.name == "status"
        and not plan.having("status_original")
    ):
        for row, value in zip(rows, found, strict=True):
            text = (row.cells[column.at] or "").strip()
            if value is not None and values.word_key(text) != value:
                row.values["status_original"] = text


def _put(column: Column, rows: Sequence[Row], found: Iterable[Any]) -> None:
    name = column.name
    if column.role == "event":
        for row, value in zip(rows, found, strict=True):
            row.at = value
        return
    if column.role == "value":
        name = column.field.column or name
        for row, value in zip(rows, found, strict=True):
            if value is not None:
                row.values[name] = value
        return
    for row, value in zip(rows, found, strict=True):
        if value is not None:
            (row.custom if column.role == "custom" else row.entered)[name] = value


def _column(column: Column, texts: list[str], rows: Sequence[Row], currency: str) -> list[Any]:
    """The values of a column's texts; what is wrong is put into the rows."""
    found, lenient, wrong = values_of(column, texts, currency)
    if lenient or wrong:
        for row, text in zip(rows, texts, strict=True):
            if text in lenient:
                row.kept += (text,)
            elif text in wrong and row.problem is None:
                row.problem = Problem(column.header, wrong[text])
    return found


def values_of(
    column: Column, texts: list[str], currency: str
) -> tuple[list[Any], Collection[str], dict[str, str]]:
    """The values of a column's texts, each different text read once; which are taken leniently, what others lack."""
    if columns.is_plain(column.field.kind, texts):
        return [text or None for text in texts], (), {}
    way = changed(column.reading, currency=currency)
    distinct = [text for text in dict.fromkeys(texts) if text]
    lenient: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    try:
        known = dict(zip(distinct, _read(column.field, distinct, way), strict=True))
    except InvalidError:
        known, wrong = _one_by_one(column.field, distinct, way)
        lenient, wrong = _one_by_one(column.field, list(wrong), changed(way, lenient=True))
        known |= lenient
    return [known.get(text) for text in texts], lenient, wrong


def _read(each: Field, texts: list[str], way: values.Reading) -> list[Any]:
    if each.kind == "stages":  # stated as one text, which the rules of pipelines read
        return list(texts)
    return columns.read(each.kind, texts, way, each.choices() or None)


def _one_by_one(each: Field, texts: list[str], way: values.Reading) -> tuple[dict[str, Any], dict[str, str]]:
    """What each text is, and what is wrong with those that are nothing."""
    known, wrong = {}, {}
    for text in texts:
        try:
            known[text] = _read(each, [text], way)[0]
        except InvalidError as error:
            wrong[text] = str(error)
    return known, wrong


def _take_several(column: Column, texts: list[str], rows: list[Row]) -> None:
    """Read a column whose cells may hold several addresses."""
    single = list(texts)
    for at, text in enumerate(texts):
        if "," in text or ";" in text or ":::" in text:
            single[at] = ""
            each = _parted(text, column.field.kind)
            found = _column(column, each, [rows[at]] * len(each), "")
            _add(column, rows[at], [value for value in found if value is not None])
    for row, value in zip(rows, _column(column, single, rows, ""), strict=True):
        if value is not None:
            _add(column, row, [value])


def _add(column: Column, row: Row, found: list[Any]) -> None:
    """Put addresses into a row, beside those of other columns, and what they are for."""
    name, parts = column.name, f"{column.name}s"
    before = row.entered.get(name, [])
    row.entered[name] = [*before, *found] if before else found
    kind = cells.kind(column.sight, row.cells)
    if kind or parts in row.entered:
        told = row.entered.get(parts) or [{"value": value} for value in before]
        more = {"kind": kind} if kind else {}
        row.entered[parts] = [*told, *({"value": value, **more} for value in found)]


def _parted(text: str, kind: str) -> list[str]:
    """The addresses in a cell; a comma before an extension parts no phone number."""
    found = [one for each in SEVERAL.split(text) if (one := each.strip())]
    whole = kind == "phone" and any(sum(map(str.isdigit, one)) < SHORTEST_PHONE for one in found)
    return [text] if whole else found


def _name(column: Column, texts: list[str], rows: list[Row], separator: str | None) -> None:
    """Put the records that a column names into the rows; a row's columns for one link make one name."""
    name, noun, role = column.name, column.field.to or "", column.role
    if noun == "stage":
        for row, text in zip(rows, texts, strict=True):
            row.stage = row.stage or text
        return
    several = column.field.column is None and column.field.kind != "about"
    nouns = ABOUT if column.field.kind == "about" else (noun,)
    made: dict[str, list[Name]] = {}
    for row, text in zip(rows, texts, strict=True):
        if not text:
            continue
        parts = _several(text, separator) if role == "key" else [text]
        if len(parts) > 1 and not several:
            row.further.append(name)
        before = row.names.get(name)
        if before is not None:
            row.names[name] = [_told(each, role, parts[0]) for each in before]
        elif text in made:
            row.names[name] = made[text]
        else:
            kept = parts if several else parts[:1]
            row.names[name] = made[text] = [_told(Name(each), role, part) for part in kept for each in nouns]


def _several(text: str, separator: str | None) -> list[str]:
    """The keys in a cell."""
    return [part for each in text.split(separator) if (part := each.strip())] if separator else [text]


def _told(name: Name, role: str, text: str) -> Name:
    """A name with what one more column says of it."""
    if role == "key":
        return name._replace(external=text)
    if role == "tax":
        return name._replace(tax=text)
    if role == "id":
        return name._replace(id=int(text) if _ID.fullmatch(text) else None)
    return name._replace(words=text)


def _identify(column: Column, texts: list[str], rows: list[Row]) -> None:
    """Our own identity, as an export of ours holds it."""
    for row, text in zip(rows, texts, strict=True):
        if column.role == "uid":
            row.values["uid"] = text
        elif _ID.fullmatch(text):
            row.number = int(text)


def _part(plan: Plan, column: Column, texts: list[str], rows: list[Row]) -> None:
    """Read the JSON of parts: in an export of ours all that shall stand, else those that are said."""
    table = column.field.kind.partition(":")[2]
    for row, text in zip(rows, texts, strict=True):
        if not text or row.problem:
            continue
        currency = row.values.get("currency") or plan.currency
        way = changed(column.reading, currency=currency, lenient=True)
        try:
            said = json.loads(text, parse_float=str, parse_int=str)
            if plan.own:
                _check_parts(plan.about.table, table, said)
            found = [_part_row(table, each, way) for each in said]
        except (ValueError, AttributeError, TypeError, RecursionError, InvalidError) as error:
            why = f"is not what an export holds ({error}); leave it as exported" if plan.own else str(error)
            row.problem = Problem(column.header, why)
            continue
        if plan.own:
            row.parts[column.name] = found
        else:
            row.entered[column.name] = found
            row.entered[column.name.removesuffix("s")] = [each["value"] for each in found]
            if column.name == "emails":
                row.kept = tuple(each["value"] for each in found if not emails.is_valid(each["value"]))


def _check_parts(owner: str, table: str, said: list[dict[str, Any]]) -> None:
    """Refuse what no export of ours says of parts of a table: other names, no single values, nothing that is needed.

    Raises:
        ValueError: with what is wrong.
    """
    known = fields.part(table)
    allowed = {*known, *(f"{name}_id" for name, each in known.items() if each.to)}
    allowed |= {"name"} if "record_id" in known else set()
    needed = {name for name, each in known.items() if each.required} - _UNTOLD - {owner}
    for part in said:
        for key, value in part.items():
            if key not in allowed:
                raise ValueError(f'"{key}" is nothing that it says')
            words = key in known and known[key].to
            if isinstance(value, (dict, list)) or (words and not isinstance(value, str | None)):
                raise ValueError(f'"{key}" is no single value of its kind')
        if lacking := needed - part.keys():
            raise ValueError(f'it does not say "{min(lacking)}"')
        if "record_id" in part and part.get("noun") not in fields.names():
            raise ValueError('it does not say the "noun" of a record')


def _part_row(table: str, said: dict[str, Any], way: values.Reading) -> dict[str, Any]:
    """One part in stored form; names of other records stay words beside their ids."""
    known = fields.part(table)
    found: dict[str, Any] = {}
    for key, value in said.items():
        each = known.get(key)
        plain = each is not None and not each.to and isinstance(value, str)
        found[key] = (
            values.read(each.kind, value, way, each.choices()) if each is not None and plain else value
        )
        if isinstance(value, bool):
            found[key] = int(value)
    return found


def _join_halves(plan: Plan, row: Row) -> None:
    """Make one name of what another program gives in parts, where it does."""
    halves = (
        [row.entered.pop(name, None) for name in ("first_name", "last_name")] if plan.noun == "user" else []
    )
    if any(halves) and not row.values.get("name"):
        row.values["name"] = " ".join(half for half in halves if half)
