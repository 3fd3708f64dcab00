"""Customers of high value who fared badly and whom nobody has spoken to since: whom to call first.

A bad experience is a complaint, a case answered or resolved after its deadline or past it now, or a low score:
NPS 0 to 6 (a detractor), CSAT 1 or 2 of 5, CES 1 to 3 of 7, where 7 is easy. It counts for 90 days, or until we
have called or met; an e-mail does not make up for it.

Of high value are customers of potential A, those who have brought at least the configured `high_value_from`, and
the best fifth by what was won, in the own currency at the configured rates; a currency without a rate is ranked apart.

The question begins with what went wrong lately, which is little and has its indexes, never with all customers.
"""

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from crm_cli import clock
from crm_cli.asking.figures import money
from crm_cli.values.numbers import parse_decimal

if TYPE_CHECKING:
    from fractions import Fraction

    from crm_cli.desk import Desk

DAYS = 90
SCORE = 2
BEST = 5  # one of so many customers is of high value
Customer = tuple[str, int]
Amount: TypeAlias = "int | Fraction"
OPEN = "status IN ('new', 'in_progress', 'waiting_on_customer', 'on_hold')"
# Cases that went badly: number, type, customer, whether late, the moment.
_CASES = f"""
SELECT k.number, coalesce(k.type, 'case'), k.company_id, k.contact_id, bad.late IS NOT NULL,
  max(coalesce(bad.complained, ''), coalesce(bad.late, ''))
FROM (
  SELECT id, max(complained) AS complained, max(late) AS late FROM (
    SELECT id, created_at AS complained, NULL AS late FROM "case"
    WHERE type = 'complaint' AND created_at BETWEEN :since AND :now
    UNION ALL SELECT id, NULL, resolution_due FROM "case"
    WHERE resolution_met = 0 AND resolution_due BETWEEN :since AND :now
    UNION ALL SELECT id, NULL, first_response_due FROM "case"
    WHERE first_response_met = 0 AND first_response_due BETWEEN :since AND :now
    UNION ALL SELECT id, NULL, created_at FROM "case"
    WHERE sla_result = 'breached' AND created_at BETWEEN :since AND :now
    UNION ALL SELECT id, NULL, resolution_due FROM "case"
    WHERE {OPEN} AND resolution_met IS NULL AND resolution_due BETWEEN :since AND :now
    UNION ALL SELECT id, NULL, first_response_due FROM "case"
    WHERE {OPEN} AND first_response_met IS NULL AND first_response_due BETWEEN :since AND :now
    UNION ALL SELECT id, NULL, (SELECT max(at) FROM case_status AS h WHERE h.case_id = "case".id) FROM "case"
    WHERE {OPEN} AND (resolution_left < 0 OR first_response_left < 0) AND created_at >= :since
  ) GROUP BY id) AS bad
CROSS JOIN "case" AS k ON k.id = bad.id
WHERE k.status <> 'cancelled' AND (bad.complained IS NOT NULL OR k.sla_result IS NOT 'met')"""
# Low scores: kind, score, customer, the moment.
_ANSWERS = " UNION ALL ".join(
    f"SELECT kind, score, company_id, contact_id, at FROM survey "
    f"WHERE kind = '{kind}' AND at BETWEEN :since AND :now AND score <= {most}"
    for kind, most in (("nps", 6), ("csat", 2), ("ces", 3))
)
_SPOKEN = """a.done_at BETWEEN :since AND :now AND a.status IN ('done', 'completed')
  AND (a.kind = 'meeting' OR (a.kind = 'call' AND a.direction = 'out'))"""
_OF = "IN (SELECT value FROM json_each(:ids))"
# By noun: when each customer was last called or met.
_CONTACTS = {
    "company": f"""
SELECT said.company_id, max(a.done_at) FROM (
  SELECT record_id AS company_id, activity_id FROM activity_about WHERE noun = 'company' AND record_id {_OF}
  UNION ALL SELECT r.company_id, l.activity_id FROM contact AS r CROSS JOIN activity_about AS l
    ON l.noun = 'contact' AND l.record_id = r.id WHERE r.company_id {_OF}
  UNION ALL SELECT r.company_id, p.activity_id FROM contact AS r CROSS JOIN activity_participant AS p
    ON p.contact_id = r.id WHERE r.company_id {_OF}
  UNION ALL SELECT r.company_id, l.activity_id FROM deal AS r CROSS JOIN activity_about AS l
    ON l.noun = 'deal' AND l.record_id = r.id WHERE r.company_id {_OF}
  UNION ALL SELECT r.company_id, l.activity_id FROM "case" AS r CROSS JOIN activity_about AS l
    ON l.noun = 'case' AND l.record_id = r.id WHERE r.company_id {_OF}
) AS said CROSS JOIN activity AS a ON a.id = said.activity_id WHERE {_SPOKEN} GROUP BY said.company_id""",
    "contact": f"""
SELECT said.contact_id, max(a.done_at) FROM (
  SELECT record_id AS contact_id, activity_id FROM activity_about WHERE noun = 'contact' AND record_id {_OF}
  UNION ALL SELECT contact_id, activity_id FROM activity_participant WHERE contact_id {_OF}
  UNION ALL SELECT r.contact_id, l.activity_id FROM deal AS r CROSS JOIN activity_about AS l
    ON l.noun = 'deal' AND l.record_id = r.id WHERE r.contact_id {_OF}
  UNION ALL SELECT r.contact_id, l.activity_id FROM "case" AS r CROSS JOIN activity_about AS l
    ON l.noun = 'case' AND l.record_id = r.id WHERE r.contact_id {_OF}
) AS said CROSS JOIN activity AS a ON a.id = said.activity_id WHERE {_SPOKEN} GROUP BY said.contact_id""",
}
_WHO = {
    "company": "SELECT name, owner_id, revenue_potential FROM company WHERE id = ?",
    "contact": "SELECT name, owner_id, NULL FROM contact WHERE id = ?",
}
_WON = "stage_id IN (SELECT id FROM stage WHERE kind = 'won')"
# What was won of each customer, by currency; without a company the person is the customer. Left to itself, SQLite
# looks at each won deal's row, which takes three times as long.
_WINS = {
    "company": "SELECT company_id, currency, sum(amount) FROM deal INDEXED BY ix_deal_company_stage "
    f"WHERE company_id IS NOT NULL AND {_WON} GROUP BY company_id, currency",
    "contact": "SELECT contact_id, currency, sum(amount) FROM deal "
    f"WHERE company_id IS NULL AND contact_id IS NOT NULL AND {_WON} GROUP BY contact_id, currency",
}


