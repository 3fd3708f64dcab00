"""Customers: what a purchase is, RFM, retention, the portfolio, lifetime value, and who has become quiet."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm
from hypothesis import given
from hypothesis import strategies as st
from reporting import MONEY, answer

from crm_cli import db
from crm_cli.asking import lifetime
from crm_cli.asking.lifetime import Habit
from crm_cli.reports import rfm
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft

CDNOW = Path(__file__).parents[2] / "shared" / "data" / "transactions" / "CDNOW_sample.txt"
CALIBRATED = date(1997, 9, 30)
needs_scipy = pytest.mark.skipif(find_spec("scipy") is None, reason="the extra analytics is not installed")


def bought(crm: Crm, *sales: tuple[str, str, str]) -> None:
    """Invoices: company, day, amount."""
    lines = [f"{company},{day},{amount},EUR" for company, day, amount in sales]
    names = sorted({company for company, _, _ in sales})
    assert crm("company", "import", "-", input="name\n" + "\n".join(names) + "\n").code == 0
    done = crm(
        "invoice", "import", "-", input="company,issued_on,amount,currency\n" + "\n".join(lines) + "\n"
    )
    assert done.code == 0, done.err


def rows(crm: Crm, *args: str) -> list[dict[str, Any]]:
    done = crm("report", *args, "-o", "json")
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = done.json
    return found


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The purchases of 2,357 customers of a seller of music, as invoices to persons."""
    if not CDNOW.is_file():
        pytest.skip(f"the published purchases are not at {CDNOW}")
    folder = tmp_path_factory.mktemp("cdnow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_CONFIG", str(folder / "missing.toml"))
        patch.setenv("CRM_TODAY", "1998-06-30")
        sold = [line.split() for line in CDNOW.read_text().splitlines()]
        with db.change(folder / "crm.db", "test") as change:
            people = {
                each: Draft(values={"name": each}, imported=True) for each in sorted({row[1] for row in sold})
            }
            write(change, "contact", list(people.values()))
            write(change, "invoice", [
                Draft(values={
                    "contact_id": people[who].id, "issued_on": f"{day[:4]}-{day[4:6]}-{day[6:]}", "currency": "USD",
                    "amount": round(float(amount) * 100) * MONEY // 100, "number": f"N-{number}",
                }, imported=True)
                for number, (_, who, day, _, amount) in enumerate(sold)
            ])  # fmt: skip
        yield folder / "crm.db"


def write(change: Any, noun: str, drafts: list[Draft]) -> None:
    for first in range(0, len(drafts), 2000):
        records.write(change, noun, drafts[first : first + 2000])


def calibration() -> tuple[list[Habit], list[float]]:
    """x, t_x, T and the mean repeat purchase of each published customer, counted independently."""
    days: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for line in CDNOW.read_text().splitlines():
        _, who, day, _, amount = line.split()
        days[who][date(int(day[:4]), int(day[4:6]), int(day[6:]))] += float(amount)
    habits, means = [], []
    for who in sorted(days):
        told = sorted(day for day in days[who] if day <= CALIBRATED)
        repeats = len(told) - 1
        habits.append(Habit(repeats, (told[-1] - told[0]).days / 7, (CALIBRATED - told[0]).days / 7))
        means.append(sum(days[who][day] for day in told[1:]) / repeats if repeats else 0.0)
    return habits, means


def test_published_habits_are_those_that_days_are_counted_into(cdnow: Path) -> None:
    habits = cdnow and calibration()[0]
    published = CDNOW.with_name("cdnow_customers_summary.csv")
    with published.open(encoding="utf-8", newline="") as file:
        told = [
            tuple(float(row[name]) for name in ("frequency", "recency", "T")) for row in csv.DictReader(file)
        ]
    assert len(habits) == len(told)
    assert all(each == pytest.approx(row, abs=0.006) for each, row in zip(habits, told, strict=True))


