"""Who plays which part in a deal, beside its main contact."""

from crm_cli import values
from crm_cli.changing import Change
from crm_cli.choices import words
from crm_cli.errors import ConflictError
from crm_cli.rules import records


def involve(change: Change, deal_id: int, contact_id: int, role: str | None, *, remove: bool = False) -> None:
    """Give a person a part in a deal, another one, or none.

    Raises:
        ConflictError: to be removed, but without a part.
    """
    standing = change.rows("SELECT contact_id, role FROM deal_contact WHERE deal_id = ? ORDER BY id", deal_id)
    others = [dict(row) for row in standing if row["contact_id"] != contact_id]
    if remove and len(others) == len(standing):
        raise ConflictError(
            f"contact {contact_id} has no part in deal {deal_id} beside being its main contact"
        )
    if not remove:
        told = values.read("open", role or "", change.reading, words("DealRole"))
        others.append({"contact_id": contact_id, "role": told})
    draft = records.load(change, "deal", [deal_id])[0]
    draft.parts["contacts"] = others
    records.write(change, "deal", [draft])
