"""Campaigns as they are planned: offer, budget, cost, days and the ten steps."""

import pytest
from conftest import Crm


def steps(crm: Crm, campaign: str = "Spring") -> dict[str, str]:
    """The day each step was done on, of those that were."""
    rows = crm("campaign", "step", campaign, "-o", "json").json
    return {row["step"]: row["done_on"] for row in rows if row["done_on"]}


def column(crm: Crm, name: str, campaign: str = "Spring") -> object:
    return crm("campaign", "show", campaign, "-o", "json").json[0][name]


@pytest.fixture
def spring(crm: Crm) -> Crm:
    crm("campaign", "add", "Spring")
    return crm


def test_a_new_campaign_has_its_first_step_done(spring: Crm) -> None:
    rows = spring("campaign", "step", "Spring", "-o", "json").json
    assert [row["step"] for row in rows] == [
        "create", "target", "offer", "budget", "message", "send", "responses", "measure", "roi", "next",
    ]  # fmt: skip
    assert steps(spring) == {"create": "2026-06-15"}


def test_steps_are_done_by_what_is_done_and_undone_with_it(spring: Crm) -> None:
    spring("campaign", "offer", "Spring", "--promo-code", "S26", "--text", "A month of beans")
    spring("campaign", "budget", "Spring", "4000", "--expect-revenue", "25000", "--expect-response", "5")
    spring("campaign", "message", "Spring", "--subject", "Hi", "--text", "Coffee?")
    assert set(steps(spring)) == {"create", "offer", "budget", "message"}
    assert (column(spring, "budget"), column(spring, "expected_revenue")) == (4000, 25000)
    assert (column(spring, "expected_response_pct"), column(spring, "promo_code")) == (5, "S26")
    spring("undo")
    assert set(steps(spring)) == {"create", "offer", "budget"}
    spring("undo", "2")
    assert set(steps(spring)) == {"create"}


def test_a_step_keeps_the_day_on_which_it_was_first_done(spring: Crm) -> None:
    spring("campaign", "budget", "Spring", "4000")
    spring("campaign", "budget", "Spring", "5000", "--yes")
    later = {"CRM_TODAY": "2026-06-20"}
    spring("campaign", "budget", "Spring", "6000", env=later)
    assert steps(spring)["budget"] == "2026-06-15"


def test_a_step_is_planned_done_and_opened_again(spring: Crm) -> None:
    spring("campaign", "step", "Spring", "send", "--plan", "2026-06-10", "--note", "after the fair")
    assert spring("campaign", "step", "Spring", "send", "-o", "json").json == [
        {"number": 6, "step": "send", "title": "Send it", "state": "late", "planned_on": "2026-06-10",
         "done_on": None, "note": "after the fair"}
    ]  # fmt: skip
    spring("campaign", "step", "Spring", "6", "--done", "--on", "yesterday")
    assert steps(spring)["send"] == "2026-06-14"
    spring("campaign", "step", "Spring", "send", "--open")
    assert "send" not in steps(spring)
    assert "[!]   6  Send it" in spring("campaign", "show", "Spring").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("step", "Spring", "mesage", "--done"), "did you mean message"),
        (("step", "Spring", "11", "--done"), "unknown step '11'"),
        (("step", "Spring", "--done"), "which step?"),
        (("step", "Spring", "send", "--done", "--open"), "done or open"),
        (("budget", "Spring", "--", "-1"), "budget: it cannot be less than nothing"),
        (("edit", "Spring", "--cost", "-1"), "cost: it cannot be less than nothing"),
        (("edit", "Spring", "--set", 'costs=[{"amount": "-5"}]'), "costs: each needs an amount from 0"),
        (("edit", "Spring", "--starts-on", "2026-07-01", "--ends-on", "2026-06-01"), "is before starts_on"),
        (("edit", "Spring", "--control-pct", "101"), "from 0 to 100"),
        (("edit", "Spring", "--parent", "Spring"), "cannot be part of itself"),
        (("offer", "Spring"), "nothing is offered"),
        (("offer", "Spring", "--product", "Nope"), "no product answers"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(spring: Crm, words: tuple[str, ...], said: str) -> None:
    done = spring("campaign", *words)
    assert done.code in (2, 3)
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert steps(spring) == {"create": "2026-06-15"}


def test_the_cost_is_the_sum_of_its_dated_ones(spring: Crm) -> None:
    spring("campaign", "edit", "Spring", "--cost", "100")
    assert column(spring, "cost") == 100
    dated = '[{"day": "2026-06-01", "amount": "12.505"}, {"amount": "30", "note": "Print"}]'
    spring("campaign", "edit", "Spring", "--set", f"costs={dated}")
    assert column(spring, "cost") == 42.51
    assert "sum of its dated costs" in spring("campaign", "edit", "Spring", "--cost", "50").err
    spring("campaign", "edit", "Spring", "--set", "costs=[]")
    assert column(spring, "cost") is None


def test_products_are_offered_by_name(spring: Crm) -> None:
    for name in ("Espresso", "Filter"):
        spring("product", "add", name)
    spring("campaign", "offer", "Spring", "--product", "Espresso", "--product", "Filter")
    assert [row["product"] for row in column(spring, "products")] == ["Espresso", "Filter"]  # type: ignore[attr-defined]


def test_becoming_active_and_completed_sets_the_days(spring: Crm) -> None:
    spring("campaign", "edit", "Spring", "--status", "active")
    assert column(spring, "starts_on") == "2026-06-15"
    spring("campaign", "edit", "Spring", "--status", "completed", env={"CRM_TODAY": "2026-06-20"})
    assert (column(spring, "starts_on"), column(spring, "ends_on")) == ("2026-06-15", "2026-06-20")


def test_all_of_a_campaign_comes_back_from_an_export(
    spring: Crm, tmp_path_factory: pytest.TempPathFactory
) -> None:
    spring("product", "add", "Espresso")
    spring("campaign", "offer", "Spring", "--product", "Espresso", "--promo-code", "S26")
    spring("campaign", "message", "Spring", "--subject", "Hi", "--text", "x", "--default", "first_name=there")
    spring("campaign", "step", "Spring", "roi", "--plan", "2026-09-01")
    spring("campaign", "edit", "Spring", "--set", 'costs=[{"day": "2026-06-01", "amount": "12.50"}]')
    folder = tmp_path_factory.mktemp("other")
    for noun in ("product", "campaign"):
        (folder / f"{noun}.csv").write_text(spring(noun, "export").out, encoding="utf-8")
    other = {"CRM_DB": str(folder / "other.db")}
    for noun in ("product", "campaign"):
        assert spring(noun, "import", str(folder / f"{noun}.csv"), env=other).code == 0
    assert spring("campaign", "export", env=other).out == spring("campaign", "export").out
