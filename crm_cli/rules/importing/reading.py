"""The cells of a batch as rows, read a column at a time; every wrong one is named.

A column's texts are read together, each different one once, and put where its role says.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace as changed
from itertools import compress
from typing import Any

from crm_cli import values
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.formats.table import Cells, ItemRow, RaggedRow
from crm_cli.rules.importing import cells, parts
from crm_cli.rules.importing.plan import Column, Plan
from crm_cli.rules.importing.rows import Line, Name, Problem, Row
from crm_cli.values import columns
from crm_cli.values.folding import fold

PARTING = re.compile("[,;]|:::")  # what may stand between several addresses in a cell
# What an activity may be about where another program names it by words alone; the first that is here counts.
ABOUT = ("contact", "company", "deal", "lead")
_ID = re.compile("[0-9]{1,18}")  # more digits than a store can hold are no id
SHORTEST_PHONE = 5  # digits


def read(plan: Plan, lines: Sequence[Line]) -> list[Row]:
    """Read a batch of rows; the first thing that is wrong with a row stands in it."""
    if not lines:
        return []
    rows = [Row(line, own, problem=_misshapen(own)) for line, own in lines]
    whole = list(zip(*(each for _, each in lines), strict=True))
    currencies = _currencies(plan, rows)
    for column in sorted(plan.columns, key=lambda each: each.role == "part"):
        texts = cells.texts(column, plan.wishes, lines, whole[column.at])
        if column.role in ("value", "custom", "entered", "half", "event"):
            _take(plan, column, texts, rows, currencies)
        elif column.role in ("link", "key", "tax", "id"):
            _name(column, texts, rows, plan.wishes.separator)
        elif column.role == "part":
            parts.take(plan, column, texts, rows)
        else:
            _identify(column, texts, rows)
    for row in rows:
        _join_halves(plan, row)
    return rows


def _misshapen(own: Cells) -> Problem | None:
    """What is wrong with a row before any of its cells is looked at."""
    if isinstance(own, RaggedRow):
        return Problem("", f"has {len(own.extra)} more cells than the header: {own.extra[0]!r}")
    if isinstance(own, ItemRow) and own.wrong:
        return Problem("", own.wrong)
    return None


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
    name, several = column.name, f"{column.name}s"
    before = row.entered.get(name, [])
    row.entered[name] = [*before, *found] if before else found
    kind = cells.kind(column.sight, row.cells)
    if kind or several in row.entered:
        told = row.entered.get(several) or [{"value": value} for value in before]
        more = {"kind": kind} if kind else {}
        row.entered[several] = [*told, *({"value": value, **more} for value in found)]


def _parted(text: str, kind: str) -> list[str]:
    """The addresses in a cell; a comma before an extension parts no phone number."""
    found = [one for each in PARTING.split(text) if (one := each.strip())]
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
        said = _several(text, separator) if role == "key" else [text]
        if len(said) > 1 and not several:
            row.further.append(name)
        before = row.names.get(name)
        if before is not None:
            row.names[name] = [_told(each, role, said[0]) for each in before]
        elif text in made:
            row.names[name] = made[text]
        else:
            kept = said if several else said[:1]
            row.names[name] = made[text] = [_told(Name(each), role, one) for one in kept for each in nouns]


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


def _join_halves(plan: Plan, row: Row) -> None:
    """Make one name of what another program gives in parts, where it does."""
    halves = (
        [row.entered.pop(name, None) for name in ("first_name", "last_name")] if plan.noun == "user" else []
    )
    if any(halves) and not row.values.get("name"):
        row.values["name"] = " ".join(half for half in halves if half)