@needs_scipy
def test_published_parameters(cdnow: Path) -> None:
    found = cdnow and calibration()
    model = lifetime.purchasing(found[0])
    for told, published in zip(
        (model.r, model.alpha, model.a, model.b), (0.2425945, 4.4136019, 0.7929199, 2.4258881), strict=True
    ):
        assert told == pytest.approx(published, rel=0.005)
    assert model.log_likelihood == pytest.approx(-9582.429, abs=0.05)
    assert model.expected([Habit(2, 30.43, 38.86)], 39)[0] == pytest.approx(1.226, abs=0.002)
    assert model.of_new(1) == pytest.approx(0.0532, abs=0.0001)
    assert model.of_new(78) == pytest.approx(1.8576, abs=0.002)


@needs_scipy
def test_published_chance_of_no_purchase() -> None:
    model = lifetime.Purchasing(0.243, 4.414, 0.793, 2.426, 0.0)
    assert model.chance(0, 39) == pytest.approx(0.5737864, abs=1e-7)
    assert sum(model.chance(number, 39) for number in range(400)) == pytest.approx(1)
    mean = sum(number * model.chance(number, 39) for number in range(400))
    assert mean == pytest.approx(model.of_new(39), rel=1e-6)


@needs_scipy
def test_published_report(cdnow: Path) -> None:
    found = {row["customer"]: row for row in answer(
        cdnow, "clv", today=date(1998, 6, 30), until="1997-09-30", said={"weeks": "39"}
    )}  # fmt: skip
    assert len(found) == 2357
    first = [found[f"000{number}"] for number in (1, 2, 3)]
    assert [row["expected_value"] / MONEY for row in first] == [24.65, 18.91, 35.17]
    assert first[0]["expected_purchases"] / MONEY == pytest.approx(1.226, abs=0.002)
    assert [row["purchases"] for row in first] == [3, 2, 1]
    assert [row["p_alive"] for row in first][2] == MONEY


