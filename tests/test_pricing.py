"""What products cost whom: price lists with breaks, bundles and their parts, and what is in stock."""

from pathlib import Path

import pytest
from conftest import Crm, Terminal
from furnishing import furnished


@furnished
def shop(crm: Crm) -> Crm:
    """Two products and a bundle of them; a list that gives resellers a lower price, lower still from ten on."""
    crm("product", "add", "Grinder", "--list-price", "480", "--currency", "EUR", "--in-stock", "12")
    crm("product", "add", "Seal", "--list-price", "3", "--currency", "EUR", "--in-stock", "5")
    crm("product", "add", "Kit", "--list-price", "500", "--currency", "EUR")
    crm("product", "part", "Kit", "Grinder")
    crm("product", "part", "Kit", "Seal", "--quantity", "2")
    crm("pricelist", "add", "Resellers", "--currency", "EUR")
    crm("pricelist", "price", "Resellers", "Grinder", "432")
    crm("pricelist", "price", "Resellers", "Grinder", "410.005", "--from-quantity", "10")
    crm("company", "add", "Acme", "--pricelist", "Resellers")
    crm("deal", "add", "Lobby", "--company", "Acme", "--currency", "EUR")
    return crm


def price_of(crm: Crm, *said: str, deal: str = "1") -> str:
    """The price that a new line gets."""
    assert crm("deal", "item", "add", deal, *said).code == 0
    return crm("deal", "item", "list", deal, "-o", "tsv").lines[-1].split("\t")[3]


@pytest.mark.parametrize(
    ("quantity", "price"),
    [("0.5", "480.00"), ("1", "432.00"), ("9.99", "432.00"), ("10", "410.005"), ("99", "410.005")],
)  # fmt: skip
def test_the_highest_quantity_that_is_reached_makes_the_price(shop: Crm, quantity: str, price: str) -> None:
    assert price_of(shop, "Grinder", "--quantity", quantity) == price


def test_the_price_of_one_may_be_less_than_a_coin(shop: Crm, terminal: Terminal, tmp_path: Path) -> None:
    """Ten thousand at 0.0125 are 125, and at 0.01 they would be 100: only what a line comes to is in coins."""
    shop("product", "add", "Screw", "--list-price", "0.0125", "--cost", "0.0003", "--currency", "EUR")
    shop("pricelist", "price", "Resellers", "Screw", "0.0075", "--from-quantity", "1000")
    shop("deal", "item", "add", "1", "Screw", "--quantity", "333")
    shop("deal", "item", "add", "1", "Screw", "--quantity", "10001")
    shop("deal", "item", "add", "1", "Screw", "--quantity", "2", "--price", "€ 1,234.50")
    rows = shop("deal", "item", "list", "1", "-o", "json").out
    for said in (
        '"unit_price": 0.0125',
        '"net": 4.16',
        '"unit_price": 0.0075',
        '"net": 75.01',
        '"unit_price": 1234.50',
    ):
        assert said in rows  # 4.1625 and 75.0075
    assert shop("deal", "show", "1", "-o", "json").json[0]["amount"] == 4.16 + 75.01 + 2469
    assert '"list_price": 0.0125' in shop("product", "list", "-o", "json").out
    assert (
        shop("product", "list", "list_price=0.012..0.013", "--columns", "name,cost").out
        == "Screw\t0.0003\tEUR\n"
    )
    assert "0.0125" in terminal("product", "list").out
    for shown in (("product", "show", "Screw"), ("pricelist", "show", "Resellers"), ("deal", "show", "1")):
        assert "0.0075" in shop(*shown).out
    yen = shop("quote", "add", "--company", "Acme", "--currency", "JPY", "--items", "Screw x 3 @ 1.5")
    assert (yen.code, shop("quote", "list", "--columns", "total").out) == (0, "5\tJPY\n")  # 4.5
    assert "3 × 1.5 = 5 JPY" in shop("quote", "render", "1").out
    assert (
        "0,0125"
        in shop("quote", "add", "--deal", "1", "--items", "Screw").err
        + shop("quote", "render", "2", "--locale", "de_DE", "--as", "html").out
    )
    assert (
        "0.00251 is taken as 0.0025, since the price of one has 4 digits"
        in shop("deal", "item", "add", "1", "Seal", "--price", "0.00251").err
    )
    file = tmp_path / "products.csv"
    file.write_text(shop("product", "export").out)
    assert "unchanged" in shop("product", "import", str(file)).err


def test_who_types_more_digits_than_money_has_is_told(shop: Crm) -> None:
    """Of what is paid in coins."""
    said = "9.995 is taken as 10.00 EUR, which has 2 digits behind the point\n"
    assert f"amount: {said}" in shop("deal", "edit", "1", "--amount", "9.995").err
    assert "taken" not in shop("deal", "item", "add", "1", "Seal", "--price", "€ 1,234.50").err


def test_each_line_says_what_it_comes_to(shop: Crm) -> None:
    shop("deal", "item", "add", "1", "Grinder", "--quantity", "3", "--discount", "5", "--price", "33.33")
    shop("product", "add", "Unknown")
    shop("deal", "item", "add", "1", "Unknown")
    assert [row["net"] for row in shop("deal", "item", "list", "1", "-o", "json").json] == [94.99, None]


def test_what_is_not_on_the_list_costs_its_list_price(shop: Crm) -> None:
    assert price_of(shop, "Seal") == "3.00"


def test_a_price_that_is_said_stays(shop: Crm) -> None:
    assert price_of(shop, "Grinder", "--quantity", "10", "--price", "450") == "450.00"
    shop("deal", "item", "edit", "1", "1", "--quantity", "1")
    assert shop("deal", "item", "list", "1", "-o", "json").json[0]["unit_price"] == 450


