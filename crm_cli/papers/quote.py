"""What stands on a quote: seller and customer, lines, totals and terms, every figure as the reader writes it."""

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from crm_cli.config import Config
from crm_cli.errors import NotFoundError
from crm_cli.papers.manner import Manner

# Where the place stands before the postal code, with the region between.
PLACE_FIRST = ("US", "CA", "AU", "IN")
MARKED = ("draft", "expired", "rejected", "superseded")
"""Where a quote stands that its reader must know of."""

_HEAD = """
SELECT q.*, (SELECT status FROM quotes WHERE quotes.id = q.id) AS status_now,
  c.name AS company, c.street, c.city, c.region, c.postal_code, c.country, c.tax_number,
  p.name AS contact, p.street AS p_street, p.city AS p_city, p.region AS p_region,
  p.postal_code AS p_postal_code, p.country AS p_country, u.name AS owner
FROM quote AS q LEFT JOIN company AS c ON c.id = q.company_id LEFT JOIN contact AS p ON p.id = q.contact_id
LEFT JOIN user AS u ON u.id = q.owner_id
WHERE q.id = ?"""
_LINES = """
SELECT l.*, p.name, p.code FROM quote_line AS l LEFT JOIN product AS p ON p.id = l.product_id
WHERE l.quote_id = ? ORDER BY l.position, l.id"""

Row = dict[str, Any]


@dataclass(frozen=True)
class Party:
    """A seller or customer: the name, and the lines below it."""

    name: str
    lines: list[str]


@dataclass(frozen=True)
class Line:
    """A line; what is empty on it is `""`, and `text` says more than the name."""

    number: str
    name: str
    code: str
    text: str
    quantity: str
    price: str
    discount: str
    tax: str
    net: str


@dataclass(frozen=True)
class Sum:
    """A figure below the lines, with what it is."""

    label: str
    amount: str
    is_total: bool = False


@dataclass(frozen=True)
class Page:
    """A quote as it is written; `words` are the words of the language beside it."""

    number: str
    mark: str
    date: str
    valid_until: str
    currency: str
    seller: Party
    customer: Party
    owner: str
    lines: list[Line]
    sums: list[Sum]
    total: str
    terms: str
    bank: list[str]
    language: str
    direction: str
    words: dict[str, str] = field(repr=False)

    @property
    def title(self) -> str:
        """What the paper is called."""
        return f"{self.words['quote']} {self.number}"

    @property
    def has_discounts(self) -> bool:
        """Whether any line has a discount of its own."""
        return any(line.discount for line in self.lines)

    @property
    def has_taxes(self) -> bool:
        """Whether any line is taxed."""
        return any(line.tax for line in self.lines)


def page(connection: sqlite3.Connection, config: Config, quote_id: int, manner: Manner) -> Page:
    """The page of a quote as it stands in a store.

    Raises:
        NotFoundError: there is no such quote.
    """
    found = _rows(connection, _HEAD, quote_id)
    if not found:
        raise NotFoundError(f"there is no quote {quote_id}; `crm quote list` shows them")
    head = found[0]
    rows = _rows(connection, _LINES, quote_id)
    revision = head["revision"] or 1
    return Page(
        number=f"{head['number']}/{revision}" if revision > 1 else head["number"],
        mark=manner.words[head["status_now"]] if head["status_now"] in MARKED else "",
        date=manner.day(head["issued_on"]),
        valid_until=manner.day(head["valid_until"]),
        currency=head["currency"],
        seller=_seller(config, manner),
        customer=_customer(head, manner, config),
        owner=head["owner"] or "",
        lines=[_line(row, number, head["currency"], manner) for number, row in enumerate(rows, 1)],
        sums=_sums(head, rows, manner),
        total=manner.money(head["total"] or 0, head["currency"]),
        terms=head["terms"] or "",
        bank=_split(config.get("company.bank")),
        language=manner.language,
        direction=manner.direction,
        words=manner.words,
    )


