"""A pipeline's own rules: its stages as they are stated, and exactly one default pipeline.

Stages are stated as `Prospecting:10,Engaging:50,Won:won,Lost:lost` or as the rows that an export holds.
Stating them anew keeps every stage of the same name with its id, so that deals and their history stay.
"""

import json
from collections.abc import Sequence
from typing import Any

from crm_cli import fields, values
from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft
from crm_cli.values import Reading
from crm_cli.values.folding import fold

SALES = "Prospecting:10,Qualification:20,Proposal:50,Negotiation:80,Won:won,Lost:lost"
ROTTEN_DAYS = {"prospecting": 30, "qualification": 21, "proposal": 14, "negotiation": 10}
CLOSED = {"won": (1_000_000, "closed"), "lost": (0, "omitted")}
LIKE = "write them like Talk:20,Offer:60,Won:won,Lost:lost"
TOLD = ("name", "kind", "probability", "forecast_category", "rotten_days", "requires")
SURE = 1_000_000  # 100 per cent as it is stored

Row = dict[str, Any]


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Refuse a name that is taken, turn stated stages into parts, and see to one default pipeline."""
    _names(change, drafts)
    has_default = bool(change.value("SELECT EXISTS (SELECT 1 FROM pipeline WHERE is_default)"))
    for draft in drafts:
        _stages(change, draft)
        if draft.before is None and not has_default:
            draft.values["is_default"] = has_default = True
        if draft.before and draft.before["is_default"] and draft.values.get("is_default") in (0, False):
            raise InvalidError("one pipeline must be the default; make another one the default instead")


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Let the pipeline that has just become the default be the only one."""
    chosen = [draft.id for draft in drafts if draft.values.get("is_default")]
    if chosen:
        for row in change.rows("SELECT id FROM pipeline WHERE is_default AND id <> ?", chosen[-1]):
            change.connection.execute("UPDATE pipeline SET is_default = 0 WHERE id = ?", (row["id"],))


def default_pipeline(change: Change) -> int:
    """The id of the pipeline for deals that name none; the first need makes "Sales" with its six stages."""
    found = change.value("SELECT id FROM pipeline ORDER BY is_default DESC, id LIMIT 1")
    return int(found) if found else records.add(change, "pipeline", name="Sales", is_default=True).id


def parse(text: str, reading: Reading) -> list[Row]:
    """Read stages as people state them: `Talk:20,Offer:60,Won:won,Lost:lost`, in order, or as an export holds them.

    Raises:
        InvalidError: a stage without a name, or without a percentage, won or lost; or JSON of something else.
    """
    if text.lstrip().startswith("["):
        try:
            rows = json.loads(text, parse_float=str, parse_int=str)
        except (ValueError, RecursionError) as error:
            raise InvalidError(f"stages: {error}; {LIKE}") from None
        return [_exported(row, reading) for row in rows]
    return [_stated(part) for part in text.split(",") if part.strip()]


def _exported(told: Any, reading: Reading) -> Row:
    """A stage as an export holds it."""
    if not isinstance(told, dict):
        raise InvalidError(f"stages: {told!r} is no object; {LIKE}")
    known = fields.part("stage")
    row: Row = {}
    for name, value in told.items():
        if name not in TOLD:
            raise fields.nearest(name, list(TOLD), "key of a stage")
        each = known[name]
        text = value if isinstance(value, str) else "" if value is None else json.dumps(value)
        row[name] = values.read(each.kind, text, reading, each.choices() or None)
    return row


def _stated(text: str) -> Row:
    name, colon, said = (part.strip() for part in text.rpartition(":"))
    name = name if colon else said  # "Won" and "Lost" say by their names what they are
    word = fold(said)
    if word in CLOSED:
        return {"name": name, "kind": word}
    from crm_cli.values.numbers import parse_decimal

    try:
        return {"name": name, "kind": "open", "probability": parse_decimal(said.removesuffix("%"))}
    except InvalidError:
        raise InvalidError(
            f'stage "{text.strip()}" needs a percentage, won or lost after a colon, like "{name}:50"'
        ) from None


def _names(change: Change, drafts: Sequence[Draft]) -> None:
    taken = {row["name_key"]: row["id"] for row in change.rows("SELECT id, name_key FROM pipeline")}
    for number, draft in enumerate(drafts, 1):
        own = draft.id if draft.before else -number
        if taken.setdefault(fold(draft.get("name") or ""), own) != own:
            raise ConflictError(f"there is a pipeline {draft.get('name')} already; choose another name")


