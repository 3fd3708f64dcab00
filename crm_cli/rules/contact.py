"""A contact's own rules: its name, its addresses."""

from collections.abc import Sequence

from crm_cli.changing import Change
from crm_cli.rules import people
from crm_cli.rules.drafts import Draft


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete names and turn entered addresses into parts."""
    for draft in drafts:
        people.name(draft)
        people.check_wishes(draft)
    people.addresses(change, drafts)
    people.moved(change, drafts)
