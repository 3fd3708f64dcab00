"""The papers of the demo: what was offered in writing, what was billed for, and what has been paid of it."""

from collections import Counter
from datetime import date, timedelta

from crm_cli.demo import names
from crm_cli.demo.days import moment, next_workday
from crm_cli.demo.story import Course, Row, Story, json_text

QUOTED = 200  # days back to the oldest quote
VALID = 30  # days that a quote holds
UNPAID = 3  # invoices overdue, the latest that can be
DISCOUNTS = (0, 5, 8, 10)
"""Per cent that deals are sold below the list price."""
_REASONS = {"price": "Too dear", "competition": "Took another offer", "budget": "No budget this year"}


def tell(story: Story) -> None:
    """Add the quotes, then the invoices of what was won."""
    story.quotes = _quotes(story)
    story.invoices = _invoices(story)


def _quotes(story: Story) -> list[Row]:
    """A quote of each deal that came to be offered lately, in the order of their days."""
    found = []
    for course in story.courses:
        offered = next((step.day for step in course.steps if step.stage == "Proposal"), None)
        if offered and offered >= story.today - timedelta(QUOTED):
            found.append((offered, course))
    found.sort(key=lambda each: (each[0], each[1].row["name"]))
    counts: Counter[int] = Counter()
    rows = []
    for offered, course in found:
        counts[offered.year] += 1
        rows.append(_quote(story, course, offered, f"Q-{offered.year}-{counts[offered.year]:04}"))
    return rows


def _quote(story: Story, course: Course, offered: date, number: str) -> Row:
    deal, closed = course.row, course.closed
    line, net, tax = _line(story, deal)
    status = {"Won": "accepted", "Lost": "rejected", "Proposal": "draft"}.get(course.stage, "sent")
    if course.stage == "Proposal" and (course.stalled or story.chance(60)):
        status = "sent"
    return {
        "number": number,
        "revision": "1",
        "deal": deal["name"],
        "company": deal["company"],
        "contact": deal["contact"],
        "status": status,
        "issued_on": str(offered),
        "valid_until": str(max(offered + timedelta(VALID), closed or offered)),
        "currency": deal["currency"],
        "lines": json_text([line]),
        "net": _text(net),
        "tax": _text(tax),
        "total": _text(net + tax),
        "sent_at": "" if status == "draft" else moment(offered, story.dice),
        "decided_on": str(closed or ""),
        "reason": _REASONS.get(deal["lost_reason"], "Decided otherwise") if status == "rejected" else "",
        "owner": deal["owner"],
        "created_at": f"{offered}T07:59:00Z",
    }


def _invoices(story: Story) -> list[Row]:
    """An invoice of each deal that was won, some days later; some of the latest due ones are not paid."""
    issued = []
    for course in story.courses:
        if course.stage == "Won" and course.closed:
            day = next_workday(course.closed + timedelta(story.dice.randint(0, 3)))
            issued.append((day, course.row["name"], course.row))
    rows, counts = [], Counter[int]()
    for day, _, deal in sorted(issued, key=lambda each: each[:2]):
        if day <= story.today:
            counts[day.year] += 1
            rows.append(_invoice(story, deal, day, f"INV-{day.year}-{counts[day.year]:04}"))
    overdue = [row for row in rows if row["due_on"] < str(story.today - timedelta(4))]
    late = sorted(overdue, key=lambda row: (row["due_on"], row["number"]))[-UNPAID:]
    for row in rows:
        row["payments"] = json_text(_payments(story, row, overdue=row in late, first=row in late[:1]))
    return rows


def _invoice(story: Story, deal: Row, issued: date, number: str) -> Row:
    line, net, tax = _line(story, deal)
    terms = timedelta(int(story.companies[deal["company"]]["payment_terms_days"]))
    quote = next((row["number"] for row in story.quotes if row["deal"] == deal["name"]), "")
    return {
        "number": number,
        "company": deal["company"],
        "contact": deal["contact"],
        "deal": deal["name"],
        "quote": quote,
        "issued_on": str(issued),
        "due_on": str(issued + terms),
        "amount": _text(net + tax),
        "tax": _text(tax),
        "currency": deal["currency"],
        "reference": f"PO {story.dice.randint(1000, 9999)}" if story.chance(30) else "",
        "lines": json_text([line]),
        "owner": deal["owner"],
        "created_at": f"{issued}T07:59:00Z",
    }


def _payments(story: Story, invoice: Row, *, overdue: bool, first: bool) -> list[dict[str, str]]:
    """What came for an invoice until today: mostly in time and at once; of the `first` overdue one a half."""
    dice, due, cents = story.dice, date.fromisoformat(invoice["due_on"]), _cents(invoice["amount"])
    paid = next_workday(due + timedelta(dice.choice((-6, -4, -3, -2, -2, -1, 0, 0, 2, 5, 9, 24))))
    parts = [(max(paid, date.fromisoformat(invoice["issued_on"])), cents)]
    if overdue:
        parts = [(next_workday(due - timedelta(2)), cents // 2)] if first else []
    elif story.chance(8):
        parts = [(parts[0][0], cents // 2), (next_workday(parts[0][0] + timedelta(14)), cents - cents // 2)]
    return [
        {
            "day": str(day),
            "amount": _text(amount),
            "method": dice.choice(("transfer", "transfer", "direct debit")),
        }
        for day, amount in parts
        if day < story.today
    ]


def _line(story: Story, deal: Row) -> tuple[dict[str, str], int, int]:
    """A deal's product as a line of a paper: so many at the list price less a discount; its net and tax in cents."""
    cents, product = _cents(deal["amount"]), deal["product"]
    price = names.PRICES[product] * 9 // 10 if deal["currency"] == "GBP" else names.PRICES[product]
    quantity, discount = next(
        (many, less) for many in range(1, 100) for less in DISCOUNTS if price * many * (100 - less) == cents
    )
    rate = next(int(each["tax_rate"]) for each in story.products if each["name"] == product)
    line = {"product": product, "quantity": str(quantity), "unit_price": f"{price}.00", "discount_pct": str(discount),
            "tax_pct": str(rate)}  # fmt: skip
    return line, cents, (cents * rate + 50) // 100


def _cents(text: str) -> int:
    return int(text.replace(".", ""))


def _text(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
