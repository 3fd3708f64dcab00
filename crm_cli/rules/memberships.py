"""A person is in a campaign once, also when two records of the person become one."""

import json
from collections.abc import Sequence

from crm_cli.changing import Change
from crm_cli.rules import records, uniting
from crm_cli.rules.drafts import Draft

# From what says least of a person to what says most; a refusal goes before all.
RANK = (
    "excluded",
    "targeted",
    "bounced",
    "sent",
    "delivered",
    "opened",
    "clicked",
    "responded",
    "converted",
    "opted_out",
)
EARLIEST = ("sent_at", "first_responded_at")
FILLED = ("response", "address", "channel")


def unite(change: Change, noun: str, ids: Sequence[int]) -> None:
    """Before contacts or leads are merged, make one member of those that they are of the same campaign.

    The one that came farthest stays, with the earliest times of all and what only others say; deliveries and the
    history of statuses become its own.
    """
    rows = change.rows(
        f"SELECT id, campaign_id FROM member WHERE campaign_id IS NOT NULL AND {noun}_id "
        "IN (SELECT value FROM json_each(?)) ORDER BY id",
        json.dumps(list(ids)),
    )
    campaigns: dict[int, list[int]] = {}
    for member, campaign in rows:
        campaigns.setdefault(campaign, []).append(member)
    for members in campaigns.values():
        if len(members) > 1:
            _into_one(change, records.load(change, "member", members))


def _into_one(change: Change, members: list[Draft]) -> None:
    members.sort(key=lambda each: -_rank(each))
    kept, *others = members
    for name in EARLIEST:
        kept.values[name] = min(filter(None, (each.get(name) for each in members)), default=None)
    for name in FILLED:
        kept.values[name] = next((each.get(name) for each in members if each.get(name) is not None), None)
    spent = next((each for each in members if each.get("amount") is not None), kept)
    kept.values |= {name: spent.get(name) for name in ("amount", "currency")}
    uniting.move(change, "member", [each.id for each in members])
    change.connection.executemany("DELETE FROM member WHERE id = ?", [(each.id,) for each in others])
    records.write(change, "member", [kept])


def _rank(member: Draft) -> int:
    status = member.get("status")
    return RANK.index(status) if status in RANK else -1
