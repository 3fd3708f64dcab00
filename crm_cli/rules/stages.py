"""Moving a deal: the one way through the stages, whoever asks for it.

A move is an edit of the deal's stage; what follows (probability, dates, history) are the deal's own rules.
"""

import json
from collections.abc import Iterable
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft
from crm_cli.rules.pipeline import default_pipeline
from crm_cli.values.folding import fold

Row = dict[str, Any]
KINDS = {"won": "won", "closed won": "won", "lost": "lost", "closed lost": "lost"}


def book(change: Change) -> dict[int, Row]:
    """Every stage of every pipeline by id, in the order of the pipelines."""
    rows = change.rows("SELECT * FROM stage ORDER BY pipeline_id, position")
    return {row["id"]: dict(row) for row in rows}


def find(change: Change, pipeline_id: int | None, text: str) -> Row:
    """The stage that a word names in a pipeline (None: the default one): its name, or won, or lost.

    Raises:
        InvalidError: the pipeline has no such stage; names those that it has.
    """
    pipeline = default_pipeline(change) if pipeline_id is None else pipeline_id
    key = " ".join(fold(text).replace("_", " ").replace("-", " ").split())
    own = in_pipeline(book(change), pipeline)
    for row in own:
        if row["name_key"] in (fold(text), key):
            return row
    for row in own:
        if row["kind"] == KINDS.get(key):
            return row
    raise InvalidError(_unknown(change, pipeline, text, own))


def in_pipeline(stages: dict[int, Row], pipeline_id: int) -> list[Row]:
    """The stages of one pipeline in order."""
    return [row for row in stages.values() if row["pipeline_id"] == pipeline_id]


def move(change: Change, deal_id: int, stage: str | int, **more: Any) -> Draft:
    """Bring a deal into a stage, named or by id; `more` are columns set along with it.

    Raises:
        InvalidError: no such stage in its pipeline, something is missing to leave the one it is in, or the
            stage is a lost one and there is no `lost_reason`.
    """
    deal = _deal(change, deal_id)
    found = stage if isinstance(stage, int) else find(change, deal["pipeline_id"], stage)["id"]
    return records.edit(change, "deal", deal_id, stage_id=found, **more)


def win(change: Change, deal_id: int, amount: int | None = None, on: str | None = None) -> Draft:
    """Win a deal, with the actual amount (ten-thousandths) where it differs, on a day or today."""
    more = {"amount": amount, "closed_on": on}
    return move(change, deal_id, _of_kind(change, deal_id, "won"), **_said(more))


def lose(change: Change, deal_id: int, reason: str, note: str | None = None, on: str | None = None) -> Draft:
    """Lose a deal for a reason, on a day or today."""
    more = {"lost_reason": reason, "lost_note": note, "closed_on": on}
    return move(change, deal_id, _of_kind(change, deal_id, "lost"), **_said(more))


def reopen(change: Change, deal_id: int, stage: str | int | None = None) -> Draft:
    """Bring a won or lost deal back into a stage, else into the last open one that it was in.

    Raises:
        ConflictError: the deal is open.
    """
    deal = _deal(change, deal_id)
    stages = book(change)
    if stages[deal["stage_id"]]["kind"] == "open":
        raise ConflictError(
            f"deal {deal_id} is open, in {stages[deal['stage_id']]['name']}; use `crm deal move`"
        )
    return move(change, deal_id, _last_open(change, deal, stages) if stage is None else stage)


def resolved(change: Change, pipeline_id: int | None, history: Iterable[Row]) -> list[Row]:
    """The rows of a deal's history as an export holds them, stages by name, with the stages' ids."""
    found = []
    for row in history:
        ids = {
            f"{name}_id": find(change, pipeline_id, row[name])["id"] if row.get(name) else None
            for name in ("from_stage", "stage")
        }
        found.append(ids | {key: row.get(key) for key in ("at", "day", "days")})
    return found


def check_requirements(change: Change, left: dict[int, list[int]], stages: dict[int, Row]) -> None:
    """Hold deals (ids by the stage they have left forward) to what their stage requires.

    Raises:
        InvalidError: of the first deal that does not meet it, naming what is missing.
    """
    for stage_id, deals in left.items():
        for condition in _conditions(stages[stage_id]["requires"] or ""):
            failing = _failing(change, condition, deals)
            if failing is not None:
                raise InvalidError(
                    f"deal {failing} cannot leave {stages[stage_id]['name']} yet: it requires "
                    f"{condition.removesuffix('!=')}; set that first"
                )


def _conditions(requires: str) -> list[str]:
    """The conditions of a stage as filters: a bare field must be filled; a comma may also part values."""
    from crm_cli import fields, filters

    known = fields.noun("deal").columns
    found: list[str] = []
    for part in requires.split(","):
        word = part.strip()
        if filters.split(word) or not found or word in known:
            found.append(word if filters.split(word) else f"{word}!=")
        else:
            found[-1] += f",{word}"
    return [condition for condition in found if condition != "!="]


def _failing(change: Change, condition: str, deals: list[int]) -> int | None:
    from crm_cli import fields, filters

    asking = filters.Asking(change.connection, change.reading, change.config.get("me"))
    where, bound = filters.where(fields.noun("deal"), [condition], asking)
    question = f"SELECT id FROM deals WHERE id IN (SELECT value FROM json_each(?)) AND ({where}) IS NOT TRUE"
    found: int | None = change.value(question, json.dumps(deals), *bound)
    return found


def _deal(change: Change, deal_id: int) -> Row:
    found = change.one("SELECT id, pipeline_id, stage_id FROM deal WHERE id = ?", deal_id)
    if found is None:
        raise NotFoundError(f"there is no deal {deal_id}; `crm deal list` shows them")
    return dict(found)


def _of_kind(change: Change, deal_id: int, kind: str) -> int:
    """The stage of a kind in the deal's pipeline: the one it is in, else the first."""
    deal = _deal(change, deal_id)
    stages = book(change)
    if stages[deal["stage_id"]]["kind"] == kind:
        return int(deal["stage_id"])
    own = in_pipeline(stages, deal["pipeline_id"])
    return int(next(row["id"] for row in own if row["kind"] == kind))


def _said(more: Row) -> Row:
    return {key: value for key, value in more.items() if value is not None}


def _last_open(change: Change, deal: Row, stages: dict[int, Row]) -> int:
    own = in_pipeline(stages, deal["pipeline_id"])
    opened = {row["id"] for row in own if row["kind"] == "open"}
    rows = change.rows("SELECT * FROM deal_stage WHERE deal_id = ? ORDER BY id DESC", deal["id"])
    been = [stage for row in rows for stage in (row["stage_id"], row["from_stage_id"]) if stage in opened]
    return int(been[0]) if been else next(int(row["id"]) for row in own if row["id"] in opened)


def _unknown(change: Change, pipeline: int, text: str, own: list[Row]) -> str:
    name = change.value("SELECT name FROM pipeline WHERE id = ?", pipeline)
    has = ", ".join(row["name"] for row in own)
    other = change.value(
        "SELECT p.name FROM stage AS s JOIN pipeline AS p ON p.id = s.pipeline_id WHERE s.name_key = ?",
        fold(text),
    )
    hint = f'; pipeline {other} has one: give pipeline="{other}"' if other else ""
    return f'"{text}" is not a stage of pipeline {name}, which has {has}{hint}'
