"""Pairs of records that look like one and are two, as somebody has said; what is said is not asked again."""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import records

Pair = tuple[int, int]
MOST = 50  # records that can be told apart at once: every two of them are a pair


def known(connection: sqlite3.Connection, noun: str) -> set[Pair]:
    """The pairs of a noun that are two, the smaller id first."""
    rows = connection.execute("SELECT a_id, b_id FROM not_duplicate WHERE noun = ?", (noun,))
    return {(row[0], row[1]) for row in rows}


def remember(change: Change, noun: str, ids: Sequence[int]) -> int:
    """Say that records are all different; returns how many pairs that is news of.

    Raises:
        InvalidError: fewer than two records are named, or more than a person can have looked at.
    """
    if len(set(ids)) < 2:  # noqa: PLR2004 - a pair
        raise InvalidError(f"name the two that differ: crm {noun} dedupe --distinct 12 34")
    each = sorted(set(ids))
    if len(each) > MOST:
        raise InvalidError(f"{len(each):,} records at once; name those that you have looked at, up to {MOST}")
    pairs = {(one, other) for at, one in enumerate(each) for other in each[at + 1 :]}
    news = sorted(pairs - _of(change, noun, each))
    _append(change, noun, news)
    return len(news)


def move(change: Change, noun: str, ids: Sequence[int]) -> None:
    """Let what was said of merged records be said of the first of `ids`, but not of itself."""
    rows = change.rows(
        "SELECT id, a_id, b_id FROM not_duplicate WHERE noun = ?1 AND (a_id IN (SELECT value FROM json_each(?2)) "
        "OR b_id IN (SELECT value FROM json_each(?2)))",
        noun,
        json.dumps(ids[1:]),
    )
    if not rows:
        return
    change.connection.executemany("DELETE FROM not_duplicate WHERE id = ?", [(row["id"],) for row in rows])
    now = [[ids[0] if each in ids else each for each in (row["a_id"], row["b_id"])] for row in rows]
    others = {(min(pair), max(pair)) for pair in now if pair[0] != pair[1]}
    _append(change, noun, sorted(others - _of(change, noun, {each for pair in others for each in pair})))


def _of(change: Change, noun: str, ids: Iterable[int]) -> set[Pair]:
    question = (
        "SELECT a_id, b_id FROM not_duplicate WHERE noun = ? AND a_id IN (SELECT value FROM json_each(?))"
    )
    return {(row[0], row[1]) for row in change.rows(question, noun, json.dumps(list(ids)))}


def _append(change: Change, noun: str, pairs: Iterable[Pair]) -> None:
    rows = [{"noun": noun, "a_id": one, "b_id": other} for one, other in pairs]
    if rows:
        records.append(change, "not_duplicate", rows)
