"""An invoice's own rules: its number, for whom it is, until when it is due, what it comes to, what is paid of it.

A negative invoice is a credit: what we owe. What has been paid and the day on which that reached the amount are
kept beside the payments, so that questions over all invoices need no other table; they always follow from them.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from crm_cli import choices
from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import customers, lines, numbering, payments, words
from crm_cli.rules.drafts import Draft
from crm_cli.values import word_key
from crm_cli.values.amounts import money_human, round_half_up
from crm_cli.values.currencies import digits

LINE: dict[str, Any] = {"product_id": None, "text": None, **lines.NEW}
TOUCHING = frozenset(("amount", "currency", "issued_on", "paid", "settled_on", "void_on"))
"""What, when it is said, may change what is open."""

Row = dict[str, Any]


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete a batch of invoices and reckon what is paid of them."""
    # What another program numbered not at all is told by its key; our numbers are for what we issue.
    numbering.give(
        change, "invoice", [each for each in drafts if each.values.get("number") or not _foreign(each)]
    )
    _from_deals(change, [draft for draft in drafts if draft.before is None and not draft.imported])
    customers.complete(change, drafts)
    lines.hold_currency(change, "invoice", drafts, "void it and issue another")
    for draft in drafts:
        _currency_and_day(change, draft)
        _amount(draft)
    _due(change, drafts)
    _rates(change, drafts)
    _paid(change, drafts)


def warning(change: Change, company_id: int | None, contact_id: int | None) -> str | None:
    """What is to be known of a customer who owes for too long before more is sold; None where nothing is.

    Too long is more than `invoice.warn_days` after the due day.
    """
    noun, record_id = ("company", company_id) if company_id else ("contact", contact_id)
    if record_id is None:
        return None
    bound = change.today - timedelta(int(change.config.get("invoice.warn_days")))
    rows = change.rows(
        "SELECT currency, count(*) AS number, sum(amount - paid) AS open, min(due_on) AS due FROM invoice "
        f"WHERE {noun}_id = ? AND settled_on IS NULL AND void_on IS NULL AND due_on < ? AND amount > paid "
        "GROUP BY currency ORDER BY due",
        record_id, bound.isoformat(),
    )  # fmt: skip
    if not rows:
        return None
    owed = ", ".join(f"{money_human(row['open'], row['currency'])} {row['currency']}" for row in rows)
    days = (change.today - date.fromisoformat(rows[0]["due"])).days
    name = change.value(f"SELECT name FROM {noun} WHERE id = ?", record_id)
    number = sum(row["number"] for row in rows)
    return f"{name} owes {owed}: {number} invoice{'s' * (number > 1)} overdue, the oldest for {days} days"


def _foreign(draft: Draft) -> bool:
    return draft.imported or bool(draft.before and draft.before["number"] is None)


def _from_deals(change: Change, drafts: Sequence[Draft]) -> None:
    """A new invoice for a deal is for the deal's customer, in its currency."""
    for draft in drafts:
        deal = draft.values.get("deal_id")
        found = deal and change.one("SELECT company_id, contact_id, currency FROM deal WHERE id = ?", deal)
        if not found:
            continue
        if not draft.values.get("company_id") and not draft.values.get("contact_id"):
            draft.values["company_id"], draft.values["contact_id"] = found["company_id"], found["contact_id"]
        draft.values["currency"] = draft.values.get("currency") or found["currency"]


def _currency_and_day(change: Change, draft: Draft) -> None:
    values = draft.values
    if draft.before is None:
        values["currency"] = values.get("currency") or change.config.currency
        if not draft.imported:
            values["issued_on"] = values.get("issued_on") or change.today.isoformat()
            if not values.get("company_id") and not values.get("contact_id"):
                raise InvalidError("an invoice is for somebody; name --company or --contact")
    if not draft.get("issued_on"):
        raise InvalidError("issued_on: an invoice has the day it was issued; map a column to it, or set it")
    due = draft.get("due_on")
    if due and due < draft.get("issued_on") and not draft.imported:
        raise InvalidError(f"due_on: {due} is before the invoice is issued, on {draft.get('issued_on')}")


