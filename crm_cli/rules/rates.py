"""Rates of exchange from files: a row for each currency and day, or a column for each currency.

The second is how the European Central Bank writes its history (eurofxref-hist.csv): how many units of each currency
one euro is worth. Rates are kept in the own currency: of a euro file in a store of dollars, the euro is worth the
dollars in its row, and any other currency these divided by its own number.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from decimal import Context, Decimal, InvalidOperation
from typing import NamedTuple

from crm_cli import values
from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.formats.headers import recognise
from crm_cli.formats.table import Cells, Table
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft
from crm_cli.rules.rate import check
from crm_cli.values import Reading
from crm_cli.values.currencies import CURRENCIES

BATCH = 2_000
EXACT = Context(prec=12)  # significant digits of a rate that is divided
UNKNOWN = frozenset(("", "n/a", "-", "..", "nan"))
COLUMNS = ("currency", "day", "rate")


class Quoted(NamedTuple):
    """What a file says of a currency on a day."""

    currency: str
    day: str
    rate: str


def bring(
    change: Change, table: Table, *, base: str, only: Sequence[str] = (), date_order: str | None = None
) -> tuple[int, int, int]:
    """Write the rates of a file; returns how many were created, updated and unchanged.

    Args:
        change: the transaction.
        table: the file.
        base: the currency of which a file with a column a currency says what one unit is worth.
        only: the currencies to take; none for all.
        date_order: how days such as 03/04/2026 are read; else as the settings say.

    Raises:
        InvalidError: the file is of neither kind, or a cell is no currency, day or rate; names the line.
    """
    counts = [0, 0, 0]
    batch: dict[tuple[str, str], str] = {}
    reading = replace(change.reading, date_order=date_order or change.reading.date_order)
    with ExitStack() as stack:
        for number, each in enumerate(_quoted(change.config.currency, table, base, reading)):
            if number == BATCH:
                stack.enter_context(change.bulk(["rate"]))
            if each.currency != change.config.currency and (not only or each.currency in only):
                batch[each.currency, each.day] = each.rate
            if len(batch) == BATCH:
                _write(change, batch, counts)
                batch.clear()
        _write(change, batch, counts)
    return counts[0], counts[1], counts[2]


def _quoted(own: str, table: Table, base: str, reading: Reading) -> Iterator[Quoted]:
    header = [name.strip() for name in table.header]
    codes = {at: name.upper() for at, name in enumerate(header) if name.upper() in CURRENCIES}
    found = {name: at for at, name in recognise("rate", header, COLUMNS).items()}
    if all(name in found for name in COLUMNS):
        return _long(table, [found[name] for name in COLUMNS], reading)
    if codes and "day" in found:
        return _wide(own, table, found["day"], codes, base, reading)
    raise InvalidError(
        f"{table.path} holds no rates: it needs columns currency, day and rate, or a day and a column for each currency"
    )


def _long(table: Table, places: Sequence[int], reading: Reading) -> Iterator[Quoted]:
    for line, cells in table.rows():
        with_line = _Line(table, line, reading)
        code, day, text = ((cells[at] or "").strip() for at in places)
        if text.lower() not in UNKNOWN:
            yield Quoted(with_line.currency(code), with_line.day(day), str(with_line.number(text)))


def _wide(
    own: str, table: Table, day_at: int, codes: dict[int, str], base: str, reading: Reading
) -> Iterator[Quoted]:
    if own != base and own not in codes.values():
        raise InvalidError(
            f"{table.path} has no column {own}, your own currency, by which its rates could be told; "
            f"its rates are taken as units for one {base} (--base)"
        )
    for line, cells in table.rows():
        at_line = _Line(table, line, reading)
        worth = {base: Decimal(1)} | dict(_numbers(at_line, cells, codes))
        if own not in worth:
            continue  # on that day the own currency was not quoted
        day = at_line.day((cells[day_at] or "").strip())
        for code, units in worth.items():
            if code != own:
                yield Quoted(code, day, _plain(EXACT.divide(worth[own], units)))


def _numbers(at_line: "_Line", cells: Cells, codes: dict[int, str]) -> Iterator[tuple[str, Decimal]]:
    for at, code in codes.items():
        text = (cells[at] or "").strip()
        if text.lower() not in UNKNOWN:
            yield code, at_line.number(text)


class _Line:
    """Reads the cells of one line; what is wrong with one is told with its place."""

    def __init__(self, table: Table, line: int, reading: Reading) -> None:
        self.reading, self.place = reading, f"{table.path}, line {line}"

    def number(self, text: str) -> Decimal:
        """A rate, more than nothing."""
        try:
            return Decimal(check(text))
        except (InvalidError, InvalidOperation) as error:
            raise InvalidError(f"{self.place}: {error}") from None

    def day(self, text: str) -> str:
        """A day."""
        return self._read("day", text)

    def currency(self, text: str) -> str:
        """A currency's code."""
        return self._read("currency", text)

    def _read(self, kind: str, text: str) -> str:
        try:
            found = values.read(kind, text, self.reading)
        except InvalidError as error:
            raise InvalidError(f"{self.place}: {error}") from None
        if found is None:
            raise InvalidError(f"{self.place}: a rate needs its {kind}")
        return str(found)


def _plain(number: Decimal) -> str:
    """A number without an exponent or blank digits."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _write(change: Change, batch: dict[tuple[str, str], str], counts: list[int]) -> None:
    """Write a batch of rates beside those that stand."""
    standing = _standing(change, {day for _, day in batch})
    drafts, fresh = [], 0
    for (currency, day), rate in batch.items():
        before = standing.get((currency, day))
        if before is None:
            fresh += 1
            drafts.append(Draft(values={"currency": currency, "day": day, "rate": rate}, imported=True))
        else:
            drafts.append(Draft(values={"rate": rate}, before=before, imported=True))
    records.write(change, "rate", drafts)
    updated = sum(draft.changed for draft in drafts) - fresh
    counts[0] += fresh
    counts[1] += updated
    counts[2] += len(drafts) - fresh - updated


def _standing(change: Change, days: Iterable[str]) -> dict[tuple[str, str], dict[str, object]]:
    question = "SELECT * FROM rate WHERE day IN (SELECT value FROM json_each(?))"
    rows = change.rows(question, json.dumps(sorted(days)))
    return {(row["currency"], row["day"]): dict(row) for row in rows}
