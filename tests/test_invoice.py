"""Invoices: reckoned from lines, paid in parts, paid back, void, billed from deals; what customers owe on a day."""

import json
from pathlib import Path

import pytest
from conftest import Crm
from hypothesis import given
from hypothesis import strategies as st

from crm_cli.rules import payments

LINES = json.dumps(
    [
        {"text": "Beans", "quantity": "3", "unit_price": "19.99", "tax_pct": "19"},
        {"text": "Care", "quantity": "1", "unit_price": "100", "discount_pct": "5", "tax_pct": "7"},
    ]
)


@pytest.fixture
def owing(crm: Crm) -> Crm:
    """A customer with terms of two weeks and an invoice of 100.00."""
    crm("company", "add", "Acme", "--payment-terms-days", "14")
    crm("invoice", "add", "--company", "Acme", "--amount", "100")
    return crm


def facts(crm: Crm, ref: str = "1", columns: str = "amount,paid,open,paid_on,status") -> list[object]:
    row = crm("invoice", "list", ref, "--columns", columns, "-o", "json").json[0]
    return [row[name] for name in columns.split(",")]


def test_an_invoice_has_a_number_terms_and_a_currency(owing: Crm) -> None:
    assert facts(owing, columns="number,issued_on,due_on,currency,status,rate") == [
        "INV-2026-0001", "2026-06-15", "2026-06-29", "USD", "unpaid", "1",
    ]  # fmt: skip
    owing("company", "add", "Beta")
    owing("invoice", "add", "X-7", "--company", "Beta", "--amount", "5", "--issued-on", "2026-01-31")
    assert facts(owing, "X-7", "number,due_on,status") == ["X-7", "2026-03-02", "overdue"]


def test_the_settings_give_the_terms_of_who_has_none(crm: Crm, tmp_path: Path) -> None:
    settings = {"CRM_CONFIG": str(tmp_path / "own.toml")}
    assert crm("config", "set", "invoice.terms_days", "10", env=settings).code == 0
    crm("company", "add", "Acme", env=settings)
    crm("invoice", "add", "--company", "Acme", "--amount", "5", env=settings)
    assert facts(crm, columns="due_on") == ["2026-06-25"]


def test_numbers_count_by_the_year_of_issue(owing: Crm) -> None:
    owing("invoice", "add", "--company", "Acme", "--amount", "5", "--issued-on", "2025-12-31")
    owing("invoice", "add", "--company", "Acme", "--amount", "5")
    numbers = [row["number"] for row in owing("invoice", "list", "-o", "json").json]
    assert numbers == ["INV-2026-0001", "INV-2025-0001", "INV-2026-0002"]


def test_lines_are_rounded_one_by_one_and_make_amount_and_tax(owing: Crm) -> None:
    # 3 × 19.99 = 59.97, 19 % of it 11.3943 → 11.39; 100 − 5 % = 95.00, 7 % of it 6.65
    done = owing("invoice", "add", "--company", "Acme", "--set", f"lines={LINES}")
    assert done.code == 0, done.err
    assert facts(owing, "2", "amount,tax") == [173.01, 18.04]
    assert [(line["net"], line["tax"]) for line in facts(owing, "2", "lines")[0]] == [  # type: ignore[attr-defined]
        (59.97, 11.39),
        (95.00, 6.65),
    ]


def test_money_is_rounded_at_the_digits_of_its_currency(owing: Crm) -> None:
    owing("invoice", "add", "--company", "Acme", "--amount", "99.5", "--currency", "JPY")
    owing("invoice", "add", "--company", "Acme", "--amount", "1.2345", "--currency", "KWD")
    said = [owing("invoice", "list", each, "--columns", "amount", "-o", "csv").out for each in ("2", "3")]
    assert [each.splitlines()[1] for each in said] == ["100,JPY", "1.235,KWD"]
    owing("invoice", "edit", "3", "--currency", "JPY")
    assert owing("invoice", "list", "3", "--columns", "amount", "-o", "csv").lines[1] == "1,JPY"


