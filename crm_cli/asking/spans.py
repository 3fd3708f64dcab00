"""Spans of time by their labels (`2017-06`, `2017-Q2`, `2017-W23`, `2017`): their days, and what comes before them."""

from datetime import date, timedelta

from crm_cli.values import dates

DAY = timedelta(1)
LAST_WEEK = 52  # that every year has


def days(label: str) -> tuple[str, str]:
    """The first and the last day of a span."""
    first, last = dates.period(label, today=date.min)
    return str(first), str(last)


def label(name: str, day: date) -> str:
    """The span called `name` (month, quarter, year, week) that a day is in."""
    if name == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    if name == "quarter":
        return f"{day.year:04}-Q{(day.month + 2) // 3}"
    return day.isoformat()[: 4 if name == "year" else 7]


def before(name: str, span: str, *, year: bool) -> str | None:
    """The span before one, or the same of the year before; None where that year has none such, as of week 53."""
    if not year:
        return label(name, date.fromisoformat(days(span)[0]) - DAY)
    if name == "week" and int(span[6:]) > LAST_WEEK:
        return None
    return f"{int(span[:4]) - 1:04}{span[4:]}"


def earlier(since: str, until: str, *, year: bool) -> tuple[str, str]:
    """As long a time before a period, in months where it is whole months; or the same period a year before."""
    first, after = date.fromisoformat(since), date.fromisoformat(until) + DAY
    if year:
        return dates.add_months(first, -12).isoformat(), (dates.add_months(after, -12) - DAY).isoformat()
    months = (after.year - first.year) * 12 + after.month - first.month
    whole = months > 0 and dates.add_months(first, months) == after
    start = dates.add_months(first, -months) if whole else first - (after - first)
    return start.isoformat(), (first - DAY).isoformat()
