"""What goes together, against counts made by hand, and what a customer has not bought yet."""

from itertools import permutations
from math import exp, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.asking import baskets
from tests.conftest import Crm
from tests.furnishing import furnished

# Company → what it bought: 6 mill and beans, 4 mill only, 2 beans only, 8 filter only, of 20.
BOUGHT = [("Mill", "Beans")] * 6 + [("Mill",)] * 4 + [("Beans",)] * 2 + [("Filter",)] * 8


@furnished
def sold(crm: Crm) -> None:
    for product in ("Mill", "Beans", "Filter"):
        crm("product", "add", product, "--list-price", "10")
    lines = [
        f"Deal {number}-{product},Company {number:02},{product},won,2026-01-10,10"
        for number, products in enumerate(BOUGHT)
        for product in products
    ]
    # A second purchase of the same product is the same basket, and a lost deal none.
    lines += ["Again,Company 00,Mill,won,2026-02-10,10", "Lost,Company 00,Filter,lost,2026-02-10,10"]
    text = "name,company,product,stage,closed_on,amount\n" + "\n".join(lines) + "\n"
    assert crm("deal", "import", "-", "-y", input=text).code == 0


@pytest.mark.usefixtures("sold")
def test_pairs_are_counted_by_customer(crm: Crm) -> None:
    answer = crm("report", "basket", "-o", "json")
    assert answer.code == 0, answer.err
    rows = {(row["product"], row["then"]): row for row in answer.json}
    assert set(rows) == set(permutations(("Mill", "Beans")))
    row = rows["Mill", "Beans"]
    assert (row["customers"], row["bought"]) == (6, 10)
    assert (row["support_pct"], row["confidence_pct"], row["lift"]) == (30, 60, 1.5)
    assert rows["Beans", "Mill"]["confidence_pct"] == 75
    low = exp(log(1.5) - 1.959964 * sqrt((20 / 6 - 20 / 10 - 20 / 8 + 2 * 1.5 - 1) / 20))
    assert row["lift_low"] == pytest.approx(low, abs=0.005)
    # By chance 10 x 8 / 20 = 4 of both: at least 6 come about once in 12, by Fisher's exact test.
    assert row["verdict"] == "too small to tell"
    assert "no invoice here names a product" in answer.err


@pytest.mark.usefixtures("sold")
def test_a_pair_needs_customers(crm: Crm) -> None:
    none = crm("report", "basket", "--fewest", "7", "-o", "json")
    assert (none.json, "no two products were bought by 7 customers" in none.err) == ([], True)
    answer = crm("report", "basket", "--fewest", "none")
    assert (answer.code, answer.err.count("\n")) == (2, 1)


@pytest.mark.usefixtures("sold")
def test_a_period_chooses_purchases(crm: Crm) -> None:
    assert crm("report", "basket", "--period", "2026-02", "--fewest", "1", "-o", "json").json == []


@pytest.mark.usefixtures("sold")
def test_what_similar_customers_bought_is_suggested_with_its_reason(crm: Crm) -> None:
    answer = crm("company", "suggest", "Company 06", "-o", "json")
    assert answer.code == 0, answer.err
    (row,) = answer.json
    # Of the 19 others 9 bought a mill, and 6 of these beans; 8 of the 19 bought beans.
    assert (row["product"], row["similar"], row["similar_pct"]) == ("Beans", 6, 66.67)
    assert (row["because"], row["confidence_pct"], row["customers"]) == ("Mill", 66.67, 6)
    assert row["lift"] == pytest.approx(6 * 19 / (9 * 8), abs=0.005)


@pytest.mark.usefixtures("sold")
def test_who_has_everything_is_told_so(crm: Crm) -> None:
    answer = crm("company", "suggest", "Company 00", "-o", "json")
    assert (answer.code, answer.json) == (0, [])
    assert "bought nothing that this one has not" in answer.err


@pytest.mark.usefixtures("sold")
def test_who_bought_nothing_gets_no_suggestion_and_is_told(crm: Crm) -> None:
    crm("company", "add", "New one")
    answer = crm("company", "suggest", "New one", "-o", "json")
    assert (answer.code, answer.json) == (0, [])
    assert "no product that this customer bought is known" in answer.err


def test_a_handful_is_tested_exactly() -> None:
    # 3 of 3 against a product of 3 in 10: one way of 120, which is surer than 97.5 %.
    found = {number: frozenset({1, 2} if number < 3 else {3}) for number in range(10)}
    assert {each.verdict for each in baskets.pairs(found, fewest=1)} == {"more"}
    # 1 of 1 in a third says nothing, though its interval has no width.
    found = {number: frozenset({1, 2} if number < 1 else {2} if number < 3 else {3}) for number in range(9)}
    assert {each.verdict for each in baskets.pairs(found, fewest=1)} == {"too small to tell"}


@given(st.dictionaries(st.integers(1, 30), st.frozensets(st.integers(1, 6), min_size=1), max_size=30))
def test_pairs_agree_with_counting_one_by_one(found: dict[int, frozenset[int]]) -> None:
    for pair in baskets.pairs(found, fewest=1):
        both = sum({pair.first, pair.then} <= products for products in found.values())
        others = sum(pair.then in products for products in found.values())
        assert pair.both == both
        assert pair.lift == pytest.approx(pair.confidence / (others / len(found)))
        assert pair.low <= pair.lift * (1 + 1e-9)


@given(
    st.dictionaries(st.integers(1, 30), st.frozensets(st.integers(1, 6), min_size=1), min_size=1, max_size=30)
)
def test_nothing_that_was_bought_is_suggested(found: dict[int, frozenset[int]]) -> None:
    customer = min(found)
    assert not {each.product for each in baskets.wishes(found, customer)} & found[customer]
