"""Whom a campaign goes to over a channel now: who is targeted and has not been sent it, and what stands against it.

Looked at for a preview and again, in the change that sends, at the moment of sending: who has opted out since is
left out with the reason.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import consent
from crm_cli.rules.messaging import facts
from crm_cli.rules.messaging.composing import CALLED, Message, Person
from crm_cli.rules.sending.writing import Text

PAGE = 1_000  # members whose facts are asked for at once
CHECKED = 10_000  # members whom checks look at at once
USUAL = {"email": "email", "sms": "sms", "phone": "phone", "direct_mail": "mail"}
"""The channel that a type of campaign is meant for; any other goes by e-mail."""
OVER = ("completed", "cancelled")
NAMED = 5  # people whom a sentence names
UNLINKED = "is linked to no contact and no lead"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Members to whom nothing has gone out: what was cancelled before it was tried counts as nothing.
_WAITING = """
SELECT m.id, coalesce(m.contact_id, l.contact_id) AS contact_id, m.lead_id,
  coalesce(c.name, l.name, m.name) AS name
FROM member AS m
LEFT JOIN lead AS l ON l.id = m.lead_id
LEFT JOIN contact AS c ON c.id = coalesce(m.contact_id, l.contact_id)
WHERE m.campaign_id = :campaign AND m.status = 'targeted' AND NOT coalesce(m.control, 0)
  AND coalesce(m.channel, :channel) = :channel
  AND NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.member_id = m.id
    AND (d.status <> 'cancelled' OR d.attempts > 0))
  AND (:channel <> 'phone' OR NOT EXISTS (SELECT 1 FROM activity_about AS p
    JOIN activity_about AS x ON x.activity_id = p.activity_id AND x.noun = 'campaign' AND x.record_id = m.campaign_id
    JOIN activity AS a ON a.id = p.activity_id AND a.kind = 'call' AND a.status = 'planned'
    WHERE p.noun = CASE WHEN c.id IS NULL THEN 'lead' ELSE 'contact' END AND p.record_id = coalesce(c.id, l.id)))
