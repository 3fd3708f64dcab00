"""Making members of a campaign: whom its segments hold, each checked, some left alone by chance.

Who may not be reached becomes a member all the same, excluded and with the reason, so that nobody is missing without
an account. Of the others a share is left alone to measure against: whether somebody is in that control group follows
from the campaign, its seed and the person alone, in whichever order and however often people are added.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import campaign as campaigns
from crm_cli.rules import reachable, records
from crm_cli.rules.targeting import audience
from crm_cli.rules.targeting.audience import PEOPLE, THESE, Page
from crm_cli.rules.targeting.enrolling import Enrolling
from crm_cli.rules.targeting.objections import Objections

CHANNELS = {"sms": "sms", "phone": "phone", "direct_mail": "mail"}  # type of campaign → channel; else e-mail
LARGE = 500  # from how many members on their triggers are set aside


@dataclass
class Outcome:
    """What targeting did: how many are to be reached, are left alone, are excluded for which reason."""

    targeted: int = 0
    control: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    standing: int = 0
    """How many were members before."""
    twice: int = 0
    """How many leads have the address of a contact that is a member."""

    def __str__(self) -> str:
        """One line with every count."""
        excluded = self.reasons.total()
        why = reachable.counted(self.reasons)
        told = [f"targeted {self.targeted:,}", f"control {self.control:,}"]
        told.append(f"excluded {excluded:,}" + (f": {why}" if why else ""))
        more = [f"{self.standing:,} had been added before"] * bool(self.standing)
        more += [f"{self.twice:,} left to the contact with the same address"] * bool(self.twice)
        return "; ".join([", ".join(told), *more])


def target(
    change: Change,
    campaign_id: int,
    wanted: Sequence[int],
    *,
    without: Sequence[int] = (),
    texts: Sequence[str] = (),
    control_pct: int | None = None,
    channel: str | None = None,
) -> Outcome:
    """Make members of everybody in segments, or in those that the campaign has, who is none yet.

    Args:
        change: the transaction.
        campaign_id: which campaign.
        wanted: the ids of segments; leads that have become contacts count as these, companies as their people.
        without: the ids of segments whose members are excluded.
        texts: filters that everybody must fit.
        control_pct: the share that is left alone; else that of the campaign.
        channel: email, sms, phone or mail; else by the campaign's type.

    Raises:
        InvalidError: there is no segment, one cannot be used, or a filter is none.
        ConflictError: the campaign is over.
    """
    _keep(change, _campaign(change, campaign_id), wanted, without, control_pct)
    found = _campaign(change, campaign_id)
    kept = change.rows("SELECT segment_id, excluded FROM campaign_segment WHERE campaign_id = ?", campaign_id)
    chosen = list(wanted) or [row["segment_id"] for row in kept if not row["excluded"]]
    if not chosen:
        raise InvalidError(f"whom does {found['name']} target? Name a segment; `crm segment list` shows them")
    left_out = [row["segment_id"] for row in kept if row["excluded"]]
    people = audience.gather(change, campaign_id, chosen, texts)
    for each in left_out:
        audience.leave_out(change, each)
    how = channel or channel_of(found)
    outcome = Outcome(standing=people.standing, twice=people.twice)
    _enrol(change, found, Objections(change, campaign_id, how).against, how, outcome)
    campaigns.done(change, campaign_id, "target")
    return outcome


def channel_of(campaign: Any) -> str:
    """How a campaign reaches people, by its type."""
    return CHANNELS.get(campaign["type"] or "", "email")


def exclude(change: Change, campaign_id: int, people: Sequence[tuple[str, int]], reason: str) -> Counter[str]:
    """Take people out of a campaign before they are sent anything, and keep them out.

    `people` are nouns and ids, segments among them. Counts those who are out now as `excluded`, the others, who had
    come further, by their status.
    """
    found = _campaign(change, campaign_id)
    named = [each for noun, each in people if noun == "segment"]
    _keep(change, found, (), named, None)
    ids = {noun: {each for one, each in people if one == noun} for noun in PEOPLE}
    standing = _of_people(change, campaign_id, ids)
    for each in named:
        standing += audience.members_in(change, campaign_id, each)
    drafts = records.load(change, "member", dict.fromkeys(standing))
    before = [draft for draft in drafts if draft.get("status") == "targeted"]
    told = Counter(draft.get("status") for draft in drafts if draft.get("status") != "targeted")
    for draft in before:
        draft.values |= {"status": "excluded", "reason": reason, "control": 0}
    records.write(change, "member", before)
    audience.clear(change)
    for noun in PEOPLE:
        audience.add(change, campaign_id, noun, ids[noun])
    outcome = Outcome()
    _enrol(change, found, lambda page: dict.fromkeys(page.ids, reason), None, outcome)
    told["excluded"] += len(before) + outcome.reasons.total()
    return told


def _campaign(change: Change, campaign_id: int) -> Any:
    found = change.one("SELECT * FROM campaign WHERE id = ?", campaign_id)
    if found is None:
        raise NotFoundError(f"there is no campaign {campaign_id}; `crm campaign list` shows them")
    if found["status"] in campaigns.OVER:
        raise ConflictError(f"campaign {found['name']} is {found['status']}; make another one")
    return found


def _keep(
    change: Change, campaign: Any, wanted: Sequence[int], without: Sequence[int], control_pct: int | None
) -> None:
    """Note in the campaign which segments it targets and leaves out, and the share that it leaves alone."""
    kinds = dict(map(tuple, change.rows("SELECT id, kind FROM segment")))
    if any(kinds.get(each) == "suppression" for each in wanted):
        raise InvalidError("a suppression list names whom not to write to; give it with --exclude")
    draft = records.load(change, "campaign", [campaign["id"]])[0]
    question = "SELECT id, segment_id, excluded FROM campaign_segment WHERE campaign_id = ? ORDER BY id"
    rows = [dict(row) for row in change.rows(question, campaign["id"])]
    known = {(row["segment_id"], bool(row["excluded"])) for row in rows}
    said = dict.fromkeys([*((each, False) for each in wanted), *((each, True) for each in without)])
    rows += [{"segment_id": each, "excluded": int(out)} for each, out in said if (each, out) not in known]
    draft.parts["segments"] = rows
    if control_pct is not None:
        draft.values["control_pct"] = control_pct
    records.write(change, "campaign", [draft])


def _of_people(change: Change, campaign_id: int, ids: Mapping[str, Iterable[int]]) -> list[int]:
    """The members of a campaign who are these people."""
    return [
        row["id"]
        for noun in PEOPLE
        for row in change.rows(
            f"SELECT id FROM member WHERE campaign_id = ? AND {noun}_id {THESE}",
            campaign_id,
            json.dumps(list(ids[noun])),
        )
    ]


def _enrol(
    change: Change,
    campaign: Any,
    against: Callable[[Page], dict[int, str]],
    channel: str | None,
    outcome: Outcome,
) -> None:
    """Make members of the audience, and count what comes of it; `against` tells why some are excluded."""
    enrolling = Enrolling(change, campaign, channel)
    several = change.value("SELECT count(*) FROM audience") > LARGE
    with change.bulk(("member", "member_status")) if several else nullcontext():
        for page in audience.pages(change):
            reasons = against(page)
            control = enrolling.enrol(page.noun, page.ids[-1], reasons)
            outcome.control += control
            outcome.targeted += len(page.ids) - len(reasons) - control
            outcome.reasons.update(map(reachable.general, reasons.values()))
