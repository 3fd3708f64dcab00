"""Questions about segments: whom one holds, and who came and went between two times."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from crm_cli import db, fields, segments
from crm_cli.asking import rewinding
from crm_cli.conditions import Asking, instants
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.values.dates import local_day

if TYPE_CHECKING:
    from crm_cli.desk import Desk

ENTRIES = (
    "SELECT m.id, m.noun, m.record_id, "
    "CASE m.noun WHEN 'contact' THEN (SELECT name FROM contact WHERE id = m.record_id) "
    "WHEN 'lead' THEN (SELECT name FROM lead WHERE id = m.record_id) "
    "ELSE (SELECT name FROM company WHERE id = m.record_id) END AS name, m.address, m.added_at "
    "FROM segment_member AS m WHERE m.segment_id = ? ORDER BY m.id"
)
CHANGE = (Field("change", "text", "came or went"), Field("id", "id"), Field("name", "text", "Who"))
# What a segment holds at a time: by noun and id, or by address, the id and what it is called.
_HELD = "CREATE TEMP TABLE {} (noun, key, record_id, name, UNIQUE (noun, key) ON CONFLICT REPLACE)"
_LISTED = (
    "INSERT INTO {} SELECT coalesce(nullif(noun, ''), 'address'), coalesce(record_id, address), record_id, "
    "coalesce(nullif(name, ''), nullif(address, ''), noun || ' ' || record_id) FROM ({})"
)
_ONLY = (
    "SELECT '{what}', record_id, name FROM {table} AS one WHERE NOT EXISTS "
    "(SELECT 1 FROM {other} AS other WHERE other.noun = one.noun AND other.key = one.key) ORDER BY rowid"
)
_CAME = _ONLY.format(what="came", table="held_then", other="held_before")
_WENT = _ONLY.format(what="went", table="held_before", other="held_then")


def held(desk: "Desk", segment_id: int) -> str:
    """What a segment holds: contact, lead or company."""
    found: str = _facts(desk.connection, segment_id)[1]
    return found


def is_listing(desk: "Desk", segment_id: int) -> bool:
    """Whether a segment holds more than records of one noun, as suppression lists do."""
    return _facts(desk.connection, segment_id)[0] == "suppression"


def entries(desk: "Desk", segment_id: int) -> Rows:
    """What a suppression list names."""
    kinds = {"id": "id", "noun": "text", "record_id": "id", "name": "text", "address": "text",
             "added_at": "instant"}  # fmt: skip
    found = desk.connection.execute(ENTRIES, (segment_id,))
    return Rows([Field(name, kind) for name, kind in kinds.items()], found)


def as_filters(desk: "Desk", first: int, others: dict[str, list[int]]) -> tuple[str, list[str]]:
    """The noun and the filters that a segment makes with those it is united with, cut by, and lessened by."""
    every = [first, *others["or"], *others["and"], *others["not"]]
    nouns = [on for kind, on in (_facts(desk.connection, each) for each in every) if kind != "suppression"]
    united = ",".join(map(str, (first, *others["or"])))
    cut = [f"segment={each}" for each in others["and"]] + [f"segment!={each}" for each in others["not"]]
    return nouns[0] if nouns else "contact", [f"segment={united}", *cut]


def difference(desk: "Desk", segment_id: int, since: str, until: str) -> Rows:
    """Who is in a segment at one time and not at the other.

    A day as the first time is its beginning, as the last one its end. The segment is taken as it was defined then.

    Raises:
        InvalidError: the times are none, or the wrong way round.
        ConflictError: the store cannot be put back so far.
    """
    first, last = instants(since, desk.asking)[0], None if until == "now" else instants(until, desk.asking)[1]
    if first is None or (last and last <= first):
        raise InvalidError("name the earlier time first, and an end that comes after it")
    copy = db.aside(desk.connection)
    try:
        if last:
            rewinding.rewind(copy, last)
        _note(desk, copy, "held_then", segment_id, last)
        rewinding.rewind(copy, first)
        _note(desk, copy, "held_before", segment_id, first)
        came, went = (copy.execute(f"SELECT count(*) FROM ({each})").fetchone()[0] for each in (_CAME, _WENT))
    except BaseException:
        copy.close()
        raise
    return Rows(list(CHANGE), _changes(copy), notes=[f"{came:,} came, {went:,} went"])


def _changes(copy: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """Who came and who went, with whom the copy goes."""
    try:
        yield from copy.execute(_CAME)
        yield from copy.execute(_WENT)
    finally:
        copy.close()


def _facts(connection: sqlite3.Connection, segment_id: int) -> tuple[str, str]:
    found = connection.execute('SELECT kind, "on" FROM segment WHERE id = ?', (segment_id,)).fetchone()
    return (found[0], found[1]) if found else ("", "contact")


def _note(desk: "Desk", copy: sqlite3.Connection, table: str, segment_id: int, moment: str | None) -> None:
    """Note in a table of its own whom a segment held in a copy of the store; nobody before it was made."""
    copy.execute(_HELD.format(table))
    kind, on = _facts(copy, segment_id)
    if not kind:
        return
    how = _asking(desk, copy, moment)
    if kind == "suppression":
        copy.execute(_LISTED.format(table, ENTRIES), (segment_id,))
        return
    noun = fields.noun(on)
    where, bound = segments.holding(noun, segment_id, how)
    question = f"SELECT '{on}', id, id, name FROM {noun.view} WHERE {where} ORDER BY id"
    copy.execute(f"INSERT INTO {table} {question}", bound)


def _asking(desk: "Desk", copy: sqlite3.Connection, moment: str | None) -> Asking:
    """What filters depend on at a moment; None is the present one."""
    from crm_cli import clock

    zone = desk.config.zone
    now = moment or clock.now(zone)
    today = date.fromisoformat(local_day(now, zone))
    rewinding.at(copy, now, today.isoformat(), desk.config.get("small_company_up_to"))
    return replace(desk.asking, connection=copy, reading=replace(desk.reading, today=today))


def of_report(desk: "Desk", text: str) -> dict[str, list[int]]:
    """Who is in segments of a report, such as `rfm:champions,loyal`: ids by noun.

    Raises:
        InvalidError: no such report or segment; names those that there are.
    """
    from crm_cli import reports
    from crm_cli.reports import rfm

    name, _, words = text.partition(":")
    if name != "rfm":
        raise fields.nearest(name, ["rfm"], "report with segments")
    wanted = {word.strip().lower().replace("-", "_").replace(" ", "_") for word in words.split(",")}
    for word in wanted - rfm.SEGMENTS.keys():
        raise fields.nearest(word, list(rfm.SEGMENTS), "segment of rfm")
    asked = reports.Asked(
        desk.connection, desk.reading.today, reports.load(name), zone=desk.config.zone, asking=desk.asking,
        rates=desk.rate, setting=desk.config.get,
    )  # fmt: skip
    rows = asked.report.answer(asked)
    places = {each.name: place for place, each in enumerate(rows.columns)}
    found: dict[str, list[int]] = {}
    for row in rows.rows:
        if row[places["segment"]] in wanted:
            found.setdefault(row[places["noun"]], []).append(row[places["id"]])
    return {noun: list(dict.fromkeys(ids)) for noun, ids in found.items()}