class Bad(NamedTuple):
    """A bad experience: what it was, in the words of the reason, and when."""

    said: str
    at: str
    rank: int
    """The gravest first: 0 a complaint, 1 another case, 2 a score."""


def unhappy(desk: "Desk", owner: int | None = None) -> list[tuple[Any, ...]]:
    """Whom to call: noun, id, name, why, no day, what was won, the own currency, owner's id; the dearest first."""
    since = (desk.reading.today - timedelta(DAYS)).isoformat() + "T00:00:00Z"
    bound = {"since": since, "now": clock.now(desk.config.zone)}
    waiting = _unspoken(desk, _experiences(desk, bound), bound)
    if not waiting:
        return []
    purses = _won(desk)
    best = {currency: _bound_of_best(won) for currency, won in purses.items()}
    found = []
    for customer, bad in waiting.items():
        name, owner_id, potential = desk.connection.execute(_WHO[customer[0]], (customer[1],)).fetchone()
        told = {currency: won[customer] for currency, won in purses.items() if customer in won}
        why = _worth(desk, potential, told, best)
        if why and owner in (None, owner_id):
            said = ", ".join(dict.fromkeys(each.said for each in bad))
            currency, amount = next(iter(told.items()), (desk.config.currency, None))
            paid = None if amount is None else money(amount, currency)
            found.append((*customer, name, f"call: {said}; {why}", None, paid, currency, owner_id))
    return sorted(found, key=lambda row: (-(row[5] or 0), row[2], row[1]))


def _experiences(desk: "Desk", bound: dict[str, str]) -> dict[Customer, list[Bad]]:
    """What went badly for each customer, the gravest first, then the latest."""
    found: dict[Customer, list[Bad]] = {}
    for number, kind, company, contact, late, at in desk.connection.execute(_CASES, bound):
        if customer := _customer(company, contact):
            told = f"{kind} {number}{' breached' if late else ''}"
            found.setdefault(customer, []).append(Bad(told, at, int(kind != "complaint")))
    for kind, score, company, contact, at in desk.connection.execute(_ANSWERS, bound):
        if customer := _customer(company, contact):
            found.setdefault(customer, []).append(Bad(f"{kind} {score}", at, SCORE))
    for bad in found.values():
        bad.sort(key=lambda each: each.at, reverse=True)
        bad.sort(key=lambda each: each.rank)
    return found


def _customer(company: int | None, contact: int | None) -> Customer | None:
    if company:
        return "company", company
    return ("contact", contact) if contact else None


def _unspoken(
    desk: "Desk", experiences: dict[Customer, list[Bad]], bound: dict[str, str]
) -> dict[Customer, list[Bad]]:
    """What happened to each customer after the last time we called or met."""
    spoken: dict[Customer, str] = {}
    for noun, question in _CONTACTS.items():
        ids = [record_id for of, record_id in experiences if of == noun]
        if ids:
            told = desk.connection.execute(question, bound | {"ids": json.dumps(ids)})
            spoken |= {(noun, record_id): at for record_id, at in told}
    since = {
        customer: [each for each in bad if each.at > spoken.get(customer, "")]
        for customer, bad in experiences.items()
    }
    return {customer: bad for customer, bad in since.items() if bad}


def _won(desk: "Desk") -> dict[str, dict[Customer, Amount]]:
    """What was won of each customer in the own currency, and apart in each that has no rate; the own one first."""
    from fractions import Fraction

    own = desk.config.currency
    purses: dict[str, dict[Customer, Amount]] = {own: {}}
    rates: dict[str, tuple[str, Amount]] = {}
    for noun, question in _WINS.items():
        for record_id, currency, amount in desk.connection.execute(question):
            if not currency or not amount:
                continue
            if currency not in rates:
                told = desk.rate(currency)
                rates[currency] = (
                    (own, int(told) if told.isdecimal() else Fraction(told)) if told else (currency, 1)
                )
            purse, rate = rates[currency]
            won, key = purses.setdefault(purse, {}), (noun, record_id)
            won[key] = won.get(key, 0) + amount * rate
    return purses


def _bound_of_best(won: dict[Customer, Amount]) -> "Amount | None":
    """The least that one of the best fifth has brought."""
    return sorted(won.values(), reverse=True)[-(-len(won) // BEST) - 1] if won else None


def _worth(
    desk: "Desk", potential: str | None, won: dict[str, Amount], best: "dict[str, Amount | None]"
) -> str:
    """Why a customer is of high value; empty for one who is not."""
    if potential == "a":
        return "potential A"
    bound = desk.config.get("high_value_from")
    if bound and won.get(desk.config.currency, 0) >= parse_decimal(bound):
        return f"won {bound} or more"
    for currency, amount in won.items():
        least = best[currency]
        if least is not None and amount >= max(least, 1):
            return "best fifth by won amount"
    return ""
