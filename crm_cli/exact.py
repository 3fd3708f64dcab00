"""Answers as exact text, for machines: cells, lines of CSV and TSV, JSON objects. What people read is in `tables`.

What is written so is read again as what was stored: amounts with all their digits, nothing shortened or translated.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TextIO

from crm_cli import fields, values
from crm_cli.fields import Field
from crm_cli.values import numbers

if TYPE_CHECKING:
    from crm_cli.output import Rows

# A stored value and the currency of its row → its text.
Form = Callable[[Any, str | None], str]
_BLOCK = 500  # rows
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def text(each: Field) -> Form:
    """How a column's values are written as text for machines."""
    kind, name = each.kind, each.name
    if kind.startswith("parts:"):
        return lambda value, money: _parts(kind, value, money)
    if kind in ("tags", "list"):
        return lambda value, _: _words(value)
    if kind == "percent" and name.endswith("_pct"):
        return lambda value, _: "" if value is None else _percentage(value)
    if kind in ("money", "price", "decimal", "percent", "boolean"):
        return lambda value, money: values.show(kind, value, money)
    return lambda value, _: "" if value is None else str(value)


def cells(rows: "Rows") -> Iterator[list[str]]:
    """Each row as exact text, cell by cell."""
    currency, forms = _currency(rows.columns), [text(each) for each in rows.columns]
    for row in rows.rows:
        money = row[currency] if currency is not None else None
        yield [form(value, money) for form, value in zip(forms, row, strict=True)]


def objects(rows: "Rows") -> Iterator[str]:
    """Each row as a JSON object."""
    currency, forms = _currency(rows.columns), [_json(each) for each in rows.columns]
    keys = [json.dumps(each.name) for each in rows.columns]
    for row in rows.rows:
        money = row[currency] if currency is not None else None
        pairs = (f"{key}: {form(value, money)}" for key, form, value in zip(keys, forms, row, strict=True))
        yield "{" + ", ".join(pairs) + "}"


def csv_rows(rows: "Rows") -> Iterable[Sequence[Any]]:
    """Each row for a CSV writer, which writes words, whole numbers and nothing as they are stored.

    Touching only what is not printed as it is stored halved the time of a list of 100,000.
    """
    changed = [(place, text(each)) for place, each in enumerate(rows.columns) if not _as_stored(each)]
    return _changed(rows, changed) if changed else rows.rows


def csv_into(
    out: TextIO, header: Sequence[str] | None, rows: Iterable[Sequence[Any]], delimiter: str = ","
) -> None:
    """Write texts and numbers to a file as CSV."""
    import csv

    lines: list[str] = []
    kept = SimpleNamespace(write=lines.append)
    writer = csv.writer(kept, delimiter=delimiter, lineterminator="\n")
    # A lone \r must be quoted, or it would end the row when read; the line end of the writer decides that.
    careful = csv.writer(kept, delimiter=delimiter, lineterminator="\r\n")
    left = chain([header] if header else [], rows)
    while batch := list(islice(left, _BLOCK)):
        lines.clear()
        writer.writerows(batch)
        block = "".join(lines)
        if "\r" in block:
            lines.clear()
            careful.writerows(batch)
            block = "".join(line[:-2] + "\n" for line in lines)
        out.write(block)


def tsv_line(cells: Sequence[Any]) -> str:
    """A line of cells. Few have anything to escape: looking for it in the whole line first takes half the time."""
    words = ["" if each is None else str(each) for each in cells]
    line = "\t".join(words)
    if line.count("\t") >= len(words) or "\\" in line or "\n" in line or "\r" in line:
        line = "\t".join(each.translate(_ESCAPES) for each in words)
    return line + "\n"


def _changed(rows: "Rows", changed: list[tuple[int, Form]]) -> Iterator[Sequence[Any]]:
    """The rows with some of their columns, by place, in another form."""
    currency = _currency(rows.columns)
    for row in rows.rows:
        made = list(row)
        money = made[currency] if currency is not None else None
        for place, form in changed:
            if made[place] is not None:
                made[place] = form(made[place], money)
        yield made


def _as_stored(each: Field) -> bool:
    """Whether a column's values are written as they are stored."""
    kinds = ("tags", "list", "money", "price", "decimal", "percent", "boolean")
    return each.kind not in kinds and not each.kind.startswith("parts:")


def _json(each: Field) -> Form:
    """How a column's values are written as JSON."""
    kind, name = each.kind, each.name
    if kind.startswith("parts:"):
        return lambda value, money: _parts(kind, value, money) or "[]"
    if kind in ("tags", "list"):
        return lambda value, _: value or "[]"
    if kind == "percent" and name.endswith("_pct"):
        return lambda value, _: "null" if value is None else _percentage(value)
    return lambda value, money: values.show_json(kind, value, money)


def _percentage(scaled: int) -> str:
    """A share that was computed, in percent with two digits: a quotient has no exact text."""
    return numbers.decimal_text(numbers.round_half_up(scaled, 100) * 100)


def _words(value: str | None) -> str:
    """A list of words between commas; as JSON where a word would not be read again so."""
    if not value or value == "[]":
        return ""
    words = values.tag_words(value)
    plain = not any(mark in word for word in words for mark in ",;،؛\n[")
    return ", ".join(words) if plain else (value or "")


def _parts(kind: str, value: str | None, money: str | None) -> str:
    """Parts as JSON, each value written by the kind of its column."""
    if not value or value == "[]":
        return ""
    known = fields.part(kind.partition(":")[2])
    if not any(each.kind in ("money", "price", "decimal", "percent") for each in known.values()):
        return value  # the view writes it as it is printed
    written = []
    for row in json.loads(value):
        pairs = (
            f"{json.dumps(key)}:{values.show_json(known[key].kind if key in known else 'text', cell, money)}"
            for key, cell in row.items()
            if cell is not None
        )
        written.append("{" + ",".join(pairs) + "}")
    return "[" + ",".join(written) + "]"


def _currency(columns: list[Field]) -> int | None:
    """Where the currency of a row's amounts stands."""
    names = [each.name for each in columns]
    return names.index("currency") if "currency" in names else None
