"""What comes for an invoice, in parts or at once, and goes back; and declaring one void.

A payment is positive where the customer pays and negative where we pay back. An invoice is settled on the day from
which its payments cover the amount for good; a credit, whose amount is negative, by what we pay back.
"""

from collections.abc import Sequence
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import lines, records, words
from crm_cli.rules.drafts import Draft
from crm_cli.values.amounts import money_human

EMPTY: dict[str, Any] = {"day": None, "amount": None, "method": None, "reference": None}
UNDATED = "paid on a day that the file does not tell; the due day, or today before that, stands for it"

Row = dict[str, Any]


def told(change: Change, draft: Draft, standing: Sequence[Row]) -> list[Row] | None:
    """The payments that shall stand by what a draft says; None where it says nothing new of them.

    Raises:
        InvalidError: a payment without a day or an amount; a day of payment for what was paid in parts.
    """
    currency = draft.get("currency")
    if "payments" in draft.parts:
        rows = [EMPTY | row for row in draft.parts["payments"]]
        for row in rows:
            if row["day"] is None or row["amount"] is None:
                raise InvalidError("payments: each needs a day and an amount")
            row["amount"] = lines.rounded(row["amount"], currency)
        return rows
    says_sum = draft.entered.get("open") is not None or (draft.imported and "paid" in draft.given)
    if not says_sum and "paid_on" not in draft.entered:
        return None
    wanted = _wanted(draft)
    day = draft.entered.get("paid_on")
    if day is None and not says_sum:
        return _unpaid(draft, standing)
    return _in_full(change, draft, list(standing), wanted, day)


def _wanted(draft: Draft) -> int:
    """What has been paid, by what is said of it: all but what is open, so much, or everything."""
    amount: int = draft.get("amount")
    if draft.entered.get("open") is not None:
        return amount - lines.rounded(draft.entered["open"], draft.get("currency"))
    return (draft.values["paid"] or 0) if draft.imported and "paid" in draft.given else amount


def check(draft: Draft, before: Sequence[Row], after: Sequence[Row]) -> None:
    """Refuse what a draft cannot be beside its payments.

    Raises:
        InvalidError: it is void and paid, its currency changes under payments, or they come to more than it.
    """
    was, total = _sum(before), _sum(after)
    amount, currency = draft.get("amount"), draft.get("currency")
    if draft.get("void_on") and total:
        raise InvalidError(
            f"{called(draft)} is void, and {_human(total, currency)} of it is paid; pay that back first"
        )
    if draft.before and before and draft.before["currency"] != currency:
        raise InvalidError(
            f"currency: payments in {draft.before['currency']} stand; void it and issue another"
        )
    beyond = total > amount if amount >= 0 else total < amount
    if not draft.imported and "amount" in draft.given and beyond and was == total:
        raise InvalidError(
            f"amount: {_human(total, currency)} is paid already, which is more; pay the rest back first"
        )


def sums(draft: Draft, rows: Sequence[Row]) -> dict[str, Any]:
    """What is kept of payments beside them: their sum, and the day since which they cover the amount."""
    return {"paid": _sum(rows), "settled_on": settled(rows, draft.get("amount"), draft.get("issued_on"))}


def settled(rows: Sequence[Row], amount: int, issued_on: str) -> str | None:
    """The day since which payments cover an amount, None where they do not; nothing owed is settled at once."""
    if not amount:
        return issued_on
    total, since = 0, None
    days: dict[str, int] = {}
    for row in rows:
        days[row["day"]] = days.get(row["day"], 0) + row["amount"]
    for day in sorted(days):
        total += days[day]
        covered = total >= amount if amount > 0 else total <= amount
        since = (since or day) if covered else None
    return since


def pay(
    change: Change,
    invoice_id: int,
    amount: int | None,
    *,
    on: str | None = None,
    method: str | None = None,
    reference: str | None = None,
    overpay: bool = False,
    refund: bool = False,
) -> Draft:
    """Enter a payment.

    Args:
        change: the transaction.
        invoice_id: the invoice.
        amount: in ten-thousandths; None for all that is open.
        on: the day it came, else today.
        method: how it was paid.
        reference: what the bank calls it.
        overpay: whether it may be more than is open.
        refund: whether it is money that we pay back.

    Raises:
        ConflictError: it is void, or nothing is open.
        InvalidError: the amount or the day cannot be.
    """
    draft = load(change, invoice_id)
    day = on or change.today.isoformat()
    if day > change.today.isoformat():
        raise InvalidError(f"on: {day} is still to come; enter a payment when it has")
    if draft.get("void_on"):
        raise ConflictError(f"{called(draft)} is void; nothing can be paid for it")
    part = _part(draft, amount, overpay=overpay, refund=refund)
    rows = words.standing(change, "payment", "invoice_id", [draft]).get(invoice_id, [])
    fresh = {"day": day, "amount": part, "method": method, "reference": reference}
    draft.parts["payments"] = [*rows, fresh]
    records.write(change, "invoice", [draft])
    return draft


