"""What pictures show of what is sold at which price: lines of a quote, prices of a list, parts of a bundle, quotes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from crm_cli.asking import blocks

if TYPE_CHECKING:
    from crm_cli.desk import Desk

NOUNS = ("product", "pricelist", "quote")
"""The nouns whose pictures have sections of their own here."""

MOST = 20  # quotes, prices, bundles and customers that a picture shows
# The parts of a line's product in words, where it is a bundle.
_PARTS = """
(SELECT group_concat(said, ', ') FROM (
  SELECT iif(x.quantity = 10000, '', CAST(x.quantity / 10000.0 AS TEXT) || ' × ') || p.name AS said
  FROM product_part AS x JOIN product AS p ON p.id = x.part_id WHERE x.product_id = l.product_id ORDER BY x.id))"""
_DEAL_LINES = f"""
SELECT l.id, l.product, l.quantity, l.unit_price, l.currency, l.discount_pct, l.tax_pct,
  replace({_PARTS}, '.0 ×', ' ×')
FROM deal_lines AS l WHERE l.deal_id = ? ORDER BY l.position, l.id"""
_QUOTE_LINES = """
SELECT coalesce(p.name, l.text), l.quantity, l.unit_price, l.discount_pct, l.tax_pct, l.net, q.currency,
  iif(p.id IS NULL, NULL, l.text)
FROM quote_line AS l JOIN quote AS q ON q.id = l.quote_id LEFT JOIN product AS p ON p.id = l.product_id
WHERE l.quote_id = ? ORDER BY l.position, l.id"""
_REVISIONS = """
SELECT revision, status, issued_on, valid_until, total, currency FROM quotes
WHERE number = (SELECT number FROM quote WHERE id = ?) ORDER BY revision"""
_QUOTES = """
SELECT id, iif(revision > 1, number || '/' || revision, number), status, valid_until, total, currency
FROM quotes WHERE {} = ?1 ORDER BY issued_on DESC, id DESC LIMIT ?2"""
_HOLDS = """
SELECT p.id, p.name, x.quantity, p.in_stock FROM product_part AS x JOIN product AS p ON p.id = x.part_id
WHERE x.product_id = ? ORDER BY x.id"""
_HELD_BY = """
SELECT p.id, p.name, x.quantity FROM product_part AS x JOIN product AS p ON p.id = x.product_id
WHERE x.part_id = ?1 ORDER BY p.name LIMIT ?2"""
_PRICES = """
SELECT l.name, x.from_quantity, x.unit_price, l.currency FROM price AS x JOIN pricelist AS l ON l.id = x.pricelist_id
WHERE x.product_id = ?1 ORDER BY l.name, x.from_quantity LIMIT ?2"""
_ON_LIST = """
SELECT p.id, p.name, x.from_quantity, x.unit_price, l.currency FROM price AS x JOIN product AS p ON p.id = x.product_id
JOIN pricelist AS l ON l.id = x.pricelist_id WHERE l.id = ? ORDER BY p.name, x.from_quantity"""
_BUYERS = "SELECT id, name FROM company WHERE pricelist_id = ?1 ORDER BY name LIMIT ?2"

Sections = Iterator[tuple[str, list[str]]]


def sections(desk: "Desk", noun: str, record_id: int) -> Sections:
    """The sections of a product, a price list or a quote."""
    if noun == "quote":
        kinds = ["text", "decimal", "price", "percent", "percent", "money", "currency", "text"]
        yield "lines", _table(desk, _QUOTE_LINES, kinds, record_id)
        made = _table(desk, _REVISIONS, ["id", "text", "day", "day", "money", "currency"], record_id)
        yield "revisions", made if len(made) > 1 else []
    elif noun == "pricelist":
        yield "prices", _table(desk, _ON_LIST, ["id", "text", "decimal", "price", "currency"], record_id)
        yield "companies with it", _table(desk, _BUYERS, ["id", "text"], record_id, MOST)
    else:
        yield "holds", _table(desk, _HOLDS, ["id", "text", "decimal", "decimal"], record_id)
        yield "part of", _table(desk, _HELD_BY, ["id", "text", "decimal"], record_id, MOST)
        yield "prices", _table(desk, _PRICES, ["text", "decimal", "price", "currency"], record_id, MOST)


def quotes(desk: "Desk", noun: str, record_id: int) -> list[str]:
    """The quotes of a deal, a company or a contact, the latest first."""
    kinds = ["id", "text", "text", "day", "money", "currency"]
    return _table(desk, _QUOTES.format(f"{noun}_id"), kinds, record_id, MOST)


def deal_lines(desk: "Desk", deal_id: int) -> list[str]:
    """The lines of a deal, of bundles with what they hold."""
    kinds = ["id", "text", "decimal", "price", "currency", "percent", "percent", "text"]
    return _table(desk, _DEAL_LINES, kinds, deal_id)


def _table(desk: "Desk", question: str, kinds: list[str], *bound: Any) -> list[str]:
    return blocks.table(desk, question, bound, kinds)
