"""Invoices from files: accounting programs' exports and two public data sets whose answers are known; their export."""

import sqlite3
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import Crm

DATA = Path(__file__).parents[1].parent / "shared" / "data" / "transactions"
shared = pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not beside the project")
LEDGER = str(DATA / "WA_Fn-UseC_-Accounts-Receivable.csv")
CDS = str(DATA / "CDNOW_sample.txt")
CDS_ARE = ("--map", "2=company.external_id", "--map", "3=issued_on,paid_on", "--map", "5=amount")
XERO = """*ContactName,InvoiceNumber,InvoiceDate,DueDate,Total,InvoiceAmountPaid,InvoiceAmountDue,Status,Currency
Acme Ltd,X-1,2026-01-05,2026-02-04,119.00,119.00,0.00,PAID,EUR
Acme Ltd,X-2,2026-02-05,2026-03-04,238.00,38.00,200.00,AUTHORISED,EUR
Beta,X-3,2026-02-05,2026-03-04,10.00,0.00,0.00,VOIDED,EUR
"""
DATEV = """Belegfeld 1;Kundennummer;Kunde;EU-Land u. USt-ID;Belegdatum;Fälligkeit;Umsatz (ohne Soll/Haben-Kz);WKZ Umsatz
R-100;10001;Acme GmbH;DE 123 456 789;05.01.2026;04.02.2026;1.190,00;EUR
R-101;10002;Beta;DE999999999;15.02.2026;17.03.2026;50,00;EUR
"""
QUICKBOOKS = """Invoice no,Customer,Invoice Date,Due Date,Balance,Total,Status
1001,Acme Ltd,01/15/2026,02/14/2026,50.00,150.00,Overdue
1002,Acme Ltd,01/25/2026,02/24/2026,0.00,150.00,Paid
"""
FRESHBOOKS = """Client Name,Invoice #,Date Issued,Invoice Status,Date Paid,Total,Currency
Gamma,0000012,2026-03-01,paid,2026-03-20,600.00,USD
"""


