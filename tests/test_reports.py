"""Reports by hand: each figure, each kind of group, and what must never be added up."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reporting import MONEY, TODAY, answer, asking, deal, on, units

from crm_cli import db, reports
from crm_cli.asking import figures, groups
from crm_cli.errors import InvalidError
from crm_cli.rules import records, stages
from crm_cli.rules.drafts import Draft
from crm_cli.rules.pipeline import default_pipeline
from crm_cli.values.amounts import round_half_up


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with the default pipeline, money in euro, a dollar worth 0.9."""
    settings = tmp_path / "config.toml"
    settings.write_text('currency = "EUR"\nzone = "UTC"\n[rates]\nUSD = "0.9"\n')
    monkeypatch.setenv("CRM_CONFIG", str(settings))
    on(monkeypatch, TODAY.isoformat())
    with db.change(tmp_path / "crm.db", "test") as change:
        default_pipeline(change)
    return tmp_path / "crm.db"


def test_an_empty_store_answers_nothing(shop: Path, tmp_path: Path) -> None:
    for name in reports.names():
        assert answer(shop, name) == []
        assert answer(tmp_path / "none.db", name) == []


def test_every_report_says_what_it_is(shop: Path) -> None:
    connection = db.ask(shop)
    for name in reports.names():
        report = reports.load(name)
        assert reports.summary(name) == (report.__doc__ or "").splitlines()[0]
        assert 10 < len(reports.summary(name)) < 80
        said = reports.explain(asking(connection, name))
        assert report.FORMULA.strip().splitlines()[0] in said
        assert any(line.startswith("WITH asked") for line in said)
        assert report.MEASURE in {each.name for each in report.COLUMNS}


def test_explained_questions_run_as_they_are_printed(shop: Path) -> None:
    with db.change(shop, "test") as change:
        deal(change, "Won", 100, opened_on="2026-05-01", closed_on="2026-06-01")
    connection = db.ask(shop)
    said = "\n".join(
        reports.explain(asking(connection, "winloss", where=("currency = ?", ["EUR"]), since="2026-01-01"))
    )
    questions = [each for each in said[said.index("WITH") :].split(";") if each.strip()]
    assert connection.execute(questions[0]).fetchall() == [(None, "EUR", 5, None, 1, 1_000_000, 0, 0)]
    assert "won 1 ÷ decided 1" in said


def test_unlike_currencies_are_never_added(shop: Path) -> None:
    with db.change(shop, "test") as change:
        deal(change, "Won", 100, closed_on="2026-06-01", opened_on="2026-05-22")
        deal(change, "Won", 200, closed_on="2026-06-01", currency="USD")
        deal(change, "Lost", 300, closed_on="2026-06-01", currency="USD")
    euro, dollar = answer(shop, "winloss")
    assert units(euro, "won", "lost", "won_amount", "avg_won") == [Fraction(1, MONEY), 0, 100, 100]
    assert (dollar["won"], dollar["lost"], dollar["currency"]) == (1, 1, "USD")
    assert units(dollar, "win_rate_pct", "win_rate_value_pct", "won_amount") == [50, 40, 200]
    assert (dollar["cycle_days"], dollar["cycle_days_median"]) == (None, None)


def test_converting_uses_the_rates_on_the_records_and_names_what_has_none(shop: Path) -> None:
    with db.change(shop, "test") as change:
        deal(change, "Won", 100, closed_on="2026-06-01")
        deal(change, "Won", 200, closed_on="2026-06-01", currency="USD", rate="0.8")
        lacking = deal(change, "Won", 300, closed_on="2026-06-01", currency="JPY")
        deal(change, "Lost", None, closed_on="2026-06-01", currency="JPY")
    connection = db.ask(shop)
    euro = asking(connection, "winloss", into="EUR", rate="1")
    (row,) = reports.load("winloss").answer(euro).rows
    assert row[:6] == (2, 1, 666_700, 1_000_000, 260 * MONEY, "EUR")
    assert euro.notes == [f"left out, having no rate to convert with: 1 (deal {lacking})"]
    (dollar,) = answer(shop, "winloss", into="USD", rate="0.9")
    # 100 / 0.9 + 200, a dollar being a dollar whatever it was worth.
    assert dollar["won_amount"] == round_half_up(100 * 10 * MONEY + 200 * 9 * MONEY, 9 * 100) * 100


