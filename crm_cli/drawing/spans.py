"""Spans of time by their names, such as 2026-06, 2026-Q2, 2026-W25 and 2026, and those that lie between two of them."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

SPAN = re.compile(r"[12]\d{3}(-(0[1-9]|1[0-2]|Q[1-4]|W(0[1-9]|[1-4]\d|5[0-3])))?")
LONGEST = 600  # spans that a line is filled up to; beyond them a date is a slip of the pen


def is_span(text: str) -> bool:
    """Whether a text names a span of time."""
    return bool(SPAN.fullmatch(text))


def filled(found: Iterable[str]) -> list[str]:
    """The spans in the order of time, with those between that are missing where all are equally long."""
    held = set(found)
    made = list(_between(min(held), max(held)))
    return made if held <= set(made) else sorted(held)


def _between(first: str, last: str) -> Iterator[str]:
    for _ in range(LONGEST):
        yield first
        if first >= last:
            return
        first = _next(first)


def _next(span: str) -> str:
    year, _, part = span.partition("-")
    if not part:
        return f"{int(year) + 1:04d}"
    if part[0] == "W":  # the fourth of January lies in the first week of its year
        day = date(int(year), 1, 4) + timedelta(weeks=int(part[1:]))
        return f"{day.isocalendar().year:04d}-W{day.isocalendar().week:02d}"
    letter, number, most = ("Q", int(part[1:]), 4) if part[0] == "Q" else ("", int(part), 12)
    year = f"{int(year) + number // most:04d}"
    number = number % most + 1
    return f"{year}-Q{number}" if letter else f"{year}-{number:02d}"
