"""What a campaign costs, day by day: its cost is the sum of these."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from crm_cli import exchange, values
from crm_cli.changing import Change
from crm_cli.errors import InvalidError, NotFoundError
from crm_cli.rules import records
from crm_cli.values.amounts import money_human, round_half_up

BEFORE = "before costs were dated"
"""The note of a cost that stood before the first dated one; it stays part of the sum."""


def spend(
    change: Change,
    campaign_id: int,
    text: str,
    *,
    on: str | None = None,
    note: str | None = None,
    currency: str | None = None,
) -> int:
    """Add a cost to a campaign; returns what it has cost now, in ten-thousandths of its currency.

    Args:
        change: the transaction.
        campaign_id: which campaign.
        text: the amount, as typed.
        on: the day, as typed; else today.
        note: what it was for.
        currency: what the amount is in; it is converted into the campaign's by the rates of the day.

    Raises:
        NotFoundError: no such campaign.
        InvalidError: an amount below nothing, or a currency for which no rate is known.
    """
    found = records.load(change, "campaign", [campaign_id])
    if not found:
        raise NotFoundError(f"there is no campaign {campaign_id}; `crm campaign list` shows them")
    draft = found[0]
    day = str(values.read("day", on or "today", change.reading))
    code = str(values.read("currency", currency, change.reading)) if currency else draft.get("currency")
    amount = values.read("money", text, replace(change.reading, currency=code))
    if not isinstance(amount, int) or amount < 0:
        raise InvalidError(f"{text!r} is no cost; give an amount from 0")
    if code != draft.get("currency"):
        amount, note = _converted(change, amount, (code, draft.get("currency")), day, note)
    columns = "id, day, amount, note"
    question = f"SELECT {columns} FROM campaign_cost WHERE campaign_id = ? ORDER BY id"
    rows: list[dict[str, Any]] = [dict(row) for row in change.rows(question, campaign_id)]
    if not rows and draft.get("cost"):
        rows.append({"day": None, "amount": draft.get("cost"), "note": BEFORE})
    draft.parts["costs"] = [*rows, {"day": day, "amount": amount, "note": note}]
    records.write(change, "campaign", [draft])
    return int(draft.get("cost"))


def _converted(
    change: Change, amount: int, between: tuple[str, str], day: str, note: str | None
) -> tuple[int, str]:
    """An amount in the campaign's currency, and a note that says what it was."""
    rates = [exchange.rate(change.connection, change.config, each, day) for each in between]
    for code, rate in zip(between, rates, strict=True):
        if not rate:
            raise InvalidError(
                f"no rate is known for {code}; give the amount in {between[1]}, or set one: "
                f"crm config set rates.{code} RATE"
            )
    worth = Fraction(amount) * Fraction(str(rates[0])) / Fraction(str(rates[1]))
    said = f"{money_human(amount, between[0])} {between[0]} at {day}'s rate"
    change.notes.append(f"converted from {said}")
    return round_half_up(worth.numerator, worth.denominator), f"{note} ({said})" if note else said
