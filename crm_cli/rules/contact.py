"""A contact's own rules: its name, its addresses."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crm_cli.changing import Change
from crm_cli.rules import people
from crm_cli.rules.drafts import Draft

if TYPE_CHECKING:
    from crm_cli.rules.fresh import Fresh


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete names and turn entered addresses into parts."""
    for draft in drafts:
        people.name(draft)
        people.check_wishes(draft)
    people.addresses(change, drafts)
    people.moved(change, drafts)


def prepare_columns(change: Change, fresh: "Fresh") -> None:
    """The same of new contacts as columns, which have nothing that stands and nobody's wishes but what came."""
    from crm_cli.rules import newcomers

    newcomers.name(fresh)
    newcomers.addresses(change, fresh)
