"""A result's own rules: whose it is, its currency, and figures that are no less than nothing.

A result tells of what has no persons, such as an advertisement on a day. Its cost adds to that of its campaign, in
reports; money in another currency than the campaign's stays in that, since unlike currencies are never added.
"""

import json
from collections.abc import Sequence

from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import campaign, lines, records
from crm_cli.rules.drafts import Draft

COUNTS = ("impressions", "clicks", "responses", "sales")
MONEY = ("amount", "cost")


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete the currency, and check the figures.

    Raises:
        InvalidError: a result of no campaign, or a figure below nothing.
    """
    fresh = [draft for draft in drafts if draft.before is None]
    for draft in drafts:
        if not draft.get("campaign_id"):
            raise InvalidError('a result belongs to a campaign; name one, such as --campaign "Spring fair"')
    _complete(change, fresh)
    for draft in drafts:
        for column in (*COUNTS, *MONEY):
            figure = draft.values.get(column)
            if figure is not None and figure < 0:
                raise InvalidError(f"{column}: it cannot be less than nothing; give 0 or more")
        for column in MONEY:
            if draft.values.get(column) is not None:
                draft.values[column] = lines.rounded(draft.values[column], draft.get("currency"))


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """A campaign that is made because the results of a file name it is in the currency of these."""
    found = {draft.get("campaign_id"): draft.get("currency") for draft in drafts if draft.imported}
    question = (
        "SELECT id FROM campaign WHERE import_id = ? AND id IN (SELECT value FROM json_each(?)) "
        "AND budget IS NULL AND cost IS NULL"
    )
    made = change.rows(question, change.command_id, json.dumps(list(found))) if found else []
    campaigns = records.load(change, "campaign", [row["id"] for row in made])
    for each in campaigns:
        each.imported = True
        each.values["currency"] = found[each.id]
    records.write(change, "campaign", campaigns)


def add(change: Change, draft: Draft) -> int:
    """Write a result that was typed and let the campaign's responses have been received; returns the result.

    Raises:
        InvalidError: it holds no figure at all.
    """
    if not any(draft.get(column) is not None for column in (*COUNTS, *MONEY)):
        raise InvalidError("say what came of it, such as --impressions 7350 --clicks 12 --cost 14.50")
    draft.values["day"] = draft.get("day") or change.today.isoformat()
    records.write(change, "result", [draft])
    if draft.get("responses") or draft.get("sales"):
        campaign.done(change, draft.get("campaign_id"), "responses")
    return draft.id


def _complete(change: Change, drafts: Sequence[Draft]) -> None:
    """A result without a currency is in its campaign's."""
    lacking = [draft for draft in drafts if not draft.get("currency")]
    ids = json.dumps(sorted({draft.get("campaign_id") for draft in lacking}))
    question = "SELECT id, currency FROM campaign WHERE id IN (SELECT value FROM json_each(?))"
    found = dict(map(tuple, change.rows(question, ids))) if lacking else {}
    for draft in lacking:
        draft.values["currency"] = found.get(draft.get("campaign_id")) or change.config.currency
