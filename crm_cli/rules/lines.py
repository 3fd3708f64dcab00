"""The lines of a deal: so many of a product at a price, and the amount that they make together.

Net of a line = quantity × unit price × (1 − discount), rounded half-up at the currency's digits line by line.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from crm_cli import values
from crm_cli.changing import Change
from crm_cli.errors import InvalidError, NotFoundError
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft
from crm_cli.values.amounts import SCALE, round_half_up
from crm_cli.values.currencies import digits

WHOLE = 100 * SCALE  # 100 per cent as it is stored
NEW = {"quantity": SCALE, "unit_price": None, "discount_pct": None, "tax_pct": None}

Row = dict[str, Any]


def net(line: Mapping[str, Any], currency: str) -> int | None:
    """What a line comes to in ten-thousandths, None when it has no price."""
    if line["unit_price"] is None:
        return None
    unit: int = 10 ** (4 - digits(currency))
    exact = line["quantity"] * line["unit_price"] * (WHOLE - (line["discount_pct"] or 0))
    return round_half_up(exact, SCALE * WHOLE * unit) * unit


def total(lines: Iterable[Mapping[str, Any]], currency: str) -> int | None:
    """What lines come to together, None when none of them has a price."""
    priced = [each for line in lines if (each := net(line, currency)) is not None]
    return sum(priced) if priced else None


def rounded(amount: int, currency: str) -> int:
    """An amount at the digits that its currency has."""
    unit: int = 10 ** (4 - digits(currency))
    return round_half_up(amount, unit) * unit


def check(rows: Iterable[Mapping[str, Any]]) -> None:
    """Refuse a line without a quantity or with a discount that is none."""
    for row in rows:
        if row["quantity"] is None:
            raise InvalidError("quantity: a line needs one, such as 1")
        if not 0 <= (row["discount_pct"] or 0) <= WHOLE:
            raise InvalidError("discount_pct: give a percentage from 0 to 100")


def products(change: Change, ids: Iterable[int]) -> dict[int, Row]:
    """The products of ids, each once."""
    rows = change.rows(
        "SELECT * FROM product WHERE id IN (SELECT value FROM json_each(?))", json.dumps(sorted(set(ids)))
    )
    return {row["id"]: dict(row) for row in rows}


def line(change: Change, product: Row, currency: str) -> Row:
    """A line of one piece of a product at its list price, where that is in the deal's currency."""
    price = product["list_price"]
    if price is not None and product["currency"] != currency:
        listed = f"{product['name']} is listed in {product['currency']}"
        change.notes.append(f"{listed} and the deal is in {currency}; give its price")
        price = None
    return NEW | {"product_id": product["id"], "unit_price": price, "tax_pct": product["tax_rate"]}


def standing(change: Change, deal_ids: Iterable[int]) -> dict[int, list[Row]]:
    """The lines that deals have now, in order, by deal."""
    question = (
        "SELECT * FROM deal_line WHERE deal_id IN (SELECT value FROM json_each(?)) ORDER BY position, id"
    )
    found: dict[int, list[Row]] = {}
    for row in change.rows(question, json.dumps(list(deal_ids))):
        found.setdefault(row["deal_id"], []).append(dict(row))
    return found


def read(change: Change, deal_id: int, said: Mapping[str, str | None]) -> dict[str, int | None]:
    """The stored values of what was typed about a line; what was not said is left out."""
    currency = change.value("SELECT currency FROM deal WHERE id = ?", deal_id) or ""
    reading = replace(change.reading, currency=currency)
    kinds = {"quantity": "decimal", "unit_price": "money", "discount_pct": "percent", "tax_pct": "percent"}
    found = {}
    for name, text in said.items():
        if text is not None:
            try:
                found[name] = values.read(kinds[name], text, reading)
            except InvalidError as error:
                raise InvalidError(f"{name}: {error}") from None
    return found  # type: ignore[return-value]  # none of these kinds is text


def add(change: Change, deal_id: int, product_id: int, **said: int | None) -> Draft:
    """Add a line to a deal: one at the list price, or what is said (`quantity`, `unit_price` …) as stored."""
    draft, rows = _open(change, deal_id)
    found = products(change, [product_id]).get(product_id)
    if found is None:
        raise NotFoundError(f"there is no product {product_id}; `crm product list` shows them")
    told = {key: value for key, value in said.items() if value is not None}
    if "unit_price" in told:
        found["list_price"] = None
    rows.append(line(change, found, draft.get("currency")) | told)
    return _written(change, draft, rows)


def edit(change: Change, deal_id: int, line_id: int, **said: int | None) -> Draft:
    """Change what is said of a line of a deal; None empties it."""
    draft, rows = _open(change, deal_id)
    _line(rows, deal_id, line_id).update(said)
    return _written(change, draft, rows)


def remove(change: Change, deal_id: int, line_id: int) -> Draft:
    """Take a line out of a deal."""
    draft, rows = _open(change, deal_id)
    rows.remove(_line(rows, deal_id, line_id))
    return _written(change, draft, rows)


def _open(change: Change, deal_id: int) -> tuple[Draft, list[Row]]:
    drafts = records.load(change, "deal", [deal_id])
    if not drafts:
        raise NotFoundError(f"there is no deal {deal_id}; `crm deal list` shows them")
    return drafts[0], standing(change, [deal_id]).get(deal_id, [])


def _line(rows: list[Row], deal_id: int, line_id: int) -> Row:
    for row in rows:
        if row["id"] == line_id:
            return row
    raise NotFoundError(f"deal {deal_id} has no line {line_id}; `crm deal item list {deal_id}` shows them")


def _written(change: Change, draft: Draft, rows: list[Row]) -> Draft:
    draft.parts["lines"] = rows
    records.write(change, "deal", [draft])
    return draft
