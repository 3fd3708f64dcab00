"""Campaigns beside each other, beside their plan, and what the next one may bring."""

from math import exp, isclose, log, sqrt
from statistics import linear_regression

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.asking import curve
from tests.conftest import Crm
from tests.furnishing import furnished

# Quantiles of Student's t for 95 %, two-sided, as statistical tables print them.
STUDENT = {4: 2.776, 5: 2.571, 6: 2.447, 8: 2.306, 10: 2.228, 20: 2.086, 60: 2.000, 120: 1.980}
COSTS = (500, 900, 2000, 4000, 7000, 12000)
NOISE = (1.1, 0.9, 1.05, 0.93, 1.02, 0.98)


def add(crm: Crm, *args: str) -> str:
    """Run a change; returns what it prints."""
    done = crm(*args)
    assert done.code == 0, done.err
    return done.out.strip()


@furnished
def mailings(crm: Crm) -> Crm:
    """Six campaigns that are over: what they won grows with the power 0.7 of what they cost, more or less."""
    for number, (cost, noise) in enumerate(zip(COSTS, NOISE, strict=True), 1):
        month = f"2026-0{min(number, 5)}"
        add(crm, "campaign", "add", f"Mail {number}", "--cost", str(cost), "--budget", str(cost), "--starts-on",
            f"{month}-0{number}", "--ends-on", "2026-06-01", "--expected-revenue", str(cost * 5))  # fmt: skip
        won = f"{60 * cost**0.7 * noise:.2f}"
        add(
            crm,
            "deal",
            "add",
            f"Deal {number}",
            "--amount",
            won,
            "--campaign",
            f"Mail {number}",
            "--stage",
            "won",
        )
    return crm


def test_measuring_marks_the_steps_and_shows_plan_and_earlier_ones(mailings: Crm) -> None:
    done = mailings("campaign", "measure", "Mail 4", "-o", "table")
    figures = {line.split("  ")[0]: line.split() for line in done.lines}
    assert figures["cost USD"][2:] == ["4,000.00", "4,000.00", "900.00", "3"]
    assert figures["won_amount USD"][3] == "20,000.00"
    assert "earlier: the middle one of 3 of its type" in done.err
    steps = mailings("campaign", "list", "name=Mail 4", "--columns", "steps", "-o", "json").json[0]["steps"]
    marked = {each["step"] for each in steps if each["done_on"] == "2026-06-15"}
    assert {"measure", "roi"} <= marked
    row = mailings("campaign", "measure", "Mail 4", "-o", "json").json
    assert [(each["campaign"], each["cost"]) for each in row] == [("Mail 4", 4000)]


def test_a_return_without_cost_is_not_marked(crm: Crm) -> None:
    add(crm, "campaign", "add", "Fair")
    done = crm("campaign", "measure", "Fair", "-o", "json")
    assert "no return can be told" in done.err
    steps = crm("campaign", "list", "--columns", "steps", "-o", "json").json[0]["steps"]
    assert {each["step"] for each in steps} == {"create", "measure"}
    crm("campaign", "measure", "Fair", "--dry-run")


def test_campaigns_are_compared_side_by_side(mailings: Crm) -> None:
    lines = mailings("campaign", "compare", "Mail 1", "Mail 3", "-o", "md").lines
    assert lines[0] == "| figure | Mail 1 | Mail 3 |"
    assert "| cost | 500.00 | 2,000.00 |" in lines
    rows = mailings("campaign", "compare", "Mail 3", "Mail 1", "-o", "json").json
    assert [(row["campaign"], row["cost"]) for row in rows] == [("Mail 3", 2000), ("Mail 1", 500)]
    add(mailings, "campaign", "add", "Ring", "--type", "phone", "--cost", "7")
    lines = mailings("campaign", "compare", "Mail 1", "Mail 3", "Ring", "--by", "type", "-o", "md").lines
    assert lines[0] == "| figure | email | phone |"
    assert "| cost | 2,500.00 | 7.00 |" in lines
    rows = mailings("campaign", "compare", "Mail 1", "Mail 3", "--by", "channel", "-o", "json").json
    assert [(row["channel"], row["campaigns"], row["cost"]) for row in rows] == [("email", 2, 2500)]
    assert mailings("campaign", "compare", "Mail 1", "Mail 3", "--by", "shoe").code == 2


