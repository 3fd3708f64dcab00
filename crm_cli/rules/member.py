"""A member's own rules: who it is, how far the campaign came with them, and what that brings.

The status climbs a ladder, and neither an import nor an event that comes late takes it down again. Bounced,
opted out and excluded are ends; only of a bounce can it turn out that the message arrived after all. Whoever opts
out is not written to again, by any campaign, from then on.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.rules import consent, lines, outgoing, records
from crm_cli.rules.drafts import Draft
from crm_cli.values import emails
from crm_cli.values.folding import fold

LADDER = ("targeted", "sent", "delivered", "opened", "clicked", "responded", "converted")
ENDS = ("bounced", "opted_out", "excluded")
ANSWERED = ("responded", "converted")
ARRIVED = LADDER[LADDER.index("delivered") :]
BEFORE_BOUNCE = LADDER[: LADDER.index("opened")]
PEOPLE = ("contact", "lead")
THESE = "IN (SELECT value FROM json_each(?))"
Row = dict[str, Any]


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete members: the person, name, currency, and what belongs to the status.

    Raises:
        InvalidError: one has no campaign, or is nobody.
        ConflictError: the person is a member of the campaign already.
    """
    fresh = [draft for draft in drafts if draft.before is None]
    for draft in drafts:
        if not draft.get("campaign_id"):
            raise InvalidError('a member belongs to a campaign; name one, such as --campaign "Spring fair"')
        if draft.before is not None and draft.imported and (draft.get("contact_id") or draft.get("lead_id")):
            name = draft.values.pop("name", None) or ""  # it is called as its record is
            if "@" in name and not draft.get("address"):
                draft.values["address"] = name
    foreign = [draft for draft in fresh if "uid" not in draft.given]
    _recognise(change, [draft for draft in foreign if draft.imported])
    _become(change, [draft for draft in foreign if draft.get("lead_id") and not draft.get("contact_id")])
    _name(change, drafts)
    _currency(change, fresh)
    for draft in drafts:
        if not (draft.get("contact_id") or draft.get("lead_id") or draft.get("name") or draft.imported):
            raise InvalidError("who is it? Name a contact, a lead, or at least a name")
        if draft.values.get("amount") is not None:
            draft.values["amount"] = lines.rounded(draft.values["amount"], draft.get("currency"))
        _status(change, draft)
    _refuse_doubles(change, [draft for draft in fresh if not draft.imported])


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Write the history of statuses, and let who opted out be written to no more."""
    moved = [
        draft
        for draft in drafts
        if draft.before is not None and draft.get("status") != draft.before["status"]
    ]
    rows = [{"member_id": draft.id, "status": draft.get("status"), "at": change.now} for draft in moved]
    if rows:
        records.append(change, "member_status", rows)
    fresh = [draft for draft in drafts if draft.before is None and "uid" not in draft.given]
    _opt_out(change, [draft for draft in [*fresh, *moved] if draft.get("status") == "opted_out"])
    gone = [draft.id for draft in [*fresh, *moved] if draft.imported and _is_lost(draft)]
    if gone:
        outgoing.bounced(change, addresses(change, gone))


def further(was: str, becomes: str) -> bool:
    """Whether an event may take a member from one status to another."""
    if was == becomes or was in ("opted_out", "excluded"):
        return False
    if becomes in ("opted_out", "excluded"):
        return becomes == "opted_out" or was == "targeted"
    if was == "bounced":
        return becomes in ARRIVED
    if becomes == "bounced":
        return was in BEFORE_BOUNCE
    return LADDER.index(becomes) > LADDER.index(was)


def advance(change: Change, ids: Iterable[int], status: str, **columns: Any) -> list[int]:
    """Let an event that came about take members further; returns those whom it took.

    `columns` are set on all of them, also on those who had come further before.
    """
    drafts = records.load(change, "member", ids)
    moved = [draft for draft in drafts if further(draft.get("status"), status)]
    for draft in drafts:
        draft.values |= columns
    for draft in moved:
        draft.values["status"] = status
    records.write(change, "member", drafts)
    return [draft.id for draft in moved]


def addresses(change: Change, ids: Sequence[int]) -> list[str]:
    """Where members are reached by e-mail: the address that is kept with each, else the person's first one."""
    question = (
        "SELECT coalesce(address, (SELECT value FROM contact_email AS e WHERE e.contact_id = member.contact_id "
        f'ORDER BY e."primary" DESC, e.id LIMIT 1)) FROM member WHERE id {THESE}'
    )
    return [row[0] for row in change.rows(question, json.dumps(list(ids))) if row[0] and "@" in row[0]]


