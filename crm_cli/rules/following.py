"""The next target of a campaign: who did something, or did not, as a segment that the next campaign can use."""

from crm_cli.changing import Change
from crm_cli.errors import InvalidError, NotFoundError
from crm_cli.rules import campaign as campaigns
from crm_cli.rules import segment as segments

_SENT = "m.status NOT IN ('targeted', 'excluded', 'bounced') AND NOT m.control"
_WENT = "(m.status = '{0}' OR EXISTS (SELECT 1 FROM member_status AS h WHERE h.member_id = m.id AND h.status = '{0}'))"
_CLICKED = f"({_WENT.format('clicked')})"
_OPENED = f"({_WENT.format('opened')} OR {_CLICKED})"
_ANSWERED = "m.first_responded_at IS NOT NULL"
# Word → which members `m` of a campaign are meant.
GROUPS = {
    "responders": _ANSWERED,
    "non_responders": f"{_SENT} AND m.status <> 'opted_out' AND NOT ({_ANSWERED})",
    "openers": _OPENED,
    "non_openers": f"{_SENT} AND m.status <> 'opted_out' AND NOT ({_ANSWERED}) AND NOT {_OPENED}",
    "clickers": _CLICKED,
    "converted": "m.status = 'converted'",
    "bounced": "m.status = 'bounced'",
    "control": "m.control AND m.status <> 'excluded'",
}
# A lead that has become a contact is meant as that contact.
_WHO = {
    "contact": "coalesce(m.contact_id, (SELECT l.contact_id FROM lead AS l WHERE l.id = m.lead_id))",
    "lead": "CASE WHEN m.contact_id IS NULL THEN (SELECT l.id FROM lead AS l WHERE l.id = m.lead_id "
    "AND l.contact_id IS NULL) END",
}


def follow(change: Change, campaign_id: int, group: str, name: str | None = None) -> dict[int, int]:
    """Make a static segment of a group of a campaign's members, of leads one of its own; marks the step.

    Returns by id of each segment how many it holds.

    Raises:
        NotFoundError: there is no such campaign.
        InvalidError: nobody of the group has a record.
    """
    called = change.value("SELECT name FROM campaign WHERE id = ?", campaign_id)
    if called is None:
        raise NotFoundError(f"there is no campaign {campaign_id}; `crm campaign list` shows them")
    title = name or f"{called}: {group.replace('_', '-')}"
    made: dict[int, int] = {}
    for noun, who in _WHO.items():
        question = (
            f"SELECT DISTINCT {who} AS id FROM member AS m WHERE m.campaign_id = ? AND ({GROUPS[group]})"
        )
        ids = [row["id"] for row in change.rows(f"{question} ORDER BY id", campaign_id) if row["id"]]
        if ids:
            free = segments.free_name(change, f"{title} (leads)" if made else title)
            said = f"{group.replace('_', '-')} of the campaign {called} on {change.today}"
            made[segments.make_static(change, free, noun, ids, said)] = len(ids)
    if not made:
        raise InvalidError(f"{called} has no {group.replace('_', '-')} with a record; nobody to target")
    campaigns.done(change, campaign_id, "next")
    return made
