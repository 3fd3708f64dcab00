"""A product's own rules: a code of its own, a currency for its money, and what a bundle holds.

A bundle is sold as one product with one price; its parts say what is in it. A part may be a bundle itself, but
nothing holds itself.
"""

import json
from collections.abc import Sequence
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import records, words
from crm_cli.rules.drafts import Draft
from crm_cli.values.amounts import SCALE

# Everything that a bundle holds, through bundles in it.
_WITHIN = """
WITH RECURSIVE within (id) AS (
  SELECT part_id FROM product_part WHERE product_id IN (SELECT value FROM json_each(?1))
  UNION SELECT x.part_id FROM within JOIN product_part AS x ON x.product_id = within.id)
SELECT EXISTS (SELECT 1 FROM within WHERE id = ?2)"""

Row = dict[str, Any]


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete currency and name, and refuse a code that is taken."""
    for draft in drafts:
        values = draft.values
        if draft.before is None:
            values["currency"] = values.get("currency") or change.config.currency
            known = f"#{draft.key}" if draft.key else "(no name)"
            values["name"] = values.get("name") or values.get("code") or known
        if "parts" in draft.parts:
            draft.parts["parts"] = [_part({"quantity": SCALE} | row) for row in draft.parts["parts"]]
    _codes(change, [draft for draft in drafts if draft.values.get("code")])


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Refuse a bundle that would hold itself.

    Raises:
        ConflictError: of the first that does.
    """
    for draft in drafts:
        if draft.parts.get("parts") and change.value(_WITHIN, json.dumps([draft.id]), draft.id):
            raise ConflictError(f"{draft.get('name')} would hold itself, by itself or by a bundle in it")


def put_part(change: Change, bundle_id: int, part_id: int, quantity: int | None) -> Draft:
    """Let a bundle hold so many of a product; None takes the product out of it.

    Raises:
        NotFoundError: the product that is to be taken out is not in it.
    """
    draft = records.load(change, "product", [bundle_id])[0]
    rows = words.standing(change, "product_part", "product_id", [draft]).get(bundle_id, [])
    same = [row for row in rows if row["part_id"] == part_id]
    if quantity is None:
        if not same:
            raise NotFoundError(
                f"{draft.get('name')} holds no such part; `crm product show {bundle_id}` shows them"
            )
        rows.remove(same[0])
    elif same:
        same[0]["quantity"] = quantity
    else:
        rows.append({"part_id": part_id, "quantity": quantity})
    draft.parts["parts"] = rows
    records.write(change, "product", [draft])
    return draft


def _part(row: Row) -> Row:
    if row.get("part_id") is None:
        raise InvalidError("parts: each needs a part, which is a product")
    if row["quantity"] is None or row["quantity"] <= 0:
        raise InvalidError("quantity: a bundle holds more than 0 of a part, such as 2")
    return row


def _codes(change: Change, drafts: Sequence[Draft]) -> None:
    # Bound one by one: a JSON array would cut a code at a NUL, which files do bring.
    marks = ", ".join("?" * len(drafts))
    question = f"SELECT id, code, name FROM product WHERE code IN ({marks})"
    rows = change.rows(question, *(draft.values["code"] for draft in drafts))
    taken = {row["code"]: (row["id"], row["name"]) for row in rows}
    for number, draft in enumerate(drafts, 1):
        own = (draft.id if draft.before else -number, draft.get("name"))
        holder = taken.setdefault(draft.values["code"], own)
        if holder[0] != own[0]:
            said = f"product {holder[0]} {holder[1]}" if holder[0] > 0 else holder[1]
            raise ConflictError(f"{said} has the code {draft.values['code']} already; give another")