def test_payments_in_parts_settle_on_the_day_they_reach_the_amount(owing: Crm) -> None:
    owing("invoice", "pay", "INV-2026-0001", "40", "--on", "2026-06-10")
    assert facts(owing) == [100.00, 40.00, 60.00, None, "partial"]
    done = owing("invoice", "pay", "1", "--full", "--on", "2026-06-12", "--method", "transfer")
    assert "100.00 USD paid, 0.00 open" in done.err
    assert facts(owing) == [100.00, 100.00, 0.00, "2026-06-12", "paid"]
    assert facts(owing, columns="payments") == [
        [{"day": "2026-06-10", "amount": 40.00}, {"day": "2026-06-12", "amount": 60.00, "method": "transfer"}]
    ]


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (("100.01",), 2, "100.01 USD is more than the 100.00 USD that invoice INV-2026-0001 still owes"),
        (("0",), 2, "a payment is more than nothing; --refund pays back"),
        (("--", "1", "-5"), 2, "a payment is more than nothing; --refund pays back"),
        (("5 EUR",), 2, "is in EUR, not in USD"),
        (("5", "--refund"), 2, "0.00 USD can be paid back, not more"),
        (("5", "--on", "2026-06-16"), 2, "2026-06-16 is still to come"),
        ((), 2, "name the invoice, then what was paid"),
    ],
)
def test_what_cannot_be_paid_is_refused_in_a_line(
    owing: Crm, given: tuple[str, ...], code: int, said: str
) -> None:
    args = given if given and given[0] == "--" else ("1", *given)
    done = owing("invoice", "pay", *args)
    assert (done.code, done.err.count("\n")) == (code, 1)
    assert said in done.err
    assert facts(owing) == [100.00, 0.00, 100.00, None, "unpaid"]


def test_more_than_is_open_is_taken_when_it_is_said(owing: Crm) -> None:
    owing("invoice", "pay", "1", "120", "--overpay")
    assert facts(owing) == [100.00, 120.00, -20.00, "2026-06-15", "paid"]
    assert owing("report", "receivables").out == ""


def test_what_is_paid_back_opens_an_invoice_again(owing: Crm) -> None:
    owing("invoice", "pay", "1", "--full")
    assert owing("invoice", "pay", "1", "--full").code == 4
    owing("invoice", "pay", "1", "30", "--refund")
    assert facts(owing) == [100.00, 70.00, 30.00, None, "partial"]


def test_a_credit_is_settled_by_paying_it_back(owing: Crm) -> None:
    owing("invoice", "add", "CR-1", "--company", "Acme", "--amount=-25")
    assert "is a credit" in owing("invoice", "pay", "CR-1", "25").err
    owing("invoice", "pay", "CR-1", "10", "--refund")
    assert facts(owing, "CR-1") == [-25.00, -10.00, -15.00, None, "partial"]
    assert owing("report", "receivables", "-o", "json").json[0]["amount"] == 85.00
    owing("invoice", "pay", "CR-1", "--full")
    assert facts(owing, "CR-1") == [-25.00, -25.00, 0.00, "2026-06-15", "paid"]


def test_the_day_of_payment_enters_one_full_payment_and_moves_it(owing: Crm) -> None:
    owing("invoice", "edit", "1", "--paid-on", "2026-06-01")
    assert facts(owing) == [100.00, 100.00, 0.00, "2026-06-01", "paid"]
    owing("invoice", "edit", "1", "--paid-on", "2026-06-02")
    assert facts(owing, columns="payments") == [[{"day": "2026-06-02", "amount": 100.00}]]
    owing("invoice", "edit", "1", "--paid-on", "")
    assert facts(owing) == [100.00, 0.00, 100.00, None, "unpaid"]


def test_what_was_paid_is_not_set_as_a_field(owing: Crm) -> None:
    done = owing("invoice", "edit", "1", "--set", "paid=50")
    assert (done.code, "crm invoice pay" in done.err) == (2, True)
    owing("invoice", "pay", "1", "60")
    for told, said in (("amount=50", "60.00 USD is paid already"), ("currency=EUR", "payments in USD stand")):
        done = owing("invoice", "edit", "1", "--set", told)
        assert (done.code, said in done.err) == (2, True)


def test_a_void_invoice_keeps_its_number_and_is_no_revenue(owing: Crm) -> None:
    assert owing("invoice", "void", "1").code == 2
    owing("invoice", "void", "1", "--reason", "Sent twice")
    assert facts(owing, columns="number,open,status,void_on,void_reason") == [
        "INV-2026-0001", 0.00, "void", "2026-06-15", "Sent twice",
    ]  # fmt: skip
    assert owing("invoice", "void", "1", "--reason", "again").code == 4
    assert owing("invoice", "pay", "1", "5").code == 4
    assert owing("report", "revenue").out == owing("report", "receivables").out == ""


