"""The terms of a quote that is made or revised, for the commands of deals and of quotes, and what is said of it."""

from typing import TYPE_CHECKING, Annotated

from crm_cli.commands.options import Doing, Option
from crm_cli.desk import Desk
from crm_cli.lazy import Bundle
from crm_cli.values.amounts import money_human

if TYPE_CHECKING:
    from crm_cli.rules.drafts import Draft


class Terms(Bundle):
    """What is said of a quote beside its lines."""

    valid_until: Annotated[
        str | None, Option(metavar="DATE", help="The last day it holds; else in quote.valid_days, 30")
    ] = None
    discount: Annotated[
        str | None,
        Option(metavar="5%|AMOUNT", help="Discount on all lines together; it lowers the total, not the tax"),
    ] = None
    shipping: Annotated[str | None, Option(metavar="AMOUNT", help="Shipping")] = None
    shipping_tax: Annotated[str | None, Option(metavar="PERCENT", help="Tax on shipping")] = None
    terms: Annotated[str | None, Option(metavar="WORDS", help="Terms below the lines")] = None

    def texts(self) -> dict[str, str | None]:
        """What was said, by the field of a quote."""
        return {
            "valid_until": self.valid_until, "discount": self.discount, "shipping": self.shipping,
            "shipping_tax_pct": self.shipping_tax, "terms": self.terms,
        }  # fmt: skip


def made(desk: Desk, draft: "Draft", doing: Doing) -> None:
    """Say which quote was made, and what it comes to."""
    from crm_cli.rules.quote import called

    total = f"{money_human(draft.get('total') or 0, draft.get('currency'))} {draft.get('currency')}"
    until = f", holds until {draft.get('valid_until')}" if draft.get("valid_until") else ""
    desk.say(f"{'would make' if doing.dry_run else 'made'} quote {called(draft)}: {total}{until}")
    if not doing.dry_run:
        desk.written("quote", [draft.id], format=doing.format)
