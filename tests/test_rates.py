"""Rates of exchange by day: from files of two shapes, and what they do to amounts."""

from pathlib import Path

import pytest
from conftest import Crm

ECB = """Date,USD,JPY,GBP,CYP,
2026-06-12,1.0842,170.10,0.8450,N/A,
2026-06-11,1.0800,169.00,0.8440,N/A,
"""


@pytest.fixture
def ecb(tmp_path: Path) -> str:
    file = tmp_path / "eurofxref-hist.csv"
    file.write_text(ECB)
    return str(file)


def rates(crm: Crm) -> dict[tuple[str, str], str]:
    rows = crm("rate", "list", "--columns", "currency,day,rate", "-o", "json").json
    return {(row["currency"], row["day"]): row["rate"] for row in rows}


def test_a_column_for_each_currency_is_told_in_the_own_one(crm: Crm, ecb: str) -> None:
    assert "rates: 6 created" in crm("config", "rates", "import", ecb).err
    assert "rates: 6 unchanged" in crm("config", "rates", "import", ecb).err
    found = rates(crm)
    assert found["EUR", "2026-06-12"] == "1.0842"
    assert found["GBP", "2026-06-12"] == "1.28307692308"  # 1.0842 ÷ 0.8450
    assert found["JPY", "2026-06-11"] == "0.00639053254438"  # 1.08 ÷ 169


def test_only_the_currencies_that_are_named_are_taken(crm: Crm, ecb: str) -> None:
    crm("config", "rates", "import", ecb, "--only", "gbp")
    assert {currency for currency, _ in rates(crm)} == {"GBP"}


