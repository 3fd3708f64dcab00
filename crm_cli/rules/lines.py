"""The lines of a deal: so many of a product at a price, and the amount that they make together.

Net of a line = quantity × unit price × (1 − discount), rounded half-up at the currency's digits line by line.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from crm_cli import values
from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import drafts, pricing, records, words
from crm_cli.rules.drafts import Draft
from crm_cli.values.amounts import SCALE, line_net, round_half_up
from crm_cli.values.currencies import digits

WHOLE = 100 * SCALE  # 100 per cent as it is stored
NEW = {"quantity": SCALE, "unit_price": None, "discount_pct": None, "tax_pct": None}
# What is typed about a line, or a price, and how it is read.
KINDS = {"quantity": "decimal", "from_quantity": "decimal", "unit_price": "price", "discount_pct": "percent",
         "tax_pct": "percent"}  # fmt: skip

Row = dict[str, Any]


def net(line: Mapping[str, Any], currency: str) -> int | None:
    """What a line comes to in ten-thousandths, None when it has no price."""
    if line["unit_price"] is None:
        return None
    return line_net(line["quantity"], line["unit_price"], line["discount_pct"], currency)


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


def hold_currency(change: Change, noun: str, told: Sequence[Draft], way: str) -> None:
    """Hold records to the currency that the prices of their lines are in, unless the lines are given anew with it.

    `way` says what can be done instead.

    Raises:
        ConflictError: the currency changes under lines with prices.
    """
    changed = [
        draft
        for draft in told
        if draft.before and "lines" not in draft.parts and draft.get("currency") != draft.before["currency"]
    ]
    found = words.standing(change, f"{noun}_line", f"{noun}_id", changed)
    for draft in changed:
        number = sum(row["unit_price"] is not None for row in found.get(draft.id, []))
        if number:
            was = (draft.before or {})["currency"]
            stand = f"{number} lines stand" if number > 1 else "a line stands"
            raise ConflictError(
                f"currency: {stand} with prices in {was}, which are none in {draft.get('currency')}; {way}"
            )


def products(change: Change, ids: Iterable[int]) -> dict[int, Row]:
    """The products of ids, each once."""
    rows = change.rows(
        "SELECT * FROM product WHERE id IN (SELECT value FROM json_each(?))", json.dumps(sorted(set(ids)))
    )
    return {row["id"]: dict(row) for row in rows}


def line(
    change: Change, product: Row, currency: str, company_id: int | None = None, quantity: int = SCALE,
    price: int | None = None,
) -> Row:  # fmt: skip
    """A line of so many of a product, at the customer's price unless one is said; tells what is in stock."""
    if price is None:
        found = pricing.price(change, product, currency, company_id, quantity)
        change.notes += pricing.told(product, found, currency)
        price = found.amount if found else None
    if stock := pricing.stock_note(change, product, quantity):
        change.notes.append(stock)
    known = {"product_id": product["id"], "quantity": quantity, "unit_price": price}
    return NEW | known | {"tax_pct": product["tax_rate"]}


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
    """The stored values of what was typed about a line of a deal; what was not said is left out."""
    return typed(change, change.value("SELECT currency FROM deal WHERE id = ?", deal_id) or "", said)


def typed(change: Change, currency: str, said: Mapping[str, str | None]) -> dict[str, int | None]:
    """The stored values of what was typed about a line in a currency; what was not said is left out."""
    reading = replace(change.reading, currency=currency)
    found = {}
    for name, text in said.items():
        if text is not None:
            try:
                found[name] = value = values.read(KINDS[name], text, reading)
                change.notes += drafts.rounding(name, KINDS[name], text, value, reading)
            except InvalidError as error:
                raise InvalidError(f"{name}: {error}") from None
    return found  # type: ignore[return-value]  # none of these kinds is text


def add(change: Change, deal_id: int, product_id: int, **said: int | None) -> Draft:
    """Add a line to a deal: one at the customer's price, or what is said (`quantity`, `unit_price` …) as stored."""
    draft, rows = _open(change, deal_id)
    found = products(change, [product_id]).get(product_id)
    if found is None:
        raise NotFoundError(f"there is no product {product_id}; `crm product list` shows them")
    told = {key: value for key, value in said.items() if value is not None}
    buyer = (draft.get("currency"), draft.get("company_id"))
    rows.append(line(change, found, *buyer, told.get("quantity", SCALE), told.get("unit_price")) | told)
    return _written(change, draft, rows)


def edit(change: Change, deal_id: int, line_id: int, **said: int | None) -> Draft:
    """Change what is said of a line of a deal; None empties it.

    A price that was the customer's for the quantity before becomes the one for the quantity now.
    """
    draft, rows = _open(change, deal_id)
    row = _line(rows, deal_id, line_id)
    if said.get("quantity") and "unit_price" not in said:
        said |= _repriced(change, draft, row, said["quantity"] or SCALE)
    row.update(said)
    return _written(change, draft, rows)


def _repriced(change: Change, draft: Draft, row: Row, quantity: int) -> Row:
    product = products(change, [row["product_id"]])[row["product_id"]]
    if stock := pricing.stock_note(change, product, quantity):
        change.notes.append(stock)
    buyer = (draft.get("currency"), draft.get("company_id"))
    before = pricing.price(change, product, *buyer, row["quantity"])
    now = pricing.price(change, product, *buyer, quantity)
    if not before or not now or before.amount != row["unit_price"] or now.amount == before.amount:
        return {}
    change.notes += pricing.told(product, now, draft.get("currency"))
    return {"unit_price": now.amount}


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
