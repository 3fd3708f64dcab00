"""A rate's own rules: of a currency other than the own one, more than nothing, one a day.

What was saved before any rate of its currency was known has none; it gets that of its day as soon as one is known.
"""

import re
from collections.abc import Sequence

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.rules.drafts import Draft

DAYS = {"deal": "coalesce(closed_on, ?3)", "invoice": "issued_on", "quote": "coalesce(issued_on, ?3)"}
"""What has a rate, and the day that it is of; ?3 is today."""
_NUMBER = re.compile(r"\d{1,18}(\.\d{1,18})?")


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete the day, check the number, and refuse a second rate of a currency on a day."""
    for draft in drafts:
        if not draft.get("day"):
            draft.values["day"] = change.today.isoformat()
        if draft.get("currency") == change.config.currency:
            raise InvalidError(f"currency: {draft.get('currency')} is your own, which is worth 1 of itself")
        if draft.before is None or "rate" in draft.values:
            draft.values["rate"] = check(draft.get("rate"))
        if not draft.imported:  # of those that a file brings, the file's reader has looked
            _refuse_second(change, draft)


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Give what has no rate the one that is known now."""
    if any(
        not draft.imported for draft in drafts
    ):  # what a file brings is given out once, after its last row
        fill(change)


def fill(change: Change) -> None:
    """Give deals, invoices and quotes that have no rate the one of their day; those that have one keep it."""
    for noun, day in DAYS.items():
        question = f"SELECT DISTINCT currency FROM {noun} WHERE rate IS NULL AND currency IS NOT NULL"
        for (currency,) in change.rows(question):
            _fill(change, noun, day, currency)


def _fill(change: Change, noun: str, day: str, currency: str) -> None:
    told = change.config.rate(currency)
    rate = (
        "?1"
        if told
        else f"(SELECT r.rate FROM rate AS r WHERE r.currency = ?2 AND r.day <= {day} ORDER BY r.day DESC LIMIT 1)"
    )
    found = change.connection.execute(
        f"UPDATE {noun} SET rate = {rate}, updated_at = ?4 "
        f"WHERE rate IS NULL AND currency = ?2 AND {rate} IS NOT NULL",
        (told, currency, change.today.isoformat(), change.now),
    ).rowcount
    if found:
        change.notes.append(
            f"given the rate of its day: {found:,} {noun}{'s' * (found > 1)} in {currency} without one"
        )


def check(text: str | None) -> str:
    """A rate as decimal text, a comma read as the decimal mark.

    Raises:
        InvalidError: it is no number, or none above nothing.
    """
    number = (text or "").strip().replace(",", ".")
    if not _NUMBER.fullmatch(number) or not number.strip("0."):
        raise InvalidError(f"rate: {text or ''!r} is no rate; write a number above 0 such as 0.9226")
    return number


def _refuse_second(change: Change, draft: Draft) -> None:
    if not draft.values.keys() & {"currency", "day"}:
        return
    currency, day = draft.get("currency"), draft.get("day")
    found = change.value("SELECT id FROM rate WHERE currency = ? AND day = ?", currency, day)
    if found and (draft.before is None or found != draft.id):
        raise ConflictError(f"rate {found} of {currency} is of {day} already; edit that one")