def void(change: Change, invoice_id: int, reason: str) -> Draft:
    """Declare an invoice void from today on; it keeps its number and is no revenue.

    Raises:
        ConflictError: it is void already, or something is paid of it.
    """
    draft = load(change, invoice_id)
    if draft.get("void_on"):
        raise ConflictError(f"{called(draft)} is void since {draft.get('void_on')}")
    if draft.get("paid"):
        paid = _human(draft.get("paid"), draft.get("currency"))
        raise ConflictError(
            f"{called(draft)} is not void, since {paid} of it is paid; pay that back first with "
            f"`crm invoice pay {invoice_id} --full --refund`, or issue a credit"
        )
    draft.values |= {"void_on": change.today.isoformat(), "void_reason": reason}
    records.write(change, "invoice", [draft])
    return draft


def load(change: Change, invoice_id: int) -> Draft:
    """An invoice as it stands."""
    found = records.load(change, "invoice", [invoice_id])
    if not found:
        raise NotFoundError(f"there is no invoice {invoice_id}; `crm invoice list` shows them")
    return found[0]


def called(draft: Draft) -> str:
    """What an invoice is called."""
    return f"invoice {draft.get('number') or draft.key or draft.id}"


def _part(draft: Draft, amount: int | None, *, overpay: bool, refund: bool) -> int:
    """What a payment comes to, negative where we pay back."""
    owed, paid, currency = draft.get("amount"), draft.get("paid"), draft.get("currency")
    left: int = owed - paid
    if refund or (amount is None and owed < 0):
        back = -left if owed < 0 else paid
        part = back if amount is None else lines.rounded(abs(amount), currency)
        if not part or (part > back and not (overpay and owed < 0)):
            raise InvalidError(f"{called(draft)}: {_human(back, currency)} can be paid back, not more")
        return -part
    if amount is None:
        if left <= 0:
            raise ConflictError(f"{called(draft)} is paid already, since {draft.get('settled_on')}")
        return left
    part = lines.rounded(amount, currency)
    if part <= 0:
        raise InvalidError(f"{_human(part, currency)}: a payment is more than nothing; --refund pays back")
    if owed < 0:
        raise InvalidError(f"{called(draft)} is a credit; --refund enters what you pay back of it")
    if part > left and not overpay:
        raise InvalidError(
            f"{_human(part, currency)} is more than the {_human(max(left, 0), currency)} that "
            f"{called(draft)} still owes; --overpay takes it all the same"
        )
    return part


def _in_full(change: Change, draft: Draft, rows: list[Row], wanted: int, day: str | None) -> list[Row] | None:
    """Payments that come to what is wanted: one more on the day, or the one that stands moved to it."""
    missing = wanted - _sum(rows)
    if missing:
        if day is None:
            change.notes.append(UNDATED)
        undated = max(min(draft.get("due_on"), change.today.isoformat()), *(row["day"] for row in rows), "")
        return [*rows, EMPTY | {"day": day or undated, "amount": missing}]
    last = settled(rows, draft.get("amount"), draft.get("issued_on"))
    if day is None or last == day or not rows:
        return None
    if len(rows) > 1:
        if draft.imported:
            return None
        raise InvalidError(
            f"paid_on: {called(draft)} was paid in parts, the last on {last}; undo these first"
        )
    return [rows[0] | {"day": day}]


def _unpaid(draft: Draft, rows: Sequence[Row]) -> list[Row] | None:
    """What stands when the day of payment is emptied: the one payment goes."""
    if len(rows) > 1:
        raise InvalidError(f"paid_on: {called(draft)} was paid in parts; undo these, or pay it back")
    return [] if rows else None


def _sum(rows: Sequence[Row]) -> int:
    return sum(row["amount"] for row in rows)


def _human(amount: int, currency: str) -> str:
    return f"{money_human(amount, currency)} {currency}"