def test_by_product_a_deal_is_split_by_its_lines(shop: Path) -> None:
    with db.change(shop, "test") as change:
        small, large, spare = (
            records.add(change, "product", name=name).id for name in ("Small", "Large", "Spare")
        )
        line = {"quantity": MONEY, "discount_pct": None, "tax_pct": None}
        parts = [
            line | {"product_id": small, "unit_price": 100 * MONEY},
            line | {"product_id": small, "unit_price": 100 * MONEY},
            line
            | {
                "product_id": large,
                "unit_price": 200 * MONEY,
                "discount_pct": 50 * MONEY,
                "quantity": 2 * MONEY,
            },
            line | {"product_id": spare, "unit_price": None},
        ]
        first = deal(change, "Won", 1000, closed_on="2026-06-01")
        second = deal(change, "Won", 100, closed_on="2026-06-01")
        deal(change, "Won", 7, closed_on="2026-06-01")
        for each, rows in ((first, parts), (second, [line | {"product_id": spare, "unit_price": None}])):
            draft = records.load(change, "deal", [each])[0]
            draft.parts["lines"] = rows
            records.write(change, "deal", [draft])
    found = {
        row["product"]: (row["won"], row["won_amount"] // MONEY)
        for row in answer(shop, "winloss", by="product")
    }
    assert found == {"Small": (1, 500), "Large": (1, 500), "Spare": (2, 100), None: (1, 7)}


@pytest.mark.parametrize("by", ["tag", "tags"])
def test_by_tag_a_deal_falls_to_each_of_its_tags(shop: Path, by: str) -> None:
    with db.change(shop, "test") as change:
        deal(change, "Won", 10, closed_on="2026-06-01", tags='["big","vip"]')
        deal(change, "Lost", 10, closed_on="2026-06-01", tags='["vip"]')
        deal(change, "Lost", 10, closed_on="2026-06-01")
    found = {row[by]: (row["won"], row["lost"]) for row in answer(shop, "winloss", by=by)}
    assert found == {"big": (1, 0), "vip": (1, 1), None: (0, 1)}


def test_groups_are_records_where_they_refer_to_one(shop: Path) -> None:
    with db.change(shop, "test") as change:
        boss = records.add(change, "user", name="Boss").id
        owner = records.add(change, "user", name="Ann", manager_id=boss, region="North").id
        twins = [records.add(change, "company", name="Twin", country=code).id for code in ("DE", "FR")]
        for company in (*twins, twins[0]):
            deal(change, "Won", 10, closed_on="2026-06-01", company_id=company, owner_id=owner)
    companies = answer(shop, "winloss", by="company")
    assert [(row["company"], row["won"], row["company_id"]) for row in companies] == [
        ("Twin", 2, twins[0]), ("Twin", 1, twins[1]),
    ]  # fmt: skip
    assert {row["company.country"]: row["won"] for row in answer(shop, "winloss", by="company.country")} == {
        "DE": 2,
        "FR": 1,
    }
    assert [(row["manager"], row["manager_id"]) for row in answer(shop, "winloss", by="manager")] == [
        ("Boss", boss)
    ]
    assert [row["owner.manager.name"] for row in answer(shop, "winloss", by="owner.manager.name")] == ["Boss"]
    assert [row["region"] for row in answer(shop, "winloss", by="region")] == ["North"]
    assert [row["status"] for row in answer(shop, "winloss", by="status")] == ["won"]
    assert [list(row)[:2] for row in answer(shop, "winloss", by="currency")] == [["currency", "won"]]


def test_groups_by_an_own_field(shop: Path) -> None:
    with db.change(shop, "test") as change:
        records.add(change, "field", on="deal", name="size", kind="text")
        draft = Draft(
            values={"name": "x", "stage_id": stages.find(change, None, "Won")["id"]}, custom={"size": "XL"}
        )
        records.write(change, "deal", [draft])
    assert [(row["size"], row["won"]) for row in answer(shop, "winloss", by="size")] == [("XL", 1)]


@pytest.mark.parametrize("by", ["amount", "ownr", "lines", "company.nothing", "notes", "tags.x"])
def test_what_cannot_be_grouped_by_is_refused(shop: Path, by: str) -> None:
    with pytest.raises(InvalidError, match="group"):
        answer(shop, "winloss", by=by)


def test_pipeline_by_hand(shop: Path) -> None:
    with db.change(shop, "test") as change:
        deal(change, "Proposal", 100, opened_on="2026-06-05")
        deal(change, "Proposal", 101, opened_on="2026-06-10", probability=333_300)
        deal(change, "Proposal", None)
        deal(change, "Negotiation", 10, currency="USD", opened_on="2026-06-15")
        deal(change, "Won", 999, closed_on="2026-06-01")
    first, second = answer(shop, "pipeline")
    assert list(first) == [
        "pipeline",
        "stage",
        "deals",
        "amount",
        "currency",
        "weighted",
        "avg_age_days",
        "rotten",
    ]
    assert (first["pipeline"], first["stage"], first["deals"], first["currency"]) == (
        "Sales",
        "Proposal",
        3,
        "EUR",
    )
    assert units(first, "amount", "weighted", "avg_age_days") == [201, Fraction("83.66"), Fraction("7.5")]
    assert (second["stage"], second["currency"]) == ("Negotiation", "USD")
    assert units(second, "amount", "weighted", "avg_age_days") == [10, 8, 0]


def test_large_amounts_stay_exact(shop: Path) -> None:
    with db.change(shop, "test") as change:
        for _ in range(3):
            deal(change, "Proposal", 123_456_789_012_345, currency="IRR", probability=333_333)
    (row,) = answer(shop, "pipeline")
    assert row["amount"] == 3 * 123_456_789_012_345 * MONEY
    assert row["weighted"] == round_half_up(row["amount"] * 333_333, 1_000_000 * 100) * 100


def test_a_large_weighted_amount_is_a_whole_number(shop: Path) -> None:
    with db.change(shop, "test") as change:
        deal(change, "Proposal", 900_000_000_000_000, probability=333_333)
    found = db.ask(shop).execute("SELECT weighted, typeof(weighted) FROM deals").fetchone()
    assert found == (round_half_up(9 * 10**18 * 333_333, 1_000_000), "integer")


def test_a_sum_beyond_what_fits_is_a_plain_error(shop: Path) -> None:
    with db.change(shop, "test") as change:
        for _ in range(2):
            deal(change, "Proposal", 900_000_000_000_000)
    with pytest.raises(InvalidError, match="too large"):
        answer(shop, "pipeline")


@pytest.mark.parametrize(
    ("opened", "touched", "rotten"),
    [
        ("2026-06-01", None, 0),  # 14 days: within
        ("2026-05-31", None, 1),  # 15 days
        ("2026-01-01", "2026-06-01T00:00:00Z", 0),
        ("2026-01-01", "2026-05-31T23:59:59Z", 1),
        ("2026-01-01", "2026-06-16T00:00:00Z", 1),  # held after the day asked about
        (None, None, 0),  # nothing tells how long
    ],
)
def test_rotten_is_without_a_sign_of_life_for_too_long(
    shop: Path, opened: str | None, touched: str | None, rotten: int
) -> None:
    with db.change(shop, "test") as change:
        made = deal(change, "Proposal", 1, opened_on=opened)
        note = deal(change, "Proposal", 1, opened_on="2026-06-15")
        if touched:
            call = {"kind": "call", "subject": "x", "direction": "out", "status": "done", "done_at": touched}
            records.write(
                change, "activity", [Draft(values=call, entered={"about": [("deal", made), ("deal", note)]})]
            )
    assert [row["rotten"] for row in answer(shop, "pipeline")] == [rotten]


def test_entering_a_stage_is_a_sign_of_life(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with db.change(shop, "test") as change:
        moved = deal(change, "Prospecting", 1, opened_on="2026-01-01")
    on(monkeypatch, "2026-06-10")
    with db.change(shop, "test") as change:
        stages.move(change, moved, "Proposal")
    (row,) = answer(shop, "pipeline")
    assert (row["stage"], row["rotten"], row["avg_age_days"]) == ("Proposal", 0, 5 * MONEY)


def test_forecast_by_hand(shop: Path) -> None:
    with db.change(shop, "test") as change:
        deal(change, "Prospecting", 10, expected_close="2026-06-30")
        deal(change, "Proposal", 20, expected_close="2026-06-30")
        deal(change, "Negotiation", 40, expected_close="2026-06-15")
        deal(change, "Negotiation", 80, expected_close="2026-07-01", forecast_category="best_case")
        deal(change, "Negotiation", 160, expected_close="2026-07-01", currency="USD")
        deal(change, "Won", 320, closed_on="2026-06-01", expected_close="2026-01-01")
        deal(change, "Won", 640, closed_on="2026-04-30")
        deal(change, "Lost", 1280, closed_on="2026-06-01", expected_close="2026-06-30")
        deal(change, "Proposal", 2560, expected_close="2026-06-14")
        deal(change, "Proposal", 5120)
    columns = ("pipeline", "best_case", "commit", "closed", "weighted")
    found = {(row["month"], row["currency"]): units(row, *columns) for row in answer(shop, "forecast")}
    assert found == {
        ("2026-04", "EUR"): [640, 640, 640, 640, 0],
        ("2026-06", "EUR"): [390, 380, 360, 320, 43],
        ("2026-07", "EUR"): [80, 80, 0, 0, 64],
        ("2026-07", "USD"): [160, 160, 160, 0, 128],
        ("slipped", "EUR"): [2560, 2560, 0, 0, 1280],
        ("none", "EUR"): [5120, 5120, 0, 0, 2560],
    }
    assert [month for month, _ in found] == ["2026-04", "2026-06", "2026-07", "2026-07", "slipped", "none"]
    june = answer(shop, "forecast", since="2026-06-01", until="2026-06-30")
    assert [(row["month"], row["pipeline"] // MONEY) for row in june] == [("2026-06", 390), ("slipped", 2560)]


def test_funnel_by_hand(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ways: list[list[tuple[str, str]]] = [
        [("2026-05-01", "Prospecting"), ("2026-05-03", "Proposal"), ("2026-05-13", "Won")],
        [
            ("2026-05-01", "Prospecting"),
            ("2026-05-02", "Proposal"),
            ("2026-05-07", "Prospecting"),
            ("2026-05-08", "Proposal"),
        ],
        [("2026-05-01", "Prospecting"), ("2026-05-11", "Lost")],
        [("2026-06-01", "Prospecting")],
    ]
    for way in ways:
        made = 0
        for day, stage in way:
            on(monkeypatch, day)
            with db.change(shop, "test") as change:
                if made:
                    reason = {"lost_reason": "price"} if stage == "Lost" else {}
                    stages.move(change, made, stage, **reason)
                else:
                    found = stages.find(change, None, stage)["id"]
                    made = records.add(change, "deal", name="deal", stage_id=found).id
    columns = ("stage", "entered", "moved_on", "conversion_pct", "median_days", "n", "pipeline")
    rows = answer(shop, "funnel")
    assert [tuple(row) for row in rows] == [columns] * 5
    assert [tuple(row.values())[:6] for row in rows] == [
        ("Prospecting", 4, 2, 500_000, 15_000, 4),  # stays of 2, 1, 1 and 10 days
        ("Qualification", 0, 0, None, None, 0),
        ("Proposal", 2, 1, 500_000, 75_000, 2),  # 10 and 5 days; the other went back and came again
        ("Negotiation", 0, 0, None, None, 0),
        ("Won", 1, None, None, None, 0),
    ]
    june = answer(shop, "funnel", since="2026-06-01")
    assert next((row["entered"], row["moved_on"]) for row in june) == (1, 0)
    months = [
        (row["month"], row["entered"])
        for row in answer(shop, "funnel", by="month")
        if row["stage"] == "Prospecting"
    ]
    assert months == [("2026-05", 3), ("2026-06", 1)]
    filtered = answer(shop, "funnel", where=("status = ?", ["won"]), by="type")
    assert next((row["type"], row["stage"], row["entered"]) for row in filtered) == (
        "new_business",
        "Prospecting",
        1,
    )


def test_velocity_by_hand(shop: Path) -> None:
    with db.change(shop, "test") as change:
        for _ in range(3):
            deal(change, "Proposal", 5)
        deal(change, "Won", 1000, opened_on="2026-05-01", closed_on="2026-05-11")
        deal(change, "Won", 2000, opened_on="2026-05-01", closed_on="2026-05-21")
        deal(change, "Lost", 0, closed_on="2026-05-21")
        deal(change, "Proposal", 5, currency="USD")
    euro, dollar = answer(shop, "velocity")
    assert list(euro) == ["open_deals", "avg_won", "win_rate_pct", "cycle_days", "per_day", "currency"]
    assert euro["open_deals"] == 3
    assert units(euro, "avg_won", "win_rate_pct", "cycle_days", "per_day") == [
        1500,
        Fraction("66.67"),
        15,
        200,
    ]
    assert list(dollar.values()) == [1, None, None, None, None, "USD"]
    (since, *_) = answer(shop, "velocity", since="2026-05-20")
    assert units(since, "avg_won", "win_rate_pct", "cycle_days", "per_day") == [2000, 50, 20, 150]
    with pytest.raises(InvalidError, match="--period"):
        answer(shop, "velocity", by="quarter")


def test_every_group_that_is_offered_is_answered(shop: Path) -> None:
    with db.change(shop, "test") as change:
        deal(change, "Won", 100, opened_on="2026-05-01", closed_on="2026-06-01")
        deal(change, "Proposal", 100, expected_close="2026-06-01")
    for name in ("winloss", "pipeline", "forecast", "funnel"):
        report = reports.load(name)
        for by in groups.names(report.NOUN, report.DAY):
            assert answer(shop, name, by=by)


def test_as_of_a_past_day_later_changes_of_state_do_not_count(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, "2026-03-01")
    with db.change(shop, "test") as change:
        moved, won, reopened = (deal(change, "Prospecting", 100, opened_on="2026-03-01") for _ in range(3))
        deal(change, "Won", 1000, opened_on="2026-02-01", closed_on="2026-05-01")
    for day, made, stage in (
        ("2026-03-11", moved, "Proposal"), ("2026-04-01", won, "Negotiation"), ("2026-04-10", reopened, "Won"),
        ("2026-05-05", won, "Won"), ("2026-05-06", reopened, "Proposal"),
    ):  # fmt: skip
        on(monkeypatch, day)
        with db.change(shop, "test") as change:
            stages.move(change, made, stage)
    with db.change(shop, "test") as change:
        deal(change, "Prospecting", 1, opened_on="2026-06-01")

    def standing(day: str, **asked: Any) -> list[tuple[Any, ...]]:
        rows = answer(shop, "pipeline", today=date.fromisoformat(day), **asked)
        return [
            (row["stage"], row["deals"], row["weighted"] // MONEY, row["avg_age_days"] // MONEY)
            for row in rows
        ]

    def won_by(day: str) -> list[tuple[int, str]]:
        rows = answer(shop, "winloss", today=date.fromisoformat(day), by="month")
        return [(row["won"], row["month"]) for row in rows]

    assert standing("2026-03-05") == [("Prospecting", 4, 130, (4 * 3 + 32) // 4)]
    assert standing("2026-04-15") == [
        ("Prospecting", 1, 100, 73),
        ("Proposal", 1, 50, 35),
        ("Negotiation", 1, 80, 14),
    ]
    assert standing("2026-04-15", where=("status = ?", ["won"])) == []
    assert won_by("2026-03-05") == []
    assert won_by("2026-04-15") == [(1, "2026-04")]
    assert won_by("2026-05-05") == [(1, "2026-04"), (2, "2026-05")]
    assert won_by("2026-06-15") == [(2, "2026-05")]
    closed = answer(shop, "forecast", today=date(2026, 4, 15))
    assert [(row["month"], row["closed"] // MONEY) for row in closed] == [("2026-04", 100), ("none", 0)]


@given(st.dictionaries(st.integers(0, 400), st.integers(1, 9), min_size=1))
def test_medians_and_means_of_counted_values(counts: dict[int, int]) -> None:
    values = [value for value, count in counts.items() for _ in range(count)]
    assert figures.median(counts) == median(values) * MONEY
    exact = Fraction(sum(values), len(values))
    assert (
        figures.mean(sum(values), len(values))
        == round_half_up(exact.numerator * 100, exact.denominator) * 100
    )


@given(st.integers(0, 10**18), st.lists(st.integers(0, 10**12), min_size=1, max_size=6))
def test_parts_of_an_amount_make_it_up(amount: int, weights: list[int]) -> None:
    parts = [figures.split(amount, weight, sum(weights), len(weights)) or 0 for weight in weights]
    assert abs(sum(parts) - amount) <= len(parts) / 2