ORDER BY m.id"""


@dataclass(frozen=True, slots=True)
class Member:
    """A member who may be reached: the person, what it is called, and where it is reached."""

    id: int
    noun: str
    person: int
    name: str
    address: str = ""

    @property
    def asked(self) -> Person:
        """As its facts are asked for."""
        return self.id, self.noun, self.person


@dataclass
class Muster:
    """The members of a campaign who wait for its message over a channel."""

    connection: sqlite3.Connection
    campaign: Mapping[str, Any]
    channel: str
    ready: list[Member] = field(default_factory=list)
    excluded: dict[int, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def message(self) -> Message:
        """What the campaign says over the channel."""
        return Message.of(self.connection, self.campaign["id"], self.channel, self.defaults)

    def written(self, members: Iterable[Member]) -> Iterator[tuple[Member, Text, list[str]]]:
        """The message for each of some members, with what each lacks."""
        left = iter(members)
        while page := list(islice(left, PAGE)):
            told = self.message.told(each.asked for each in page)
            for each in page:
                yield each, *self.message.write(told.get(each.id, {}))

    def lacks(self) -> dict[int, list[str]]:
        """By member what it lacks for the message, and whether its name can stand in the head of one."""
        found = {}
        for member, _, needed in self.written(self.ready):
            lacking = list(needed)
            if self.channel == "email" and _CONTROL.search(member.name):
                lacking.append("a name without line breaks")
            if lacking:
                found[member.id] = lacking
        return found

    def refuse_lacking(self) -> None:
        """Refuse to go on while anybody lacks what the message needs.

        Raises:
            InvalidError: says what, and of whom.
        """
        lacks = self.lacks()
        if not lacks:
            return
        what = sorted({name for lacking in lacks.values() for name in lacking})
        if common := [name for name in what if facts.is_common(name)]:
            about = self.campaign["id"]
            how = facts.SET_BY.get(common[0], f"crm campaign edit CAMPAIGN --set {common[0]}=…")
            raise InvalidError(
                f"nothing was sent: the message says {', '.join(common)}, which {'is' if len(common) == 1 else 'are'} "
                f"not set; "
                f"`{how.replace('CAMPAIGN', str(about))}` does"
            )
        names = {each.id: f"{each.noun} {each.person} {each.name}" for each in self.ready}
        who = [names[member] for member in lacks]
        more = f" and {len(who) - NAMED:,} more" if len(who) > NAMED else ""
        hint = next(
            (f", or say what stands in with --default {name}=…" for name in what if " " not in name), ""
        )
        raise InvalidError(
            f"nothing was sent: {len(who):,} {'member lacks' if len(who) == 1 else 'members lack'} "
            f"{', '.join(what)}: {', '.join(who[:NAMED])}{more}; mend them{hint}"
        )


def campaign(asked: Change | sqlite3.Connection, campaign_id: int) -> dict[str, Any]:
    """A campaign as it is stored.

    Raises:
        NotFoundError: there is none.
    """
    connection = asked if isinstance(asked, sqlite3.Connection) else asked.connection
    found = connection.execute("SELECT * FROM campaign WHERE id = ?", (campaign_id,))
    names = [each[0] for each in found.description]
    row = found.fetchone()
    if row is None:
        raise NotFoundError(f"there is no campaign {campaign_id}; `crm campaign list` shows them")
    return dict(zip(names, tuple(row), strict=True))


def refuse_over(about: Mapping[str, Any]) -> None:
    """Refuse to send what is over or paused.

    Raises:
        ConflictError: it is.
    """
    status = about["status"]
    if status in OVER or status == "paused":
        raise ConflictError(
            f"{about['name']} is {status}, and nothing of it goes out; "
            f"`crm campaign edit {about['id']} --status active` goes on with it"
        )


def usual(asked: sqlite3.Connection, about: Mapping[str, Any]) -> str:
    """The channel of a campaign where none is named: that of its type, else that of its only message."""
    channel = USUAL.get(about["type"])
    rows = asked.execute(
        "SELECT channel FROM campaign_message WHERE campaign_id = ?", (about["id"],)
    ).fetchall()
    if channel:
        return channel
    return str(rows[0][0]) if len(rows) == 1 else "email"


def muster(
    connection: sqlite3.Connection,
    about: Mapping[str, Any],
    channel: str | None = None,
    *,
    limit: int | None = None,
    defaults: Mapping[str, str] | None = None,
) -> Muster:
    """Who waits for a campaign's message over a channel, the usual one where none is named.

    That is whoever is to be reached over it, and whoever is to be reached in no way of their own.

    Raises:
        InvalidError: the campaign says nothing over the channel.
    """
    found = Muster(connection, about, channel or usual(connection, about), defaults=defaults or {})
    _ = found.message
    with closing(connection.cursor()) as cursor:  # which the limit may leave in the middle
        cursor.execute(_WAITING, {"campaign": about["id"], "channel": found.channel})
        found.ready = list(islice(_reachable(found, _waiting(found, cursor)), limit))
    return found


def member(found: Muster, member_id: int) -> Member:
    """One member of the campaign, whether it waits or not.

    Raises:
        InvalidError: it is of another campaign, or nobody known.
    """
    question = (
        "SELECT coalesce(m.contact_id, l.contact_id), m.lead_id, m.name FROM member AS m "
        "LEFT JOIN lead AS l ON l.id = m.lead_id WHERE m.id = ? AND m.campaign_id = ?"
    )
    row = found.connection.execute(question, (member_id, found.campaign["id"])).fetchone()
    if row is None or (row[0] is None and row[1] is None):
        raise InvalidError(f"member {member_id} {'is of another campaign' if row is None else UNLINKED}")
    noun, person = ("contact", row[0]) if row[0] is not None else ("lead", row[1])
    address = consent.addresses(found.connection, noun, [person], found.channel).get(person, "")
    return Member(member_id, noun, person, row[2] or "", address)


def _waiting(found: Muster, cursor: sqlite3.Cursor) -> Iterator[list[Member]]:
    """Those who wait, in pages; who is nobody that is known is excluded."""
    while rows := cursor.fetchmany(CHECKED):
        page = []
        for number, contact, lead, name in map(tuple, rows):
            if contact is None and lead is None:
                found.excluded[number] = UNLINKED
            else:
                page.append(Member(number, "contact" if contact else "lead", contact or lead, name or ""))
        yield page


def _reachable(found: Muster, pages: Iterable[list[Member]]) -> Iterator[Member]:
    """Those who may be reached, with where; the others are excluded. Nobody gets it twice at one address."""
    taken = _taken(found)
    for page in pages:
        reasons: dict[tuple[str, int], str] = {}
        addresses: dict[tuple[str, int], str] = {}
        for noun in ("contact", "lead"):
            ids = [each.person for each in page if each.noun == noun]
            why = consent.why_not(found.connection, noun, ids, found.channel) if ids else {}
            where = consent.addresses(found.connection, noun, ids, found.channel) if ids else {}
            reasons |= {(noun, person): reason for person, reason in why.items()}
            addresses |= {(noun, person): address for person, address in where.items()}
        for each in page:
            key = (each.noun, each.person)
            if key in reasons:
                found.excluded[each.id] = reasons[key]
                continue
            address = addresses[key]
            told = "" if found.channel == "mail" else address.casefold()
            if told and told in taken:
                found.excluded[each.id] = f"{address} is that of another member, who gets it"
                continue
            taken.add(told)
            yield Member(each.id, each.noun, each.person, each.name, address)


def _taken(found: Muster) -> set[str]:
    """The addresses to which the campaign's message has gone, or is on its way."""
    question = (
        'SELECT "to" FROM delivery WHERE campaign_id = ? AND channel = ? AND member_id IS NOT NULL '
        "AND (status <> 'cancelled' OR attempts > 0)"
    )
    rows = found.connection.execute(question, (found.campaign["id"], found.channel))
    return {row[0].casefold() for row in rows}


def elsewhere(connection: sqlite3.Connection, about: Mapping[str, Any], channel: str) -> list[str]:
    """Who is reached over other channels and waits there, a sentence each."""
    question = (
        "SELECT coalesce(channel, ?), count(*) FROM member WHERE campaign_id = ? AND status = 'targeted' "
        "AND NOT coalesce(control, 0) GROUP BY 1 ORDER BY 1"
    )
    rows = connection.execute(question, (channel, about["id"]))
    return [
        f"{number:,} {'is' if number == 1 else 'are'} reached by {CALLED[other]}: "
        f"`crm campaign send {about['id']} --channel {other}`"
        for other, number in map(tuple, rows)
        if other != channel
    ]
