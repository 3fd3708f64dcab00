"""Whom a campaign is for and a segment holds, as the picture of each tells it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crm_cli import fields, output, segments
from crm_cli.asking import blocks
from crm_cli.choices import MemberStatus
from crm_cli.errors import InvalidError

if TYPE_CHECKING:
    from crm_cli.desk import Desk

MOST = 8  # reasons that a picture names
_STATUSES = "SELECT status, control, count(*) FROM member WHERE campaign_id = ? GROUP BY 1, 2"
_REASONS = (
    "SELECT count(*), reason FROM member WHERE campaign_id = ? AND status = 'excluded' GROUP BY reason "
    f"ORDER BY 1 DESC, 2 LIMIT {MOST}"
)
_SEGMENTS = (
    "SELECT x.segment_id, s.name, x.excluded FROM campaign_segment AS x JOIN segment AS s ON s.id = x.segment_id "
    "WHERE x.campaign_id = ? ORDER BY x.excluded, x.id"
)
_USED = (
    "SELECT DISTINCT c.id, c.name, c.status FROM campaign_segment AS x JOIN campaign AS c ON c.id = x.campaign_id "
    "WHERE x.segment_id = ? ORDER BY c.id DESC LIMIT 10"
)


def sections(desk: "Desk", noun: str, record_id: int) -> Iterator[tuple[str, list[str]]]:
    """What is told of a campaign's people, or of whom a segment holds."""
    if noun == "segment":
        yield "holds", _holds(desk, record_id)
        yield "campaigns", blocks.table(desk, _USED, (record_id,), ["id", "text", "choice"])
        return
    yield "segments", _segments(desk, record_id)
    yield "members", _members(desk, record_id)
    yield "excluded because", blocks.table(desk, _REASONS, (record_id,), ["integer", "text"])


def _segments(desk: "Desk", campaign_id: int) -> list[str]:
    rows = desk.connection.execute(_SEGMENTS, (campaign_id,)).fetchall()
    return blocks.aligned(
        [[str(number), output.visible(name), "left out" if out else ""] for number, name, out in rows],
        [True, False, False],
    )


def _members(desk: "Desk", campaign_id: int) -> list[str]:
    """How many members came how far; those who are left alone are counted apart."""
    counts: dict[str, int] = {}
    for status, control, number in desk.connection.execute(_STATUSES, (campaign_id,)):
        where = "control" if control and status != "excluded" else status
        counts[where] = counts.get(where, 0) + number
    known = [each for each in (*MemberStatus, "control") if each in counts]
    return blocks.aligned([[str(each), f"{counts[each]:,}"] for each in known], [False, True])


def _holds(desk: "Desk", segment_id: int) -> list[str]:
    """How many a segment holds now, or why that cannot be told."""
    kind, on = desk.connection.execute(
        'SELECT kind, "on" FROM segment WHERE id = ?', (segment_id,)
    ).fetchone()
    if kind == "suppression":
        question = "SELECT count(*) FROM segment_member WHERE segment_id = ?"
        return [f"{desk.connection.execute(question, (segment_id,)).fetchone()[0]:,} entries"]
    about = fields.noun(on)
    try:
        where, bound = segments.holding(about, segment_id, desk.asking)
    except InvalidError as error:
        return [output.visible(str(error))]
    found = desk.connection.execute(f"SELECT count(*) FROM {about.view} WHERE {where}", bound).fetchone()[0]
    return [f"{found:,} {about.view if found != 1 else on}"]
