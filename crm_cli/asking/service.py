"""What the pictures of a contract and of an article show beside their fields: cases, and the terms of a contract."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crm_cli.asking import blocks

if TYPE_CHECKING:
    from crm_cli.desk import Desk

MOST = 20  # cases and terms that a picture shows
# The terms before and after a contract, with itself.
_TERMS = """
WITH RECURSIVE
  before (id) AS (SELECT ?1 UNION SELECT c.renewed_from_id FROM before JOIN contract AS c ON c.id = before.id
    WHERE c.renewed_from_id IS NOT NULL),
  after (id) AS (SELECT ?1 UNION SELECT c.id FROM after JOIN contract AS c ON c.renewed_from_id = after.id)
SELECT number, starts_on, ends_on, value, currency, status FROM contracts
WHERE id IN (SELECT id FROM before UNION SELECT id FROM after) ORDER BY starts_on, id LIMIT ?2"""

Sections = Iterator[tuple[str, list[str]]]


def sections(desk: "Desk", noun: str, record_id: int) -> Sections:
    """The cases that fell under a contract or that an article answers, open ones first; a contract's terms."""
    if noun == "article":
        yield "cases", _cases(desk, "SELECT case_id FROM article_case WHERE article_id = ?1", record_id)
        return
    yield "cases", _cases(desk, 'SELECT id FROM "case" WHERE contract_id = ?1', record_id)
    terms = blocks.table(desk, _TERMS, (record_id, MOST), ["text", "day", "day", "money", "currency", "text"])
    yield "terms", terms if len(terms) > 1 else []


def _cases(desk: "Desk", ids: str, record_id: int) -> list[str]:
    question = (
        "SELECT number, type, subject, replace(status, '_', ' '), priority, substr(created_at, 1, 10) FROM cases "
        f"WHERE id IN ({ids}) ORDER BY open DESC, created_at DESC, id DESC LIMIT ?2"
    )
    return blocks.table(desk, question, (record_id, MOST), ["text"] * 6)
