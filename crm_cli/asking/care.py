"""What service knows of a customer, for the picture: open cases, contracts, inquiries a month, what they answered."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from crm_cli import output
from crm_cli.asking import blocks
from crm_cli.clock import local_text
from crm_cli.values.amounts import money_human, round_half_up
from crm_cli.values.dates import local_day
from crm_cli.values.jalali import shown

if TYPE_CHECKING:
    from crm_cli.desk import Desk

NOUNS = ("company", "contact", "deal")
MOST = 20  # cases and contracts that a picture shows
ANSWERS = 5
MONTHS = 12
PROMOTER, DETRACTOR = 9, 6  # the least and the most NPS score of one (Reichheld 2003)
_OPEN = "status IN ('new', 'in_progress', 'waiting_on_customer', 'on_hold')"
# Complaints of the company that a person or a deal belongs to, and of the person of a deal.
_COMPLAINTS = {
    "contact": " OR type = 'complaint' AND company_id = (SELECT company_id FROM contact WHERE id = ?1)",
    "deal": " OR type = 'complaint' AND (company_id = (SELECT company_id FROM deal WHERE id = ?1) "
    "OR contact_id = (SELECT contact_id FROM deal WHERE id = ?1))",
}
_SUBJECT = 40  # letters of a subject or a comment in a line

Sections = Iterator[tuple[str, list[str]]]


def cases(desk: "Desk", noun: str, record_id: int) -> list[str]:
    """The open cases of a customer or about a deal, the gravest first; complaints are marked.

    A person and a deal also show what the company complains of, and who does: it is known before the call.
    """
    rows = desk.connection.execute(
        "SELECT number, type, subject, status, priority, sla_state, "
        f"CASE WHEN {noun}_id IS NOT ?1 THEN coalesce(contact, company) END AS whose, "
        "CASE WHEN first_response_met IS NULL AND first_response_due < coalesce(resolution_due, '9') "
        "THEN first_response_due WHEN resolution_met IS NULL THEN resolution_due END AS due FROM cases WHERE id IN "
        f'(SELECT id FROM "case" WHERE ({noun}_id = ?1{_COMPLAINTS.get(noun, "")}) AND {_OPEN}) '
        "ORDER BY sla_state = 'breached' DESC, type = 'complaint' DESC, due IS NULL, due, id LIMIT ?2",
        (record_id, MOST),
    ).fetchall()
    return blocks.aligned(
        [
            [
                number,
                "! complaint" if kind == "complaint" else kind or "",
                _cut(subject),
                status.replace("_", " "),
                priority or "",
                (state or "").replace("_", " "),
                "due " + shown(local_text(due, desk.config.zone), desk.config.get("calendar")) if due else "",
                f"of {output.visible(whose)}" if whose else "",
            ]
            for number, kind, subject, status, priority, state, whose, due in rows
        ]
    )


def sections(desk: "Desk", noun: str, record_id: int) -> Sections:
    """Contracts, inquiries a month and answers, each under its heading; empty ones have no lines."""
    if noun != "deal":
        yield "contracts", _contracts(desk, noun, record_id)
        yield "inquiries", _inquiries(desk, noun, record_id)
    yield _nps(desk, noun, record_id), _answers(desk, noun, record_id)


def _contracts(desk: "Desk", noun: str, record_id: int) -> list[str]:
    """The contracts of a customer with their end, the latest first."""
    rows = desk.connection.execute(
        "SELECT number, name, status, ends_on, value, currency, renewal_due FROM contracts "
        f"WHERE {noun}_id = ? ORDER BY ends_on DESC, id DESC LIMIT ?",
        (record_id, MOST),
    ).fetchall()
    return blocks.aligned(
        [
            [
                number,
                _cut(name),
                status.replace("_", " "),
                "until " + shown(ends, desk.config.get("calendar")) if ends else "without end",
                "" if value is None else f"{money_human(value, currency or 'USD')} {currency or ''}",
                "! renewal is due" if due else "",
            ]
            for number, name, status, ends, value, currency, due in rows
        ]
    )


def _inquiries(desk: "Desk", noun: str, record_id: int) -> list[str]:
    """How many cases a customer has opened a month over the last twelve, this one included."""
    months = _months(desk.reading.today)
    since = (date.fromisoformat(f"{months[0]}-01")).isoformat()
    question = f'SELECT created_at FROM "case" WHERE {noun}_id = ? AND created_at >= ?'
    days = (
        local_day(at, desk.config.zone) for (at,) in desk.connection.execute(question, (record_id, since))
    )
    counted = Counter(day[:7] for day in days)
    found = {month: counted[month] for month in months if counted[month]}
    if not found:
        return []
    mean = f"{sum(found.values()) / MONTHS:.1f} a month over {MONTHS} months"
    return [mean, ", ".join(f"{month}: {number}" for month, number in found.items())]


def _months(today: date) -> list[str]:
    """The last twelve months as `YYYY-MM`, this one last."""
    last = today.year * 12 + today.month - 1
    return [f"{each // 12:04}-{each % 12 + 1:02}" for each in range(last - MONTHS + 1, last + 1)]


def _nps(desk: "Desk", noun: str, record_id: int) -> str:
    """The heading of answers, with the NPS of the customer: the latest answer of each person counts."""
    question = (
        "SELECT score FROM (SELECT score, row_number() OVER (PARTITION BY coalesce(contact_id, -id) "
        f"ORDER BY at DESC, id DESC) AS place FROM survey WHERE {noun}_id = ? AND kind = 'nps') WHERE place = 1"
    )
    scores = [row[0] for row in desk.connection.execute(question, (record_id,))]
    if not scores:
        return "answers"
    balance = sum(score >= PROMOTER for score in scores) - sum(score <= DETRACTOR for score in scores)
    nps = round_half_up(balance * 100, len(scores))
    return f"answers: nps {nps} of {len(scores)} {'person' if len(scores) == 1 else 'people'}"


def _answers(desk: "Desk", noun: str, record_id: int) -> list[str]:
    """The latest answers, with the customer's own words."""
    rows = desk.connection.execute(
        "SELECT at, kind, score, contact, touchpoint, comment FROM surveys WHERE id IN "
        f"(SELECT id FROM survey WHERE {noun}_id = ?) ORDER BY at DESC, id DESC LIMIT ?",
        (record_id, ANSWERS),
    ).fetchall()
    return blocks.aligned(
        [
            [
                shown(local_day(at, desk.config.zone), desk.config.get("calendar")),
                f"{kind} {score}",
                output.visible(contact or ""),
                output.visible(touchpoint or ""),
                _cut(comment or ""),
            ]
            for at, kind, score, contact, touchpoint, comment in rows
        ]
    )


def _cut(words: Any) -> str:
    """Words on one line, cut where they are long."""
    line = output.visible(" ".join(str(words).split()))
    return line if len(line) <= _SUBJECT else line[: _SUBJECT - 1].rstrip() + "…"
