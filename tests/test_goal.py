"""Goals: their periods, what they are part of, how far they are; forecasts held against them and against what came."""

from typing import Any

import pytest
from conftest import Crm, Terminal
from furnishing import furnished
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.asking.goals import Goal


@furnished
def shop(crm: Crm) -> Crm:
    """Ann and Bob, and what they sold in spring: 12,000 and 5,000 in May and June, 3,000 in euros."""
    for name in ("Ann", "Bob"):
        assert crm("user", "add", name, "--email", f"{name.lower()}@example.org").code == 0
    deals = (
        ("D1", "12000", "USD", "Ann", "won", "2026-06-03"),
        ("D2", "5000", "USD", "Bob", "won", "2026-05-03"),
        ("D3", "3000", "EUR", "Bob", "won", "2026-05-04"),
        ("D4", "7000", "USD", "Ann", "negotiation", "2026-06-25"),
        ("D5", "6000", "USD", "Bob", "prospecting", "2026-06-25"),
    )
    for name, amount, currency, owner, stage, day in deals:
        said = f"{'closed_on' if stage == 'won' else 'expected_close'}={day}"
        done = crm("deal", "add", name, "--company", "", "--amount", amount, "--currency", currency, "--owner", owner,
                   "--opened-on", "2026-05-01", "--set", f"stage={stage}", "--set", said)  # fmt: skip
        assert done.code == 0, done.err
    return crm


def goal(crm: Crm, name: str, period: str, *more: str) -> Any:
    return crm("goal", "add", name, "--period", period, *more)


def report(crm: Crm, *words: str, **more: Any) -> list[dict[str, Any]]:
    result = crm("report", *words, "-o", "json", **more)
    assert result.code == 0, result.err
    found: list[dict[str, Any]] = result.json
    return found


@pytest.mark.parametrize(
    ("said", "kept", "first", "last"),
    [
        ("2026-q3", "2026-Q3", "2026-07-01", "2026-09-30"),
        ("this-quarter", "2026-Q2", "2026-04-01", "2026-06-30"),
        ("next-month", "2026-07", "2026-07-01", "2026-07-31"),
        ("this-year", "2026", "2026-01-01", "2026-12-31"),
        ("2026-06..2026-08", "2026-06..2026-08", "2026-06-01", "2026-08-31"),
        ("today..+9d", "2026-06-15..2026-06-24", "2026-06-15", "2026-06-24"),
        ("1405-06", "1405-06", "2026-08-23", "2026-09-22"),
    ],
)
def test_a_period_is_kept_so_that_it_means_the_same_tomorrow(
    crm: Crm, said: str, kept: str, first: str, last: str
) -> None:
    assert goal(crm, "G", said, "--target", "10").code == 0
    (row,) = crm("goal", "show", "G", "-o", "json").json
    assert (row["period"], row["starts_on"], row["ends_on"]) == (kept, first, last)
    assert crm("goal", "edit", "G", "--period", kept, env={"CRM_TODAY": "2026-06-16"}).code == 0
    (row,) = crm("goal", "show", "G", "-o", "json").json
    assert (row["starts_on"], row["ends_on"]) == (first, last)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--period", "2026-05", "--target", "5"), "2026-05 was over on 2026-05-31"),
        (("--period", "2026-07..", "--target", "5"), "has no end"),
        (("--period", "soon", "--target", "5"), "period:"),
        (("--target", "5"), "period: say in which time"),
        (("--period", "2026-07", "--target", "0"), "target: give more than nothing"),
        (("--period", "2026-07", "--target", "-5"), "target: give more than nothing"),
        (("--period", "2026-07", "--target", "5", "--stretch", "4"), "stretch: it is less"),
        (("--period", "2026-07", "--target", "5", "--metric", "calls", "--currency", "EUR"), "is no money"),
        (("--period", "2026-07", "--target", "5", "--metric", "calls", "--pipeline", "Other"), "pipeline:"),
        (("--period", "2026-07", "--target", "101", "--metric", "nps"), "between -100 and 100"),
        (("--period", "2026-07", "--target", "5", "--metric", "fame"), "metric:"),
    ],
)
def test_what_can_be_no_goal_is_refused_in_a_line_and_nothing_is_written(
    crm: Crm, words: tuple[str, ...], said: str
) -> None:
    crm("pipeline", "add", "Other", "--stages", "Open:10,Won:won,Lost:lost")
    crm("deal", "add", "D")
    result = crm("goal", "add", "G", *words)
    assert result.code == 2
    assert said in result.err
    assert len(result.err.splitlines()) == 1
    assert crm("goal", "list", "--count").out == "0\n"