def test_a_paid_invoice_is_not_declared_void(owing: Crm) -> None:
    owing("invoice", "pay", "1", "5")
    done = owing("invoice", "void", "1", "--reason", "oops")
    assert (done.code, "5.00 USD of it is paid; pay that back first" in done.err) == (4, True)


def test_each_step_is_undone_by_itself(owing: Crm) -> None:
    owing("invoice", "pay", "1", "40")
    owing("invoice", "pay", "1", "--full")
    owing("undo", "--yes")
    assert facts(owing) == [100.00, 40.00, 60.00, None, "partial"]
    owing("undo", "--yes")
    owing("invoice", "void", "1", "--reason", "no")
    owing("undo", "--yes")
    assert facts(owing) == [100.00, 0.00, 100.00, None, "unpaid"]
    owing("undo", "3", "--yes")
    assert owing("invoice", "list", "--count").out == "0\n"


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (("--company", "Acme"), 2, "amount: say what is to be paid"),
        (("X", "--amount", "5"), 2, "an invoice is for somebody"),
        (("--company", "Acme", "--amount", "5", "--due-on", "2026-06-01"), 2, "due_on: 2026-06-01 is before"),
        (("INV-2026-0001", "--company", "Acme", "--amount", "5"), 4, "has the number INV-2026-0001 already"),
        (("--company", "Nobody", "--amount", "5"), 3, "no company answers to 'Nobody'"),
    ],
)
def test_what_cannot_be_an_invoice_is_refused(
    owing: Crm, given: tuple[str, ...], code: int, said: str
) -> None:
    done = owing("invoice", "add", *given)
    assert (done.code, done.err.count("\n"), said in done.err) == (code, 1, True), done.err
    assert owing("invoice", "list", "--count").out == "1\n"


def test_show_tells_lines_and_payments(owing: Crm) -> None:
    owing("invoice", "add", "L", "--company", "Acme", "--set", f"lines={LINES}")
    owing("invoice", "pay", "L", "100", "--method", "card")
    shown = " ".join(owing("invoice", "show", "L").out.split())
    assert "lines Beans 3 19.99 USD 19% 59.97 Care 1 100.00 USD 5% 7% 95.00 payments" in shown
    assert "payments 2026-06-15 100.00 USD card history" in shown


# Billing deals


@pytest.fixture
def sold(crm: Crm) -> Crm:
    """A deal of two products at two tax rates, won."""
    crm("company", "add", "Acme")
    crm("product", "add", "Grinder", "--list-price", "100", "--currency", "EUR", "--tax-rate", "19")
    crm("product", "add", "Beans", "--list-price", "9.99", "--currency", "EUR", "--tax-rate", "7")
    crm("deal", "add", "Lobby", "--company", "Acme", "--currency", "EUR")
    crm("deal", "item", "add", "1", "Grinder", "--quantity", "3")
    crm("deal", "item", "add", "1", "Beans", "--quantity", "7", "--discount", "5")
    crm("deal", "win", "1")
    return crm


def billed(crm: Crm) -> list[list[float]]:
    rows = crm("invoice", "list", "--columns", "amount,tax", "-o", "json").json
    return [[row["amount"], row["tax"]] for row in rows]


def test_a_won_deal_is_billed_once(sold: Crm) -> None:
    # 300 + 57.00 tax; 7 × 9.99 − 5 % = 66.4335 → 66.43 + 4.65 tax
    assert sold("deal", "invoice", "1", "--due", "+7d").out == "1\n"
    assert facts(sold, columns="amount,tax,company,deal,due_on,currency") == [
        428.08, 61.65, "Acme", "Lobby", "2026-06-22", "EUR",
    ]  # fmt: skip
    assert [line["product"] for line in facts(sold, columns="lines")[0]] == ["Grinder", "Beans"]  # type: ignore[attr-defined]
    again = sold("deal", "invoice", "1")
    assert (again.code, "428.08 of 428.08 EUR of deal 1 Lobby are billed already" in again.err) == (4, True)
    assert sold("deal", "invoice", "1", "--force").code == 0
    assert billed(sold) == [[428.08, 61.65]] * 2


