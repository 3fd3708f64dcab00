"""What campaigns brought: the figures of real ones, small ones counted by hand, and lift beside those left alone."""

import csv
from math import isclose, sqrt
from pathlib import Path
from statistics import NormalDist, fmean, variance
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.asking import lift
from crm_cli.asking.lift import Sample
from tests.conftest import Crm

DATA = Path(__file__).parents[2] / "shared" / "data"
ADS = DATA / "campaign" / "KAG_conversion_data.csv"
MAILINGS = DATA / "campaign" / "hillstrom.csv"
ZOHO = DATA / "crm_zoho"
FIRST = (
    "campaign targeted sent responded response_rate_pct leads deals won_amount cost budget roi_pct "
    "cost_per_response cost_per_sale"
)
needs_ads = pytest.mark.skipif(not ADS.exists(), reason="needs ../shared/data/campaign, which is not here")
needs_zoho = pytest.mark.skipif(not ZOHO.exists(), reason="needs ../shared/data/crm_zoho, which is not here")


def add(crm: Crm, *args: str) -> str:
    """Run a change; returns the id that it prints."""
    done = crm(*args)
    assert done.code == 0, done.err
    return done.out.strip()


def report(crm: Crm, *args: str, key: str = "campaign") -> dict[Any, dict[str, Any]]:
    """The rows of the report, by their campaign or group and, where there are several, their currency."""
    rows = crm("report", "campaigns", *args, "-o", "json").json
    keys = [row[key] for row in rows]
    return {row[key] if keys.count(row[key]) == 1 else (row[key], row["currency"]): row for row in rows}


def test_the_columns_come_in_their_order(crm: Crm) -> None:
    add(crm, "campaign", "add", "Fair")
    header = crm("report", "campaigns", "-o", "csv").lines[0].split(",")
    assert header[:12] == FIRST.split()[:12]
    assert header[12] == "cost_per_sale"


def test_nothing_is_divided_by_nothing(crm: Crm) -> None:
    assert crm("report", "campaigns", "-o", "json").json == []
    add(crm, "campaign", "add", "Fair")
    fair = report(crm)["Fair"]
    assert (fair["sent"], fair["won_amount"], fair["cost"]) == (0, 0, None)
    empty = (
        "response_rate_pct roi_pct cost_per_response cost_per_sale cac cost_per_lead lift_pct lift_verdict"
    )
    assert {fair[name] for name in empty.split()} == {None}
    add(crm, "campaign", "cost", "Fair", "0")
    assert (report(crm)["Fair"]["cost"], report(crm)["Fair"]["roi_pct"]) == (0, None)


def test_a_campaign_has_its_cost_once_and_its_own_deals_alone(crm: Crm) -> None:
    add(crm, "campaign", "add", "Fair", "--cost", "50", "--budget", "200", "--expected-revenue", "1000")
    add(crm, "campaign", "add", "Mailing", "--cost", "10")
    add(crm, "company", "add", "Acme")
    for name, amount, campaign, stage in (("A", "200", "Fair", "won"), ("B", "300", "Fair", "won"),
                                          ("C", "999", "Fair", "lost"), ("D", "70", "Mailing", "won")):  # fmt: skip
        told = ("--reason", "price") if stage == "lost" else ()
        number = add(
            crm, "deal", "add", name, "--amount", amount, "--campaign", campaign, "--company", "Acme"
        )
        add(crm, "deal", "win" if stage == "won" else "lose", number, *told)
    add(crm, "deal", "add", "E", "--amount", "5000", "--stage", "won")
    add(crm, "lead", "add", "Jane Doe", "--campaign", "Fair")
    found = report(crm)
    fair = found["Fair"]
    assert (fair["deals"], fair["won_amount"], fair["cost"], fair["sales"], fair["leads"]) == (
        3,
        500,
        50,
        2,
        1,
    )
    assert (fair["roi_pct"], fair["cost_per_sale"], fair["cost_per_lead"]) == (900, 25, 50)
    assert (fair["budget_used_pct"], fair["revenue_reached_pct"]) == (25, 50)
    assert (found["Mailing"]["won_amount"], found["Mailing"]["roi_pct"]) == (70, 600)
    whole = report(crm, "--by", "type", key="type")["email"]
    assert (whole["campaigns"], whole["won_amount"], whole["cost"], whole["roi_pct"]) == (2, 570, 60, 850)


