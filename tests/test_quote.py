"""Quotes: what they come to, to the last digit; how they go out, are revised and decided, and what their deals get."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm, Terminal
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.rules import quote as rules
from crm_cli.rules.drafts import Draft
from crm_cli.values.currencies import digits

MONEY = ("net", "discount", "shipping", "tax", "total")


@pytest.fixture
def shop(crm: Crm) -> Crm:
    """A customer with a person, and a deal over a bundle and a part."""
    crm("product", "add", "Grinder", "--list-price", "480", "--currency", "EUR", "--tax-rate", "19")
    crm("product", "add", "Seal", "--list-price", "3", "--currency", "EUR", "--tax-rate", "7")
    crm("product", "add", "Kit", "--list-price", "500", "--currency", "EUR", "--tax-rate", "19")
    crm("product", "part", "Kit", "Grinder")
    crm("product", "part", "Kit", "Seal", "--quantity", "2")
    crm("company", "add", "Acme", "--street", "1 Main St", "--city", "Springfield", "--region", "IL",
        "--postal-code", "62701", "--country", "US")  # fmt: skip
    crm("contact", "add", "Jane Doe", "--company", "Acme", "--email", "jane@example.org")
    crm("deal", "add", "Lobby", "--company", "Acme", "--contact", "Jane Doe", "--currency", "EUR")
    crm("deal", "item", "add", "1", "Kit", "--quantity", "2")
    crm("deal", "item", "add", "1", "Seal", "--quantity", "3", "--discount", "10")
    return crm


def quote(crm: Crm, ref: str = "Q-2026-0001") -> dict[str, Any]:
    found: dict[str, Any] = crm("quote", "show", ref, "-o", "json").json[0]
    return found


def deal(crm: Crm) -> dict[str, Any]:
    found: dict[str, Any] = crm("deal", "show", "1", "-o", "json").json[0]
    return found


# Lines as quantity, price, discount %, tax %; each figure reckoned by hand.
BY_HAND = [
    # 3 × 33.33 − 5 % = 94.9905, 7 × 1.07 = 7.49, 0.5 × 99.99 = 49.995; tax 18.0481 + 0.5243 + 9.50 + 0.931
    ("EUR", [("3", "33.33", "5", "19"), ("7", "1.07", "0", "7"), ("0.5", "99.99", "0", "19")],
     ("--discount", "5%", "--shipping", "4.90", "--shipping-tax", "19%"),
     (152.48, 7.62, 4.90, 29.00, 178.76)),
    # 3 × 333 − 5 % = 949.05; tax 94.9 + 8.4 + 50; discount 26.35
    ("JPY", [("3", "333", "5", "10"), ("1", "105", "0", "8")],
     ("--discount", "2.5%", "--shipping", "500", "--shipping-tax", "10"),
     (1054, 26, 500, 153, 1681)),
    # 3 × 1.111 − 2.5 % = 3.249675; tax 0.1625
    ("KWD", [("3", "1.111", "2.5", "5")], ("--discount", "0.125"), (3.250, 0.125, None, 0.163, 3.288)),
    # tax 90000.0495; a rial has two digits in ISO 4217
    ("IRR", [("1", "1000000.55", "0", "9")], (), (1000000.55, None, None, 90000.05, 1090000.60)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("currency", "lines", "terms", "expected"), BY_HAND, ids=[each[0] for each in BY_HAND]
)
def test_a_quote_comes_to_what_is_reckoned_by_hand(
    crm: Crm,
    currency: str,
    lines: Sequence[tuple[str, str, str, str]],
    terms: tuple[str, ...],
    expected: tuple[float | None, ...],
) -> None:
    crm("product", "add", "Thing")
    crm("deal", "add", "By hand", "--currency", currency)
    for quantity, price, discount, tax in lines:
        crm("deal", "item", "add", "1", "Thing", "--quantity", quantity, "--price", price, "--discount", discount,
            "--tax", tax)  # fmt: skip
    assert crm("deal", "quote", "1", *terms).code == 0
    found = quote(crm)
    assert tuple(found[name] for name in MONEY) == expected


LINES = st.lists(
    st.tuples(st.integers(1, 10**9), st.integers(0, 10**10), st.integers(0, 10**6), st.integers(0, 10**6)),
    min_size=1,
    max_size=8,
)


@given(
    currency=st.sampled_from(["EUR", "JPY", "KWD", "CLF"]),
    lines=LINES,
    discount=st.none() | st.integers(0, 10**6),
    shipping=st.none() | st.integers(0, 10**8),
    rate=st.none() | st.integers(0, 10**6),
)
def test_totals_are_those_of_decimal_arithmetic(
    currency: str,
    lines: list[tuple[int, int, int, int]],
    discount: int | None,
    shipping: int | None,
    rate: int | None,
) -> None:
    rows = [
        dict(zip(("quantity", "unit_price", "discount_pct", "tax_pct"), line, strict=True)) for line in lines
    ]
    rows = [row | rules._amounts(row, currency) for row in rows]
    draft = Draft(values={"currency": currency, "discount_pct": discount, "shipping": shipping,
                          "shipping_tax_pct": rate}, parts={"lines": rows})  # fmt: skip
    rules._totals(draft, rows)
    assert [draft.get(name) or 0 for name in MONEY] == _reckoned(currency, lines, discount, shipping, rate)


def _reckoned(
    currency: str,
    lines: list[tuple[int, int, int, int]],
    discount: int | None,
    shipping: int | None,
    rate: int | None,
) -> list[int]:
    """The same by the decimal module."""
    unit = Decimal(1).scaleb(-digits(currency))
    share = Decimal(10_000) * 100

    def rounded(exact: Decimal) -> Decimal:
        return exact.quantize(unit, ROUND_HALF_UP)

    nets = [rounded(Decimal(q) * p * (share - d) / share / 10**8) for q, p, d, _ in lines]
    sent = rounded(Decimal(shipping or 0) / 10**4)
    tax = sum((rounded(net * line[3] / share) for net, line in zip(nets, lines, strict=True)), Decimal(0))
    tax += rounded(sent * (rate or 0) / share)
    net = sum(nets, Decimal(0))
    off = rounded(net * (discount or 0) / share)
    return [int(each * 10**4) for each in (net, off, sent, tax, net - off + tax + sent)]


def test_a_quote_has_its_deals_customer_lines_and_a_number(shop: Crm) -> None:
    done = shop("deal", "quote", "Lobby")
    assert (done.code, done.out) == (0, "1\n")
    assert done.err == "made quote Q-2026-0001: 1,198.67 EUR, holds until 2026-07-15\n"
    found = quote(shop)
    assert [found[name] for name in ("deal", "company", "contact", "status", "revision", "issued_on")] == [
        "Lobby", "Acme", "Jane Doe", "draft", 1, "2026-06-15"
    ]  # fmt: skip
    assert [(line["product"], line["net"], line["tax"]) for line in found["lines"]] == [
        ("Kit", 1000, 190), ("Seal", 8.10, 0.57)
    ]  # fmt: skip
    assert found["lines"][0]["text"] == "Grinder, 2 × Seal"
    assert shop("deal", "quote", "1").err.startswith("made quote Q-2026-0002")


def test_how_long_it_holds_and_its_terms_come_from_the_settings(shop: Crm, tmp_path: Path) -> None:
    env = {"CRM_CONFIG": str(tmp_path / "config.toml")}
    assert shop("config", "set", "quote.valid_days", "14", env=env).code == 0
    assert shop("config", "set", "quote.terms", "30 days net", env=env).code == 0
    shop("deal", "quote", "1", env=env)
    assert (quote(shop)["valid_until"], quote(shop)["terms"]) == ("2026-06-29", "30 days net")
    shop("deal", "quote", "1", "--terms", "Cash", "--valid-until", "+1d", env=env)
    found = quote(shop, "Q-2026-0002")
    assert (found["valid_until"], found["terms"]) == ("2026-06-16", "Cash")


def test_a_quote_is_typed_without_a_deal(shop: Crm) -> None:
    done = shop(
        "quote",
        "add",
        "--contact",
        "Jane Doe",
        "--currency",
        "EUR",
        "--items",
        "Kit x 2; Delivery, express @ 12.50",
    )
    assert (done.code, done.out) == (0, "1\n")
    found = quote(shop, "1")
    assert (found["company"], found["net"], found["total"]) == ("Acme", 1012.50, 1202.50)
    assert [line.get("product", line.get("text")) for line in found["lines"]] == ["Kit", "Delivery, express"]


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("deal", "quote", "99"), 3, "no deal answers to '99'"),
        (("deal", "quote", "Empty"), 2, "deal 2 has no lines to quote; add one: crm deal item add 2 PRODUCT"),
        (("deal", "quote", "Mixed"), 2, "line 1, Kit, has no price in USD, since it is listed in EUR; give it one"),
        (("deal", "quote", "Gone"), 4, "deal 4 Gone is lost"),
        (("deal", "quote", "1", "--revise"), 3, "deal 1 has no quote to revise"),
        (("deal", "quote", "1", "--discount", "101%"), 2, "discount_pct: give a percentage from 0 to 100"),
        (("deal", "quote", "1", "--discount", "2000"), 2, "discount: 2,000.00 is not between 0 and what the lines"),
        (("deal", "quote", "1", "--discount", "soon"), 2, 'discount: "soon" is not an amount'),
        (("deal", "quote", "1", "--discount", "USD 3"), 2, "is in USD, not in EUR"),
        (("deal", "quote", "1", "--shipping", "-1"), 2, "shipping: give an amount, 0 or more"),
        (("deal", "quote", "1", "--valid-until", "2026-06-14"), 2, "valid_until: 2026-06-14 is before"),
        (("quote", "add", "--company", "Acme", "--items", "Nothing"), 3, "words alone need a price, such as Nothing @"),
        (("quote", "add", "--company", "Acme", "--set", 'lines=[{"quantity": "1"}]'), 2, "a product or a text"),
        (("quote", "render", "Q-2026-0001"), 3, "no quote answers to 'Q-2026-0001'"),
    ],
)  # fmt: skip
def test_what_cannot_be_offered_is_refused_in_a_line(
    shop: Crm, command: tuple[str, ...], code: int, said: str
) -> None:
    shop("deal", "add", "Empty", "--company", "Acme")
    shop("deal", "add", "Mixed", "--currency", "USD", "--product", "Kit")
    shop("deal", "add", "Gone", "--currency", "EUR", "--product", "Kit")
    shop("deal", "lose", "Gone", "--reason", "price")
    done = shop(*command)
    assert (done.code, done.err.count("\n")) == (code, 1)
    assert said in done.err
    assert shop("quote", "list", "--count").out == "0\n"


def test_a_revision_takes_the_lines_as_they_are_now_and_keeps_the_number(shop: Crm) -> None:
    shop("deal", "quote", "1", "--discount", "5%", "--shipping", "25")
    shop("deal", "item", "edit", "1", "1", "--quantity", "1")
    done = shop("deal", "quote", "1", "--revise")
    assert done.err.startswith("made quote Q-2026-0001/2:")
    now, before = quote(shop), quote(shop, "Q-2026-0001/1")
    assert (now["revision"], now["status"], now["net"], now["discount_pct"], now["shipping"]) == (
        2, "draft", 508.10, 5, 25
    )  # fmt: skip
    assert (before["status"], before["net"]) == ("superseded", 1008.10)
    assert shop("undo", "--yes").code == 0
    assert quote(shop)["status"] == "draft"


def test_a_revision_of_its_own_lines_takes_what_is_said_anew(shop: Crm) -> None:
    shop("deal", "quote", "1", "--discount", "5%")
    shop("deal", "item", "remove", "1", "1")
    assert shop("quote", "revise", "Q-2026-0001", "--discount", "8.10").code == 0
    found = quote(shop)
    assert (found["net"], found["discount_pct"], found["discount"]) == (1008.10, None, 8.10)
    for ref, said in (("1", "Q-2026-0001 is superseded already"),):
        done = shop("quote", "revise", ref)
        assert (done.code, said in done.err) == (4, True)


def test_prices_in_one_currency_are_none_in_another(shop: Crm, tmp_path: Path) -> None:
    """The currency of a deal or quote stays while lines have prices in it, by whatever path it would change."""
    shop("deal", "quote", "1", "--shipping", "25")
    before = (deal(shop), quote(shop))
    file = tmp_path / "deals.csv"
    file.write_text("id,name,currency\n1,Lobby,USD\n")
    for done in (
        shop("deal", "edit", "1", "--currency", "USD"),
        shop("deal", "edit", "status=open", "--set", "currency=JPY", "--yes"),
        shop("deal", "edit", "1", "--currency", "USD", "--product", "Grinder"),
        shop("deal", "import", str(file), "--match", "name"),
        shop("quote", "edit", "1", "--currency", "USD"),
    ):
        assert done.code in (1, 4)
        assert "2 lines stand with prices in EUR, which are none in" in done.err
    assert (deal(shop), quote(shop)) == before
    assert shop("quote", "edit", "1", "--currency", "USD", "--items", "Seal x 2 @ 4").code == 0
    found = quote(shop)
    assert (found["net"], found["currency"], found["rate"]) == (8, "USD", "1")
    shop("deal", "item", "remove", "1", "1")
    shop("deal", "item", "remove", "1", "2")
    assert shop("deal", "edit", "1", "--currency", "USD").code == 0
    shop("deal", "item", "add", "1", "Seal", "--price", "4")
    made = shop("deal", "quote", "1", "--revise")
    assert made.code == 0  # both are in dollars now
    shop("quote", "edit", "Q-2026-0001", "--currency", "EUR", "--items", "Seal")
    done = shop("deal", "quote", "1", "--revise")
    assert (done.code, "the quote is in EUR and the deal in USD; make another" in done.err) == (4, True)


def test_words_accepted_in_another_currency_leave_the_deals_products_without_prices(shop: Crm) -> None:
    shop("quote", "add", "--deal", "1", "--currency", "USD", "--items", "All of it @ 900")
    assert shop("quote", "accept", "1").code == 0
    found = deal(shop)
    assert (found["amount"], found["currency"], found["lines"][0].get("unit_price")) == (900, "USD", None)


def test_an_amount_without_lines_keeps_its_number_and_has_the_digits_of_its_currency(shop: Crm) -> None:
    shop("deal", "add", "Plain", "--amount", "10.55", "--currency", "EUR")
    assert shop("deal", "edit", "Plain", "--currency", "JPY").code == 0
    assert shop("deal", "list", "name=Plain", "--columns", "amount,currency").out == "11\tJPY\n"
    assert shop("sql", "SELECT amount FROM deals WHERE name = 'Plain'").out == "110000\n"


def test_a_draft_is_edited_and_its_totals_follow(shop: Crm) -> None:
    shop("deal", "quote", "1", "--discount", "5%")
    shop("quote", "edit", "1", "--discount", "8")
    assert (quote(shop)["discount_pct"], quote(shop)["discount"], quote(shop)["total"]) == (None, 8, 1190.67)
    shop("quote", "edit", "1", "--discount-pct", "10")
    assert (quote(shop)["discount"], quote(shop)["total"]) == (100.81, 1097.86)
    shop("quote", "edit", "1", "--items", "Seal x 2")
    assert (quote(shop)["net"], quote(shop)["discount"], quote(shop)["total"]) == (6, 0.60, 5.82)
    shop("quote", "edit", "1", "--unset", "discount_pct")
    assert (quote(shop)["discount"], quote(shop)["total"]) == (None, 6.42)
    done = shop("quote", "edit", "1", "--discount", "1", "--discount-pct", "5")
    assert (done.code, "give a percentage or an amount, not both" in done.err) == (2, True)


@pytest.mark.parametrize(
    "edit",
    [
        ("--terms", "other"), ("--discount", "1"), ("--items", "Seal"), ("--valid-until", "+60d"),
        ("--status", "draft"), ("--number", "Q-1"),
    ],
)  # fmt: skip
def test_what_has_gone_out_stays_as_it_went(shop: Crm, edit: tuple[str, str]) -> None:
    shop("deal", "quote", "1")
    shop("quote", "send", "1")
    before = shop("quote", "export").out
    done = shop("quote", "edit", "1", *edit)
    assert (done.code, done.err.count("\n")) == (4, 1)
    assert "`crm quote revise Q-2026-0001` makes its next revision" in done.err
    assert shop("quote", "export").out == before
    assert shop("quote", "edit", "1", "--notes", "ours").code == 0


def test_accepting_sets_the_deal_as_quoted_and_pins_it(shop: Crm) -> None:
    shop("deal", "quote", "1", "--discount", "5%", "--shipping", "25", "--shipping-tax", "19")
    shop("deal", "item", "remove", "1", "2")
    before = deal(shop)
    done = shop("quote", "accept", "Q-2026-0001", "--on", "2026-06-12")
    assert done.code == 0
    found = deal(shop)
    # before tax: 1008.10 − 50.41 + 25
    assert (found["amount"], found["amount_pinned"], found["status"]) == (982.69, True, "open")
    assert [(line["product"], line["quantity"]) for line in found["lines"]] == [("Kit", 2), ("Seal", 3)]
    assert (quote(shop)["status"], quote(shop)["decided_on"]) == ("accepted", "2026-06-12")
    assert shop("undo", "--yes").code == 0
    assert {**deal(shop), "updated_at": ""} == {**before, "updated_at": ""}
    assert quote(shop)["status"] == "draft"


def test_accepting_wins_the_deal_where_that_is_said(shop: Crm) -> None:
    shop("deal", "quote", "1")
    assert shop("quote", "accept", "1", "--win", "--on", "2026-06-10").code == 0
    assert (deal(shop)["status"], deal(shop)["closed_on"], deal(shop)["amount"]) == (
        "won",
        "2026-06-10",
        1008.10,
    )


def test_a_terminal_asks_whether_the_deal_is_won(shop: Crm, terminal: Terminal) -> None:
    shop("deal", "quote", "1")
    done = terminal("quote", "accept", "1", answers=[("Win Lobby, too?", "y")])
    assert done.code == 0
    assert deal(shop)["status"] == "won"


def test_setting_the_status_is_accepting_too(shop: Crm) -> None:
    shop("deal", "quote", "1", "--discount", "8.10")
    assert shop("quote", "edit", "1", "--status", "approved").code == 0
    assert (deal(shop)["amount"], quote(shop)["decided_on"]) == (1000, "2026-06-15")


def test_what_cannot_be_decided_is_refused(shop: Crm) -> None:
    shop("deal", "quote", "1", "--valid-until", "2026-06-20")
    late = {"CRM_TODAY": "2026-06-21"}
    assert shop("quote", "list", "--columns", "status", env=late).out == "expired\n"
    done = shop("quote", "accept", "1", env=late)
    assert (done.code, "Q-2026-0001 held until 2026-06-20" in done.err) == (4, True)
    assert shop("quote", "reject", "1").code == 2
    shop("deal", "lose", "1", "--reason", "price")
    done = shop("quote", "accept", "1")
    assert (done.code, "deal 1 Lobby is lost" in done.err) == (4, True)
    shop("deal", "reopen", "1")
    assert shop("quote", "accept", "1", "--on", "2026-06-20", env=late).code == 0
    for command in (("accept", "1"), ("reject", "1", "--reason", "late"), ("revise", "1"), ("send", "1")):
        done = shop("quote", *command)
        assert (done.code, done.err.count("\n")) == (4, 1), command


def test_rejecting_keeps_why_and_leaves_the_deal_open(shop: Crm) -> None:
    shop("deal", "quote", "1")
    assert shop("quote", "reject", "Q-2026-0001", "--reason", "too expensive").code == 0
    assert [quote(shop)[name] for name in ("status", "reason", "decided_on")] == [
        "rejected", "too expensive", "2026-06-15"
    ]  # fmt: skip
    assert deal(shop)["status"] == "open"


def test_quotes_come_back_as_they_were(shop: Crm, tmp_path: Path) -> None:
    shop(
        "deal",
        "quote",
        "1",
        "--discount",
        "5%",
        "--shipping",
        "25",
        "--shipping-tax",
        "19",
        "--terms",
        "Two\nlines",
    )
    shop("quote", "revise", "1", "--valid-until", "+5d")
    shop("quote", "send", "2", "--to", "x@example.org")
    shop(
        "quote",
        "add",
        "--company",
        "Acme",
        "--currency",
        "KWD",
        "--items",
        "Carriage @ 1.2345; Paper x 2 @ 0.0005",
    )
    nouns = ("product", "pipeline", "company", "contact", "deal", "quote")
    held = {noun: shop(noun, "export").out for noun in nouns}
    elsewhere = {"CRM_DB": str(tmp_path / "elsewhere.db")}
    for noun in nouns:
        assert shop(noun, "import", "-", input=held[noun], env=elsewhere).code == 0
    for noun in ("product", "quote"):  # of the others, what is seen of messages is not in these files
        assert shop(noun, "export", env=elsewhere).out == held[noun]
    assert "3 unchanged" in shop("quote", "import", "-", input=held["quote"], env=elsewhere).err


def test_a_foreign_quote_is_as_it_says_and_sets_no_deal(shop: Crm) -> None:
    text = "Number,Status,Total,Currency,Deal\nA-77,won,120.50,EUR,Lobby\n"
    assert shop("quote", "import", "-", input=text).code == 0
    assert [quote(shop, "A-77")[name] for name in ("status", "total")] == ["accepted", 120.50]
    assert deal(shop)["amount"] == 1008.10


def test_accepting_a_quote_without_products_leaves_the_deals(shop: Crm) -> None:
    shop(
        "quote",
        "import",
        "-",
        input="Number,Status,Total,Tax,Currency,Deal\nA-77,sent,120.50,20.50,EUR,Lobby\n",
    )
    assert shop("quote", "edit", "A-77", "--shipping", "5").code == 4
    assert shop("quote", "accept", "A-77").code == 0
    assert (deal(shop)["amount"], len(deal(shop)["lines"])) == (100, 2)
