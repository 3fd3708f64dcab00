"""Parts stated as JSON: what `--set emails='[…]'` means, as an export writes it.

The rows stated are the rows that shall stand. A reference is any that a person may use.
"""

import json
from collections.abc import Callable
from typing import Any

from crm_cli import fields, values
from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import people
from crm_cli.rules.drafts import Draft
from crm_cli.values import Reading, emails

KEPT = frozenset(("id", "key", "position"))  # what the program sees to itself
HISTORIES = {
    "deal_stage": "the history of stages is not set; move the deal",
    "case_status": "the history of statuses is not set; resolve, close or reopen the case",
}
UNTOLD: dict[str, dict[str, Any]] = {
    "contact_company": {"inactive": 0},
    "campaign_segment": {"excluded": 0},
    "campaign_cost": {"day": None, "amount": None, "note": None},
}
"""What a row has where it is not told."""

Resolve = Callable[[Change, str, str], int]


def rows(
    change: Change, table: str, draft: Draft, text: str, reading: Reading, resolve: Resolve
) -> list[dict[str, Any]]:
    """The rows of a part that a text states; an empty text states none.

    Raises:
        InvalidError: no JSON list of objects, an unknown key, or a value that is none of its kind.
        NotFoundError, ConflictError: a reference that names no record, or several.
    """
    if table in HISTORIES:
        raise InvalidError(HISTORIES[table])
    try:
        told = json.loads(text, parse_float=str, parse_int=str) if text.strip() else []
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        raise InvalidError(f'{text!r} is not a list of objects; write [{{"{_example(table)}": "…"}}]')
    found = [_row(change, table, each, reading, resolve) for each in told]
    for position, row in enumerate(found):
        _complete(change, table, draft, row, position)
    return found


def _known(table: str) -> dict[str, fields.Field]:
    owner = table.partition("_")[0]
    return {name: each for name, each in fields.part(table).items() if name not in KEPT and name != owner}


def _example(table: str) -> str:
    return next(iter(_known(table)))


def _row(
    change: Change, table: str, told: dict[str, Any], reading: Reading, resolve: Resolve
) -> dict[str, Any]:
    known = _known(table)
    row: dict[str, Any] = {}
    for name, value in told.items():
        each = known.get(name)
        if each is None:
            raise fields.nearest(name, list(known), "key")
        text = value if isinstance(value, str) else "" if value is None else json.dumps(value)
        if each.to:
            row[each.column or name] = resolve(change, each.to, text) if text else None
        else:
            row[name] = values.read(each.kind, text, reading, each.choices() or None)
    return row


def _complete(change: Change, table: str, draft: Draft, row: dict[str, Any], position: int) -> None:
    """Give a row what it was not told: the comparing key of an address, its place, its defaults."""
    if table in ("contact_email", "contact_phone"):
        if not row.get("value"):
            raise InvalidError("each needs a value, the address itself")
        email = table == "contact_email"
        row["key"] = (
            emails.key(row["value"])
            if email
            else people.phone_key(change, row["value"], draft.get("country"))
        )
        row.setdefault("primary", int(position == 0))
        row.setdefault("kind", None)
        row.setdefault("opted_out", 0)
        row.setdefault("invalid", 0)
    elif table in ("deal_line", "quote_line", "invoice_line"):
        row["position"] = position
        row.setdefault("quantity", 10_000)
    elif table == "campaign_step" and not row.get("step"):
        raise InvalidError("each needs a step, such as send")
    for name, value in UNTOLD.get(table, {}).items():
        row.setdefault(name, value)
