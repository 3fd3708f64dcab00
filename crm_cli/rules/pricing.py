"""What a product costs whom: the price list of the customer, else the list price; and whether there is enough of it.

A price list holds where it is in use on the day and in the currency of the sale. Of its prices for a product, the
one with the highest quantity that is reached counts. A company without a list of its own has its parent's.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from crm_cli.changing import Change
from crm_cli.values.amounts import SCALE, decimal_text, money_human

# The price of a product for a company, by quantity: its own list before its parent's.
_LISTED = """
SELECT p.unit_price, p.from_quantity, l.name FROM price AS p JOIN pricelist AS l ON l.id = p.pricelist_id
WHERE p.product_id = :product AND p.from_quantity <= :quantity AND l.currency = :currency AND l.active
  AND (l.starts_on IS NULL OR l.starts_on <= :day) AND (l.ends_on IS NULL OR l.ends_on >= :day)
  AND l.id = (SELECT coalesce(c.pricelist_id, (SELECT pricelist_id FROM company WHERE id = c.parent_id))
              FROM company AS c WHERE c.id = :company)
ORDER BY p.from_quantity DESC LIMIT 1"""

Row = Mapping[str, Any]


class Price(NamedTuple):
    """The price of one, in ten-thousandths, and the price list that says so; `""` for the product's own."""

    amount: int
    by: str = ""
    from_quantity: int = SCALE


def price(
    change: Change, product: Row, currency: str, company_id: int | None = None, quantity: int = SCALE
) -> Price | None:
    """What one of a product costs a company that takes so many, None where no price in that currency is known."""
    said = {"product": product["id"], "company": company_id, "currency": currency,
            "quantity": abs(quantity), "day": change.today.isoformat()}  # fmt: skip
    found = change.connection.execute(_LISTED, said).fetchone() if company_id else None
    if found:
        return Price(found["unit_price"], found["name"], found["from_quantity"])
    if product["list_price"] is None or product["currency"] != currency:
        return None
    return Price(product["list_price"])


def told(product: Row, found: Price | None, currency: str) -> list[str]:
    """What a person is told of a price: the list that it is from, or that there is none in this currency."""
    if found is None:
        if product["list_price"] is None:
            return []
        listed = f"{product['name']} is listed in {product['currency']}"
        return [f"{listed} and the deal is in {currency}; give its price"]
    if not found.by:
        return []
    least = f", from {decimal_text(found.from_quantity)}" if found.from_quantity != SCALE else ""
    return [f"{product['name']}: {money_human(found.amount, currency)} {currency} by {found.by}{least}"]


def parts(change: Change, product_ids: set[int]) -> dict[int, list[Row]]:
    """What bundles hold: their parts by bundle, each with `name`, `quantity` and `in_stock`."""
    rows = change.rows(
        "SELECT x.product_id, x.quantity, p.id, p.name, p.kind, p.in_stock FROM product_part AS x "
        "JOIN product AS p ON p.id = x.part_id "
        "WHERE x.product_id IN (SELECT value FROM json_each(?)) ORDER BY x.id",
        json.dumps(sorted(product_ids)),
    )
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row["product_id"], []).append(dict(row))
    return found


def parts_text(rows: list[Row]) -> str:
    """The parts of a bundle in words: `2 × Filter, Seal`."""
    return ", ".join(
        row["name"] if row["quantity"] == SCALE else f"{decimal_text(row['quantity'])} × {row['name']}"
        for row in rows
    )


def stock_note(change: Change, product: Row, quantity: int) -> str | None:
    """How many of a product are in stock, and whether that is enough; None where nobody counts them."""
    stock = product["in_stock"]
    if stock is None:
        stock = _whole_bundles(parts(change, {product["id"]}).get(product["id"], []))
    if stock is None:
        return None
    if stock < quantity:
        return f"{product['name']}: only {decimal_text(stock)} in stock, {decimal_text(quantity)} asked for"
    return f"{product['name']}: {decimal_text(stock)} in stock"


def _whole_bundles(rows: list[Row]) -> int | None:
    """How many of a bundle its parts make; those that nobody counts are taken to be there."""
    counted = [
        row["in_stock"] // row["quantity"] * SCALE
        for row in rows
        if row["in_stock"] is not None and row["quantity"] > 0
    ]
    return min(counted) if counted else None
