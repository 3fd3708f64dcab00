"""A contract's own rules: what a customer is entitled to, for a term, and how one term follows another.

A contract is renewed by a deal of the type renewal; once that is agreed, the next term is a contract of its own
that names the one it follows. Whether a contract is active on a day is told by its dates and by what was decided.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import clocks, customers, intake, lines, numbering, records
from crm_cli.rules.drafts import Draft
from crm_cli.values.amounts import money_human
from crm_cli.values.dates import add_months

# Those of a customer that hold on a day, the one to fall under first. A customer's own come with its parent's.
_ACTIVE = """
SELECT id FROM contract
WHERE (company_id IN (:company, (SELECT parent_id FROM company WHERE id = :company))
    OR company_id IS NULL AND contact_id = :contact)
  AND (product_id IS NULL OR product_id = :product)
  AND status NOT IN ('on_hold', 'cancelled', 'expired')
  AND (starts_on <= :day OR starts_on IS NULL AND status <> 'not_started')
  AND (ends_on IS NULL OR ends_on >= :day)
ORDER BY sla_policy_id IS NULL, starts_on DESC, company_id = :company DESC, id DESC LIMIT 1"""
# What the next term has from the one before.
_SAME = ("name", "company_id", "contact_id", "product_id", "currency", "sla_policy_id", "renewal_reminder_days",
         "owner_id", "tags")  # fmt: skip

Row = dict[str, Any]


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete number, name, customer and currency; refuse a term that ends before it starts."""
    numbering.give(change, "contract", drafts)
    for draft in drafts:
        values = draft.values
        if draft.before is None:
            values["name"] = values.get("name") or values["number"]
            values["currency"] = values.get("currency") or change.config.currency
        if values.get("value") is not None:
            values["value"] = lines.rounded(values["value"], draft.get("currency"))
        _check(draft)
    customers.complete(change, drafts)


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Let the open cases under contracts follow another policy."""
    clocks.follow(change, drafts, "contract_id")


def active_for(
    change: Change, company_id: int | None, product_id: int | None, day: str, contact_id: int | None = None
) -> int | None:
    """The contract that a case of a customer falls under on a day, None where there is none.

    It is the company's or its parent's, or, where the customer is a person, the person's own; it covers the
    product or everything. One with a policy goes before one without, then the latest start counts.
    """
    if company_id is None and contact_id is None:
        return None
    said = {"company": company_id, "product": product_id, "day": day, "contact": contact_id}
    row = change.connection.execute(_ACTIVE, said).fetchone()
    return row[0] if row else None


def renew(change: Change, contract_id: int, *, value: int | None = None, until: str | None = None) -> int:
    """Make the deal that renews a contract: its worth, expected to close on its last day; returns the deal.

    Args:
        change: the transaction.
        contract_id: the contract.
        value: what the next term is worth, in ten-thousandths; else as much as this one.
        until: the last day of the next term; else it is as long as this one.

    Raises:
        ConflictError: a deal renews it already, or the next term stands.
        InvalidError: it was cancelled, or `until` is no later than its end.
    """
    contract = _contract(change, contract_id)
    _refuse_cancelled(contract)
    _refuse_followed(change, contract)
    deal = _deal(change, contract)
    if deal and deal["status"] != "lost":
        said = (
            "open; win it" if deal["status"] == "open" else "won; `crm contract extend` makes the next term"
        )
        raise ConflictError(
            f"{_called(contract)} is renewed by deal {deal['id']} {deal['name']}, which is {said}"
        )
    found = records.add(
        change,
        "deal",
        name=f"{contract['name']} – renewal",
        type="renewal",
        amount=contract["value"] if value is None else value,
        expected_close=contract["ends_on"],
        **{key: contract[key] for key in ("company_id", "contact_id", "owner_id", "currency")},
    )
    more = {"next_ends_on": until} if until else {}
    records.edit(change, "contract", contract_id, renewal_deal_id=found.id, **more)
    return found.id


def extend(change: Change, contract_id: int, *, value: int | None = None, until: str | None = None) -> int:
    """Make the term that follows a contract; returns the contract that it is.

    It begins the day after the last one ended, is worth what the renewal was won for, else as much as before,
    and lasts until the day given or agreed with the renewal, else as long as the term before.

    Raises:
        ConflictError: it is followed already, or the deal that renews it is open.
        InvalidError: it was cancelled, or has no last day.
    """
    contract = _contract(change, contract_id)
    _refuse_cancelled(contract)
    _refuse_followed(change, contract)
    if not contract["ends_on"]:
        raise InvalidError(f"{_called(contract)} has no last day that a next term could follow; it goes on")
    deal = _deal(change, contract)
    if deal and deal["status"] == "open":
        raise ConflictError(
            f"{_called(contract)} is renewed by deal {deal['id']} {deal['name']}, which is open; win it first"
        )
    sold = (
        deal["amount"]
        if deal and deal["status"] == "won" and deal["currency"] == contract["currency"]
        else None
    )
    first, last = next_term(contract["starts_on"], contract["ends_on"])
    worth = next((each for each in (value, sold, contract["value"]) if each is not None), None)
    return records.add(
        change,
        "contract",
        starts_on=first,
        ends_on=until or contract["next_ends_on"] or last,
        value=worth,
        renewed_from_id=contract_id,
        **{column: contract[column] for column in _SAME},
    ).id


def next_term(starts_on: str | None, ends_on: str) -> tuple[str, str | None]:
    """First and last day of the term after one: as many months where that is whole months, else as many days.

    Raises:
        InvalidError: the calendar ends before that term does.
    """
    try:
        return _next_term(starts_on, date.fromisoformat(ends_on))
    except (OverflowError, ValueError):
        raise InvalidError(f"the calendar has no term after {ends_on}; give it another end first") from None


def _next_term(starts_on: str | None, ends_on: date) -> tuple[str, str | None]:
    first = ends_on + timedelta(days=1)
    if not starts_on:
        return first.isoformat(), None
    began = date.fromisoformat(starts_on)
    months = (first.year - began.year) * 12 + first.month - began.month
    whole = months > 0 and add_months(began, months) == first
    after = add_months(first, months) if whole else first + (first - began)
    return first.isoformat(), (after - timedelta(days=1)).isoformat()


def read(change: Change, contract_id: int, texts: dict[str, str | None]) -> dict[str, Any]:
    """What is typed for the next term, as `renew` and `extend` take it: the value and the last day."""
    draft = Draft(before=_contract(change, contract_id))
    intake.fill(change, "contract", draft, {name: text for name, text in texts.items() if text is not None})
    return {"value": draft.values.get("value"), "until": draft.values.get("next_ends_on")}


def told(change: Change, noun: str, ids: Sequence[int]) -> list[str]:
    """What was made by renewing or extending: a sentence for each deal or contract."""
    question = {
        "deal": "SELECT 'deal ' || id, name, amount, currency, coalesce('expected ' || expected_close, 'undated')",
        "contract": "SELECT 'contract ' || number, name, value, currency, "
        "starts_on || coalesce(' to ' || ends_on, ', without an end')",
    }[noun]
    rows = change.rows(
        f"{question} FROM {noun} WHERE id IN (SELECT value FROM json_each(?))", json.dumps(ids)
    )
    return [
        f"{number} {name}: {days}"
        + (f", {money_human(worth, currency)} {currency}" if worth is not None else "")
        for number, name, worth, currency, days in rows
    ]


def tell_won(change: Change, deals: Iterable[int]) -> None:
    """Note which contracts the deals that were won renew, and how their next term is made."""
    rows = change.rows(
        "SELECT number, name, renewal_deal_id AS deal FROM contract AS c "
        "WHERE renewal_deal_id IN (SELECT value FROM json_each(?)) "
        "AND NOT EXISTS (SELECT 1 FROM contract AS n WHERE n.renewed_from_id = c.id)",
        json.dumps(list(deals)),
    )
    change.notes += [
        f"deal {row['deal']} renews {_called(dict(row))}; `crm contract extend {row['number']}` makes its next term"
        for row in rows
    ]


def _check(draft: Draft) -> None:
    start, end, following = (draft.get(column) for column in ("starts_on", "ends_on", "next_ends_on"))
    if start and end and end < start:
        raise InvalidError(f"ends_on: {end} is before the contract starts, on {start}; give a later day")
    if end and following and following <= end:
        raise InvalidError(f"next_ends_on: {following} is no later than {end}, when this term ends")
    if (draft.values.get("renewal_reminder_days") or 0) < 0:
        raise InvalidError("renewal_reminder_days: give how many days before its end, 0 or more")
    if draft.before and draft.values.get("renewed_from_id") == draft.id:
        raise InvalidError(f"renewed_from: {draft.get('name')} cannot follow itself")


def _contract(change: Change, contract_id: int) -> Row:
    found = change.one("SELECT * FROM contract WHERE id = ?", contract_id)
    if found is None:
        raise NotFoundError(f"there is no contract {contract_id}; `crm contract list` shows them")
    return dict(found)


def _deal(change: Change, contract: Row) -> Row | None:
    """The deal that renews a contract."""
    question = "SELECT id, name, status, amount, currency FROM deals WHERE id = ?"
    found = change.one(question, contract["renewal_deal_id"])
    return dict(found) if found else None


def _refuse_cancelled(contract: Row) -> None:
    if contract["status"] == "cancelled":
        raise InvalidError(f"{_called(contract)} was cancelled; set its status to active first")


def _refuse_followed(change: Change, contract: Row) -> None:
    found = change.one("SELECT * FROM contract WHERE renewed_from_id = ? ORDER BY id", contract["id"])
    if found:
        raise ConflictError(f"{_called(contract)} is followed by {_called(dict(found))} already")


def _called(contract: Row) -> str:
    return f"contract {contract['number']} {contract['name']}"