@needs_scipy
def test_published_parameters_as_objects(cdnow: Path, crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_DB", str(cdnow))
    monkeypatch.setenv("CRM_TODAY", "1998-06-30")
    purchasing, spending = rows(crm, "clv", "--until", "1997-09-30", "--weeks", "39", "--explain")
    assert (purchasing["model"], purchasing["customers"]) == ("BG/NBD", 2357)
    assert (spending["model"], spending["customers"]) == ("Gamma-Gamma", 946)
    assert [spending[name] for name in ("p", "q", "gamma")] == pytest.approx([6.25, 3.74, 15.44], rel=0.005)
    assert spending["log_likelihood"] == pytest.approx(-4055.918, abs=0.05)
    assert "purchases after the first" in crm("report", "clv", "--explain").out


@needs_scipy
def test_what_was_held_out_stands_beside_what_was_expected(cdnow: Path) -> None:
    found = answer(
        cdnow, "clv", today=date(1998, 6, 30), until="1997-09-30", said={"weeks": "39", "holdout": "yes"}
    )
    actual = {row["earlier"]: row for row in found if row["told"] == "actual"}
    assert sum(row["customers"] for row in actual.values()) == 2357
    assert list(actual) == ["0", "1", "2", "3", "4", "5", "6", "7+"]
    days = {
        tuple(line.split()[1:3]) for line in CDNOW.read_text().splitlines() if line.split()[2] > "19970930"
    }
    came = sum(row["purchases"] * row["customers"] for row in actual.values()) / MONEY
    assert came == pytest.approx(len(days), abs=0.5)
    expected = [row["purchases"] for row in found if row["told"] == "expected"]
    assert expected == sorted(expected)


@needs_scipy
@given(
    repeats=st.integers(0, 10_000), last=st.floats(0, 500), more=st.floats(0, 500), weeks=st.floats(0.1, 500)
)
def test_expectations_are_finite_and_grow_with_time(
    repeats: int, last: float, more: float, weeks: float
) -> None:
    model = lifetime.Purchasing(0.243, 4.414, 0.793, 2.426, 0.0)
    habit = Habit(repeats, last if repeats else 0.0, (last if repeats else 0.0) + more)
    (alive,) = model.alive([habit])
    sooner, later = (model.expected([habit], span)[0] for span in (weeks, weeks * 2))
    assert 0 <= alive <= 1
    assert 0 <= sooner <= later < float("inf")


@needs_scipy
def test_a_hundred_came_back_before_a_model_is_made(crm: Crm) -> None:
    bought(crm, ("Ada", "2025-01-10", "100"), ("Ada", "2026-05-10", "300"), ("Bob", "2025-02-01", "50"))
    done = crm("report", "clv", "-o", "json")
    assert "the simple method is used: 1 customers came back" in done.err
    ada, bob = done.json
    # Half of who was a customer a year ago is lost: two years; Ada bought 2 × 200 in 521 days.
    assert "lifespan of 2.00 years" in done.err
    assert ada["clv"] == pytest.approx(2 * 200 * 2 / (521 / 365.25), abs=0.01)
    assert (ada["p_alive"], bob["historic"]) == (None, 50)


def test_a_model_that_cannot_be_made_says_so(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    bought(crm, ("Ada", "2025-01-10", "100"), ("Ada", "2026-05-10", "300"))
    monkeypatch.setattr(lifetime, "available", lambda: False)
    done = crm("report", "clv", "--method", "probabilistic", "-o", "json")
    assert done.code == 0
    assert "pip install 'crm-cli[analytics]'" in done.err
    assert crm("report", "clv", "--holdout", "--until", "2025-06-01").code == 2


def test_margin_and_discount_come_from_the_settings(
    crm: Crm, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = store.parent / "own.toml"
    settings.write_text('[customer]\nmargin_pct = "25"\n')
    monkeypatch.setenv("CRM_CONFIG", str(settings))
    bought(crm, ("Ada", "2025-01-10", "100"), ("Ada", "2026-05-10", "300"))
    assert rows(crm, "clv", "--method", "historic")[0]["clv"] == 100
    assert rows(crm, "retention", "--totals")[0]["repeat_profit"] == 75


def test_a_purchase_is_a_day_of_a_customer(crm: Crm) -> None:
    bought(
        crm, ("Ada", "2026-06-10", "100"), ("Ada", "2026-06-10", "50"), ("Ada", "2026-06-01", "0"),
        ("Ada", "2026-07-01", "900"), ("Bob", "2026-06-12", "70"),
    )  # fmt: skip
    number = crm("invoice", "list", "amount=70", "-o", "ids").out.strip()
    assert crm("invoice", "void", number, "--reason", "mistake", "--yes").code == 0
    (ada,) = rows(crm, "rfm")
    assert (ada["customer"], ada["noun"], ada["recency_days"], ada["frequency"], ada["monetary"]) == (
        "Ada", "company", 5, 2, 150,
    )  # fmt: skip


def test_deals_stand_in_where_there_are_no_invoices(crm: Crm) -> None:
    crm("company", "add", "Ada")
    for amount in ("100", "200"):
        assert (
            crm("deal", "add", "Machine", "--company", "Ada", "--amount", amount, "--stage", "won").code == 0
        )
    done = crm("report", "rfm", "-o", "json")
    assert [(row["frequency"], row["monetary"]) for row in done.json] == [(1, 300)]
    assert "no invoices here" in done.err
    assert "no invoices here" not in crm("report", "rfm", "--from", "deals").err


def test_few_customers_have_fixed_bounds_and_it_is_said(crm: Crm) -> None:
    bought(crm, ("Ada", "2026-06-15", "1000"), ("Bob", "2024-01-01", "10"))
    done = crm("report", "rfm", "-o", "json")
    assert "too few for quintiles" in done.err
    assert [(row["r"], row["f"], row["m"]) for row in done.json] == [(5, 1, 4), (1, 1, 1)]


@given(st.lists(st.integers(-5, 30), min_size=1, max_size=200))
def test_quintiles_rank_and_treat_equals_alike(values: list[int]) -> None:
    score = rfm._quintiles(values)
    scores = {value: score(value) for value in values}
    ordered = [scores[value] for value in sorted(scores)]
    assert ordered == sorted(ordered)
    assert ordered in ([3], [1, *ordered[1:-1], 5])


def test_quintiles_of_differing_values_are_fifths() -> None:
    score = rfm._quintiles(list(range(100)))
    assert [score(value) for value in range(100)] == [1 + value // 20 for value in range(100)]


def test_every_score_has_a_segment_that_is_explained(crm: Crm) -> None:
    found = {
        rfm.Scored(1, "EUR", 0, 0, 0, r, f, m).segment
        for r in range(1, 6)
        for f in range(1, 6)
        for m in range(1, 6)
    }
    assert found == set(rfm.SEGMENTS)
    said = crm("report", "rfm", "--explain").out
    assert all(f"{name}: " in said for name in found)


def test_a_segment_of_rfm_can_be_kept(crm: Crm) -> None:
    bought(crm, *[("Ada", f"2026-0{month}-10", "100") for month in range(1, 7)], ("Bob", "2024-01-01", "10"))
    segments = {row["customer"]: row["segment"] for row in rows(crm, "rfm")}
    assert segments == {"Ada": "champions", "Bob": "lost"}
    assert crm("segment", "add", "Best", "--from", "rfm:champions", "--dry-run").out == ""
    assert crm("segment", "add", "Best", "--from", "rfm:champions").code == 0
    assert crm("segment", "members", "Best", "--columns", "name", "-o", "tsv", "--no-header").lines == ["Ada"]
    (shown,) = crm("segment", "list", "-o", "json").json
    assert shown["kind"] == "static"
    assert crm("segment", "add", "X", "--from", "rfm:champion").code == 2
    assert crm("segment", "add", "X", "--from", "rfm:lost", "--filter", "name=Ada").code == 2
    assert crm("undo", "--yes").code == 0
    assert crm("segment", "list", "--count").lines == ["0"]


def test_cohorts_are_counted_from_the_first_purchase_of_all_time(crm: Crm) -> None:
    bought(
        crm, ("Ada", "2026-03-10", "1"), ("Ada", "2026-05-10", "1"), ("Bob", "2026-03-20", "1"),
        ("Cem", "2026-05-01", "1"),
    )  # fmt: skip
    march, may = rows(crm, "retention")
    assert march == {"cohort": "2026-03", "size": 2, "m0": 2, "m1": 0, "m2": 1, "m3": 0}
    assert may == {"cohort": "2026-05", "size": 1, "m0": 1, "m1": 0, "m2": None, "m3": None}
    assert rows(crm, "retention", "--since", "2026-04-01") == [
        {"cohort": "2026-05", "size": 1, "m0": 1, "m1": 0}
    ]
    (first, second) = rows(crm, "retention", "--by", "quarter", "--share")
    assert (first["q0_pct"], first["q1_pct"], second["q0_pct"]) == (100, 50, 100)
    assert crm("report", "retention", "--by", "owner").code == 2


def test_retention_is_end_less_new_by_start(crm: Crm) -> None:
    bought(
        crm, ("Ada", "2025-03-01", "10"), ("Ada", "2026-03-01", "10"), ("Bob", "2025-03-01", "5"),
        ("Cem", "2026-04-01", "7"),
    )  # fmt: skip
    (row,) = rows(crm, "retention", "--totals")
    told = (
        "start_customers",
        "new_customers",
        "lost_customers",
        "end_customers",
        "retention_pct",
        "churn_pct",
    )
    assert [row[name] for name in told] == [2, 1, 1, 2, 50, 50]
    assert (row["buyers"], row["repeat_buyers"], row["repeat_rate_pct"], row["repeat_profit"]) == (
        3,
        1,
        33.33,
        10,
    )
    drawn = crm("report", "retention", "--totals", "--chart").lines
    assert [line.split()[0] for line in drawn] == ["2", "1", "1", "2"]
    assert (
        "churn 50 % from 2025-06-16 to 2026-06-15 (1 of 2 customers stayed)" in crm("report", "retention").err
    )


def test_the_portfolio_says_what_to_do_with_whom(
    crm: Crm, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = store.parent / "own.toml"
    settings.write_text('currency = "EUR"\n[customer]\nmargin_pct = "50"\nhourly_rate = "60"\n')
    monkeypatch.setenv("CRM_CONFIG", str(settings))
    bought(crm, ("Ada", "2026-01-10", "800"), ("Ada", "2025-01-10", "400"), ("Bob", "2026-01-10", "100"))
    assert crm("company", "edit", "Ada", "--revenue-potential", "C").code == 0
    assert crm("company", "edit", "Bob", "--revenue-potential", "A").code == 0
    number = crm("invoice", "list", "amount=800", "-o", "ids").out.strip()
    assert crm("invoice", "pay", number, "800", "--on", "2026-02-01").code == 0
    assert crm("call", "Ada", "Asked", "--minutes", "30").code == 0
    ada, bob = rows(crm, "customers")
    assert [ada[name] for name in ("amount", "paid", "growth_pct", "minutes", "profit")] == [
        1200,
        800,
        100,
        30,
        370,
    ]
    assert (ada["abc"], ada["strategy"], ada["potential"]) == ("A", "keep", "C")
    assert (bob["abc"], bob["strategy"], bob["growth_pct"], bob["share_pct"]) == ("B", "nurture", None, 7.69)
    assert bob["cumulative_pct"] == 100
    assert [row["customer"] for row in rows(crm, "customers", "--top", "1")] == ["Ada"]
    assert crm("report", "customers", "--top", "0").code == 2


def test_unlike_currencies_are_told_apart_and_converted(
    crm: Crm, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = store.parent / "own.toml"
    settings.write_text('currency = "EUR"\n[rates]\nUSD = "0.5"\n')
    monkeypatch.setenv("CRM_CONFIG", str(settings))
    bought(crm, ("Ada", "2026-01-10", "100"))
    assert crm("invoice", "add", "--company", "Ada", "--amount", "40", "--currency", "USD",
               "--issued-on", "2026-01-10").code == 0  # fmt: skip
    assert [(row["monetary"], row["currency"]) for row in rows(crm, "rfm")] == [(100, "EUR"), (40, "USD")]
    assert [(row["frequency"], row["monetary"]) for row in rows(crm, "rfm", "--in", "EUR")] == [(1, 120)]
    assert [(row["size"], row["m0"]) for row in rows(crm, "retention")] == [(1, 1)]


REPORTS = (
    ("rfm",), ("rfm", "--by", "segment"), ("retention",), ("retention", "--by", "week"), ("retention", "--totals"),
    ("customers",), ("clv",), ("clv", "--by", "segment"), ("clv", "--by", "source"), ("clv", "--by", "campaign"),
    ("clv", "--by", "industry"), ("clv", "--method", "historic"), ("rfm", "--period", "2026"), ("clv", "--in", "EUR"),
)  # fmt: skip


@pytest.mark.parametrize("report", REPORTS, ids=" ".join)
@pytest.mark.parametrize("sales", [
    [], [("Ada", "2026-06-01", "5")], [("Ada", "2026-06-01", "-5")],
    [(f"C{number}", "2026-06-01", "5") for number in range(30)],
    [(f"C{number}", "2026-06-01", "0") for number in range(30)],
], ids=["none", "one", "a credit", "all equal", "all for nothing"])  # fmt: skip
def test_whatever_was_bought_is_answered(
    crm: Crm,
    store: Path,
    monkeypatch: pytest.MonkeyPatch,
    report: tuple[str, ...],
    sales: list[tuple[str, str, str]],
) -> None:
    settings = store.parent / "own.toml"
    settings.write_text('currency = "EUR"\n')
    monkeypatch.setenv("CRM_CONFIG", str(settings))
    if sales:
        bought(crm, *sales)
    found = rows(crm, *report)
    assert bool(found) == bool(sales)
    if report == ("rfm",) and len(sales) > 1:
        assert {(row["r"], row["f"], row["m"]) for row in found} == {(3, 3, 3)}
    if report == ("clv",) and sales:
        assert all(row["clv"] is None for row in found)


@needs_scipy
def test_who_was_credited_more_than_bought_again_has_no_value(crm: Crm) -> None:
    sold = [(f"C{number}", f"2025-0{1 + number % 9}-01", "50") for number in range(12)]
    again = [(f"C{number}", f"2026-02-{1 + number}", str(10 * number + 5)) for number in range(12)]
    bought(crm, *sold, *again, ("Back", "2025-03-01", "50"), ("Back", "2026-01-10", "-80"))
    done = crm("report", "clv", "--method", "probabilistic", "-o", "json")
    found = {row["customer"]: row for row in done.json}
    assert (found["Back"]["clv"], found["Back"]["expected_value"], found["Back"]["historic"]) == (
        None,
        None,
        -30,
    )
    assert found["Back"]["expected_purchases"] is not None
    assert all(row["clv"] >= 0 for name, row in found.items() if name != "Back")
    assert "1 were credited more than they bought again" in done.err


@needs_scipy
def test_a_customer_of_very_many_purchases(crm: Crm) -> None:
    day = date(2000, 1, 1).toordinal()
    often = [("Ada", date.fromordinal(day + number).isoformat(), "5") for number in range(0, 9_000, 3)]
    others = [(f"C{number}", f"2025-0{1 + number % 9}-01", str(number + 1)) for number in range(12)]
    again = [(name, "2026-02-01", str(number + 3)) for number, (name, _, _) in enumerate(others)]
    bought(crm, *often, *others, *again)
    found = {row["customer"]: row for row in rows(crm, "clv", "--method", "probabilistic")}
    assert found["Ada"]["purchases"] == 3_000
    assert 0 <= found["Ada"]["p_alive"] <= 1
    assert all(row["expected_purchases"] >= 0 and row["clv"] >= 0 for row in found.values())


def test_today_names_who_has_become_quiet(crm: Crm) -> None:
    monthly = [f"2026-0{month}-01" for month in range(1, 4)]
    bought(
        crm, *[("Quiet", day, "100") for day in ("2025-12-01", *monthly)], *[("Seldom", day, "9") for day in monthly],
        *[("Steady", f"2026-0{month}-01", "5") for month in range(2, 7)],
        *[("Gone", f"2020-0{month}-01", "5") for month in range(2, 7)],
    )  # fmt: skip
    told = [row for row in crm("today", "-o", "json").json if row["what"] == "at risk"]
    assert [(row["name"], row["why"], row["amount"]) for row in told] == [
        ("Quiet", "no purchase for 106 days, usually every 31", 400)
    ]


def test_customers_of_published_purchases_counted_independently(cdnow: Path) -> None:
    found = answer(cdnow, "rfm", today=date(1998, 6, 30))
    lines = [line.split() for line in CDNOW.read_text().splitlines()]
    assert len(found) == 2357
    assert sum(row["monetary"] for row in found) == 244_091_94 * MONEY // 100
    assert sum(row["frequency"] for row in found) == len({(row[1], row[2]) for row in lines}) == 6_919 - 223
    cohorts = answer(cdnow, "retention", today=date(1998, 6, 30))
    first: dict[str, str] = {}
    for _, who, day, _, _ in sorted(lines, key=lambda row: row[2]):
        first.setdefault(who, day[:6])
    active = {(first[row[1]], row[2][:6], row[1]) for row in lines}
    assert [row["size"] for row in cohorts] == [sum(each == month for each in first.values())
                                                for month in ("199701", "199702", "199703")]  # fmt: skip
    assert cohorts[0]["m12"] == sum(cohort == "199701" and month == "199801" for cohort, month, _ in active)


def test_ids_of_customers_say_what_they_are(crm: Crm) -> None:
    bought(crm, ("Ada", "2026-06-01", "5"))
    assert crm("contact", "add", "Bob").code == 0
    assert crm("invoice", "add", "--contact", "Bob", "--amount", "3", "--issued-on", "2026-06-02").code == 0
    found = crm("report", "rfm", "-o", "ids").lines
    assert sorted(found) == ["company:1", "contact:1"]
    assert all(crm("show", each).code == 0 for each in found)


def test_machine_formats_are_read_back(crm: Crm) -> None:
    bought(crm, ("Ada", "2026-06-01", "5"))
    (row,) = csv.DictReader(crm("report", "rfm", "-o", "csv").out.splitlines())
    assert (row["customer"], row["monetary"], row["currency"]) == ("Ada", "5.00", "EUR")
    assert json.loads(crm("report", "rfm", "-o", "jsonl").out)["monetary"] == 5