@pytest.mark.parametrize("shares", [("50%", "50%"), ("33%", "33%", None), ("33.33%", "33.33%", "33.34%")])
def test_shares_come_to_the_whole_to_the_cent(sold: Crm, shares: tuple[str | None, ...]) -> None:
    for share in shares:
        done = sold("deal", "invoice", "1", *(("--share", share) if share else ()))
        assert done.code == 0, done.err
    made = billed(sold)
    assert round(sum(amount for amount, _ in made), 2) == 428.08
    assert round(sum(tax for _, tax in made), 2) == 61.65
    assert sold("deal", "invoice", "1", "--share", "1%").code == 4


def test_a_share_that_is_none_and_a_deal_that_is_open_are_refused(sold: Crm) -> None:
    for share in ("0", "101%"):
        assert "share: give a percentage" in sold("deal", "invoice", "1", "--share", share).err
    sold("deal", "reopen", "1")
    done = sold("deal", "invoice", "1")
    assert (done.code, "deal 1 Lobby is open; win it first" in done.err) == (4, True)
    sold("deal", "add", "Nothing", "--company", "Acme")
    sold("deal", "win", "2")
    assert "has no amount to bill" in sold("deal", "invoice", "2").err


def test_an_agreed_amount_is_what_is_billed_with_the_right_tax(sold: Crm) -> None:
    sold("deal", "edit", "1", "--amount", "333")
    sold("deal", "invoice", "1")
    rows = facts(sold, columns="lines")[0]
    assert round(sum(line["net"] for line in rows), 2) == 333  # type: ignore[attr-defined]
    # −33.43 by shares of 300 and 66.43: −27.37 and −6.06; tax 57 − 5.20 + 4.65 − 0.42
    assert billed(sold) == [[389.03, 56.03]]


def test_a_deal_billed_in_another_currency_is_refused(sold: Crm) -> None:
    sold("invoice", "add", "--deal", "1", "--amount", "5", "--currency", "USD")
    done = sold("deal", "invoice", "1")
    assert (done.code, "is in USD and deal 1 Lobby in EUR" in done.err) == (2, True)


def test_an_accepted_quote_is_billed_to_its_total(sold: Crm) -> None:
    sold("deal", "add", "Offered", "--company", "Acme", "--currency", "EUR")
    sold("deal", "item", "add", "2", "Grinder", "--quantity", "3")
    made = sold("deal", "quote", "2", "--discount", "5%", "--shipping", "12.50", "--shipping-tax", "19")
    assert made.code == 0, made.err
    sold("quote", "accept", "1")
    sold("deal", "win", "2")
    sold("deal", "invoice", "2")
    total = sold("quote", "list", "--columns", "total,tax", "-o", "json").json[0]
    assert facts(sold, columns="amount,tax,quote") == [total["total"], total["tax"], "Q-2026-0001"]


def test_an_invoice_with_priced_lines_keeps_its_currency(sold: Crm) -> None:
    sold("deal", "invoice", "1")
    done = sold("invoice", "edit", "1", "--currency", "USD")
    assert (done.code, "which are none in USD; void it and issue another" in done.err) == (4, True)


def test_an_invoice_outlives_the_deal_that_it_billed(sold: Crm) -> None:
    sold("deal", "invoice", "1")
    assert "still referred to by 1 invoice" in sold("deal", "delete", "1", "--yes").err
    assert sold("deal", "delete", "1", "--yes", "--with-related").code == 0
    assert facts(sold, columns="amount,deal,company") == [428.08, None, "Acme"]


def test_merged_customers_owe_together(owing: Crm) -> None:
    owing("company", "add", "Acme Inc")
    owing("invoice", "add", "--company", "Acme Inc", "--amount", "7")
    owing("company", "merge", "Acme", "Acme Inc", "--yes")
    row = owing("company", "list", "--columns", "open_amount", "-o", "json").json
    assert row == [{"open_amount": 107.00, "currency": "USD"}]


# What customers owe