def test_a_goal_of_the_past_is_kept_where_somebody_insists(crm: Crm) -> None:
    assert goal(crm, "G", "2026-05", "--target", "5", "--force").code == 0
    assert crm("goal", "list", "--columns", "period").out == "2026-05\n"


def test_money_has_the_digits_of_its_currency_and_a_number_its_own(crm: Crm) -> None:
    goal(crm, "Money", "2026", "--target", "120k", "--currency", "EUR")
    goal(crm, "Yen", "2026", "--target", "1000.6", "--currency", "JPY", "--metric", "revenue")
    goal(crm, "Calls", "2026", "--target", "40", "--metric", "calls")
    rows = [line.split("\t") for line in crm("goal", "list", "--columns", "name,target,currency").lines]
    assert rows == [["Money", "120000.00", "EUR"], ["Yen", "1001", "JPY"], ["Calls", "40", ""]]
    crm("goal", "edit", "Money", "--metric", "leads")
    assert crm("goal", "show", "Money", "-o", "json").json[0]["currency"] is None


def test_what_is_part_of_a_goal_adds_up_with_it(crm: Crm) -> None:
    assert "what goals with --parent 1 add up to" in goal(crm, "Year", "2026").err
    assert goal(crm, "Third", "2026-Q3", "--target", "10", "--parent", "Year").code == 0
    wrong = (
        (("2027-Q1", "--target", "5", "--parent", "Year"), "lies not within that of Year, 2026"),
        (("2026-Q4", "--target", "5", "--parent", "Year", "--metric", "calls"), "do not add up"),
        (("2026-Q4", "--target", "5", "--parent", "Year", "--currency", "EUR"), "do not add up"),
    )
    for words, said in wrong:
        result = goal(crm, "Other", *words)
        assert (result.code, said in result.err) == (2, True), result.err
    for words, said in (
        (("Year", "--parent", "Third"), "part of itself"),
        (("Year", "--parent", "Year"), "part of itself"),
        (("Year", "--period", "2026-Q2"), "the period of Third lies not within"),
        (("Year", "--metric", "won_count"), "do not add up"),
    ):
        result = crm("goal", "edit", *words)
        assert (result.code, said in result.err) == (2, True), result.err
    assert crm("goal", "list", "--count").out == "2\n"


def test_pace_is_the_share_achieved_for_the_share_of_time_that_has_passed(shop: Crm) -> None:
    goal(shop, "June", "2026-06", "--target", "30000", "--owner", "Ann", "--stretch", "40000")
    (row,) = report(shop, "goals")
    assert row == {
        "goal": "June", "owner": "Ann", "period": "2026-06", "target": 30000, "actual": 12000, "pct": 40,
        # the 15th of 30 days: 40 % for 50 %
        "pace": 0.8, "metric": "won_amount", "stretch": 40000, "baseline": None,
        # 18,000 left in the 16 days from the 15th on
        "missing": 18000, "per_day": 1125, "currency": "USD", "parent": None, "goal_id": 1,
    }  # fmt: skip
    later = {"CRM_TODAY": "2026-07-10"}
    (row,) = report(shop, "goals", env=later)
    assert (row["pct"], row["pace"], row["per_day"]) == (40, 0.4, None)
    (row,) = report(shop, "goals", env={"CRM_TODAY": "2026-05-20"})
    assert (row["actual"], row["pace"], row["per_day"]) == (0, None, 1000)
    (row,) = report(shop, "goals", env={"CRM_TODAY": "2026-06-02"})
    assert row["actual"] == 0


def test_a_parent_counts_what_the_owners_below_it_achieved_each_once(shop: Crm) -> None:
    goal(shop, "Team", "2026-Q2", "--owner", "Ann")
    for name, period, owner, target in (
        ("Ann Q2", "2026-Q2", "Ann", "20000"),
        ("Bob Q2", "2026-Q2", "Bob", "10000"),
        ("Bob June", "2026-06", "Bob", "4000"),
    ):
        parent = "Bob Q2" if name == "Bob June" else "Team"
        assert goal(shop, name, period, "--owner", owner, "--target", target, "--parent", parent).code == 0
    goal(shop, "All", "2026-Q2", "--target", "1000")
    rows = {row["goal"]: (row["target"], row["actual"], row["parent"]) for row in report(shop, "goals")}
    assert rows == {
        "Team": (30000, 17000, None), "Ann Q2": (20000, 12000, "Team"), "Bob Q2": (10000, 5000, "Team"),
        "Bob June": (4000, 0, "Bob Q2"), "All": (1000, 17000, None),
    }  # fmt: skip
    assert [row["goal"] for row in report(shop, "goals", "--period", "2026-06")] == ["Bob June"]
    assert [row["goal"] for row in report(shop, "goals", "owner=Bob", "--period", "2026")] == [
        "Bob Q2",
        "Bob June",
    ]
    assert "5000.00 of 10000.00" in shop("goal", "show", "Team").out.replace(",", "")


