"""What entering and leaving a stage brings with it, by whatever path a deal comes there.

The probability and forecast category become the stage's (a pinned probability stays), a decision has its day,
every change is a row of history, and the first deal won makes customers of those who bought.
"""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import moments, records, stages
from crm_cli.rules.drafts import Draft
from crm_cli.values import dates

# Who is known as one of these stays that, whatever they buy from us.
OTHER_ROLES = ("customer", "partner", "reseller", "supplier", "investor", "competitor")

Row = dict[str, Any]


def prepare(change: Change, draft: Draft, book: dict[int, Row]) -> None:
    """Complete what follows from the stage that a draft stands in, has left or enters."""
    now = book[draft.get("stage_id")]
    left = book[draft.before["stage_id"]] if draft.before else None
    if draft.parts.get("stages"):
        draft.parts["stages"] = _history(change, draft)
    if left is None or left["id"] != now["id"]:
        _decide(change, draft, left, now)
        if "forecast_category" not in draft.given:
            draft.values["forecast_category"] = now["forecast_category"]
        draft.values["stage_since"] = _since(change, draft)
    elif now["kind"] == "open" and draft.values.get("closed_on"):
        raise InvalidError(f"closed_on: the deal is open, in {now['name']}; win or lose it on that day")
    _chance(draft, now, moved=left is None or left["id"] != now["id"])


def settle(change: Change, drafts: Sequence[Draft], book: dict[int, Row]) -> None:
    """Write the history of moves, hold them to their stage's requirements, mark first customers."""
    moved = [
        draft for draft in drafts if draft.before is None or draft.before["stage_id"] != draft.get("stage_id")
    ]
    rows = [_entry(change, draft) for draft in moved if not draft.parts.get("stages")]
    records.append(change, "deal_stage", rows)
    left: dict[int, list[int]] = {}
    for draft in moved:
        if draft.before and _forward(book[draft.before["stage_id"]], book[draft.get("stage_id")]):
            left.setdefault(draft.before["stage_id"], []).append(draft.id)
    stages.check_requirements(change, left, book)
    # A record with its identity comes from an export of ours, whose customers are told there.
    won = [
        draft for draft in moved if book[draft.get("stage_id")]["kind"] == "won" and "uid" not in draft.given
    ]
    if won:
        _first_customers(change, won)


def _decide(change: Change, draft: Draft, left: Row | None, now: Row) -> None:
    """Set or clear what belongs to a decision: its day and the reason of a loss."""
    values = draft.values
    if now["kind"] == "lost" and not draft.imported and not draft.get("lost_reason"):
        raise InvalidError("a lost deal needs a reason: give one, such as --reason price")
    if left and left["kind"] == "lost" and now["kind"] != "lost":
        for column in ("lost_reason", "lost_note"):
            values.setdefault(column, None)
    if now["kind"] != "open":
        values["closed_on"] = values.get("closed_on") or change.today.isoformat()
        return
    if values.get("closed_on"):
        if not draft.imported:
            raise InvalidError(f"closed_on: {now['name']} is an open stage; win or lose the deal on that day")
        # What other programs call the close of an open deal is the day they expect it.
        values["expected_close"] = values.get("expected_close") or values["closed_on"]
    values["closed_on"] = None


def _chance(draft: Draft, now: Row, *, moved: bool) -> None:
    """Pin a probability that is told; all else follows the stage.

    The stage's own is not pinned in a decided or imported deal: it would stay at 100 % after reopening.
    """
    told = draft.values.get("probability") if "probability" in draft.given else None
    if told is not None and "probability_pinned" not in draft.given:
        differs = told != now["probability"] or (now["kind"] == "open" and not draft.imported)
        if draft.before is None or draft.before["probability"] != told:
            draft.values["probability_pinned"] = differs
    emptied = "probability" in draft.given and told is None
    freed = "probability_pinned" in draft.given and not draft.values["probability_pinned"]
    if emptied:
        draft.values["probability_pinned"] = False
    if told is None and (emptied or freed or (moved and not draft.get("probability_pinned"))):
        draft.values["probability"] = now["probability"]


def _since(change: Change, draft: Draft) -> str | None:
    """The day a deal entered the stage it is in; None where an import does not tell."""
    history = draft.parts.get("stages")
    known = draft.get("closed_on") or draft.get("opened_on")
    if history:
        last = history[-1]
        return last["day"] if known or last["from_stage_id"] else None
    return known if draft.before is None else draft.get("closed_on") or change.today.isoformat()


def _history(change: Change, draft: Draft) -> list[Row]:
    """The history that a draft brings along, its stages found by their names."""
    rows = draft.parts["stages"]
    if "stage" in rows[0]:
        rows = stages.resolved(change, draft.get("pipeline_id"), rows)
    return rows


def _entry(change: Change, draft: Draft) -> Row:
    """The row of history for a move, or for a new deal at the stage it states."""
    left = draft.before["stage_id"] if draft.before else None
    day = draft.get("stage_since") or dates.local_day(
        draft.values.get("created_at") or change.now, change.config.zone
    )
    since = draft.before and (draft.before["stage_since"] or draft.before["opened_on"])
    return {
        "deal_id": draft.id,
        "from_stage_id": left,
        "stage_id": draft.get("stage_id"),
        "at": moments.on(change, day),
        "day": day,
        "days": max(0, (date.fromisoformat(day) - date.fromisoformat(since)).days) if since else None,
    }


def _forward(left: Row, now: Row) -> bool:
    """Whether a move goes on, to a later stage of the same pipeline or to a win."""
    if left["kind"] != "open" or left["pipeline_id"] != now["pipeline_id"]:
        return False
    return bool(now["kind"] == "won" or (now["kind"] == "open" and now["position"] > left["position"]))


def _first_customers(change: Change, won: Sequence[Draft]) -> None:
    """The first deal won makes its company and its contact customers."""
    for noun, column, known in (
        ("company", "type", OTHER_ROLES),
        ("contact", "lifecycle", ("customer", "evangelist")),
    ):
        link = f"{noun}_id"
        buyers = sorted({draft.get(link) for draft in won if draft.get(link)})
        marks = ", ".join("?" * len(known))
        fresh = change.rows(
            f'SELECT b.id FROM json_each(?) AS j JOIN "{noun}" AS b ON b.id = j.value '
            f'WHERE (b."{column}" IS NULL OR b."{column}" NOT IN ({marks})) AND NOT EXISTS ('
            f"SELECT 1 FROM deal AS d JOIN stage AS s ON s.id = d.stage_id WHERE d.{link} = b.id "
            "AND s.kind = 'won' AND d.id NOT IN (SELECT value FROM json_each(?)))",
            json.dumps(buyers),
            *known,
            json.dumps([draft.id for draft in won]),
        )
        drafts = records.load(change, noun, [row["id"] for row in fresh])
        for draft in drafts:
            draft.values[column] = "customer"
        records.write(change, noun, drafts)