def test_what_did_not_come_back_was_delivered_and_a_call_that_reached_nobody_was_not(crm: Crm) -> None:
    for name, kind in (("Letter", "email"), ("Calls", "phone")):
        add(crm, "campaign", "add", name, "--type", kind)
        for number, status in enumerate(
            ("targeted", "sent", "sent", "delivered", "opened", "bounced", "opted_out")
        ):
            add(crm, "member", "add", "--campaign", name, "--set", f"name=P{number}", "--status", status)
    found = report(crm)
    assert [found[name][figure] for name in ("Letter", "Calls") for figure in ("sent", "bounced", "delivered")] == [
        6, 1, 5, 6, 1, 3
    ]  # fmt: skip


def test_impressions_lower_no_response_rate_where_their_answers_are_not_told(crm: Crm) -> None:
    add(crm, "campaign", "add", "Fair")
    for number in range(8):
        status = "responded" if number < 2 else "sent"
        add(crm, "member", "add", "--campaign", "Fair", "--set", f"name=P{number}", "--status", status)
    add(crm, "campaign", "result", "Fair", "--name", "Ad", "--impressions", "50000", "--clicks", "90")
    row = report(crm)["Fair"]
    assert (row["sent"], row["responded"], row["response_rate_pct"]) == (50_008, 2, 25)
    add(crm, "campaign", "result", "Fair", "--name", "Poster", "--responses", "7")
    row = report(crm)["Fair"]
    assert (row["sent"], row["responded"], row["response_rate_pct"]) == (50_008, 9, 25)
    add(crm, "campaign", "result", "Fair", "--name", "Banner", "--impressions", "12", "--responses", "1")
    row = report(crm)["Fair"]
    assert (row["sent"], row["responded"], row["response_rate_pct"]) == (50_020, 10, 15)
    assert row["people_rate_pct"] == 25
    told = crm("report", "campaigns", "--explain").out
    for said in ("response rate 3 ÷ sent 20", "50,000 impressions of results that tell no answers",
                 "7 answers in results that tell no impressions"):  # fmt: skip
        assert said in told


def test_a_customer_is_new_to_the_campaign_that_won_it_first(crm: Crm) -> None:
    for name in ("Fair", "Mailing"):
        add(crm, "campaign", "add", name, "--cost", "60")
    for name in ("Acme", "Brick"):
        add(crm, "company", "add", name)
    for company, campaign, day in (("Acme", "Fair", "2026-01-05"), ("Acme", "Mailing", "2026-02-05"),
                                   ("Brick", "Mailing", "2026-02-06"), ("Brick", "Mailing", "2026-03-06")):  # fmt: skip
        number = add(
            crm, "deal", "add", "Deal", "--company", company, "--amount", "10", "--campaign", campaign
        )
        add(crm, "deal", "win", number, "--on", day, "--yes")
    jane = add(crm, "contact", "add", "Jane Doe")
    number = add(crm, "deal", "add", "Deal", "--contact", jane, "--amount", "10", "--campaign", "Fair")
    add(crm, "deal", "win", number, "--on", "2026-03-01", "--yes")
    found = report(crm)
    assert {name: (row["customers"], row["cac"]) for name, row in found.items()} == {
        "Fair": (2, 30),
        "Mailing": (1, 60),
    }