def _is_lost(draft: Draft) -> bool:
    """Whether another program says that an address reaches nobody, not only that it did not this once."""
    word = (draft.get("status_original") or "").lower()
    return draft.get("status") == "bounced" and not word.startswith("soft")


def _status(change: Change, draft: Draft) -> None:
    """Keep the status from falling back, and complete what it brings."""
    values = draft.values
    was = draft.before["status"] if draft.before else None
    status = values.get("status") or was or LADDER[0]
    if was and draft.imported and not further(was, status):
        status = was
    if values.get("first_responded_at") and further(status, "responded"):
        status = "responded"
    if status in ANSWERED and not draft.get("first_responded_at"):
        values["first_responded_at"] = _when(change, draft)
    if status == "sent" and was != "sent" and not draft.get("sent_at") and not draft.imported:
        values["sent_at"] = change.now
    if status != "excluded" and draft.get("reason"):
        values["reason"] = None
    if status == "excluded" and not draft.get("reason") and not draft.imported:
        values["reason"] = "excluded by hand"
    if status != draft.get("status"):
        values["status"] = status
    if draft.before is None:
        at = draft.get("first_responded_at") if status in ANSWERED else _when(change, draft)
        draft.parts.setdefault("statuses", [{"status": status, "at": at}])


def _when(change: Change, draft: Draft) -> str:
    """When what an import tells of came about, as far as it says."""
    told: str = draft.get("created_at") if draft.before is None and draft.imported else change.now
    return told


def _recognise(change: Change, drafts: Sequence[Draft]) -> None:
    """Let members that came with a name alone be who bears it: as an e-mail address, else alone among leads or people.

    A name that several share is nobody's, and so is that of somebody who is a member already.
    """
    nameless: dict[str, list[Draft]] = {}
    for draft in drafts:
        if not draft.get("contact_id") and not draft.get("lead_id") and draft.get("name"):
            text = draft.get("name")
            nameless.setdefault(emails.key(text) if "@" in text else fold(text), []).append(draft)
    if not nameless:
        return
    known = _bearers(change, nameless)
    for column in ("contact_id", "lead_id"):
        found = {key: record_id for key, (where, record_id) in known.items() if where == column}
        chosen = [(draft, found[key]) for key, same in nameless.items() if key in found for draft in same]
        _link(change, column, chosen)
    for key in known:
        for draft in nameless[key] if "@" in key else ():
            if draft.get("contact_id") or draft.get("lead_id"):  # it is called as its record is
                draft.values |= {"name": None, "address": draft.get("address") or key}
                draft.given -= {"name"}