def test_the_customers_picture_tells_what_is_owed(owing: Crm) -> None:
    owing("invoice", "add", "--company", "Acme", "--amount", "50", "--currency", "EUR")
    owing("invoice", "pay", "1", "30")
    later = {"CRM_TODAY": "2026-07-04"}
    shown = owing("company", "show", "Acme", env=later).out
    assert "  paid 0.00 EUR, open 50.00, ! overdue 50.00 for 5 days\n" in shown
    assert "  paid 30.00 USD, open 70.00, ! overdue 70.00 for 5 days\n" in shown
    row = owing("company", "list", "--columns", "paid_amount,open_amount", "-o", "json").json[0]
    assert row == {"paid_amount": 30.00, "open_amount": 70.00, "currency": "USD"}
    today = owing("today", "-o", "json", env=later).json
    assert [(row["what"], row["id"], row["why"], row["amount"], row["currency"]) for row in today] == [
        ("unpaid", 1, "5 days overdue, INV-2026-0001", 70.00, "USD"),
        ("unpaid", 2, "5 days overdue, INV-2026-0002", 50.00, "EUR"),
    ]


def test_a_persons_invoices_are_the_companys_too(owing: Crm) -> None:
    owing("contact", "add", "Jane Doe", "--company", "Acme")
    owing("invoice", "add", "--contact", "Jane Doe", "--amount", "8")
    assert facts(owing, "2", "company,contact") == ["Acme", "Jane Doe"]
    row = owing("contact", "list", "--columns", "paid_amount,open_amount", "-o", "json").json[0]
    assert row == {"paid_amount": 0.00, "open_amount": 8.00, "currency": "USD"}


@pytest.mark.parametrize(("day", "warns"), [("2026-07-29", False), ("2026-07-30", True)])
def test_a_new_deal_warns_of_a_customer_who_owes_for_too_long(owing: Crm, day: str, warns: bool) -> None:
    said = owing("deal", "add", "More", "--company", "Acme", env={"CRM_TODAY": day}).err
    assert ("Acme owes 100.00 USD: 1 invoice overdue, the oldest for 31 days" in said) is warns


def receivables(crm: Crm, *args: str) -> dict[str, tuple[int, float]]:
    rows = crm("report", "receivables", *args, "-o", "json").json
    return {row["bucket"]: (row["invoices"], row["amount"]) for row in rows if row["invoices"]}


def test_a_period_of_receivables_says_as_of_when_it_is_told(owing: Crm) -> None:
    told = owing("report", "receivables", "--until", "2026-01-01")
    assert (told.out, "as of 2026-06-15: see --as-of" in told.err) == ("", True)
    assert "as of" not in owing("report", "receivables", "--until", "2026-07-01", "--as-of", "2026-07-01").err


def test_receivables_as_of_a_day_know_nothing_of_later(owing: Crm) -> None:
    owing("invoice", "pay", "1", "40", "--on", "2026-06-20", env={"CRM_TODAY": "2026-06-20"})
    later = {"CRM_TODAY": "2027-01-01"}
    owing("invoice", "pay", "1", "--full", "--on", "2026-07-30", env=later)
    found = {
        day: receivables(owing, "--as-of", day)
        for day in ("2026-06-14", "2026-06-19", "2026-06-20", "2026-06-29", "2026-06-30", "2026-07-29",
                    "2026-07-30")
    }  # fmt: skip
    assert found == {
        "2026-06-14": {}, "2026-06-19": {"current": (1, 100.00)}, "2026-06-20": {"current": (1, 60.00)},
        "2026-06-29": {"current": (1, 60.00)}, "2026-06-30": {"1-30": (1, 60.00)},
        "2026-07-29": {"1-30": (1, 60.00)}, "2026-07-30": {},
    }  # fmt: skip


def test_buckets_begin_and_end_where_they_say(crm: Crm) -> None:
    crm("company", "add", "Acme")
    days = {
        0: "current",
        1: "1-30",
        30: "1-30",
        31: "31-60",
        60: "31-60",
        61: "61-90",
        90: "61-90",
        91: "90+",
    }
    for late in days:
        due = ("--issued-on", "2026-01-01", "--due-on", f"-{late}d" if late else "today")
        assert crm("invoice", "add", "--company", "Acme", "--amount", "1", *due).code == 0
    wanted = {bucket: list(days.values()).count(bucket) for bucket in days.values()}
    assert receivables(crm) == {bucket: (count, float(count)) for bucket, count in wanted.items()}


def test_unlike_currencies_are_not_added_without_a_rate(owing: Crm) -> None:
    owing("invoice", "add", "--company", "Acme", "--amount", "50", "--currency", "EUR")
    rows = owing("report", "receivables", "-o", "json").json
    assert [(r["currency"], r["amount"]) for r in rows if r["bucket"] == "current"] == [
        ("EUR", 50),
        ("USD", 100),
    ]
    done = owing("report", "receivables", "--in", "USD", "-o", "json")
    assert [row["amount"] for row in done.json if row["amount"]] == [100]
    assert "left out, having no rate to convert with: 1 (invoice 2)" in done.err