def _rows(connection: sqlite3.Connection, question: str, *bound: Any) -> list[Row]:
    asked = connection.execute(question, bound)
    names = [each[0] for each in asked.description]
    return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]


def _split(text: str) -> list[str]:
    return [line for part in text.split(";") if (line := part.strip())]


def _seller(config: Config, manner: Manner) -> Party:
    number = config.get("company.tax_number")
    tax = [f"{manner.words['tax_number']}: {number}"] if number else []
    reached = _split(config.get("company.contact")) or _split(config.get("email").partition(",")[0])
    lines = [*_split(config.get("company.address")), *reached, *tax]
    return Party(config.get("company.name") or config.get("me"), lines)


def _customer(head: Row, manner: Manner, config: Config) -> Party:
    """A company with its person, else the person alone, at their address."""
    name = head["company"] or head["contact"] or ""
    person = [head["contact"]] if head["company"] and head["contact"] else []
    of = "" if any(head[each] for each in ("street", "city", "postal_code")) else "p_"
    lines = _address(
        {each: head[f"{of}{each}"] for each in ("street", "city", "region", "postal_code", "country")}
    )
    country = head[f"{of}country"]
    abroad = [manner.land(country)] if country and lines and country != config.country else []
    number = head["tax_number"]
    tax = [f"{manner.words['tax_number']}: {number}"] if number else []
    return Party(name, [*person, *lines, *abroad, *tax])


def _address(at: Row) -> list[str]:
    """The lines of an address but for the country."""
    street = (at["street"] or "").splitlines()
    if at["country"] in PLACE_FIRST:
        behind = " ".join(filter(None, (at["region"], at["postal_code"])))
        return [*street, *filter(None, [", ".join(filter(None, (at["city"], behind)))])]
    place = " ".join(filter(None, (at["postal_code"], at["city"])))
    return [*street, *filter(None, [place, at["region"]])]


def _line(row: Row, number: int, currency: str, manner: Manner) -> Line:
    name = " ".join((row["name"] or row["text"] or "").split())
    return Line(
        number=manner.number(number * 10_000),
        name=name,
        code=row["code"] or "",
        text=(row["text"] or "") if row["name"] else "",
        quantity=manner.number(row["quantity"]),
        price=manner.amount(row["unit_price"], currency, fine=True) if row["unit_price"] is not None else "",
        discount=manner.percent(row["discount_pct"]) if row["discount_pct"] else "",
        tax=manner.percent(row["tax_pct"]) if row["tax_pct"] else "",
        net=manner.amount(row["net"], currency) if row["net"] is not None else "",
    )


def _sums(head: Row, rows: list[Row], manner: Manner) -> list[Sum]:
    """Subtotal, discount, shipping, the tax of each rate with what it is on, and the total."""
    words, currency = manner.words, head["currency"]
    made: list[Sum] = []

    def put(label: str, amount: int, *, is_total: bool = False) -> None:
        made.append(Sum(label, manner.money(amount, currency), is_total))

    taxes: dict[int, list[int]] = {}
    shipping, rate = head["shipping"] or 0, head["shipping_tax_pct"] or 0
    taxed = [(row["tax_pct"] or 0, row["net"] or 0, row["tax"] or 0) for row in rows]
    of_lines = sum(tax for _, _, tax in taxed)
    for percent, net, tax in [*taxed, (rate, shipping, (head["tax"] or 0) - of_lines)]:
        if percent:
            of = taxes.setdefault(percent, [0, 0])
            of[0], of[1] = of[0] + net, of[1] + tax
    if head["discount"] or shipping or taxes:
        put(words["subtotal"], head["net"] or 0)
    if head["discount"]:
        share = f" {manner.percent(head['discount_pct'])}" if head["discount_pct"] else ""
        put(f"{words['discount']}{share}", -head["discount"])
    if shipping:
        put(words["shipping"], shipping)
    for percent, (on, tax) in sorted(taxes.items()):
        put(f"{words['tax']} {manner.percent(percent)} {words['on']} {manner.amount(on, currency)}", tax)
    put(words["total"], head["total"] or 0, is_total=True)
    return made
