"""A price list's own rules: one price for a product from a quantity on, all in the list's currency."""

from collections.abc import Sequence
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import records, words
from crm_cli.rules.drafts import Draft
from crm_cli.values.amounts import SCALE, decimal_text

Row = dict[str, Any]


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete the currency, and refuse days and prices that cannot be.

    Raises:
        InvalidError: the list ends before it begins, or a price or quantity is none.
        ConflictError: the currency changes under prices, or two prices are for the same quantity.
    """
    for draft in drafts:
        if draft.before is None:
            draft.values["currency"] = draft.values.get("currency") or change.config.currency
        first, last = draft.get("starts_on"), draft.get("ends_on")
        if first and last and last < first:
            raise InvalidError(f"ends_on: {last} is before {first}, when it starts; give a later day")
        if draft.before and draft.get("currency") != draft.before["currency"]:
            _refuse_other_currency(change, draft)
        if "prices" in draft.parts:
            draft.parts["prices"] = [
                _checked({"from_quantity": SCALE} | row) for row in draft.parts["prices"]
            ]
            _refuse_twice(change, draft.parts["prices"])


def put(
    change: Change, list_id: int, product_id: int, amount: int | None, from_quantity: int = SCALE
) -> Draft:
    """Set the price of a product on a list from a quantity on; None takes it off the list.

    Raises:
        NotFoundError: there is no such price to be taken off.
    """
    draft = records.load(change, "pricelist", [list_id])[0]
    rows = words.standing(change, "price", "pricelist_id", [draft]).get(list_id, [])
    same = [row for row in rows if (row["product_id"], row["from_quantity"]) == (product_id, from_quantity)]
    if amount is None:
        if not same:
            raise NotFoundError(
                f"{draft.get('name')} has no such price; `crm pricelist show {list_id}` shows them"
            )
        rows.remove(same[0])
    elif same:
        same[0]["unit_price"] = amount
    else:
        rows.append({"product_id": product_id, "from_quantity": from_quantity, "unit_price": amount})
    draft.parts["prices"] = rows
    records.write(change, "pricelist", [draft])
    return draft


def _checked(row: Row) -> Row:
    if row.get("product_id") is None:
        raise InvalidError("prices: each needs a product")
    if row["from_quantity"] is None or row["from_quantity"] <= 0:
        raise InvalidError("from_quantity: a price holds from a quantity above 0 on, such as 10")
    if row.get("unit_price") is None or row["unit_price"] < 0:
        raise InvalidError("unit_price: give an amount, 0 or more")
    return row


def _refuse_twice(change: Change, rows: Sequence[Row]) -> None:
    seen: set[tuple[int, int]] = set()
    for row in rows:
        key = (row["product_id"], row["from_quantity"])
        if key in seen:
            name = change.value("SELECT name FROM product WHERE id = ?", row["product_id"])
            raise ConflictError(
                f"{name} has two prices from {decimal_text(row['from_quantity'])} on; keep one"
            )
        seen.add(key)


def _refuse_other_currency(change: Change, draft: Draft) -> None:
    if change.value("SELECT EXISTS (SELECT 1 FROM price WHERE pricelist_id = ?)", draft.id):
        was = (draft.before or {})["currency"]
        raise ConflictError(
            f"{draft.get('name')} has prices in {was}; add another list for {draft.get('currency')}"
        )
