"""The papers of the demo: what was offered in writing, what was billed for, and what has been paid of it."""

from collections import Counter
from datetime import date, timedelta

from crm_cli.demo import names
from crm_cli.demo.days import moment, next_workday
from crm_cli.demo.sales import cents_text, line, net
from crm_cli.demo.story import Course, Row, Story, json_text

QUOTED = 200  # days back to the oldest quote
VALID = 30  # days that a quote holds
UNPAID = 3  # invoices overdue, the latest that can be
PAYING = (
    (-6, -5, -4, -3, -3, -2, -2, -1, 0),
    (-4, -3, -2, -1, 0, 0, 0, 2),
    (-2, 0, 0, 2, 4, 6, 9, 14),
    (3, 6, 9, 14, 18, 24),
)
"""Days from the due day on which somebody pays: who is always in time, mostly, late, always late."""
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
    lines, net, tax = _lines(course)
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
        "lines": json_text(lines),
        "net": cents_text(net),
        "tax": cents_text(tax),
        "total": cents_text(net + tax),
        "sent_at": "" if status == "draft" else moment(offered, story.dice),
        "decided_on": str(closed or ""),
        "reason": _REASONS.get(deal["lost_reason"], "Decided otherwise") if status == "rejected" else "",
        "owner": deal["owner"],
        "created_at": f"{offered}T07:59:00Z",
    }


def _invoices(story: Story) -> list[Row]:
    """The invoices of each deal that was won, the first some days later; some of the latest due ones are not paid."""
    issued = []
    for course in story.courses:
        if course.stage == "Won" and course.closed:
            first = course.closed + timedelta(story.dice.randint(0, 3))
            for part in range(course.order.bills):
                day = next_workday(first + timedelta(part * 364 // course.order.bills))
                if day <= story.today and day < story.left.get(course.order.firm, date.max):
                    issued.append((day, course.row["name"], part, course))
    quotes = {row["deal"]: row["number"] for row in story.quotes}
    rows, counts = [], Counter[int]()
    for day, name, _, course in sorted(issued, key=lambda each: each[:3]):
        counts[day.year] += 1
        number = f"INV-{day.year}-{counts[day.year]:04}"
        rows.append(_invoice(story, course, day, number) | {"quote": quotes.get(name, "")})
    _pay(story, rows)
    return rows


def _invoice(story: Story, course: Course, issued: date, number: str) -> Row:
    deal = course.row
    lines, net, tax = _lines(course, course.order.bills)
    terms = timedelta(int(story.companies[deal["company"]]["payment_terms_days"]))
    return {
        "number": number,
        "company": deal["company"],
        "contact": deal["contact"],
        "deal": deal["name"],
        "issued_on": str(issued),
        "due_on": str(issued + terms),
        "amount": cents_text(net + tax),
        "tax": cents_text(tax),
        "currency": deal["currency"],
        "reference": f"PO {story.dice.randint(1000, 9999)}" if story.chance(30) else "",
        "lines": json_text(lines),
        "owner": deal["owner"],
        "created_at": f"{issued}T07:59:00Z",
    }


def _pay(story: Story, rows: list[Row]) -> None:
    """Pay what is due, each customer in its own way; the last bill of the last one who left is disputed."""
    overdue = [row for row in rows if row["due_on"] < str(story.today - timedelta(4))]
    late = [
        row["number"] for row in sorted(overdue, key=lambda row: (row["due_on"], row["number"]))[-UNPAID:]
    ]
    gone = max(story.left, key=lambda name: (story.left[name], name))
    disputed = [row["number"] for row in overdue if row["company"] == gone][-1:]
    ways = {name: story.dice.choices(PAYING, (4, 3, 2, 1))[0] for name in story.companies}
    for row in rows:
        parts = _paid(story, row, ways[row["company"]])
        if row["number"] in late or row["number"] in disputed:
            half = _cents(row["amount"]) // 2
            parts = [(date.fromisoformat(row["issued_on"]), half)] if row["number"] == late[0] else []
        row["payments"] = json_text([
            {"day": str(day), "amount": cents_text(amount),
             "method": story.dice.choice(("transfer", "transfer", "direct debit"))}
            for day, amount in parts
            if day < story.today
        ])  # fmt: skip


def _paid(story: Story, invoice: Row, way: tuple[int, ...]) -> list[tuple[date, int]]:
    """When an invoice is paid and how much of it: mostly at once."""
    cents = _cents(invoice["amount"])
    day = next_workday(date.fromisoformat(invoice["due_on"]) + timedelta(story.dice.choice(way)))
    day = max(day, date.fromisoformat(invoice["issued_on"]))
    if story.chance(5):
        return [(day, cents // 2), (next_workday(day + timedelta(14)), cents - cents // 2)]
    return [(day, cents)]


def _lines(course: Course, bills: int = 1) -> tuple[list[dict[str, str]], int, int]:
    """The lines of a paper on a deal, or on one of the parts it is billed in; their net and tax in cents."""
    currency, items = course.row["currency"], course.order.items
    nets = [net(item, currency, bills) for item in items]
    taxes = [(each * names.TAX[item.product] + 50) // 100 for each, item in zip(nets, items, strict=True)]
    return [line(item, currency, bills) for item in items], sum(nets), sum(taxes)


def _cents(text: str) -> int:
    return int(text.replace(".", ""))