def _stages(change: Change, draft: Draft) -> None:
    """Turn what was stated into the rows that shall stand."""
    standing: dict[str, Row] = {}
    if draft.before is not None:
        found = change.rows("SELECT * FROM stage WHERE pipeline_id = ? ORDER BY position", draft.id)
        standing = {row["name_key"]: dict(row) for row in found}
    told = draft.entered.get("stages", draft.parts.get("stages"))
    if told is None and draft.before is None:
        told = SALES
    if told is not None:
        wanted = parse(told, change.reading) if isinstance(told, str) else [dict(row) for row in told]
        if told == SALES:
            wanted = [row | {"rotten_days": ROTTEN_DAYS.get(fold(row["name"]))} for row in wanted]
        _complete(change, wanted, standing)
        _refuse_dropped(change, draft, standing, {row["name_key"] for row in wanted})
        draft.parts["stages"] = wanted
    for entered, column in (("requires", "requires"), ("rotten", "rotten_days")):
        if said := draft.entered.get(entered):
            rows = draft.parts.setdefault("stages", [_bare(row) for row in standing.values()])
            _each_stage(rows, column, said)


def _bare(row: Row) -> Row:
    return {key: value for key, value in row.items() if key != "pipeline_id"}


def _complete(change: Change, wanted: list[Row], standing: dict[str, Row]) -> None:
    """Give every wanted stage all its columns: as said, else as they stand, else as its kind implies."""
    kinds = [row.get("kind") or "open" for row in wanted]
    if "open" not in kinds:
        raise InvalidError("a pipeline needs at least one open stage, such as Talk:20")
    for kind in CLOSED:
        if kind not in kinds:
            wanted.append({"name": kind.capitalize(), "kind": kind})
            change.notes.append(f"added the stage {kind.capitalize()}, which every pipeline has")
    seen: set[str] = set()
    for position, row in enumerate(wanted):
        key = fold(str(row.get("name") or ""))
        if not key or key in seen:
            raise InvalidError(
                f"stage {row.get('name') or position + 1!r}: each stage needs a name of its own"
            )
        seen.add(key)
        _complete_one(row, standing.get(key, {}), key, position)


def _complete_one(row: Row, before: Row, key: str, position: int) -> None:
    kind = row["kind"] = row.get("kind") or "open"
    if kind in CLOSED:
        row["probability"], row["forecast_category"] = CLOSED[kind]
    else:
        chance = row.get("probability", before.get("probability"))
        if not isinstance(chance, int) or not 0 <= chance <= SURE:
            raise InvalidError(f"stage {row['name']}: give it a probability from 0 to 100 per cent")
        kept = before.get("forecast_category") if before.get("probability") == chance else None
        row["probability"] = chance
        row["forecast_category"] = row.get("forecast_category") or kept or _category(chance)
    row |= {"name_key": key, "position": position}
    for column in ("rotten_days", "requires"):
        row[column] = row.get(column) if column in row else before.get(column)
    if before:
        row["id"] = before["id"]


def _category(probability: int) -> str:
    if probability < SURE // 2:
        return "pipeline"
    return "best_case" if probability < SURE * 8 // 10 else "commit"


def _refuse_dropped(change: Change, draft: Draft, standing: dict[str, Row], wanted: set[str]) -> None:
    for key, row in standing.items():
        if key in wanted:
            continue
        held = change.value("SELECT count(*) FROM deal WHERE stage_id = ?", row["id"])
        past = change.value(
            "SELECT count(DISTINCT deal_id) FROM deal_stage WHERE ? IN (stage_id, from_stage_id)", row["id"]
        )
        if held or past:
            many = f"{held or past} deal{'s' if (held or past) > 1 else ''}"
            where = "in it; move them first" if held else "with it in their history; keep it"
            raise ConflictError(f"stage {row['name']} of {draft.get('name')} has {many} {where}")


def _each_stage(rows: list[Row], column: str, said: str | Sequence[str]) -> None:
    """Set a column of named stages: `Proposal:amount,contact` or `Proposal:14`, several separated by `;`."""
    for text in said.split(";") if isinstance(said, str) else said:
        name, colon, what = (part.strip() for part in text.partition(":"))
        row = next((row for row in rows if row["name_key"] == fold(name)), None)
        if row is None or not colon:
            known = ", ".join(row["name"] for row in rows)
            raise InvalidError(f'"{text.strip()}": write STAGE:VALUE with a stage of {known}')
        row[column] = what or None
        if column == "rotten_days" and what:
            row[column] = _days(what)


def _days(text: str) -> int:
    if not text.isdecimal():
        raise InvalidError(f'"{text}" is not a number of days; write one like Proposal:14')
    return int(text)