def test_amounts_in_another_currency_count_by_the_rates_on_their_records_or_not_at_all(
    shop: Crm, tmp_path: Any
) -> None:
    goal(shop, "May", "2026-05", "--target", "10000", "--owner", "Bob", "--force")
    result = shop("report", "goals", "-o", "json")
    assert result.json[0]["actual"] == 5000
    assert "no rate to convert with: what is in EUR" in result.err
    config = tmp_path / "rates.toml"
    config.write_text('currency = "USD"\n[rates]\nEUR = "1.10"\n')
    rated = {"CRM_CONFIG": str(config)}
    shop("deal", "edit", "D3", "--amount", "3000.00", "--set", "amount_pinned=yes", env=rated)
    shop("deal", "reopen", "D3", env=rated)
    shop("deal", "win", "D3", "--on", "2026-05-04", env=rated)
    (row,) = report(shop, "goals", env=rated)
    assert row["actual"] == 5000 + 3300
    (row,) = report(shop, "goals", "--in", "EUR", env=rated)
    assert (row["target"], row["actual"], row["currency"]) == (9090.91, 7545.45, "EUR")


def test_what_is_counted_is_counted_by_owner_and_day(shop: Crm) -> None:
    shop("company", "add", "Acme", "--owner", "Ann")
    for words in (
        ("call", "company:Acme", "hello"), ("call", "company:Acme", "again"),
        ("meet", "company:Acme", "tasting"),
    ):  # fmt: skip
        shop(*words)
    shop("activity", "edit", "kind=call", "--set", "owner=Ann", "--yes")
    shop("lead", "add", "Zoe Vance", "--owner", "Ann")
    shop("deal", "edit", "D1", "--company", "Acme")
    shop("case", "add", "Broken", "--company", "Acme", "--owner", "Ann")
    shop("case", "resolve", "1", "--resolution", "Mended")
    for score in ("10", "9", "3"):
        shop("survey", "add", score, "--kind", "nps", "--owner", "Ann")
    expected = {"calls": 2, "meetings": 0, "leads": 1, "won_count": 1, "cases_resolved": 1, "nps": 33.33,
                "new_customers": 1, "revenue": 12000}  # fmt: skip
    for metric in expected:
        done = goal(shop, metric, "2026-06", "--metric", metric, "--target", "50", "--owner", "Ann")
        assert done.code == 0, done.err
    result = shop("report", "goals", "-o", "json")
    assert {row["metric"]: row["actual"] for row in result.json} == expected
    assert "won deals stand for revenue" in result.err
    score = next(row for row in result.json if row["metric"] == "nps")
    assert (score["pct"], score["pace"]) == (66.66, None)


def test_invoices_make_revenue_and_first_purchases_where_there_are_any(shop: Crm) -> None:
    shop("company", "add", "Acme", "--owner", "Ann")
    shop("company", "add", "Brick", "--owner", "Ann")
    for number, company, day, amount in (
        ("I1", "Acme", "2026-03-01", "10"), ("I2", "Acme", "2026-06-01", "20"), ("I3", "Brick", "2026-06-02", "40"),
        ("I4", "Brick", "2026-06-30", "80"),
    ):  # fmt: skip
        done = shop("invoice", "add", number, "--company", company, "--issued-on", day, "--amount", amount)
        assert done.code == 0, done.err
    goal(shop, "Money", "2026-06", "--metric", "revenue", "--target", "100")
    goal(shop, "New", "2026-06", "--metric", "new_customers", "--target", "4", "--owner", "Ann")
    assert [row["actual"] for row in report(shop, "goals")] == [60, 1]


