"""A company's own rules: what it is called, its domain, the currency it buys in."""

from collections.abc import Sequence

from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import clocks, identity
from crm_cli.rules.drafts import Draft


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete the name, the domain where none is known, and the currency."""
    for draft in drafts:
        values = draft.values
        if not draft.get("domain") and (values.get("website") or values.get("email")):
            values["domain"] = identity.own_domain(draft.get("website"), draft.get("email"))
        if values.get("domain"):
            values["domain"] = identity.own_domain(values["domain"]) or values["domain"]
        if draft.before is None:
            values["name"] = values.get("name") or _fallback(draft)
            values["default_currency"] = values.get("default_currency") or change.config.currency
        elif values.get("parent_id") == draft.id:
            raise InvalidError(f"parent: {draft.get('name')} cannot belong to itself")


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Let the open cases of companies follow another policy."""
    clocks.follow(change, drafts, "company_id")


def _fallback(draft: Draft) -> str:
    """What a company without a name is called: by its key, else its domain or address."""
    known = (
        f"#{draft.key}" if draft.key else None,
        draft.get("domain"),
        draft.get("email"),
        draft.get("phone"),
        "(no name)",
    )
    return next(str(word) for word in known if word)