def test_currencies_are_never_added(crm: Crm) -> None:
    add(crm, "campaign", "add", "Fair", "--cost", "100", "--currency", "EUR")
    add(
        crm,
        "deal",
        "add",
        "A",
        "--amount",
        "300",
        "--currency",
        "EUR",
        "--campaign",
        "Fair",
        "--stage",
        "won",
    )
    add(
        crm, "deal", "add", "B", "--amount", "50", "--currency", "USD", "--campaign", "Fair", "--stage", "won"
    )
    found = report(crm)
    euro, dollar = found["Fair", "EUR"], found["Fair", "USD"]
    assert (euro["won_amount"], euro["cost"], euro["roi_pct"], euro["deals"]) == (300, 100, 200, 1)
    assert (dollar["won_amount"], dollar["cost"], dollar["roi_pct"], dollar["deals"]) == (50, None, None, 1)
    assert (euro["campaigns"], dollar["campaigns"]) == (1, 0)


def test_amounts_are_converted_on_demand_and_what_has_no_rate_is_named(crm: Crm, tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text('currency = "USD"\n[rates]\nEUR = "1.25"\n')
    env = {"CRM_CONFIG": str(settings)}
    for name, currency in (("Fair", "EUR"), ("Market", "GBP")):
        assert crm("campaign", "add", name, "--cost", "100", "--currency", currency, env=env).code == 0
    told = (
        "deal",
        "add",
        "A",
        "--amount",
        "300",
        "--currency",
        "EUR",
        "--campaign",
        "Fair",
        "--stage",
        "won",
    )
    assert crm(*told, env=env).code == 0
    done = crm("report", "campaigns", "--in", "USD", "-o", "json", env=env)
    fair = done.json[0]
    assert (fair["campaign"], fair["won_amount"], fair["cost"], fair["currency"]) == ("Fair", 375, 125, "USD")
    assert "no rate for GBP" in done.err


def test_a_return_on_margin_is_told_where_all_costs_are_known(crm: Crm) -> None:
    add(crm, "campaign", "add", "Fair", "--cost", "100")
    add(crm, "product", "add", "Beans", "--code", "B1", "--list-price", "50", "--cost", "20")
    add(crm, "product", "add", "Mill", "--code", "M1", "--list-price", "50")
    beans = add(crm, "deal", "add", "A", "--campaign", "Fair", "--product", "B1")
    add(crm, "deal", "item", "add", beans, "B1", "--quantity", "9")
    add(crm, "deal", "win", beans, "--yes")
    fair = report(crm)["Fair"]
    assert (fair["won_amount"], fair["roi_pct"], fair["margin_roi_pct"]) == (500, 400, 200)
    mill = add(crm, "deal", "add", "B", "--campaign", "Fair", "--product", "M1")
    add(crm, "deal", "win", mill, "--yes")
    assert report(crm)["Fair"]["margin_roi_pct"] is None


def test_parts_are_added_to_the_whole_on_demand(crm: Crm) -> None:
    add(crm, "campaign", "add", "Year", "--cost", "10", "--starts-on", "2026-01-01")
    add(crm, "campaign", "add", "Spring", "--cost", "20", "--parent", "Year", "--starts-on", "2026-03-01")
    add(crm, "campaign", "add", "Easter", "--cost", "30", "--parent", "Spring", "--starts-on", "2026-04-01")
    assert {name: row["cost"] for name, row in report(crm).items()} == {
        "Year": 10,
        "Spring": 20,
        "Easter": 30,
    }
    assert {name: row["cost"] for name, row in report(crm, "--rollup").items()} == {"Year": 60}
    assert {name: row["cost"] for name, row in report(crm, "--rollup", "--since", "2026-02-01").items()} == {
        "Spring": 50
    }
    assert report(crm, "--rollup", "--by", "quarter", key="quarter")["2026-Q1"]["campaigns"] == 3


def test_a_period_chooses_campaigns_which_then_count_whole(crm: Crm) -> None:
    add(crm, "campaign", "add", "Old", "--cost", "10", "--starts-on", "2025-12-01")
    add(crm, "campaign", "add", "New", "--cost", "10", "--planned-start", "2026-02-01")
    number = add(crm, "deal", "add", "A", "--amount", "50", "--campaign", "Old")
    add(crm, "deal", "win", number, "--on", "2026-05-01", "--yes")
    assert list(report(crm, "--period", "2026")) == ["New"]
    assert report(crm, "--period", "2025")["Old"]["won_amount"] == 50


def test_segments_and_channels_are_groups(crm: Crm) -> None:
    add(crm, "segment", "add", "Shops")
    add(crm, "campaign", "add", "Fair", "--type", "direct_mail", "--cost", "5")
    add(crm, "campaign", "edit", "Fair", "--set", 'segments=[{"segment": "Shops"}]')
    add(crm, "campaign", "add", "Post", "--cost", "7")
    assert {name: row["cost"] for name, row in report(crm, "--by", "segment", key="segment").items()} == {
        "Shops": 5, None: 7,
    }  # fmt: skip
    assert {name: row["cost"] for name, row in report(crm, "--by", "channel", key="channel").items()} == {
        "mail": 5, "email": 7,
    }  # fmt: skip
    wrong = crm("report", "campaigns", "--by", "segmnt")
    assert (wrong.code, "segment" in wrong.err) == (2, True)


def test_why_people_were_left_out(crm: Crm) -> None:
    add(crm, "campaign", "add", "Fair")
    for number, reason in enumerate(("no address", "no address", "asked not to be")):
        person = add(crm, "contact", "add", f"Person {number}", "--email", f"p{number}@example.org")
        add(crm, "campaign", "exclude", "Fair", f"contact:{person}", "--reason", reason)
    rows = crm("report", "campaigns", "--reasons", "-o", "json").json
    assert [(row["reason"], row["people"]) for row in rows] == [("no address", 2), ("asked not to be", 1)]
    fair = report(crm)["Fair"]
    assert (fair["targeted"], fair["excluded"], fair["sent"]) == (0, 3, 0)


@needs_ads
def test_advertisements_have_the_figures_of_their_file(crm: Crm) -> None:
    add(crm, "result", "import", str(ADS))
    found = report(crm)
    figures = {name: (row["cost"], row["clicks"], row["sales"]) for name, row in found.items()}
    assert figures == {
        "#916": (149.71, 113, 24),
        "#936": (2893.37, 1984, 183),
        "#1178": (55662.15, 36068, 872),
    }
    assert report(crm, "--by", "type", key="type")["advertising"]["cost"] == 58705.23
    assert crm("campaign", "show", "ext:916").code == 0
    assert crm("sql", "SELECT count(*) FROM results WHERE cost = 0", "-o", "tsv").out.split()[-1] == "207"
    again = crm("result", "import", str(ADS))
    assert "1,143 unchanged" in again.err


@needs_ads
def test_two_mailings_share_a_control_group(crm: Crm) -> None:
    add(crm, "member", "import", str(MAILINGS), "--map", "segment=campaign,control", "--map", "visit=status",
        "--map-value", "campaign:No E-Mail=Mens E-Mail", "--map-value", "control:No E-Mail=yes",
        "--map-value", "control:Mens E-Mail=no", "--map-value", "control:Womens E-Mail=no",
        "--map-value", "status:0=sent", "--map-value", "status:1=responded", "--map", "spend=amount",
        "--map", "channel=")  # fmt: skip
    add(crm, "campaign", "edit", "Womens E-Mail", "--control-of", "Mens E-Mail")
    found = report(crm)
    spent = _spending()
    control = spent["No E-Mail"]
    for name, rate, each in (("Mens E-Mail", 18.28, 1.4226), ("Womens E-Mail", 15.14, 1.0772)):
        row, treated = found[name], spent[name]
        assert (row["sent"], row["response_rate_pct"], row["control_rate_pct"]) == (len(treated), rate, 10.62)
        assert (row["spent_each"], row["control_spent_each"]) == (each, 0.6528)
        shares = [[float(visit) for visit, _ in group] for group in (treated, control)]
        means = [[amount for _, amount in group] for group in (treated, control)]
        for column, groups, unit in (("lift{}_pct", shares, 100), ("spent_lift{}", means, 1)):
            ends = [row[column.format(end)] for end in ("", "_low", "_high")]
            expected = [end * unit for end in _interval(*groups)]
            assert all(
                isclose(*pair, abs_tol=0.006 * min(unit, 1)) for pair in zip(ends, expected, strict=True)
            )
        assert (row["lift_verdict"], row["spent_verdict"]) == ("higher", "higher")
    told = crm("report", "campaigns", "--explain").out
    assert "3,894 ÷ 21,307 = 18.2757 %" in told
    assert "2,262 ÷ 21,306 = 10.6167 %" in told


def _spending() -> dict[str, list[tuple[bool, float]]]:
    """Of each mailing who visited and what they spent."""
    found: dict[str, list[tuple[bool, float]]] = {}
    with MAILINGS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["segment"], []).append((row["visit"] == "1", float(row["spend"])))
    return found


