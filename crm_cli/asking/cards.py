"""People and organisations as vCards: those that filters let through."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crm_cli.asking.listing import listing
from crm_cli.formats import card_writing

if TYPE_CHECKING:
    from crm_cli.desk import Desk


def text(
    desk: "Desk",
    noun: str,
    filters: list[str],
    *,
    version: str,
    ids: list[int] | None = None,
    sort: str | None = None,
) -> Iterator[str]:
    """The cards of a noun's records, one at a time; `version` is `4.0` or `3.0`."""
    columns = card_writing.COLUMNS[noun]
    found = listing(desk, noun, filters, ids=ids, columns=list(columns), sort=sort)
    rows = (dict(zip(columns, row, strict=True)) for row in found.rows)
    yield from card_writing.cards(noun, rows, version)