def test_a_row_for_each_currency_and_day_is_read_and_mended(crm: Crm, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("Currency;Date;Rate\nEUR;2026-06-12;1,0842\nGBP;2026-06-12;1.28\n")
    assert "2 created" in crm("config", "rates", "import", str(file)).err
    file.write_text("Currency;Date;Rate\nEUR;2026-06-12;1,09\nGBP;2026-06-12;1.28\n")
    assert "1 updated, 1 unchanged" in crm("config", "rates", "import", str(file)).err
    assert rates(crm)["EUR", "2026-06-12"] == "1.09"
    crm("undo", "--yes")
    assert rates(crm)["EUR", "2026-06-12"] == "1.0842"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Currency,Date,Rate\nEUR,2026-06-12,-1\n", "line 2: rate: '-1' is no rate"),
        ("Currency,Date,Rate\nEUR,2026-06-12,0\n", "line 2: rate: '0' is no rate"),
        ("Currency,Date,Rate\nEUR,,1\n", "line 2: a rate needs its day"),
        ("Currency,Date,Rate\nEuros,2026-06-12,1\n", "line 2"),
        ("Date,GBP,JPY\n2026-06-12,0.84,170\n", "has no column USD, your own currency"),
        ("Name,Phone\nAda,1\n", "holds no rates: it needs columns currency, day and rate"),
    ],
)
def test_what_is_no_file_of_rates_is_refused_whole(crm: Crm, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "rates.csv"
    file.write_text(text)
    done = crm("config", "rates", "import", str(file))
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert said in done.err
    assert rates(crm) == {}


def test_a_rate_is_above_nothing_and_one_a_day(crm: Crm) -> None:
    assert crm("rate", "add", "EUR", "--rate", "1.08").code == 0
    assert crm("rate", "add", "EUR", "--rate", "1.09").code == 4
    assert crm("rate", "add", "EUR", "--day", "2026-06-14", "--rate", "0").code == 2
    assert crm("rate", "add", "USD", "--rate", "1").code == 2
    assert rates(crm) == {("EUR", "2026-06-15"): "1.08"}


@pytest.mark.parametrize(
    ("day", "rate"),
    [("2026-06-10", None), ("2026-06-11", "1.08"), ("2026-06-12", "1.0842"), ("2026-06-15", "1.0842")],
)
def test_an_invoice_has_the_latest_rate_on_or_before_its_day(
    crm: Crm, ecb: str, day: str, rate: str | None
) -> None:
    crm("config", "rates", "import", ecb)
    crm("company", "add", "Acme")
    crm("invoice", "add", "--company", "Acme", "--amount", "100", "--currency", "EUR", "--issued-on", day)
    assert crm("invoice", "list", "--columns", "rate", "-o", "json").json == [{"rate": rate}]


def test_amounts_are_converted_by_the_rates_on_the_records(crm: Crm, ecb: str) -> None:
    crm("config", "rates", "import", ecb)
    crm("company", "add", "Acme")
    for day in ("2026-06-11", "2026-06-12"):
        crm("invoice", "add", "--company", "Acme", "--amount", "100", "--currency", "EUR", "--issued-on", day)
    found = crm("report", "revenue", "--in", "USD", "-o", "json").json
    assert [(row["amount"], row["currency"]) for row in found] == [(216.42, "USD")]
    crm("rate", "add", "EUR", "--rate", "2")
    assert crm("report", "revenue", "--in", "USD", "-o", "json").json[0]["amount"] == 216.42


def test_a_won_deal_keeps_the_rate_of_the_day_it_closed(crm: Crm, ecb: str) -> None:
    crm("config", "rates", "import", ecb)
    crm("deal", "add", "Engine", "--amount", "100", "--currency", "EUR")
    crm("deal", "win", "1", "--on", "2026-06-11")
    crm("rate", "add", "EUR", "--rate", "2")
    crm("deal", "edit", "1", "--amount", "110")
    assert crm("deal", "list", "--columns", "rate", "-o", "json").json == [{"rate": "1.08"}]


def test_what_was_saved_before_a_rate_was_known_gets_that_of_its_day(
    crm: Crm, ecb: str, tmp_path: Path
) -> None:
    crm("company", "add", "Acme")
    crm("deal", "add", "Won", "--amount", "100", "--currency", "EUR", "--company", "Acme")
    crm("deal", "win", "1", "--on", "2026-06-11")
    crm("deal", "add", "Open", "--amount", "100", "--currency", "EUR")
    crm("deal", "add", "Early", "--amount", "100", "--currency", "EUR")
    crm("deal", "win", "3", "--on", "2026-06-01")
    crm(
        "invoice",
        "add",
        "--company",
        "Acme",
        "--amount",
        "7",
        "--currency",
        "GBP",
        "--issued-on",
        "2026-06-12",
    )
    crm("quote", "add", "--company", "Acme", "--currency", "EUR", "--items", "Work @ 5")

    def held(noun: str) -> list[str | None]:
        return [row["rate"] for row in crm(noun, "list", "--columns", "rate", "-o", "json").json]

    assert held("deal") == [None, None, None]
    done = crm("config", "rates", "import", ecb, "--only", "EUR,GBP")
    assert "given the rate of its day: 2 deals in EUR without one" in done.err
    assert held("deal") == ["1.08", "1.0842", None]  # none is known of the first of June
    assert (held("invoice"), held("quote")) == (["1.28307692308"], ["1.0842"])
    assert "given" not in crm("config", "rates", "import", ecb).err
    assert "1 deal in EUR" in crm("rate", "add", "EUR", "--day", "2026-05-29", "--rate", "1.07").err
    assert held("deal") == ["1.08", "1.0842", "1.07"]
    crm("undo", "--yes")
    assert held("deal") == ["1.08", "1.0842", None]
    own = {"CRM_CONFIG": str(tmp_path / "own.toml")}
    crm("config", "set", "rates.EUR", "3", env=own)
    assert "1 deal in EUR" in crm("config", "rates", "fill", "--dry-run", env=own).err
    assert "1 deal in EUR" in crm("config", "rates", "fill", env=own).err
    assert held("deal") == ["1.08", "1.0842", "3"]
    assert "nothing lacks a rate that is known" in crm("config", "rates", "fill").err
    assert crm("db", "check").code == 0


def test_days_in_another_order_are_read_as_is_said(crm: Crm, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("Currency;Date;Rate\nEUR;03.04.2026;1,1\n")
    refused = crm("config", "rates", "import", str(file))
    assert (refused.code, "give --date-order dmy|mdy" in refused.err) == (2, True)
    assert crm("config", "rates", "import", str(file), "--date-order", "dmy").code == 0
    assert rates(crm) == {("EUR", "2026-04-03"): "1.1"}
    assert crm("config", "rates", "import", str(file), "--date-order", "x").code == 2


def test_a_rate_in_the_settings_goes_before(crm: Crm, ecb: str, tmp_path: Path) -> None:
    own = {"CRM_CONFIG": str(tmp_path / "own.toml")}
    crm("config", "set", "rates.EUR", "3", env=own)
    assert "rates.EUR in the settings go before" in crm("config", "rates", "import", ecb, env=own).err
    crm("deal", "add", "Engine", "--amount", "100", "--currency", "EUR", env=own)
    assert crm("deal", "list", "--columns", "rate", "-o", "json").json == [{"rate": "3"}]
