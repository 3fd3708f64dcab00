"""What a report can be grouped by: any column with words, a column of a related record, or a span of time.

Records are grouped by the id of what they refer to, and its name is looked up once a group: a scan of a
million deals reads no other table. Two companies of one name stay two.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from crm_cli import fields, segments
from crm_cli.errors import InvalidError
from crm_cli.fields import Field

ALIASES = {"tag": "tags", "reason": "lost_reason", "policy": "sla_policy"}
KINDS = frozenset(("text", "choice", "open", "country", "currency", "boolean", "day", "integer", "percent"))
PERIODS = {
    "month": "substr({day}, 1, 7)",
    "quarter": "substr({day}, 1, 4) || '-Q' || ((substr({day}, 6, 2) + 2) / 3)",
    "year": "substr({day}, 1, 4)",
    # The ISO week is that of its Thursday.
    "week": "strftime('%Y', {day}, '-3 days', 'weekday 4') || '-W' || "
    "printf('%02d', (strftime('%j', {day}, '-3 days', 'weekday 4') + 6) / 7)",
}
# A deal or an invoice (NOUN) with lines of several products falls to each by its share of the net; unpriced lines
# share equally.
BY_LINE = """,
several AS MATERIALIZED (SELECT NOUN_id FROM NOUN_line GROUP BY NOUN_id HAVING count(*) > 1),
weights AS (
  SELECT NOUN_id, product_id,
    sum(coalesce(quantity * unit_price / 10000 * (1000000 - coalesce(discount_pct, 0)), 0)) AS net
  FROM NOUN_line WHERE NOUN_id IN several GROUP BY NOUN_id, product_id),
shares AS (
  SELECT *, sum(net) OVER lined AS whole, count(*) OVER lined AS products FROM weights
  WINDOW lined AS (PARTITION BY NOUN_id)),