def test_the_forecast_is_held_against_the_goal_of_its_month(shop: Crm) -> None:
    assert {row["goal"] for row in report(shop, "forecast")} == {None}
    goal(shop, "Ann", "2026-06", "--target", "20000", "--owner", "Ann")
    goal(shop, "Bob", "2026-06", "--target", "10000", "--owner", "Bob")
    goal(shop, "Quarter", "2026-Q2", "--target", "99")

    def june(*words: str) -> list[tuple[Any, Any]]:
        rows = report(shop, "forecast", "--period", "2026-06", *words)
        return [(row["goal"], row["coverage"]) for row in rows]

    # 13,000 open ÷ (30,000 − 12,000 won)
    assert june() == [(30000, 0.722)]
    assert june("--by", "owner") == [(20000, 0.875), (10000, 0.6)]
    year = "goal of 2026-01-01 to 2026-12-31: 100000.00 USD, won "
    assert "goal of" not in shop("report", "forecast", "--period", "2026").err
    goal(shop, "Year", "2026", "--target", "100000")
    rows = shop("report", "forecast", "--period", "2026", "-o", "json")
    closed, whole = (
        sum(row[name] for row in rows.json if row["currency"] == "USD") for name in ("closed", "pipeline")
    )
    share = round((whole - closed) / (100000 - closed), 3)
    assert f"{year}{closed:.2f}, coverage {share:g}\n" in rows.err
    assert "goal of" not in shop("report", "forecast", "--period", "2026", "--by", "owner").err
    assert june("owner=Ann") == [(20000, 0.875)]
    assert june("amount=1..") == [(None, None)]
    assert june("--by", "source") == [(None, None)]
    goal(shop, "Autumn", "2026-10", "--target", "500")
    empty = [row for row in report(shop, "forecast") if row["month"] == "2026-10"]
    assert [(row["pipeline"], row["goal"], row["coverage"]) for row in empty] == [(0, 500, 0)]
    assert "2026-10" not in {row["month"] for row in report(shop, "forecast", "--until", "2026-09")}
    assert "2026-10" not in {row["month"] for row in report(shop, "forecast", "--by", "owner")}
    goal(shop, "Firm", "2026-06", "--target", "12000")
    assert june() == [(12000, None)]
    goal(shop, "Part", "2026-06", "--target", "5000", "--parent", "Firm")
    assert june() == [(12000, None)]


def test_a_snapshot_a_day_keeps_what_was_forecast(shop: Crm) -> None:
    assert shop("deal", "snapshot").out == "1\n2\n"
    assert shop("deal", "snapshot").out == "1\n2\n"
    columns = ("--columns", "taken_on,period,owner,pipeline_amount,commit,closed,weighted,currency")
    assert [line.split("\t") for line in shop("snapshot", "list", *columns).lines] == [
        ["2026-06-15", "2026-06", "Ann", "19000.00", "19000.00", "12000.00", "5600.00", "USD"],
        ["2026-06-15", "2026-06", "Bob", "6000.00", "0.00", "0.00", "600.00", "USD"],
    ]
    shop("deal", "lose", "D5", "--reason", "price")
    assert shop("deal", "snapshot").code == 0
    assert shop("snapshot", "list", "--columns", "pipeline_amount,currency").lines == [
        "19000.00\tUSD",
        "0.00\tUSD",
    ]
    assert shop("undo", "--yes").code == 0
    assert shop("snapshot", "list", "--columns", "pipeline_amount").lines == ["19000.00\tUSD", "6000.00\tUSD"]
    result = shop("deal", "snapshot", "--period", "2026-05")
    assert (result.code, "over on 2026-05-31" in result.err) == (2, True)
    assert shop("deal", "snapshot", "--dry-run", env={"CRM_TODAY": "2026-06-16"}).code == 0
    assert shop("snapshot", "list", "--count").out == "2\n"
    assert shop("deal", "snapshot", env={"CRM_TODAY": "2026-06-16"}).code == 0
    assert shop("snapshot", "list", "--count").out == "3\n"


