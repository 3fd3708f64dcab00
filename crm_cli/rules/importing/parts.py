"""The parts of a record in one cell, such as its addresses or its lines: JSON, as our own exports hold it."""

import json
from dataclasses import replace as changed
from typing import Any

from crm_cli import fields, values
from crm_cli.errors import InvalidError
from crm_cli.rules.importing.plan import Column, Plan
from crm_cli.rules.importing.rows import Problem, Row
from crm_cli.values import emails

# What is needed of parts and not said of them: what follows from others, and what is so unless it is said.
_UNTOLD = frozenset(
    ("position", "key", "name_key", "primary", "opted_out", "invalid", "inactive", "excluded", "quantity")
)


def take(plan: Plan, column: Column, texts: list[str], rows: list[Row]) -> None:
    """Read the JSON of parts: in an export of ours all that shall stand, else those that are said."""
    table = column.field.kind.partition(":")[2]
    for row, text in zip(rows, texts, strict=True):
        if not text or row.problem:
            continue
        currency = row.values.get("currency") or plan.currency
        way = changed(column.reading, currency=currency, lenient=True)
        try:
            said = json.loads(text, parse_float=str, parse_int=str)
            if plan.own:
                _check(plan.about.table, table, said)
            found = [_stored(table, each, way) for each in said]
        except (ValueError, AttributeError, TypeError, RecursionError, InvalidError) as error:
            why = f"is not what an export holds ({error}); leave it as exported" if plan.own else str(error)
            row.problem = Problem(column.header, why)
            continue
        if plan.own:
            row.parts[column.name] = found
        else:
            row.entered[column.name] = found
            row.entered[column.name.removesuffix("s")] = [each["value"] for each in found]
            if column.name == "emails":
                row.kept = tuple(each["value"] for each in found if not emails.is_valid(each["value"]))


def _check(owner: str, table: str, said: list[dict[str, Any]]) -> None:
    """Refuse what no export of ours says of parts of a table: other names, no single values, nothing that is needed.

    Raises:
        ValueError: with what is wrong.
    """
    known = fields.part(table)
    allowed = {*known, *(f"{name}_id" for name, each in known.items() if each.to)}
    allowed |= {"name"} if "record_id" in known else set()
    needed = {name for name, each in known.items() if each.required} - _UNTOLD - {owner}
    for part in said:
        for key, value in part.items():
            if key not in allowed:
                raise ValueError(f'"{key}" is nothing that it says')
            words = key in known and known[key].to
            if isinstance(value, (dict, list)) or (words and not isinstance(value, str | None)):
                raise ValueError(f'"{key}" is no single value of its kind')
        if lacking := needed - part.keys():
            raise ValueError(f'it does not say "{min(lacking)}"')
        if "record_id" in part and part.get("noun") not in fields.names():
            raise ValueError('it does not say the "noun" of a record')


def _stored(table: str, said: dict[str, Any], way: values.Reading) -> dict[str, Any]:
    """One part in stored form; names of other records stay words beside their ids."""
    known = fields.part(table)
    found: dict[str, Any] = {}
    for key, value in said.items():
        each = known.get(key)
        plain = each is not None and not each.to and isinstance(value, str)
        found[key] = (
            values.read(each.kind, value, way, each.choices()) if each is not None and plain else value
        )
        if isinstance(value, bool):
            found[key] = int(value)
    return found