chosen AS (
  SELECT {columns}, NOUN_line.product_id AS "group", purse
  FROM picked LEFT JOIN NOUN_line ON NOUN_line.NOUN_id = picked.id WHERE picked.id NOT IN several
  UNION ALL
  SELECT {split}, shares.product_id, purse FROM picked JOIN shares ON shares.NOUN_id = picked.id)"""
BY_TAG = """,
chosen AS (
  SELECT {columns}, word.value AS "group", purse
  FROM picked LEFT JOIN json_each(coalesce(picked."group", '[]')) AS word)"""

BY_SEGMENT = """,
chosen AS (
  SELECT {columns}, held.segment_id AS "group", purse
  FROM picked LEFT JOIN temp.segment_holding AS held ON held.record_id = picked.id)"""


class Place(NamedTuple):
    """The group that a row belongs to: what it is called, and its id when it is a record."""

    label: Any = None
    id: int | None = None

    def order(self) -> tuple[bool, int, str, int]:
        """Sorts by number or name, what has none last."""
        number = self.label if isinstance(self.label, int) else 0
        return self.label is None, number, str(self.label), self.id or 0


class Group(NamedTuple):
    """One way to group.

    `key` is SQL over the noun's view; `record` and `label`, where they stand, lead from the key (`value`) to
    the id and the name of the group. `spread` makes of the rows `picked` the rows `chosen`, where one record
    can fall into several groups. `period` says that the groups follow each other in time.
    """

    name: str = ""
    kind: str = "text"
    key: str = "NULL"
    record: str = ""
    label: str = ""
    spread: str = ""
    period: bool = False

    def places(self, connection: sqlite3.Connection, keys: Iterable[Any]) -> dict[Any, Place]:
        """The group of each key."""
        if not self.label:
            return {key: Place(key or None) for key in keys}
        question = f"SELECT value, {self.label}, {self.record or 'NULL'} FROM json_each(?)"
        listed = json.dumps([key for key in keys if key is not None])
        found = {row[0]: Place(row[1], row[2]) for row in connection.execute(question, (listed,))}
        return found | {None: Place()}


def find(
    connection: sqlite3.Connection, noun: str, name: str | None, day: str, own: Mapping[str, Group]
) -> Group:
    """The group called `name` of a noun; `day` is what spans of time are cut from, empty where there is none.

    `own` are groups that a report alone knows.

    Raises:
        InvalidError: there is no such group; names the nearest.
    """
    if not name:
        return Group()
    if name in own:
        return own[name]
    about, custom = fields.noun(noun), fields.custom(connection, noun)
    if name in PERIODS and day:
        return Group(name, key=PERIODS[name].format(day=day), period=True)
    path = name.split(".")
    path[0] = ALIASES.get(path[0], path[0])
    each = about.columns.get(path[0]) or custom.get(path[0])
    if each is None:
        known = [
            *own,
            *(PERIODS if day else ()),
            *(key for key, column in about.columns.items() if _fit(column)),
            *custom,
        ]
        raise fields.nearest(name, known, "group")
    if each.custom:
        kept = f'SELECT {fields.custom_value(each.name)} FROM "{about.table}" AS held'
        return Group(name, each.kind, f"({kept} WHERE held.id = {about.view}.id)")
    if each.path:
        path = [*each.path.split("."), *path[1:]]
    if path == ["lines", "product"]:
        return Group(
            name,
            key="NULL",
            record="value",
            label="(SELECT name FROM product WHERE id = value)",
            spread=BY_LINE.replace("NOUN", about.name),
        )
    if path == ["tags"]:
        return Group(name, key="tags", spread=BY_TAG)
    return _along(name, about, path)


def by_customer() -> Group:
    """By the company, else the contact, of a record that has both; the number is that of either."""
    name = "iif(value > 0, (SELECT name FROM company WHERE id = value), (SELECT name FROM contact WHERE id = -value))"
    return Group("customer", key="coalesce(company_id, -contact_id)", record="abs(value)", label=name)


def by_segment() -> Group:
    """By the segments that hold the record, once `crm_cli.segments.spread` has noted them."""
    return Group(
        "segment", record="value", label="(SELECT name FROM segment WHERE id = value)", spread=BY_SEGMENT
    )


def names(noun: str, day: str, own: Iterable[str] = ()) -> list[str]:
    """What a noun can be grouped by, a report's own groups and spans of time first."""
    return [
        *own,
        *(PERIODS if day else ()),
        *(key for key, each in fields.noun(noun).columns.items() if _fit(each)),
        "tag",
        *(("segment",) if segments.belongs(fields.noun(noun)) else ()),
    ]


def _along(name: str, about: fields.Noun, path: list[str]) -> Group:
    """The group along a path of references, such as `owner.manager` or `company.country`."""
    each = _column(about.columns, path[0], name)
    if not each.kind.startswith("ref:"):
        return Group(name, each.kind, f'"{each.name}"')
    key, record = f'"{each.column}"', "value"
    for step in path[1:]:
        columns, view = _seen(each.to or "")
        each = _column(columns, step, name)
        if each.kind.startswith("ref:"):
            record = f'(SELECT "{each.column}" FROM {view} WHERE id = {record})'
        else:
            return Group(
                name, each.kind, key, label=f'(SELECT "{each.name}" FROM {view} WHERE id = {record})'
            )
    return Group(name, "text", key, record, f'(SELECT name FROM "{each.to}" WHERE id = {record})')


def _column(columns: dict[str, Field], name: str, said: str) -> Field:
    each = columns.get(name)
    if each is None:
        raise fields.nearest(name, [key for key, column in columns.items() if _fit(column)], "group")
    if not _fit(each):
        raise InvalidError(
            f"nothing can be grouped by {said}, which is {each.kind}; choose a column with words"
        )
    return each


def _fit(each: Field) -> bool:
    return each.kind in KINDS or bool(each.kind.startswith("ref:") and each.column) or bool(each.path)


def _seen(noun: str) -> tuple[dict[str, Field], str]:
    """The columns and the view of a noun; stages are parts of their pipeline and have a view all the same."""
    if noun == "stage":
        return fields.part("stage"), "stages"
    return fields.noun(noun).columns, fields.plural(noun)
