"""Activities as a calendar: those that filters let through, with the people in them and their addresses."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from crm_cli.asking.listing import listing
from crm_cli.formats import calendar_writing
from crm_cli.formats.calendar_writing import Occasion

if TYPE_CHECKING:
    from crm_cli.desk import Desk

ADDRESS = """
    SELECT value FROM contact_email WHERE contact_id = ? AND NOT invalid ORDER BY "primary" DESC, id LIMIT 1"""


def text(
    desk: "Desk", noun: str, filters: list[str], *, ids: list[int] | None = None, sort: str | None = None
) -> Iterator[str]:
    """The calendar of a noun's records, part by part; what has neither a time nor a day is counted aloud."""
    rows = listing(desk, noun, filters, ids=ids, columns=["all"], sort=sort)
    names = [each.name for each in rows.columns]
    left = 0

    @lru_cache(maxsize=10_000)
    def address(contact_id: int) -> str:
        found = desk.connection.execute(ADDRESS, (contact_id,)).fetchone()
        return str(found[0]) if found else ""

    def occasions() -> Iterator[Occasion]:
        nonlocal left
        for row in rows.rows:
            made = _occasion(dict(zip(names, row, strict=True)), address)
            if made.is_task or made.begin:
                yield made
            else:
                left += 1

    yield from calendar_writing.write(
        occasions(), desk.config.zone, desk.config.get("working_hours").partition("-")[0]
    )
    if left:
        desk.say(f"left out, since they have neither a time nor a day: {left:,}")


def _occasion(row: dict[str, Any], address: Any) -> Occasion:
    people = [(each["contact"], each["contact_id"]) for each in json.loads(row["participants"] or "[]")]
    part = {number for _, number in people}
    about = [each for each in json.loads(row["about_records"] or "[]") if each.get("name")]
    return Occasion(
        row,
        [(name, address(number)) for name, number in people if address(number)],
        [
            (each["name"], address(each["record_id"]) if each["noun"] == "contact" else "")
            for each in about
            if each["noun"] != "contact" or each["record_id"] not in part
        ],
    )