def test_revenue_grows_against_the_month_before_or_the_year_before(crm: Crm) -> None:
    crm("company", "add", "Acme")
    for day, amount in (
        ("2025-05-02", "80"),
        ("2026-04-30", "100"),
        ("2026-05-01", "120"),
        ("2026-06-02", "9"),
    ):
        crm("invoice", "add", "--company", "Acme", "--amount", amount, "--issued-on", day)
    rows = crm("report", "revenue", "-o", "json").json
    assert [(row["period"], row["amount"], row["growth_pct"]) for row in rows] == [
        ("2025-05", 80, None), ("2026-04", 100, None), ("2026-05", 120, 20), ("2026-06", 9, None),
    ]  # fmt: skip
    rows = crm("report", "revenue", "--against", "year", "--period", "2026-05", "-o", "json").json
    assert [(row["period"], row["growth_pct"]) for row in rows] == [("2026-05", 50)]
    by = crm("report", "revenue", "--by", "company", "--period", "2026-05", "-o", "json")
    assert (by.json[0]["company"], by.json[0]["amount"], by.json[0]["growth_pct"]) == ("Acme", 120, 20)
    assert "growth is against 2026-04-01 to 2026-04-30" in by.err


def test_revenue_by_product_follows_the_lines(sold: Crm) -> None:
    sold("deal", "invoice", "1")
    rows = sold("report", "revenue", "--by", "product", "-o", "json").json
    assert {row["product"] for row in rows} == {"Grinder", "Beans"}
    assert round(sum(row["amount"] for row in rows), 2) == 428.08


def test_a_store_without_invoices_tells_revenue_from_deals_won(sold: Crm) -> None:
    told = sold("report", "revenue", "-o", "json")
    assert (told.json[0]["amount"], "no invoices here: deals won are counted" in told.err) == (366.43, True)
    sold("invoice", "add", "--company", "Acme", "--amount", "5")
    assert sold("report", "revenue", "-o", "json").json[0]["amount"] == 5
    assert sold("report", "revenue", "--from", "deals", "-o", "json").json[0]["amount"] == 366.43


# Properties

parts = st.lists(st.tuples(st.integers(1, 28), st.integers(-50, 90)), max_size=8)


@given(parts, st.integers(1, 200))
def test_settled_is_the_first_day_from_which_all_is_covered_for_good(
    found: list[tuple[int, int]], amount: int
) -> None:
    def of(day: int) -> str:
        return f"2026-06-{day:02}"

    def since(sign: int) -> str | None:
        rows = [{"day": of(day), "amount": sign * paid} for day, paid in found]
        return payments.settled(rows, sign * amount, "2026-01-01")

    covered = [sum(paid for at, paid in found if at <= day) >= amount for day in range(1, 29)]
    days = [day for day in range(1, 29) if all(covered[day - 1 :])]
    assert since(1) == since(-1) == (of(days[0]) if days else None)


def test_revenue_by_company_parts_the_currencies_of_each(crm: Crm) -> None:
    crm("contact", "add", "Jane Doe")
    bought = (
        ("Acme", "EUR", 100),
        ("Acme", "EUR", 20),
        ("Acme", "JPY", 5000),
        ("Beta", "EUR", 7),
        ("", "EUR", 3),
        ("", "JPY", 9),
    )
    for name in ("Acme", "Beta"):
        crm("company", "add", name)
    for name, currency, amount in bought:
        whom = ("--company", name) if name else ("--contact", "Jane Doe")
        crm(
            "invoice",
            "add",
            *whom,
            "--amount",
            str(amount),
            "--currency",
            currency,
            "--issued-on",
            "2026-05-02",
        )
    wanted = [
        ("Acme", 120, 2, "EUR"),
        ("Beta", 7, 1, "EUR"),
        (None, 3, 1, "EUR"),
        ("Acme", 5000, 1, "JPY"),
        (None, 9, 1, "JPY"),
    ]
    for period in ((), ("--period", "2026-05")):
        rows = crm("report", "revenue", "--by", "company", *period, "-o", "json").json
        assert [(row["company"], row["amount"], row["sales"], row["currency"]) for row in rows] == wanted