def _amount(draft: Draft) -> None:
    """Round lines one by one; they make the amount and its tax where these are not told."""
    values, currency = draft.values, draft.get("currency")
    if "lines" in draft.parts:
        rows = [LINE | row | {"position": place} for place, row in enumerate(draft.parts["lines"])]
        lines.check(rows)
        draft.parts["lines"] = [row | reckoned(row, currency) for row in rows]
        if "amount" not in draft.given and rows:
            values["tax"] = sum(row["tax"] for row in draft.parts["lines"])
            values["amount"] = values["tax"] + sum(row["net"] for row in draft.parts["lines"])
    if draft.get("amount") is None:
        raise InvalidError("amount: say what is to be paid, such as --amount 1190, or give lines")
    for column in ("amount", "tax", "paid"):
        value = draft.get(column) if "currency" in values else values.get(column)
        if value is not None:
            values[column] = lines.rounded(value, currency)


def reckoned(row: Row, currency: str) -> dict[str, int]:
    """Net and tax of a line, each rounded half-up at the currency's digits, where they are not told.

    A line without a price comes to nothing.
    """
    net = (lines.net(row, currency) or 0) if row.get("net") is None else row["net"]
    told = row.get("tax")
    return {"net": net, "tax": tax(net, row["tax_pct"], currency) if told is None else told}


def tax(net: int, pct: int | None, currency: str) -> int:
    """The tax on a net amount at a stored percentage, rounded half-up at the currency's digits."""
    unit: int = 10 ** (4 - digits(currency))
    return round_half_up(net * (pct or 0), lines.WHOLE * unit) * unit


def _due(change: Change, drafts: Sequence[Draft]) -> None:
    """An invoice is due by its customer's terms, else by those of the settings."""
    lacking = [draft for draft in drafts if not draft.get("due_on")]
    terms = _terms(change, (draft.get("company_id") for draft in lacking))
    usual = int(change.config.get("invoice.terms_days"))
    for draft in lacking:
        days, issued = terms.get(draft.get("company_id"), usual), draft.get("issued_on")
        try:
            draft.values["due_on"] = (date.fromisoformat(issued) + timedelta(days)).isoformat()
        except OverflowError:
            raise InvalidError(
                f"the calendar ends within {days:,} days of {issued}; say when it is due"
            ) from None


def _terms(change: Change, companies: Iterable[int | None]) -> dict[int | None, int]:
    wanted = sorted({each for each in companies if each})
    if not wanted:
        return {}
    rows = change.rows(
        "SELECT id, payment_terms_days FROM company "
        "WHERE id IN (SELECT value FROM json_each(?)) AND payment_terms_days IS NOT NULL",
        json.dumps(wanted),
    )
    return {row["id"]: row["payment_terms_days"] for row in rows}


def _rates(change: Change, drafts: Sequence[Draft]) -> None:
    """Fix the rate to the base currency of the day it was issued, until that day or the currency is another."""
    known: dict[tuple[str, str], str | None] = {}
    for draft in drafts:
        key = (draft.get("currency"), draft.get("issued_on"))
        before = draft.before and (draft.before["currency"], draft.before["issued_on"])
        if "rate" in draft.given or key == before:
            continue
        if key not in known:
            known[key] = change.rate(*key)
        draft.values["rate"] = known[key]


def _paid(change: Change, drafts: Sequence[Draft]) -> None:
    """Bring payments in line with what is told of them, and the sums in line with the payments."""
    touched = [
        draft
        for draft in drafts
        if draft.before is None
        or draft.given & TOUCHING
        or "amount" in draft.values
        or "payments" in draft.parts
        or draft.entered.keys() & {"paid_on", "open"}
    ]
    standing = words.standing(change, "payment", "invoice_id", [each for each in touched if each.before])
    for draft in touched:
        if not draft.imported and draft.given & {"paid", "settled_on"}:
            raise InvalidError("what was paid is entered with `crm invoice pay`, or as --paid-on")
        _state(draft)
        rows = standing.get(draft.id, []) if draft.before else []
        told = payments.told(change, draft, rows)
        if told is not None:
            draft.parts["payments"] = told
        payments.check(draft, rows, draft.parts.get("payments", rows))
        draft.values |= payments.sums(draft, draft.parts.get("payments", rows))


def _state(draft: Draft) -> None:
    """What another program says of an invoice's state in a word."""
    word = choices.words("InvoiceStatus").get(word_key(draft.values.get("status_original") or ""))
    if not draft.imported or "uid" in draft.given or not word:
        return
    if word == "void":
        draft.values["void_on"] = draft.get("void_on") or draft.get("issued_on")
        draft.entered.pop("open", None)  # where nothing is owed any more, nothing was paid all the same
    elif word == "paid" and "paid" not in draft.given and not draft.entered.keys() & {"paid_on", "open"}:
        draft.values["paid"] = draft.get("amount")
        draft.given |= {"paid"}