def test_accuracy_is_one_less_the_share_by_which_the_forecast_missed(shop: Crm) -> None:
    shop("deal", "snapshot")
    assert report(shop, "accuracy")[0]["accuracy_pct"] is None
    shop("deal", "win", "D4", "--amount", "4000", "--on", "2026-06-25")
    shop("deal", "win", "D5", "--on", "2026-06-26")
    later = {"CRM_TODAY": "2026-07-01"}
    (row,) = report(shop, "accuracy", env=later)
    assert row == {
        "period": "2026-06", "taken_on": "2026-06-15", "pipeline": 25000, "best_case": 19000, "commit": 19000,
        # 12,000 won by then; 80 % of 7,000 and 10 % of 6,000
        "weighted": 18200, "actual": 22000, "accuracy_pct": 86.36, "currency": "USD",
    }  # fmt: skip
    (row,) = report(shop, "accuracy", "--category", "pipeline", env=later)
    assert row["accuracy_pct"] == 86.36
    rows = report(shop, "accuracy", "--by", "owner", env=later)
    assert [(row["owner"], row["actual"], row["accuracy_pct"]) for row in rows] == [
        ("Ann", 16000, 81.25),
        ("Bob", 6000, 0),
    ]
    assert [row["actual"] for row in report(shop, "accuracy", "owner=Bob", env=later)] == [6000]
    assert shop("report", "accuracy", "--by", "currency").code == 2
    shop("deal", "edit", "D4", "D5", "--amount", "1", "--yes")
    shop("deal", "edit", "D1", "--amount", "1")
    (row,) = report(shop, "accuracy", env=later)
    assert row["accuracy_pct"] < 0


def test_commission_is_what_was_won_by_the_rate_of_who_won_it(shop: Crm) -> None:
    shop("user", "edit", "Ann", "--commission-pct", "3.3333")
    result = shop("report", "commission", "currency=USD", "-o", "json")
    names = ("owner", "won_amount", "rate_pct", "commission", "won")
    rows = [[row[name] for name in names] for row in result.json]
    assert rows == [["Ann", 12000, 3.33, 400.0, 1], ["Bob", 5000, None, None, 1]]
    assert "owners without a rate: 1" in result.err
    shop("user", "edit", "Bob", "--commission-pct", "1")
    rows = report(shop, "commission", "currency=USD", "--by", "quarter")
    # 400.00 and 50.00 of 17,000
    assert [(row["quarter"], row["commission"], row["rate_pct"]) for row in rows] == [
        ("2026-Q2", 450.0, 2.65)
    ]
    assert report(shop, "commission", "--period", "2026-01") == []


def test_products_with_what_they_cost(crm: Crm) -> None:
    crm("product", "add", "Mill", "--list-price", "100", "--cost", "60")
    crm("product", "add", "Beans", "--list-price", "10")
    crm("deal", "add", "One", "--product", "Mill")
    crm("deal", "item", "edit", "One", "1", "--quantity", "3", "--discount", "10")
    crm("deal", "add", "Two", "--product", "Mill", "--product", "Beans")
    crm("deal", "win", "One", "Two", "--yes")
    names = ("product", "deals", "quantity", "won_amount", "cost", "margin", "margin_pct")
    rows = [[row[name] for name in names] for row in report(crm, "products")]
    assert rows == [["Mill", 2, 4, 370, 240, 130, 35.14], ["Beans", 1, 1, 10, None, None, None]]
    (row,) = report(crm, "products", "--by", "month")
    assert (row["quantity"], row["won_amount"], row["margin"]) == (5, 380, None)
    crm("product", "edit", "Beans", "--cost", "4")
    (row,) = report(crm, "products", "--by", "month")
    assert row["margin"] == 136


@given(st.integers(1, 400), st.integers(-50, 450))
def test_the_days_that_have_begun_are_those_of_the_period(length: int, passed: int) -> None:
    from datetime import date, timedelta

    first = date(2026, 1, 1)
    last = first + timedelta(length - 1)
    one = Goal(1, "G", "calls", "", str(first), str(last), None, 1, None, None, None, None, None, None, None)
    whole, begun = one.days(first + timedelta(passed))
    assert whole == length
    assert begun == len([day for day in range(length) if day <= passed])


def test_what_goals_and_accuracy_are_about_fits_a_narrow_window(shop: Crm, terminal: Terminal) -> None:
    period = ("--period", "2026-Q2", "--owner", "Ann")
    shop(
        "goal",
        "add",
        "Sales of the second quarter",
        "--metric",
        "won_amount",
        "--target",
        "1234567.89",
        *period,
    )
    shop("goal", "add", "Calls of the second quarter", "--metric", "calls", "--target", "120", *period)
    shop("deal", "snapshot")
    goals = terminal("report", "goals", columns=80).out.splitlines()
    assert goals[0].split()[-2:] == ["pct", "pace"]
    assert "no room for missing," in " ".join(goals)  # which comes next
    assert "amounts in USD" in goals
    accuracy = terminal("report", "accuracy", columns=80, env={"CRM_TODAY": "2026-07-02"}).out.splitlines()
    assert accuracy[0].split()[2:4] == ["accuracy_pct", "actual"]