def test_the_next_campaign_is_told_from_those_that_were(mailings: Crm) -> None:
    add(mailings, "campaign", "add", "Running", "--cost", "1", "--ends-on", "2026-09-01")
    done = mailings("campaign", "forecast", "--budget", "5000", "--type", "email", "-o", "json")
    row = done.json[0]
    xs = [log(cost) for cost in COSTS]
    ys = [log(round(60 * cost**0.7 * noise, 2)) for cost, noise in zip(COSTS, NOISE, strict=True)]
    slope, level = linear_regression(xs, ys)
    error = sqrt(sum((y - level - slope * x) ** 2 for x, y in zip(xs, ys, strict=True)) / 4)
    middle = sum(xs) / 6
    away = (log(5000) - middle) ** 2 / sum((x - middle) ** 2 for x in xs)
    half = STUDENT[4] * error * sqrt(1 + 1 / 6 + away)
    expected = level + slope * log(5000)
    for name, end in (("won_amount", expected), ("low", expected - half), ("high", expected + half)):
        assert isclose(row[name], exp(end), rel_tol=0.001)
    assert (row["campaigns"], isclose(row["exponent"], slope, abs_tol=0.0001)) == (6, True)
    assert isclose(row["roi_pct"], 100 * (exp(expected) / 5000 - 1), abs_tol=0.01)
    assert "Mail 1, Mail 2, Mail 3, Mail 4, Mail 5, Mail 6" in done.err
    assert "guess" not in done.err
    assert "guess" in mailings("campaign", "forecast", "--budget", "50000", "-o", "json").err


def test_too_little_tells_nothing_and_says_why(mailings: Crm) -> None:
    done = mailings("campaign", "forecast", "--budget", "5000", "--type", "event", "-o", "json")
    assert (done.json, "there are 0" in done.err, done.code) == ([], True, 0)
    assert (
        "a curve takes 5"
        in mailings("campaign", "forecast", "name=Mail 1", "--budget", "5", "-o", "table").out
    )
    other = mailings("campaign", "forecast", "--budget", "5000", "--currency", "EUR", "-o", "json")
    assert (other.json, "there are 0" in other.err) == ([], True)
    assert "6 in USD are left out; --currency USD asks of these" in other.err


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([(100.0, 5.0)] * 4, "there are 4"),
        ([(100.0 + n, 5.0 + n) for n in range(6)], "about the same"),
        ([(100.0 * n, 600.0 / n) for n in range(1, 7)], "brought no more"),
    ],
)
def test_there_is_no_curve_where_nothing_follows(points: list[tuple[float, float]], said: str) -> None:
    found = curve.fit(points)
    assert isinstance(found, str)
    assert said in found


@pytest.mark.parametrize(("freedom", "quantile"), STUDENT.items())
def test_quantiles_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    assert isclose(curve.student(freedom), quantile, abs_tol=0.001)


@given(
    st.floats(0.1, 1000),
    st.floats(0.1, 0.99),
    st.lists(st.floats(10, 1e6), min_size=5, max_size=20, unique=True),
)
def test_an_exact_curve_is_found_again(level: float, exponent: float, costs: list[float]) -> None:
    costs = [*costs, 5.0, 20.0]
    found = curve.fit([(cost, level * cost**exponent) for cost in costs])
    assert not isinstance(found, str)
    assert isclose(found.exponent, exponent, rel_tol=1e-6)
    assert isclose(found.at(300.0)[0], level * 300.0**exponent, rel_tol=1e-6)


@given(st.lists(st.tuples(st.floats(1, 1e6), st.floats(1, 1e6)), min_size=5, max_size=20))
def test_a_curve_never_promises_growing_returns(points: list[tuple[float, float]]) -> None:
    found = curve.fit(points)
    if isinstance(found, str):
        return
    assert 0 < found.exponent <= 1
    middle, low, high = found.at(1000.0)
    assert low <= middle <= high
