"""A product's own rules: a code of its own, a currency for its money."""

from collections.abc import Sequence

from crm_cli.changing import Change
from crm_cli.errors import ConflictError
from crm_cli.rules import lines
from crm_cli.rules.drafts import Draft


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete currency and name, round money to the currency's digits, and refuse a code that is taken."""
    for draft in drafts:
        values = draft.values
        if draft.before is None:
            values["currency"] = values.get("currency") or change.config.currency
            known = f"#{draft.key}" if draft.key else "(no name)"
            values["name"] = values.get("name") or values.get("code") or known
        for column in ("list_price", "cost"):
            if values.get(column) is not None:
                values[column] = lines.rounded(values[column], draft.get("currency"))
    _codes(change, [draft for draft in drafts if draft.values.get("code")])


def _codes(change: Change, drafts: Sequence[Draft]) -> None:
    # Bound one by one: a JSON array would cut a code at a NUL, which files do bring.
    marks = ", ".join("?" * len(drafts))
    question = f"SELECT id, code, name FROM product WHERE code IN ({marks})"
    rows = change.rows(question, *(draft.values["code"] for draft in drafts))
    taken = {row["code"]: (row["id"], row["name"]) for row in rows}
    for number, draft in enumerate(drafts, 1):
        own = (draft.id if draft.before else -number, draft.get("name"))
        holder = taken.setdefault(draft.values["code"], own)
        if holder[0] != own[0]:
            said = f"product {holder[0]} {holder[1]}" if holder[0] > 0 else holder[1]
            raise ConflictError(f"{said} has the code {draft.values['code']} already; give another")
