"""Who a paper is for: a company, else a person; a person's papers are the person's company's too."""

import json
from collections.abc import Sequence

from crm_cli.changing import Change
from crm_cli.rules.drafts import Draft


def complete(change: Change, drafts: Sequence[Draft]) -> None:
    """Give a new record that names a person and no company the person's company.

    One that comes with its identity is from an export of ours, which says all there is.
    """
    lacking = [
        draft
        for draft in drafts
        if draft.before is None
        and draft.values.get("contact_id")
        and not draft.values.get("company_id")
        and "uid" not in draft.given
    ]
    people = json.dumps([draft.values["contact_id"] for draft in lacking])
    question = "SELECT id, company_id FROM contact WHERE id IN (SELECT value FROM json_each(?))"
    found = dict(map(tuple, change.rows(question, people))) if lacking else {}
    for draft in lacking:
        draft.values["company_id"] = found.get(draft.values["contact_id"])
