"""Reports on partners and on needs that were not met."""

from collections.abc import Mapping
from typing import Any

import pytest
from conftest import Crm, Result, Terminal

DAY = "2026-06-15T09:00:00Z"


def at(crm: Crm, now: str, *args: str) -> Result:
    done = crm(*args, env={"CRM_NOW": now})
    assert done.code == 0, done.err
    return done


def report(crm: Crm, *args: str, now: str = "2026-07-01T12:00:00Z") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = at(crm, now, "report", *args, "-o", "json").json
    return rows


def some(row: Mapping[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


@pytest.fixture
def offered(crm: Crm) -> Crm:
    """Gold took two of three first offers, in 2 and 10 hours; Silver declined one and let one expire."""
    for level, territory in (("Gold", "North"), ("Silver", "South")):
        at(crm, DAY, "partner", "add", level, "--partner-level", level, "--territory", territory)
    for number in range(1, 5):
        at(crm, DAY, "lead", "add", f"Lead {number}")
    at(crm, DAY, "deal", "add", "Machines", "--amount", "500", "--currency", "EUR")
    at(crm, DAY, "lead", "route", "1", "2", "3", "--partner", "Gold", "--partner", "Silver")
    at(crm, DAY, "deal", "route", "1", "--partner", "Silver")
    at(crm, "2026-06-15T11:00:00Z", "lead", "accept", "1", "--next-step", "Visit")
    at(crm, "2026-06-15T12:00:00Z", "deal", "decline", "1", "--reason", "No room")
    at(crm, "2026-06-15T19:00:00Z", "lead", "accept", "2", "--next-step", "Visit")
    at(crm, "2026-06-16T12:00:00Z", "lead", "convert", "1", "--deal-name", "Won one", "--amount", "1000")
    at(crm, "2026-06-20T12:00:00Z", "deal", "win", "2")
    at(crm, "2026-06-20T13:00:00Z", "deal", "win", "1")
    return crm


COUNTS = ("offered", "accepted", "declined", "expired")


def test_partners_by_what_they_did_with_their_offers(offered: Crm) -> None:
    gold, silver = report(offered, "partners")
    assert list(gold)[:7] == ["partner", *COUNTS, "median_hours", "won_amount"]
    assert some(gold, "partner", *COUNTS) == ("Gold", 3, 2, 0, 1)
    assert some(silver, "partner", *COUNTS) == ("Silver", 2, 0, 1, 1)
    assert some(gold, "median_hours", "won_amount", "currency") == (6, 1000, "USD")
    assert some(silver, "median_hours", "won_amount") == (3, 0), "what they declined is not theirs"
    assert some(gold, "first_offers", "first_offer_acceptance_pct") == (3, 66.67)
    assert some(silver, "first_offers", "first_offer_acceptance_pct") == (1, 0)


def test_what_partners_won_is_shown_in_a_narrow_window(offered: Crm, terminal: Terminal) -> None:
    at(offered, "2026-06-21T12:00:00Z", "company", "edit", "1", "--name", "Kantoorgeluk Interiors")
    shown = terminal("report", "partners", columns=80, env={"CRM_NOW": "2026-07-01T12:00:00Z"}).out
    assert shown.splitlines()[0].split() == ["partner", *COUNTS, "won_amount"]
    assert "no room for median_hours, first_offers" in shown
    assert shown.splitlines()[1].split()[-1] == "1,000.00"


def test_as_of_a_moment_later_answers_and_wins_do_not_count(offered: Crm) -> None:
    (gold, silver) = report(offered, "partners", now="2026-06-15T23:00:00Z")
    assert some(gold, "partner", *COUNTS, "won_amount") == ("Gold", 3, 2, 0, 0, 0)
    assert some(silver, "partner", *COUNTS) == ("Silver", 1, 0, 1, 0)
    assert report(offered, "partners", now="2026-06-14T23:00:00Z") == []


@pytest.mark.parametrize(("by", "labels"), [("level", ["gold", "silver"]), ("territory", ["North", "South"])])
def test_partners_are_grouped_by_level_and_territory(offered: Crm, by: str, labels: list[str]) -> None:
    rows = report(offered, "partners", "--by", by)
    assert [row[by] for row in rows] == labels
    assert [row["offered"] for row in rows] == [3, 2]


def test_offers_are_chosen_by_filters_and_period(offered: Crm) -> None:
    assert [row["partner"] for row in report(offered, "partners", "level=silver")] == ["Silver"]
    (only,) = report(offered, "partners", "--since", "2026-06-16")
    assert some(only, "partner", "offered") == ("Silver", 1)
    assert report(offered, "partners", "--by", "month")[0]["month"] == "2026-06"


def test_what_was_won_in_further_currencies_stands_in_rows_without_counts(offered: Crm) -> None:
    at(offered, "2026-06-21T09:00:00Z", "deal", "add", "Yen", "--amount", "700", "--currency", "JPY")
    at(offered, "2026-06-21T09:00:00Z", "deal", "route", "3", "--partner", "Gold")
    at(offered, "2026-06-21T09:00:00Z", "deal", "accept", "3", "--next-step", "Visit")
    at(offered, "2026-06-21T09:00:00Z", "deal", "win", "3")
    first, second = (row for row in report(offered, "partners") if row["partner"] == "Gold")
    assert some(first, "offered", "won_amount", "currency") == (4, 1000, "USD")
    assert some(second, "offered", "won_amount", "currency") == (None, 700, "JPY")


def test_the_formula_is_explained_with_its_denominators(offered: Crm) -> None:
    said = at(offered, "2026-07-01T12:00:00Z", "report", "partners", "--explain").out
    assert "Gold: 2 ÷ 3 first offers settled · 2 of 2 answers with both times" in said
    assert offered("report", "partners", "--chart").code == 0


@pytest.fixture
def wanted(crm: Crm) -> Crm:
    crm("product", "add", "Widget", "--list-price", "10")
    crm("lead", "add", "Lead One", "--unmet-need", "A rental; on-site training")
    crm("lead", "add", "Lead Two", "--unmet-need", "RENTAL")
    crm("lead", "disqualify", "2", "--reason", "no_longer_interested")
    crm("deal", "add", "Deal One", "--amount", "900", "--product", "Widget", "--unmet-need", "Rental.")
    crm(
        "deal",
        "add",
        "Deal Two",
        "--amount",
        "50",
        "--unmet-need",
        "Blue ones",
        env={"CRM_TODAY": "2026-05-02"},
    )
    crm("deal", "lose", "1", "--reason", "missing_features", env={"CRM_TODAY": "2026-06-20"})
    return crm


def test_needs_are_folded_counted_and_priced(wanted: Crm) -> None:
    rows = report(wanted, "needs")
    columns = ("need", "leads", "deals", "lost_amount", "currency", "latest")
    assert list(rows[0]) == list(columns)
    assert [tuple(row.values()) for row in rows] == [
        ("Rental", 2, 1, 900, "USD", "2026-06-20"),
        ("Blue ones", 0, 1, 0, "USD", "2026-05-02"),
        ("on-site training", 1, 0, 0, "USD", "2026-06-15"),
    ]


def test_needs_by_product_reason_and_month(wanted: Crm) -> None:
    found = [some(row, "product", "need", "deals") for row in report(wanted, "needs", "--by", "product")]
    assert found == [("Widget", "Rental", 1), (None, "Blue ones", 1)]
    found = [
        some(row, "reason", "need", "leads", "deals") for row in report(wanted, "needs", "--by", "reason")
    ]
    assert found[:2] == [("missing_features", "Rental", 0, 1), ("no_longer_interested", "Rental", 1, 0)]
    found = [some(row, "month", "need", "leads", "deals") for row in report(wanted, "needs", "--by", "month")]
    assert found[:2] == [("2026-05", "Blue ones", 0, 1), ("2026-06", "Rental", 2, 1)]


def test_needs_are_filtered_and_one_noun_is_asked_about(wanted: Crm) -> None:
    assert [row["need"] for row in report(wanted, "needs", "unmet_need~rental", "noun=deal")] == ["Rental"]
    assert len(report(wanted, "needs", "--until", "2026-05-31")) == 1
    refused = wanted("report", "needs", "noun=company")
    assert refused.code == 2
    assert "lead" in refused.err
    assert wanted("report", "needs", "--by", "nothing").code == 2


def test_a_lead_that_became_a_deal_counts_as_the_deal(wanted: Crm) -> None:
    wanted("lead", "convert", "1", "--deal-name", "Third")
    rental = report(wanted, "needs")[0]
    assert some(rental, "need", "leads", "deals") == ("Rental", 1, 2)


def test_needs_are_found_by_search(wanted: Crm) -> None:
    found = wanted("search", "rental").lines
    assert {tuple(line.split("\t")[:2]) for line in found} == {("lead", "1"), ("lead", "2"), ("deal", "1")}
