"""Numbers that people quote: C-2026-0007 is the seventh case of 2026.

A noun has its own prefix and counts by the year in which a record was issued, else made, in the user's zone. The
next number is one more than the highest that a record has or had, so that what customers know is never given to
another: a deleted or merged record keeps its number. Only a record whose making was undone gives it back, since
there never was one; bringing that record back later is refused if the number is taken by then. Numbers that are
told stay.
"""

import re
from collections.abc import Sequence

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.errors import ConflictError
from crm_cli.rules import later
from crm_cli.rules.drafts import Draft
from crm_cli.values import dates

PREFIXES = {"case": "C", "contract": "CT", "quote": "Q", "invoice": "INV"}
_DIGITS = 9
"""How many a count has at most; a longer tail of a number that was told is no count."""
MERGED = "number"
"""The source in `merged_key` of numbers that merged records had."""


def give(change: Change, noun: str, drafts: Sequence[Draft], *, unique: bool = True) -> None:
    """Number every draft that has no number, by the year of its issue or creation and in the order given.

    Raises:
        ConflictError: another record has the number that a draft is told, and numbers are `unique`.
    """
    if unique:
        _refuse_taken(change, noun, [draft for draft in drafts if draft.values.get("number")])
    last: dict[str, int] = {}
    for draft in drafts:
        if not draft.get("number"):
            year = (draft.get("issued_on") or _day(change, draft.get("created_at") or change.now))[:4]
            head = f"{PREFIXES[noun]}-{year}-"
            if year not in last:
                told = (draft.values.get("number") or "" for draft in drafts)
                last[year] = max(_highest(change, noun, head), *(_count(head, text) for text in told), 0)
            last[year] += 1
            draft.values["number"] = f"{head}{last[year]:04}"


def next_number(change: Change, noun: str, at: str | None = None) -> str:
    """The number that a record made at an instant, else now, would get."""
    draft = Draft(values={"created_at": at or change.now})
    give(change, noun, [draft])
    number: str = draft.values["number"]
    return number


def _refuse_taken(change: Change, noun: str, drafts: Sequence[Draft]) -> None:
    # Bound one by one: a JSON array would cut a number at a NUL, which files do bring.
    marks, about = ", ".join("?" * len(drafts)), fields.noun(noun)
    question = f'SELECT id, number, "{about.label}" AS name FROM "{about.table}" WHERE number IN ({marks})'
    rows = change.rows(question, *(draft.values["number"] for draft in drafts))
    taken = {row["number"]: (row["id"], row["name"]) for row in rows}
    for place, draft in enumerate(drafts, 1):
        own = (draft.id if draft.before else -place, draft.get(about.label))
        holder = taken.setdefault(draft.values["number"], own)
        if holder[0] != own[0]:
            called = "" if holder[1] == draft.values["number"] else str(holder[1])
            said = f"{noun} {holder[0]} {called}".strip() if holder[0] > 0 else called or f"another {noun}"
            raise ConflictError(f"{said} has the number {draft.values['number']} already; give another")


def _day(change: Change, instant: str) -> str:
    return dates.local_day(instant, change.config.zone)


def _count(head: str, number: str) -> int:
    tail = number.removeprefix(head)
    return int(tail) if tail != number and re.fullmatch(f"[0-9]{{1,{_DIGITS}}}", tail) else 0


def _highest(change: Change, noun: str, head: str) -> int:
    """The highest count of a year, of records that stand, are deleted, or were merged into others.

    Ids only grow, so only a record younger than the one with the highest number can have had a higher one.
    """
    table, until = fields.noun(noun).table, head[:-1] + "."
    standing = change.one(
        f'SELECT CAST(substr(number, ?1) AS INTEGER) AS count, id FROM "{table}" '
        "WHERE number >= ?2 AND number < ?3 AND length(number) <= ?4 ORDER BY 1 DESC LIMIT 1",
        len(head) + 1, head, until, len(head) + _DIGITS,
    )  # fmt: skip
    deleted = change.rows(
        "SELECT json_extract(l.data, '$.number') FROM log AS l JOIN command AS k ON k.id = l.command_id "
        f"WHERE l.tbl = ? AND l.row_id > ? AND l.op = 'delete' AND ({later.STANDING} OR k.id = ?)",
        table, standing["id"] if standing else 0, change.command_id,
    )  # fmt: skip
    merged = change.rows(
        "SELECT external_id FROM merged_key WHERE noun = ? AND external_source = ?", table, MERGED
    )
    gone = max((_count(head, row[0] or "") for row in (*deleted, *merged)), default=0)
    return max(standing["count"] if standing else 0, gone)
