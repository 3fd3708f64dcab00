"""What a customer has paid and owes, for the picture; and what an invoice is made of, and was paid by."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crm_cli import output
from crm_cli.asking import blocks
from crm_cli.values.amounts import money_human
from crm_cli.values.jalali import shown

if TYPE_CHECKING:
    from crm_cli.desk import Desk

NOUNS = ("company", "contact", "deal")
MOST = 12  # invoices that a picture shows
_SUMS = """
SELECT currency, sum(paid), sum(open), coalesce(sum(open) FILTER (WHERE status = 'overdue'), 0), max(days_late)
FROM invoices WHERE id IN (SELECT id FROM invoice WHERE {noun}_id = ?) AND status <> 'void'
GROUP BY currency ORDER BY currency"""
_LIST = """
SELECT number, issued_on, due_on, open, amount, currency, status, days_late FROM invoices
WHERE id IN (SELECT id FROM invoice WHERE {noun}_id = ?)
ORDER BY status = 'overdue' DESC, status IN ('unpaid', 'partial') DESC, issued_on DESC, id DESC LIMIT ?"""
_LINES = """
SELECT coalesce(p.name, l.text), iif(p.name IS NULL, NULL, l.text), l.quantity, l.unit_price, i.currency,
  l.discount_pct, l.tax_pct, l.net
FROM invoice_line AS l JOIN invoice AS i ON i.id = l.invoice_id LEFT JOIN product AS p ON p.id = l.product_id
WHERE l.invoice_id = ? ORDER BY l.position, l.id"""
_PAYMENTS = """
SELECT p.day, p.amount, i.currency, p.method, p.reference FROM payment AS p JOIN invoice AS i ON i.id = p.invoice_id
WHERE p.invoice_id = ? ORDER BY p.day, p.id"""

Sections = Iterator[tuple[str, list[str]]]


def sections(desk: "Desk", noun: str, record_id: int) -> Sections:
    """What a customer has paid and owes, or a deal brought: a line a currency, then invoices, overdue ones first."""
    yield "invoices", [*_sums(desk, noun, record_id), *_invoices(desk, noun, record_id)]


def invoice(desk: "Desk", record_id: int) -> Sections:
    """The lines and the payments of an invoice."""
    kinds = ["text", "text", "decimal", "price", "currency", "percent", "percent", "money"]
    yield "lines", blocks.table(desk, _LINES, (record_id,), kinds)
    yield (
        "payments",
        blocks.table(desk, _PAYMENTS, (record_id,), ["day", "money", "currency", "text", "text"]),
    )


def _sums(desk: "Desk", noun: str, record_id: int) -> list[str]:
    rows = desk.connection.execute(_SUMS.format(noun=noun), (record_id,)).fetchall()
    return [_told(*row) for row in rows]


def _told(currency: str, paid: int, left: int, overdue: int, days: int | None) -> str:
    """`paid 1,000.00, open 200.00, overdue 50.00 for 12 days EUR`, without what is nothing."""
    parts = [f"paid {money_human(paid, currency)} {currency}"]
    if left:
        parts.append(f"open {money_human(left, currency)}")
    if overdue:
        parts.append(f"! overdue {money_human(overdue, currency)} for {days} day{'s' * (days != 1)}")
    return ", ".join(parts)


def _invoices(desk: "Desk", noun: str, record_id: int) -> list[str]:
    calendar = desk.config.get("calendar")
    rows = desk.connection.execute(_LIST.format(noun=noun), (record_id, MOST)).fetchall()
    return blocks.aligned(
        [
            [
                output.visible(number or ""),
                shown(issued, calendar),
                f"{money_human(amount, currency)} {currency}",
                status,
                "" if status in ("paid", "void") else "due " + shown(due, calendar),
                f"open {money_human(left, currency)}"
                if status not in ("paid", "void") and left != amount
                else "",
                f"{days} day{'s' * (days != 1)} late" if days else "",
            ]
            for number, issued, due, left, amount, currency, status, days in rows
        ],
        [False, False, True, False, False, True, True],
    )
