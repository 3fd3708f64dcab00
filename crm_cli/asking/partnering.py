"""What pictures show of partners: what was offered to whom, joint campaigns, and how two stand to each other."""

import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING

from crm_cli import output
from crm_cli.asking import blocks
from crm_cli.clock import local_text
from crm_cli.values.jalali import shown

if TYPE_CHECKING:
    from crm_cli.desk import Desk

MOST = 10  # offers, campaigns and relationships that a picture shows
# What the first is to the second, and the second to the first; other words are said as they are.
WORDS = {
    "partner_of": ("is a partner of", "is a partner of"),
    "referred_by": ("was referred by", "refers"),
    "reports_to": ("reports to", "is reported to by"),
    "supplier_of": ("supplies", "is supplied by"),
    "investor_in": ("invests in", "is invested in by"),
}
_ABOUT = {
    "company": "partner_id = ?1",
    "lead": "lead_id = ?1",
    "deal": "deal_id = ?1 OR lead_id IN (SELECT id FROM lead WHERE deal_id = ?1)",
}
# Who is asked after the partner of an offer, as the first of those that it goes on from remembers.
_NEXT = """
FROM (SELECT x.id, x.rank, x.reason, c.name FROM offer AS o
  JOIN offer_candidate AS x ON x.offer_id = coalesce(o.first_id, o.id) AND x.rank > coalesce(o.rank, 0)
  JOIN company AS c ON c.id = x.partner_id WHERE o.id = ?)
ORDER BY rank, id
"""

Sections = Iterator[tuple[str, list[str]]]


def sections(desk: "Desk", noun: str, record_id: int) -> Sections:
    """Offers of a lead or deal or to a partner, with a partner's joint campaigns; relationships of who has any."""
    if noun in _ABOUT:
        yield "offers", _offers(desk, noun, record_id)
    if noun == "company":
        question = (
            "SELECT id, name, status, starts_on, ends_on FROM campaigns WHERE partner_id = ? "
            "ORDER BY coalesce(starts_on, planned_start) DESC, id DESC LIMIT ?"
        )
        kinds = ["id", "text", "text", "day", "day"]
        yield "joint campaigns", blocks.table(desk, question, (record_id, MOST), kinds)
    if noun in ("company", "contact"):
        yield "relationships", _relationships(desk, noun, record_id)


def candidates(desk: "Desk", offer_id: int) -> list[str]:
    """Whom an offer goes to next, in order and with the reasons."""
    return blocks.table(
        desk, f"SELECT rank || '.', name, reason {_NEXT}", (offer_id,), ["text", "text", "text"]
    )


def following(connection: sqlite3.Connection, offer_id: int) -> list[str]:
    """The names of those whom an offer goes to next, in order."""
    return [row[0] for row in connection.execute(f"SELECT name {_NEXT}", (offer_id,))]


def _offers(desk: "Desk", noun: str, record_id: int) -> list[str]:
    """The latest offers: whose turn it was, how it ended, and until when it can be answered."""
    what = "coalesce(lead, deal)" if noun == "company" else "partner"
    rows = desk.connection.execute(
        f"SELECT rank, {what}, state, CASE WHEN state = 'offered' THEN respond_by ELSE answered_at END, hours_left, "
        f"CASE WHEN state IN ('declined', 'offered') THEN reason END FROM offers "
        f"WHERE id IN (SELECT id FROM offer WHERE {_ABOUT[noun]}) ORDER BY offered_at DESC, id DESC LIMIT ?2",
        (record_id, MOST),
    ).fetchall()
    return blocks.aligned(
        [
            [
                f"{rank}." if rank else "",
                output.visible(name or ""),
                state,
                _when(desk, state, at, left),
                output.visible(reason or ""),
            ]
            for rank, name, state, at, left, reason in rows
        ]
    )


def _when(desk: "Desk", state: str, at: str | None, left: int | None) -> str:
    if not at:
        return ""
    day = shown(local_text(at, desk.config.zone), desk.config.get("calendar"))
    if state != "offered":
        return day
    return f"until {day}" + (", which is over" if left is not None and left < 0 else "")


def _relationships(desk: "Desk", noun: str, record_id: int) -> list[str]:
    """How a company or person stands to others, each told from its side."""
    rows = desk.connection.execute(
        f"SELECT kind, {noun}_id IS ?1, CASE WHEN {noun}_id IS ?1 THEN coalesce(to_company, to_contact) "
        "ELSE coalesce(company, contact) END FROM relationships "
        f"WHERE id IN (SELECT id FROM relationship WHERE {noun}_id = ?1 OR to_{noun}_id = ?1) ORDER BY id LIMIT ?2",
        (record_id, MOST),
    ).fetchall()
    return [f"{_words(kind, first=bool(first))} {output.visible(other)}" for kind, first, other in rows]


def _words(kind: str, *, first: bool) -> str:
    plain = output.visible(kind.replace("_", " "))
    return WORDS.get(kind, (f"{plain}:", f"is named {plain} by"))[0 if first else 1]