def test_another_quantity_has_the_price_of_its_break(shop: Crm) -> None:
    assert price_of(shop, "Grinder") == "432.00"
    done = shop("deal", "item", "edit", "1", "1", "--quantity", "10")
    assert "Grinder: 410.01 EUR by Resellers, from 10" in done.err
    assert shop("deal", "show", "1", "-o", "json").json[0]["amount"] == 4100.05


@pytest.mark.parametrize(
    "edit",
    [
        ("--active", "no"),
        ("--starts-on", "2026-06-16"),
        ("--ends-on", "2026-06-14"),
    ],
)
def test_a_list_out_of_use_or_time_says_nothing(shop: Crm, edit: tuple[str, str]) -> None:
    assert shop("pricelist", "edit", "Resellers", *edit).code == 0
    assert price_of(shop, "Grinder") == "480.00"


def test_a_list_in_another_currency_says_nothing_of_this_deal(shop: Crm) -> None:
    shop("deal", "add", "Abroad", "--company", "Acme", "--currency", "USD")
    done = shop("deal", "item", "add", "2", "Grinder")
    assert "Grinder is listed in EUR and the deal is in USD; give its price" in done.err


def test_a_company_without_a_list_has_its_parents(shop: Crm) -> None:
    shop("company", "add", "Acme North", "--parent", "Acme")
    shop("deal", "add", "North", "--company", "Acme North", "--currency", "EUR", "--product", "Grinder")
    assert shop("deal", "list", "North", "--columns", "amount").out == "432.00\tEUR\n"


@pytest.mark.parametrize(
    ("said", "stock"),
    [
        (("Grinder", "--quantity", "12"), "Grinder: 12 in stock"),
        (("Grinder", "--quantity", "12.5"), "Grinder: only 12 in stock, 12.5 asked for"),
        (("Kit", "--quantity", "2"), "Kit: 2 in stock"),
        (("Kit", "--quantity", "3"), "Kit: only 2 in stock, 3 asked for"),
    ],
)
def test_what_is_in_stock_is_told_of_bundles_by_their_parts(
    shop: Crm, said: tuple[str, ...], stock: str
) -> None:
    assert stock in shop("deal", "item", "add", "1", *said).err.splitlines()


def test_nobody_is_told_of_stock_that_nobody_counts(shop: Crm) -> None:
    shop("product", "add", "Advice", "--kind", "service", "--list-price", "90", "--currency", "EUR")
    assert "stock" not in shop("deal", "item", "add", "1", "Advice").err


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("product", "part", "Seal", "Seal"), 4, "Seal would hold itself"),
        (("product", "part", "Grinder", "Kit"), 4, "Grinder would hold itself, by itself or by a bundle in it"),
        (("product", "part", "Kit", "Seal", "--quantity", "0"), 2, "a bundle holds more than 0 of a part"),
        (("product", "part", "Seal", "Kit", "--remove"), 3, "Seal holds no such part"),
        (("pricelist", "price", "Resellers", "Seal"), 2, "give either the AMOUNT or --remove"),
        (("pricelist", "price", "Resellers", "Seal", "--remove"), 3, "Resellers has no such price"),
        (("pricelist", "price", "Resellers", "Seal", "2", "--from-quantity", "0"), 2, "from a quantity above 0 on"),
        (("pricelist", "price", "Resellers", "Seal", "USD 2"), 2, "is in USD, not in EUR"),
        (("pricelist", "edit", "Resellers", "--currency", "USD"), 4, "Resellers has prices in EUR"),
        (("pricelist", "edit", "Resellers", "--set", ('prices=[{"product": "Seal", "unit_price": "2"}, '
          '{"product": "Seal", "unit_price": "3"}]')), 4, "Seal has two prices from 1 on"),
        (("pricelist", "add", "Late", "--starts-on", "2026-02-01", "--ends-on", "2026-01-01"), 2, "is before"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_line(
    shop: Crm, command: tuple[str, ...], code: int, said: str
) -> None:
    before = shop("pricelist", "export").out + shop("product", "export").out
    done = shop(*command)
    assert (done.code, done.err.count("\n")) == (code, 1)
    assert said in done.err
    assert shop("pricelist", "export").out + shop("product", "export").out == before


def test_bundles_and_lists_come_back_as_they_were_wherever_their_parts_stand(
    shop: Crm, tmp_path: Path
) -> None:
    held = {noun: shop(noun, "export").out for noun in ("product", "pricelist")}
    head, *rows = held["product"].splitlines()
    files = {"product": "\n".join((head, *reversed(rows))) + "\n", "pricelist": held["pricelist"]}
    elsewhere = {"CRM_DB": str(tmp_path / "elsewhere.db")}
    for noun, text in files.items():
        assert shop(noun, "import", "-", input=text, env=elsewhere).code == 0
    for noun, text in held.items():
        assert shop(noun, "export", "--sort", "id", env=elsewhere).out == text
        assert "unchanged" in shop(noun, "import", "-", input=text, env=elsewhere).err


def test_what_a_bundle_or_list_is_about_goes_without_them(shop: Crm) -> None:
    assert shop("pricelist", "delete", "Resellers", "--with-related", "--yes").code == 0
    assert shop("company", "list", "--columns", "name,pricelist").out == "Acme\t\n"
    assert shop("product", "delete", "Seal", "--with-related", "--yes").code == 0
    assert [each["part"] for each in shop("product", "show", "Kit", "-o", "json").json[0]["parts"]] == [
        "Grinder"
    ]
    assert shop("undo", "2", "--yes").code == 0
    assert shop("company", "list", "--columns", "name,pricelist").out == "Acme\tResellers\n"