def _bearers(change: Change, keys: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Who bears an e-mail address, or is the only lead or else the only contact of a name: the column and the id."""
    asked = json.dumps(list(keys))
    contacts = f'SELECT "key", contact_id FROM contact_email WHERE "key" {THESE} ORDER BY contact_id DESC'
    leads = (  # few addresses are kept with capitals, and the index of all of them is short
        "SELECT lower(email), id FROM lead WHERE email IN (SELECT value FROM json_each(?1)) "
        "OR email <> lower(email) AND lower(email) IN (SELECT value FROM json_each(?1)) ORDER BY 2 DESC"
    )
    named = "SELECT name_key, min(id) FROM {} WHERE name_key " + THESE + " GROUP BY 1 HAVING count(*) = 1"
    shared = f"SELECT name_key FROM lead WHERE name_key {THESE} GROUP BY 1 HAVING count(*) > 1"
    several = {row[0] for row in change.rows(shared, asked)}
    found: dict[str, tuple[str, int]] = {}
    for column, question in (
        ("contact_id", named.format("contact")),
        ("lead_id", named.format("lead")),
        ("lead_id", leads),
        ("contact_id", contacts),
    ):
        found |= {key: (column, number) for key, number in change.rows(question, asked) if key not in several}
    return found


def _link(change: Change, column: str, chosen: Sequence[tuple[Draft, int]]) -> None:
    """Let drafts be of people who are no members of their campaigns yet."""
    pairs = [[draft.get("campaign_id"), record_id] for draft, record_id in chosen]
    taken = set(_members(change, column, pairs))
    for (draft, record_id), (campaign, _) in zip(chosen, pairs, strict=True):
        if (campaign, record_id) not in taken:
            draft.values[column] = record_id
            taken.add((campaign, record_id))


def _become(change: Change, drafts: Sequence[Draft]) -> None:
    """A lead that has become a contact is a member as that contact, where the contact is not one itself."""
    if not drafts:
        return
    question = f"SELECT id, contact_id FROM lead WHERE contact_id IS NOT NULL AND id {THESE}"
    became = dict(map(tuple, change.rows(question, json.dumps([draft.get("lead_id") for draft in drafts]))))
    chosen = [(draft, became[draft.get("lead_id")]) for draft in drafts if draft.get("lead_id") in became]
    _link(change, "contact_id", chosen)


def converted(change: Change, lead_id: int, contact_id: int) -> None:
    """The members that a lead was of campaigns are the contact that it has become."""
    rows = change.rows("SELECT id FROM member WHERE lead_id = ? AND contact_id IS NULL", lead_id)
    drafts = records.load(change, "member", [row["id"] for row in rows])
    _link(change, "contact_id", [(draft, contact_id) for draft in drafts])
    records.write(change, "member", drafts)


def _name(change: Change, drafts: Sequence[Draft]) -> None:
    """Members are called as their records are, those that are not called anything else."""
    for noun in PEOPLE:
        column = f"{noun}_id"
        wanted = [draft for draft in drafts if draft.values.get(column) and "name" not in draft.given]
        if wanted:
            ids = json.dumps([draft.values[column] for draft in wanted])
            names = dict(map(tuple, change.rows(f"SELECT id, name FROM {noun} WHERE id {THESE}", ids)))
            for draft in wanted:
                if noun == "contact" or not draft.get("contact_id"):
                    draft.values["name"] = names.get(draft.values[column]) or draft.get("name")


def _currency(change: Change, drafts: Sequence[Draft]) -> None:
    lacking = [draft for draft in drafts if not draft.get("currency")]
    ids = json.dumps(sorted({draft.get("campaign_id") for draft in lacking}))
    found = dict(map(tuple, change.rows(f"SELECT id, currency FROM campaign WHERE id {THESE}", ids)))
    for draft in lacking:
        draft.values["currency"] = found.get(draft.get("campaign_id")) or change.config.currency


def _refuse_doubles(change: Change, drafts: Sequence[Draft]) -> None:
    for noun in PEOPLE:
        column = f"{noun}_id"
        pairs = [[draft.get("campaign_id"), draft.get(column)] for draft in drafts if draft.get(column)]
        for (_, record_id), member in _members(change, column, pairs).items():
            raise ConflictError(
                f"{noun} {record_id} is member {member} of the campaign already; edit that one"
            )


def _members(change: Change, column: str, pairs: Sequence[Sequence[Any]]) -> dict[tuple[int, int], int]:
    """The members that stand for pairs of a campaign and a person."""
    question = (
        f"SELECT m.campaign_id, m.{column}, m.id FROM json_each(?) AS e JOIN member AS m "
        f"ON m.{column} = e.value ->> 1 AND m.campaign_id = e.value ->> 0"
    )
    rows = change.rows(question, json.dumps(pairs)) if pairs else []
    return {(row[0], row[1]): row[2] for row in rows}


def _opt_out(change: Change, drafts: Sequence[Draft]) -> None:
    """Note the refusal of everybody who has a record; a name alone is nobody's."""
    by_campaign: dict[int, list[Draft]] = {}
    for draft in drafts:
        by_campaign.setdefault(draft.get("campaign_id"), []).append(draft)
    for campaign, gone in by_campaign.items():
        name = change.value("SELECT name FROM campaign WHERE id = ?", campaign)
        contacts = [draft.get("contact_id") for draft in gone if draft.get("contact_id")]
        leads = [
            draft.get("lead_id") for draft in gone if not draft.get("contact_id") and draft.get("lead_id")
        ]
        for noun, ids in (("contact", contacts), ("lead", leads)):
            if ids:
                consent.opt_out(change, noun, ids, source=f"campaign {name}")


def any_asked(connection: sqlite3.Connection, campaign_id: int) -> bool:
    """Whether a campaign has members beside its control group."""
    question = "SELECT EXISTS (SELECT 1 FROM members WHERE campaign_id = ? AND NOT coalesce(control, 0))"
    return bool(connection.execute(question, (campaign_id,)).fetchone()[0])


def among(connection: sqlite3.Connection, campaign_id: int, noun: str, person_id: int) -> int | None:
    """The member of a campaign that a contact or lead is, None where they are none."""
    question = f"SELECT id FROM members WHERE campaign_id = ? AND {noun}_id = ?"
    row = connection.execute(question, (campaign_id, person_id)).fetchone()
    return row and int(row[0])