def _interval(treated: list[float], control: list[float]) -> tuple[float, float, float]:
    """The difference of two means and its 95 % interval, from the values one by one."""
    difference = NormalDist(fmean(treated), sqrt(variance(treated) / len(treated))) - NormalDist(
        fmean(control), sqrt(variance(control) / len(control))
    )
    return difference.mean, difference.inv_cdf(0.025), difference.inv_cdf(0.975)


@needs_zoho
def test_campaigns_of_another_program_keep_their_words_and_money(crm: Crm) -> None:
    add(crm, "campaign", "import", str(ZOHO / "Campaigns.csv"))
    add(crm, "lead", "import", str(ZOHO / "Leads.csv"))
    whole = crm("report", "campaigns", "--by", "currency", "-o", "json").json
    assert [(row["budget"], row["cost"], row["expected_revenue"]) for row in whole] == [
        (37_420_350, 44_209_580, 82_335_650)
    ]
    add(crm, "member", "import", str(ZOHO / "Campaign_Lead_Status.csv"))
    words = "SELECT coalesce(status_original, status) AS word, count(*) FROM members GROUP BY 1"
    told = dict(line.split("\t") for line in crm("sql", words).lines)
    assert {word.lower().replace(" ", "_"): int(count) for word, count in told.items()} == {
        "opted_out": 695, "sent": 526, "invited": 511, "bounced": 506, "received": 500, "responded": 470,
        "opened": 457, "planned": 235,
    }  # fmt: skip
    assert crm("member", "list", "lead!=", "--count").out.strip() == "1720"
    linked = crm("member", "list", "lead!=", "status=opted_out", "--count").out.strip()
    assert crm("consent", "list", "--count").out.strip() == linked


