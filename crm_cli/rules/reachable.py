"""Why a person may or may not be reached, check by check: what `consent.why_not` decides by, told to people."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from crm_cli.rules.permission import SERVICE, Entry, Question

Check = tuple[str, bool, str]
PAGE = 10_000  # people looked at together
_WHOSE = re.compile(r"^\S+ (?=has opted out|is not valid)")
_WHICH = re.compile(r"^\S+ (?=is in the suppression list)")
_WITH = re.compile(r"^(shares) \S+ .*$")
_DAY = re.compile(r" on \d{4}-\d\d-\d\d$")


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


def against(
    connection: sqlite3.Connection, noun: str, ids: Sequence[int], channel: str, purpose: str
) -> dict[int, str]:
    """Who of some people may not get what many get, and why, asked in pages."""
    found: dict[int, str] = {}
    for start in range(0, len(ids), PAGE):
        question = Question.of(connection, noun, ids[start : start + PAGE], channel, purpose, bulk=True)
        for record_id, reason in question.reasons():
            found.setdefault(record_id, reason)
    return found


@lru_cache(maxsize=1_000)
def general(reason: str) -> str:
    """A reason without the address, the person and the day that it names, so that equal ones are counted."""
    said = _DAY.sub("", _WITH.sub(r"\1 the address of another", reason))
    return _WHICH.sub("", _WHOSE.sub("the address ", said)).partition(":")[0]


def counted(reasons: Counter[str]) -> str:
    """Reasons with how many have each, the most frequent first."""
    by_number = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{number:,} {reason}" for reason, number in by_number)


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
