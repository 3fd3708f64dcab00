"""Rows whose times cannot all be right: what ended before it began.

Such a row is wrong, unless the user accepts it as it is; then the record bears a word about it. A day without a
time stands for its first moment: that alone makes nothing odd.
"""

from typing import Any

from crm_cli.clock import local_text
from crm_cli.rules.importing.plan import Plan
from crm_cli.rules.importing.rows import Problem, Row

# By noun what comes first, what comes after it, and what is said where it does not.
ORDERS = {
    "case": (
        ("created_at", "first_response_at", "was answered before it was created"),
        ("created_at", "resolved_at", "was resolved before it was created"),
        ("created_at", "closed_at", "was closed before it was created"),
        ("resolved_at", "closed_at", "was closed before it was resolved"),
    )
}


def judge(plan: Plan, row: Row, before: dict[str, Any] | None, zone: str) -> bool:
    """Mark a row that is odd as wrong or, where that is wished, its record as odd; returns the latter."""
    if plan.own or plan.noun not in ORDERS:
        return False
    found = _odd(plan.noun, row, before, zone)
    if not found:
        if before and before["odd"]:
            row.values["odd"] = None
        return False
    if plan.wishes.accept_odd:
        row.values["odd"] = "; ".join(said for _, said in found)
        return True
    name, said = found[0]
    header = next((column.header for column in plan.having(name)), "")
    row.problem = Problem(header, f"it {said}; mend it, or take it as it is with --accept-odd")
    return False


def _odd(noun: str, row: Row, before: dict[str, Any] | None, zone: str) -> list[tuple[str, str]]:
    """The times that cannot be, each with what is odd about it; nothing where the row says neither of two."""
    standing = before or {}
    stands = standing | row.values | ({"created_at": standing["created_at"]} if before else {})
    return [
        (after, said)
        for first, after, said in ORDERS[noun]
        if row.values.keys() & {first, after} and _ends_early(stands.get(first), stands.get(after), zone)
    ]


def _ends_early(first: str | None, after: str | None, zone: str) -> bool:
    if not first or not after or after >= first:
        return False
    begun, (day, time) = local_text(first, zone), local_text(after, zone).split()
    return not (time == "00:00" and begun.startswith(day))
