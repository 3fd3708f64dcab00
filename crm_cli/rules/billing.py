"""From a won deal to its invoices: all at once, a share of it, or what is left to bill.

What a deal comes to is its accepted quote's lines with discount and shipping, else its own lines. Where its amount was
agreed apart from them, a line for each tax rate takes up the difference by its share of the net, so that the invoice
comes to what was sold and its tax stays right. Shares and rests have a line for each tax rate.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import lines, records
from crm_cli.rules.drafts import Draft
from crm_cli.rules.invoice import LINE, reckoned
from crm_cli.values import show
from crm_cli.values.amounts import SCALE, money_human, round_half_up
from crm_cli.values.currencies import digits

COPIED = ("product_id", "text", "quantity", "unit_price", "discount_pct", "tax_pct")
AGREED = "As agreed"

Row = dict[str, Any]
Sums = dict[int, tuple[int, int]]
"""Net and tax by the tax rate, all as stored."""


def bill(
    change: Change, deal_id: int, *, share: int | None = None, due_on: str | None = None, force: bool = False
) -> Draft:
    """Make an invoice of a won deal.

    Args:
        change: the transaction.
        deal_id: the deal.
        share: a stored percentage of the whole; None for all that is not billed yet.
        due_on: the day it is due, else by the customer's terms.
        force: bill what is billed already, or a deal that is not won.

    Raises:
        ConflictError: the deal is not won, or more would be billed than it comes to.
        InvalidError: the deal comes to nothing, invoices of it are in another currency, or the share is none.
    """
    deal = _deal(change, deal_id)
    if deal["status"] != "won" and not force:
        raise ConflictError(f"{_called(deal)} is {deal['status']}; win it first, or give --force")
    if share is not None and not 0 < share <= lines.WHOLE:
        raise InvalidError("share: give a percentage above 0 and up to 100, such as 50%")
    quote = _accepted(change, deal_id)
    whole = _of_quote(change, quote) if quote else _of_deal(change, deal)
    rows = _due(change, deal, whole, share, force=force)
    draft = Draft(
        values={
            "deal_id": deal_id, "quote_id": quote and quote["id"], "due_on": due_on, "currency": deal["currency"],
            **{name: deal[name] for name in ("company_id", "contact_id", "owner_id")},
        }
    )  # fmt: skip
    draft.parts["lines"] = rows
    records.write(change, "invoice", [draft])
    return draft


def _due(change: Change, deal: Row, whole: Sequence[Row], share: int | None, *, force: bool) -> list[Row]:
    """The lines to bill now: all, a share, or the rest."""
    currency = deal["currency"]
    sums, billed = _sums(whole), _billed(change, deal)
    total, done = _total(sums), sum(row["amount"] for row in billed)
    if not total:
        raise InvalidError(f"{_called(deal)} has no amount to bill; give it one, or prices to its lines")
    if share is None and (not done or (done >= total and force)):
        return list(whole)
    rest = _rest(sums, _billed_sums(change, billed))
    found = rest if share is None else _part(sums, share, currency)
    if share is not None and abs(_total(rest) - _total(found)) <= len(sums) * 2 * _unit(currency):
        found = rest  # the last share takes what rounding has left
    if not force and (_total(found) <= 0 or done + _total(found) > total):
        numbers = ", ".join(row["number"] or str(row["id"]) for row in billed)
        of = f"{money_human(done, currency)} of {money_human(total, currency)} {currency}"
        raise ConflictError(
            f"{of} of {_called(deal)} are billed already, with {numbers}; --force bills it all the same"
        )
    said = f"{deal['name']}, the rest" if share is None else f"{show('percent', share)}% of {deal['name']}"
    return [
        LINE | {"text": said, "unit_price": net, "tax_pct": rate or None, "net": net, "tax": tax}
        for rate, (net, tax) in sorted(found.items())
        if net or tax
    ]


def _deal(change: Change, deal_id: int) -> Row:
    question = (
        "SELECT id, name, status, amount, currency, company_id, contact_id, owner_id FROM deals WHERE id = ?"
    )
    found = change.one(question, deal_id)
    if found is None:
        raise NotFoundError(f"there is no deal {deal_id}; `crm deal list` shows them")
    return dict(found)


def _accepted(change: Change, deal_id: int) -> Row | None:
    question = (
        "SELECT * FROM quote WHERE deal_id = ? AND status = 'accepted' ORDER BY decided_on DESC, id DESC"
    )
    found = change.one(question, deal_id)
    return dict(found) if found else None


def _of_quote(change: Change, quote: Row) -> list[Row]:
    """The lines of an accepted quote, its discount and its shipping, which come to its total."""
    question = "SELECT * FROM quote_line WHERE quote_id = ? ORDER BY position, id"
    rows = [_copied(dict(row)) for row in change.rows(question, quote["id"])]
    if quote["discount"]:
        rows.append(LINE | {"text": "Discount", "unit_price": -quote["discount"]})
    if quote["shipping"]:
        shipping = {"unit_price": quote["shipping"], "tax_pct": quote["shipping_tax_pct"]}
        rows.append(LINE | {"text": "Shipping"} | shipping)
    return [row | reckoned(row, quote["currency"]) for row in rows]


def _of_deal(change: Change, deal: Row) -> list[Row]:
    """The lines of a deal, and what is missing to its amount."""
    currency, amount = deal["currency"], deal["amount"]
    rows = [_copied(row) for row in lines.standing(change, [deal["id"]]).get(deal["id"], [])]
    if not rows and amount:
        rows = [LINE | {"text": deal["name"], "unit_price": amount}]
    rows = [row | reckoned(row, currency) for row in rows]
    missing = (amount or 0) - sum(row["net"] for row in rows)
    if amount is None or not missing:
        return rows
    if len(rows) == 1 and rows[0]["unit_price"] is None and amount * SCALE % rows[0]["quantity"] == 0:
        priced = rows[0] | {"unit_price": amount * SCALE // rows[0]["quantity"], "discount_pct": None}
        return [priced | reckoned(priced, currency)]
    return [*rows, *_agreed(rows, missing, currency)]


def _agreed(rows: Sequence[Row], missing: int, currency: str) -> list[Row]:
    """Lines that take up a difference to the amount, for each tax rate by its share of the net."""
    nets = {rate: net for rate, (net, _) in sorted(_sums(rows).items())}
    whole, left = sum(nets.values()), missing
    found = []
    for place, (rate, net) in enumerate(nets.items(), 1):
        part = left if place == len(nets) else _rounded_share(missing, net or 0, whole or 1, currency)
        left -= part
        row = LINE | {"text": AGREED, "unit_price": part, "tax_pct": rate or None}
        found.append(row | reckoned(row, currency))
    return [row for row in found if row["unit_price"]]


def _copied(row: Row) -> Row:
    return LINE | {name: row.get(name) for name in COPIED}


def _billed(change: Change, deal: Row) -> list[Row]:
    """The invoices of a deal that are not void.

    Raises:
        InvalidError: one is in another currency than the deal.
    """
    question = (
        "SELECT id, number, amount, currency FROM invoice WHERE deal_id = ? AND void_on IS NULL ORDER BY id"
    )
    rows = [dict(row) for row in change.rows(question, deal["id"])]
    for row in rows:
        if row["currency"] != deal["currency"]:
            raise InvalidError(
                f"invoice {row['number'] or row['id']} is in {row['currency']} and {_called(deal)} in "
                f"{deal['currency']}; what is left to bill cannot be told, bill it with `crm invoice add`"
            )
    return rows


def _billed_sums(change: Change, billed: Sequence[Row]) -> Sums:
    """What is billed by tax rate; an invoice without lines counts as one without tax."""
    ids = json.dumps([row["id"] for row in billed])
    question = "SELECT * FROM invoice_line WHERE invoice_id IN (SELECT value FROM json_each(?))"
    rows = [dict(row) for row in change.rows(question, ids)]
    lined = {row["invoice_id"] for row in rows}
    bare = [{"tax_pct": None, "net": row["amount"], "tax": 0} for row in billed if row["id"] not in lined]
    return _sums([*rows, *bare])


def _sums(rows: Iterable[Row]) -> Sums:
    found: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in rows:
        net, tax = found[row["tax_pct"] or 0]
        found[row["tax_pct"] or 0] = (net + (row["net"] or 0), tax + (row["tax"] or 0))
    return dict(found)


def _rest(sums: Sums, billed: Sums) -> Sums:
    """What is left of the whole, rate by rate; what was billed at a rate that it has not is taken off the first."""
    found = {rate: _less(both, billed.get(rate, (0, 0))) for rate, both in sums.items()}
    first = min(found)
    for rate in billed.keys() - sums.keys():
        found[first] = _less(found[first], (sum(billed[rate]), 0))
    return found


def _less(both: tuple[int, int], by: tuple[int, int]) -> tuple[int, int]:
    return both[0] - by[0], both[1] - by[1]


def _part(sums: Sums, share: int, currency: str) -> Sums:
    found = {}
    for rate, (net, _) in sums.items():
        part = _rounded_share(net, share, lines.WHOLE, currency)
        tax = reckoned(LINE | {"unit_price": part, "tax_pct": rate}, currency)["tax"]
        found[rate] = (part, tax)
    return found


def _rounded_share(amount: int, part: int, whole: int, currency: str) -> int:
    unit = _unit(currency)
    return round_half_up(amount * part, whole * unit) * unit


def _total(sums: Sums) -> int:
    return sum(net + tax for net, tax in sums.values())


def _unit(currency: str) -> int:
    return int(10 ** (4 - digits(currency)))


def _called(deal: Row) -> str:
    return f"deal {deal['id']} {deal['name']}"
