"""Taking over how a like case was settled, or what an article answers."""

from collections.abc import Sequence

from crm_cli import refs
from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import article, records

SOURCES = ("case", "article")


def named(change: Change, text: str) -> tuple[str, int]:
    """The noun and id of the case or article that a reference names, such as C-2026-0007 or article:3."""
    return refs.anywhere(change.connection, text, SOURCES, change.config.get("country") or None)


def of(change: Change, noun: str, record_id: int) -> str:
    """How a case was settled, or what an article answers.

    Raises:
        InvalidError: it does not say.
    """
    column, called = {"case": ("resolution", "number"), "article": ("body", "'article ' || id")}[noun]
    row = change.one(f'SELECT {column}, {called} FROM "{noun}" WHERE id = ?', record_id)
    if row is None or not row[0]:
        raise InvalidError(f"{row[1] if row else noun} has no {column} to take over; name another")
    return str(row[0])


def take_over(change: Change, cases: Sequence[int], text: str) -> None:
    """Give cases the resolution of the case or article that a reference names, as `take` does."""
    noun, record_id = named(change, text)
    for case_id in cases:
        take(change, case_id, noun, record_id)


def take(change: Change, case_id: int, noun: str, record_id: int) -> str:
    """Give a case the resolution of another case or of an article, and return it; an article is then linked to it.

    Raises:
        InvalidError: there is none to take, or it is the case's own.
    """
    if (noun, record_id) == ("case", case_id):
        raise InvalidError(f"case {case_id} cannot take over its own resolution; name another")
    found = of(change, noun, record_id)
    records.edit(change, "case", case_id, resolution=found)
    if noun == "article":
        article.link(change, record_id, [case_id])
    return found