def ask(store: Path, question: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(store)
    try:
        return connection.execute(question).fetchall()
    finally:
        connection.close()


def read(crm: Crm, folder: Path, text: str, *options: str) -> list[list[object]]:
    """Import a file twice, which changes nothing the second time; gives the invoices."""
    file = folder / "invoices.csv"
    file.write_text(text, encoding="utf-8")
    first = crm("invoice", "import", str(file), *options)
    assert first.code == 0, first.err
    again = crm("invoice", "import", str(file), "-o", "json", *options).json
    assert (again["unchanged"], again["linked"]) == (again["read"], {})
    columns = "number,company,issued_on,due_on,paid_on,amount,paid,currency,status"
    rows = crm("invoice", "list", "--columns", columns, "-o", "json").json
    return [[row[name] for name in columns.split(",")] for row in rows]


def test_what_was_paid_and_what_is_void_is_told_by_amounts_and_words(crm: Crm, tmp_path: Path) -> None:
    assert read(crm, tmp_path, XERO) == [
        ["X-1", "Acme Ltd", "2026-01-05", "2026-02-04", "2026-02-04", 119, 119, "EUR", "paid"],
        ["X-2", "Acme Ltd", "2026-02-05", "2026-03-04", None, 238, 38, "EUR", "overdue"],
        ["X-3", "Beta", "2026-02-05", "2026-03-04", None, 10, 0, "EUR", "void"],
    ]


def test_a_balance_says_what_was_paid(crm: Crm, tmp_path: Path) -> None:
    assert read(crm, tmp_path, QUICKBOOKS) == [
        ["1001", "Acme Ltd", "2026-01-15", "2026-02-14", None, 150, 100, "USD", "overdue"],
        ["1002", "Acme Ltd", "2026-01-25", "2026-02-24", "2026-02-24", 150, 150, "USD", "paid"],
    ]


def test_a_day_of_payment_is_kept(crm: Crm, tmp_path: Path) -> None:
    assert read(crm, tmp_path, FRESHBOOKS) == [
        ["0000012", "Gamma", "2026-03-01", "2026-03-31", "2026-03-20", 600, 600, "USD", "paid"]
    ]


def test_customers_are_found_by_key_then_tax_number_then_name(crm: Crm, tmp_path: Path) -> None:
    crm("company", "add", "Acme Holding", "--tax-number", "DE123456789")
    crm("company", "add", "Beta")
    rows = read(crm, tmp_path, DATEV)
    assert [(row[0], row[1], row[5]) for row in rows] == [
        ("R-100", "Acme Holding", 1190),
        ("R-101", "Beta", 50),
    ]
    known = crm("company", "list", "--columns", "name,external_id", "-o", "json").json
    assert [(row["name"], row["external_id"]) for row in known] == [
        ("Acme Holding", "10001"),
        ("Beta", "10002"),
    ]


def test_a_new_customer_keeps_the_tax_number(crm: Crm, tmp_path: Path) -> None:
    read(crm, tmp_path, DATEV)
    known = crm("company", "list", "--columns", "name,tax_number", "-o", "json").json
    assert {row["name"]: row["tax_number"] for row in known} == {
        "Acme GmbH": "DE 123 456 789", "Beta": "DE999999999"
    }  # fmt: skip


def test_an_invoice_for_nobody_known_is_refused_with_no_create(crm: Crm, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text(XERO)
    done = crm("invoice", "import", str(file), "--no-create")
    assert (done.code, 'there is no company "Acme Ltd"; leave out --no-create' in done.err) == (1, True)


def test_a_row_without_a_day_is_refused(crm: Crm, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("invoice number,customer,total\n1,Acme,5\n")
    done = crm("invoice", "import", str(file))
    assert (done.code, "line 2: issued_on: an invoice has the day it was issued" in done.err) == (1, True)


def test_a_later_file_brings_what_was_paid_since(crm: Crm, tmp_path: Path) -> None:
    header = "invoice number,customer,invoice date,due date,total,balance,date paid\n"
    read(crm, tmp_path, header + "A-1,Acme,2026-05-01,2026-05-31,100,100,\n")
    rows = read(crm, tmp_path, header + "A-1,Acme,2026-05-01,2026-05-31,100,60,2026-05-20\n")
    assert rows[0][4:7] == [None, 100, 40]
    rows = read(crm, tmp_path, header + "A-1,Acme,2026-05-01,2026-05-31,100,0,2026-06-02\n")
    assert rows[0][4:7] == ["2026-06-02", 100, 100]


def test_everything_of_an_invoice_goes_out_and_comes_back(crm: Crm, tmp_path: Path) -> None:
    read(crm, tmp_path, XERO)
    lines = '[{"text":"Beans","quantity":3,"unit_price":"19.99","tax_pct":19}]'
    crm(
        "invoice",
        "add",
        "--company",
        "Acme Ltd",
        "--set",
        f"lines={lines}",
        "--tags",
        "a",
        "--reference",
        "PO 7",
    )
    crm("invoice", "pay", "INV-2026-0001", "20", "--method", "card", "--reference", "R1")
    crm("invoice", "add", "V", "--company", "Beta", "--amount", "3")
    crm("invoice", "void", "V", "--reason", "Sent twice")
    files = {noun: tmp_path / f"{noun}.csv" for noun in ("company", "invoice")}
    for noun, file in files.items():
        file.write_text(crm(noun, "export").out, encoding="utf-8")
    fresh = {"CRM_DB": str(tmp_path / "fresh.db")}
    done = crm("import", *map(str, files.values()), env=fresh)
    assert done.code == 0, done.err
    for noun, file in files.items():
        assert crm(noun, "export", env=fresh).out == file.read_text(encoding="utf-8")


@shared
def test_a_ledger_of_two_years_gives_its_known_answers(crm: Crm, store: Path) -> None:
    report = crm("invoice", "import", LEDGER, "-o", "json").json
    assert (report["created"], report["linked"]) == (2466, {"company": 100})
    assert crm("invoice", "import", LEDGER, "-o", "json").json["unchanged"] == 2466
    assert ask(store, "SELECT sum(amount) FROM invoice") == [(1477031800,)]
    owed = crm("report", "receivables", "--as-of", "2013-06-30", "-o", "json").json
    assert [(row["bucket"], row["invoices"], row["amount"]) for row in owed if row["invoices"]] == [
        ("current", 72, 4284.29), ("1-30", 12, 835.56),
    ]  # fmt: skip
    [paid] = crm("report", "payments", "-o", "json").json
    assert (paid["invoices"], paid["late"], paid["mean_days_late"]) == (2466, 877, 3.442)
    assert "8,489 days late ÷ 2,466 paid" in crm("report", "payments", "--explain").out
    by = crm("report", "receivables", "--as-of", "2013-06-30", "--by", "company", "-o", "json").json
    assert round(sum(row["amount"] for row in by), 2) == 5119.85
    revenue = crm("report", "revenue", "--by", "year", "-o", "json").json
    assert round(sum(row["amount"] for row in revenue), 2) == 147703.18


@shared
def test_purchases_without_header_or_number_are_the_same_when_they_come_again(crm: Crm, store: Path) -> None:
    report = crm("invoice", "import", CDS, *CDS_ARE, "-o", "json").json
    assert (report["created"], report["linked"]) == (6919, {"company": 2357})
    again = crm("invoice", "import", CDS, *CDS_ARE, "-o", "json").json
    assert (again["unchanged"], again["linked"]) == (6919, {})
    found = ask(
        store,
        "SELECT count(*), sum(amount), sum(amount = 0), count(number), sum(settled_on = issued_on) FROM invoice",
    )
    assert found == [(6919, 2440919400, 8, 0, 6919)]
    if find_spec("scipy"):  # what Fader, Hardie and Lee published of the same customers
        asked = ("report", "clv", "--until", "1997-09-30", "--explain", "-o", "json")
        purchasing, spending = crm(*asked, env={"CRM_TODAY": "1998-06-30"}).json
        told = [purchasing[name] for name in ("r", "alpha", "a", "b")]
        assert told == pytest.approx([0.2425945, 4.4136019, 0.7929199, 2.4258881], rel=0.005)
        assert purchasing["log_likelihood"] == pytest.approx(-9582.429, abs=0.05)
        assert [spending[name] for name in ("p", "q", "gamma")] == pytest.approx(
            [6.25, 3.74, 15.44], rel=0.005
        )
    crm("invoice", "add", "--company", "#0001", "--amount", "5")
    assert crm("invoice", "list", "INV-2026-0001", "--count").out == "1\n"
