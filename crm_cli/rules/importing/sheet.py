"""A batch of rows as columns, as long as they are plain: what nearly all rows of a large file are.

A row is plain that is told by a key or an e-mail address of its own and says in every cell one thing that is right.
Those that are new go as columns into the store (`plain`); of any other a `Row` is made, which the engine takes.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import and_, not_
from typing import Any

from crm_cli.rules import fresh
from crm_cli.rules.importing import cells
from crm_cli.rules.importing.matching import NAMING, Matching
from crm_cli.rules.importing.plan import Column, Plan
from crm_cli.rules.importing.reading import PARTING, read, values_of
from crm_cli.rules.importing.rows import Line, Name, Row
from crm_cli.values import emails

Keys = dict[str, list[Any]]
Rows = dict[int, Row]
"""Rows by their places in the batch."""


@dataclass(slots=True)
class Sheet:
    """Plain rows as columns, each an entry a row."""

    places: Sequence[int]
    """Where in the batch they stand."""
    lines: Sequence[Line]
    columns: dict[str, list[Any]]
    """Values by the column in which they are stored."""
    entered: dict[str, fresh.Entered]
    names: dict[str, list[Name | None]]
    """The records that they name, by field."""
    keys: Keys
    """What they can be told by, by kind, the strongest first."""

    def rows(self, wanted: Iterable[bool]) -> Rows:
        """The rows for which `wanted` is true, as the engine takes them."""
        return {self.places[at]: self._row(at) for at, is_wanted in enumerate(wanted) if is_wanted}

    def only(self, wanted: Sequence[bool]) -> "Sheet":
        """The rows for which `wanted` is true, as columns."""
        if all(wanted):
            return self
        return Sheet(
            list(compress(self.places, wanted)),
            list(compress(self.lines, wanted)),
            {name: list(compress(each, wanted)) for name, each in self.columns.items()},
            {name: each._replace(texts=list(compress(each.texts, wanted))) for name, each in self.entered.items()},
            {name: list(compress(each, wanted)) for name, each in self.names.items()},
            {kind: list(compress(each, wanted)) for kind, each in self.keys.items()},
        )  # fmt: skip

    def _row(self, at: int) -> Row:
        row = Row(*self.lines[at])
        row.values = {name: each[at] for name, each in self.columns.items() if each[at] is not None}
        row.names = {name: [said] for name, each in self.names.items() if (said := each[at])}
        row.keys = [(kind, each[at]) for kind, each in self.keys.items() if each[at]]
        for name, (texts, kind) in self.entered.items():
            if text := texts[at]:
                row.entered[name] = [text]
                if kind:
                    row.entered[f"{name}s"] = [{"value": text, "kind": kind}]
        return row


def is_fit(plan: Plan) -> bool:
    """Whether rows of a file can be plain: they have keys, each field has one column, no wish asks for more."""
    wishes, names = plan.wishes, [column.name for column in plan.columns]
    return (
        fresh.is_known(plan.noun)
        and NAMING.get(plan.noun) == ("email",)
        and not (plan.own or plan.stage or plan.fixed.entered or plan.fixed.custom or wishes.match)
        and (wishes.mode, wishes.empty) in (("upsert", "keep"), ("create", "keep"))
        and len(names) == len(set(names))
        and not {"email", "external_id"}.isdisjoint(names)
        and all(_is_fit(plan, column) for column in plan.columns)
    )


def _is_fit(plan: Plan, column: Column) -> bool:
    each, sight = column.field, column.sight
    if sight is None or sight.label is not None:
        return False
    if column.role == "entered":
        return each.kind in ("email", "phone")
    if column.role == "link":
        return each.column is not None and each.kind != "about" and each.to not in (plan.noun, "stage")
    return column.role == "value" and not each.is_money


def parted(plan: Plan, lines: Sequence[Line], matching: Matching) -> tuple[Sheet, Rows]:
    """The plain rows of a batch as columns, and the others with their keys."""
    sheet = Sheet(range(len(lines)), lines, {}, {}, {}, {})
    plain = [type(row) is list for _, row in lines]
    for column, own in zip(plan.columns, _cells(plan, lines), strict=True):
        _take(column, cells.texts(column, plan.wishes, lines, own), sheet, plain)
    _identify(plan, sheet)
    told = [any(keys) for keys in zip(*sheet.keys.values(), strict=True)] or [False] * len(plain)
    plain = list(map(and_, plain, told))
    places = [place for place, is_plain in enumerate(plain) if not is_plain]
    others = read(plan, [lines[place] for place in places])
    matching.identify(others)
    sheet = sheet.only(plain)
    alone = _alone(sheet, others)
    return sheet.only(alone), dict(zip(places, others, strict=True)) | sheet.rows(map(not_, alone))


def _cells(plan: Plan, lines: Sequence[Line]) -> list[Sequence[str | None]]:
    whole = list(zip(*(row for _, row in lines), strict=True))
    return [whole[column.at] for column in plan.columns]


def _take(column: Column, texts: list[str], sheet: Sheet, plain: list[bool]) -> None:
    """Put what a column says into the sheet; where it is wrong, doubtful or manifold, the row is not plain."""
    name = column.name
    if column.role == "link":
        known = {text: Name(column.field.to or "", words=text) for text in set(texts) if text}
        sheet.names[name] = list(map(known.get, texts))
        return
    if column.role == "entered" and PARTING.search("".join(texts)):
        several = [bool(PARTING.search(text)) for text in texts]
        _set_aside(plain, several)
        texts = ["" if each else text for text, each in zip(texts, several, strict=True)]
    found, lenient, wrong = values_of(column, texts, column.reading.currency)
    if lenient or wrong:
        _set_aside(plain, (text in lenient or text in wrong for text in texts))
    if column.role == "entered":
        kind = column.sight.kind if column.sight else ""
        sheet.entered[name] = fresh.Entered(found, kind or None)
    else:
        sheet.columns[column.field.column or name] = found


def _identify(plan: Plan, sheet: Sheet) -> None:
    """Give the rows their keys, the stronger kind first, as `Matching` does for rows of such a file."""
    if keyed := sheet.columns.get("external_id"):
        said = sheet.columns.get("external_source") or [None] * len(keyed)
        sources = [
            (source or plan.source) if key else source for key, source in zip(keyed, said, strict=True)
        ]
        sheet.columns["external_source"] = sources
        pairs = zip(keyed, sources, strict=True)
        sheet.keys["external"] = [(key, source) if key else None for key, source in pairs]
    if "email" in sheet.entered:
        texts = sheet.entered["email"].texts
        sheet.keys["email"] = [emails.key(text) if text else None for text in texts]


def _alone(sheet: Sheet, others: Sequence[Row]) -> list[bool]:
    """Whether no other row of the batch has a key of each row; rows that share one are taken in their order."""
    alone = [True] * len(sheet.lines)
    for kind, keys in sheet.keys.items():
        seen = Counter(filter(None, keys))
        seen.update(key for row in others for of, key in row.keys if of == kind)
        if len(seen) < seen.total():
            alone = [each and seen[key] <= 1 for each, key in zip(alone, keys, strict=True)]
    return alone


def _set_aside(plain: list[bool], others: Iterable[bool]) -> None:
    plain[:] = [is_plain and not other for is_plain, other in zip(plain, others, strict=True)]
