"""A rate's own rules: of a currency other than the own one, more than nothing, one a day."""

import re
from collections.abc import Sequence

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.rules.drafts import Draft

_NUMBER = re.compile(r"\d{1,18}(\.\d{1,18})?")


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete the day, check the number, and refuse a second rate of a currency on a day."""
    for draft in drafts:
        if not draft.get("day"):
            draft.values["day"] = change.today.isoformat()
        if draft.get("currency") == change.config.currency:
            raise InvalidError(f"currency: {draft.get('currency')} is your own, which is worth 1 of itself")
        if "rate" in draft.values:
            draft.values["rate"] = check(draft.values["rate"])
        if not draft.imported:  # of those that a file brings, the file's reader has looked
            _refuse_second(change, draft)


def check(text: str | None) -> str:
    """A rate as decimal text, a comma read as the decimal mark.

    Raises:
        InvalidError: it is no number, or none above nothing.
    """
    number = (text or "").strip().replace(",", ".")
    if not _NUMBER.fullmatch(number) or not number.strip("0."):
        raise InvalidError(f"rate: {text!r} is no rate; write a number above 0 such as 0.9226")
    return number


def _refuse_second(change: Change, draft: Draft) -> None:
    if not draft.values.keys() & {"currency", "day"}:
        return
    currency, day = draft.get("currency"), draft.get("day")
    found = change.value("SELECT id FROM rate WHERE currency = ? AND day = ?", currency, day)
    if found and (draft.before is None or found != draft.id):
        raise ConflictError(f"rate {found} of {currency} is of {day} already; edit that one")