@given(st.integers(1, 400), st.integers(1, 400), st.data())
def test_a_lift_is_the_difference_and_lies_in_its_interval(
    some: int, others: int, data: st.DataObject
) -> None:
    one, other = data.draw(st.integers(0, some)), data.draw(st.integers(0, others))
    found = lift.of_responses(Sample(some, one), Sample(others, other))
    assert found is not None
    assert isclose(found.value, one / some - other / others, abs_tol=1e-12)
    assert found.low <= found.value <= found.high
    back = lift.of_responses(Sample(others, other), Sample(some, one))
    assert back is not None
    assert isclose(found.low, -back.high, abs_tol=1e-12)
    assert (found.verdict == lift.SMALL) == (back.verdict == lift.SMALL)


@pytest.mark.parametrize(
    ("treated", "control", "verdict"),
    [
        ((1000, 120), (1000, 80), "higher"),
        ((1000, 80), (1000, 120), "lower"),
        ((1000, 101), (1000, 100), lift.SMALL),
        ((29, 20), (1000, 10), lift.SMALL),  # too few people
        ((1000, 4), (1000, 0), lift.SMALL),  # too few answers
    ],
)
def test_small_numbers_tell_nothing(treated: tuple[int, int], control: tuple[int, int], verdict: str) -> None:
    found = lift.of_responses(Sample(*treated), Sample(*control))
    assert found is not None
    assert found.verdict == verdict


def test_spending_in_several_currencies_is_not_compared() -> None:
    one, other = Sample(50, 5, 100, 1000.0, "USD"), Sample(50, 5, 100, 1000.0, "EUR")
    assert lift.of_spending(one, one) is not None
    assert lift.of_spending(one, other) is None
    assert lift.of_responses(one, Sample()) is None
