"""Why a person may or may not be reached, check by check: what `consent.why_not` decides by, told to people."""

import sqlite3
from collections.abc import Iterator

from crm_cli.rules.permission import SERVICE, Entry, Question

Check = tuple[str, bool, str]


def explain(
    connection: sqlite3.Connection, noun: str, record_id: int, channel: str, purpose: str
) -> list[Check]:
    """Each check with whether it allows and what it found; the answer first, named by the purpose."""
    bulk = purpose != SERVICE
    question = Question.of(connection, noun, [record_id], channel, purpose, bulk=bulk)
    checks = {
        "preferences": question.unwished,
        "address": question.unreachable,
        "suppression": question.suppressed,
        "consent": question.unconsented,
    }
    found = {name: [reason for _, reason in check()] for name, check in checks.items()}
    reasons = [reason for each in found.values() for reason in each]
    good = {
        "address": question.addresses[record_id].value if record_id in question.addresses else "",
        "consent": "; ".join(consent(connection, noun, record_id, purpose)),
    }
    answer = (purpose, not reasons, reasons[0] if reasons else f"may be reached by {channel}")
    return [
        answer,
        *((name, not said, "; ".join(said) or good.get(name, "")) for name, said in found.items()),
    ]


def consent(connection: sqlite3.Connection, noun: str, record_id: int, purpose: str) -> Iterator[str]:
    """What counts of the log for a purpose, and for marketing as a whole."""
    said = Question.of(connection, noun, [record_id], "email", purpose, bulk=True).said.get(record_id, {})
    if not said:
        yield f"nothing is known of {purpose}"
    for entry in said.values():
        yield _sentence(entry)


def _sentence(entry: Entry) -> str:
    """An entry of the log in words: `confirmed marketing on 2026-03-01 (consent, web form), until 2027-03-01`."""
    how = ", ".join(filter(None, (entry.basis, entry.source)))
    until = f", until {entry.expires}" if entry.expires else ""
    return f"{entry.state} {entry.purpose} on {entry.at[:10]}" + (f" ({how})" if how else "") + until
