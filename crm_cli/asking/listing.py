"""Asking for records: the rows of a noun's view, filtered, sorted and cut, with the columns that are wanted."""

import json
from typing import TYPE_CHECKING, Any

from crm_cli import fields
from crm_cli.fields import Field, Noun
from crm_cli.filters import Where
from crm_cli.filters import where as where_of
from crm_cli.output import Rows
from crm_cli.values.amounts import line_net
from crm_cli.values.numbers import LIMIT

if TYPE_CHECKING:
    from crm_cli.desk import Desk

SHOWN = 50  # rows of a list in a terminal when nothing is said


def listing(
    desk: "Desk",
    noun: str,
    filters: list[str] | None = None,
    *,
    ids: list[int] | None = None,
    columns: list[str] | None = None,
    sort: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Rows:
    """The rows of a noun that filters and ids let through.

    `columns` are names, `all` of them, or None for those that the noun's list shows. `sort` is names
    separated by commas, `-` before one that descends; empty values come last.
    """
    about = fields.noun(noun)
    custom = fields.custom(desk.connection, noun)
    where, bound = _wanted(desk, about, filters or [], ids)
    chosen = _columns(desk, about, custom, columns)
    selected = ", ".join(_expression(about, each) for each in chosen)
    question = f"SELECT {selected} FROM {about.view} WHERE {where}{_order(about, custom, sort)}"
    total = None
    if limit is None and desk.style.limited and ids is None:
        limit = SHOWN
    if ahead := _first_by_name(about, sort, limit, offset) if where == "1" else "":
        question = f"SELECT {selected} FROM {about.view} WHERE id IN ({ahead}){_order(about, custom, sort)}"
    elif limit is not None or offset:
        question += f" LIMIT {-1 if limit is None else min(limit, LIMIT)} OFFSET {min(offset, LIMIT)}"
    if (limit is not None or offset) and desk.style.limited:
        total = count(desk, noun, filters or [], ids)
    return Rows(chosen, desk.connection.execute(question, bound), total=total)


def records(desk: "Desk", noun: str, ids: list[int]) -> Rows:
    """All that is known of records, for machines: every column, and of cases what was written and said."""
    if noun == "case":
        from crm_cli.asking import thread

        return thread.records(desk, ids)
    return listing(desk, noun, ids=ids, columns=["all"])


def count(desk: "Desk", noun: str, filters: list[str], ids: list[int] | None = None) -> int:
    """How many records filters and ids let through."""
    about = fields.noun(noun)
    where, bound = _wanted(desk, about, filters, ids)
    only = "" if where == "1" else f" WHERE {where}"  # all of them SQLite counts page by page
    found: int = desk.connection.execute(f"SELECT count(*) FROM {about.view}{only}", bound).fetchone()[0]
    return found


def _wanted(desk: "Desk", about: Noun, filters: list[str], ids: list[int] | None) -> Where:
    where, bound = where_of(about, filters, desk.asking)
    if ids is None:
        return where, bound
    return f"({where}) AND id IN (SELECT value FROM json_each(?))", [*bound, json.dumps(ids)]


def _columns(desk: "Desk", about: Noun, custom: dict[str, Field], names: list[str] | None) -> list[Field]:
    if desk.style.chosen == "ids":
        return [about.columns["id"]]
    if names == ["all"]:
        return [*about.columns.values(), *custom.values()]
    if not names:
        configured = [name for name in desk.config.get(f"columns.{about.name}").split(",") if name]
        names = (configured or list(about.shown)) if desk.style.chosen == "table" else list(about.listed)
        if desk.style.chosen == "table" and _has_money(about, names) and "currency" not in names:
            names = [*names, "currency"]
    found = []
    for name in (name.strip().lower() for name in names):
        each = about.columns.get(name) or custom.get(name)
        if each is None:
            raise fields.nearest(name, [*about.columns, *custom], f"column of {about.name}")
        found.append(each)
    if any(each.is_money for each in found) and "currency" not in names and "currency" in about.columns:
        found.append(about.columns["currency"])
    return found


def _has_money(about: Noun, names: list[str]) -> bool:
    return any(about.columns[name].is_money for name in names if name in about.columns)


def _expression(about: Noun, each: Field) -> str:
    if not each.custom:
        return f'"{each.name}"'
    value = fields.custom_value(each.name)
    return f'(SELECT {value} FROM "{about.table}" AS held WHERE held.id = {about.view}.id)'


def _order(about: Noun, custom: dict[str, Field], sort: str | None) -> str:
    if not sort:
        return " ORDER BY id"
    keys = []
    for word in sort.split(","):
        name = word.strip().removeprefix("-").lower()
        each: Any = about.columns.get(name) or custom.get(name)
        if each is None:
            raise fields.nearest(name, [*about.columns, *custom], f"column of {about.name}")
        expression = _expression(about, each)
        folded = (
            f"fold({expression})"
            if each.kind in ("text", "open") or each.kind.startswith("ref:")
            else expression
        )
        keys += [f"{expression} IS NULL", folded + (" DESC" if word.strip().startswith("-") else "")]
    return f" ORDER BY {', '.join(keys)}, id"


def _first_by_name(about: Noun, sort: str | None, limit: int | None, offset: int) -> str:
    """The ids of the first records by their names, which an index holds in that order; empty where none does."""
    if limit is None or about.only or not about.named or (sort or "").removeprefix("-") != about.label:
        return ""
    order = "name_key DESC" if str(sort).startswith("-") else "name_key"
    cut = f"LIMIT {min(limit, LIMIT)} OFFSET {min(offset, LIMIT)}"
    return f'SELECT id FROM "{about.table}" ORDER BY {order}, id {cut}'


def stages(desk: "Desk", pipeline_id: int | None) -> Rows:
    """The stages of a pipeline, or of all, in order."""
    columns = [
        Field(name, kind)
        for name, kind in (
            ("id", "id"), ("name", "text"), ("pipeline", "text"), ("position", "integer"), ("kind", "choice"),
            ("probability", "percent"), ("forecast_category", "choice"), ("rotten_days", "integer"),
            ("requires", "text"),
        )
    ]  # fmt: skip
    names = ", ".join(each.name for each in columns)
    question = (
        f"SELECT {names} FROM stages WHERE ?1 IS NULL OR pipeline_id = ?1 ORDER BY pipeline_id, position"
    )
    return Rows(columns, desk.connection.execute(question, (pipeline_id,)))


def lines(desk: "Desk", deal_id: int) -> Rows:
    """The lines of a deal, and what each comes to."""
    kinds = {"id": "id", "product": "text", "quantity": "decimal", "unit_price": "price", "discount_pct": "percent",
             "tax_pct": "percent", "currency": "currency"}  # fmt: skip
    question = f"SELECT {', '.join(kinds)} FROM deal_lines WHERE deal_id = ? ORDER BY position, id"
    columns = [Field(name, kind) for name, kind in kinds.items()]
    rows = [
        (*row, _net(row[2], row[3], row[4], row[6])) for row in desk.connection.execute(question, (deal_id,))
    ]
    return Rows([*columns, Field("net", "money", "What the line comes to before tax")], rows)


def _net(quantity: int, price: int | None, discount: int | None, currency: str) -> int | None:
    return None if price is None else line_net(quantity, price, discount, currency)
