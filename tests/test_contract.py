"""Contracts: entitlement, renewal by a deal, the next term, what lists and pictures tell."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import Crm
from furnishing import furnished
from hypothesis import given
from hypothesis import strategies as st

from crm_cli import db
from crm_cli.rules import contract as rules
from crm_cli.rules import records


@furnished
def care(crm: Crm) -> Crm:
    """A customer with a person, and a contract that ends in two weeks."""
    crm("company", "add", "Acme")
    crm("contact", "add", "Jane Doe", "--company", "Acme")
    crm(
        "contract", "add", "Care plan", "--company", "Acme", "--starts-on", "2025-07-01", "--ends-on",
        "2026-06-30", "--value", "1200", "--currency", "EUR",
    )  # fmt: skip
    return crm


def test_a_contract_has_a_number_the_persons_company_and_a_currency(care: Crm) -> None:
    care("contract", "add", "Hosting", "--contact", "Jane Doe", "--value", "10.005", "--currency", "JPY")
    made = care("contract", "list", "Hosting", "-o", "json").json[0]
    assert (made["number"], made["company"], made["value"], made["status"]) == (
        "CT-2026-0002", "Acme", 10, "active"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (("--starts-on", "2026-02-01", "--ends-on", "2026-01-31"), 2, "ends_on: 2026-01-31 is before"),
        (
            ("--ends-on", "2026-02-01", "--next-ends-on", "2026-02-01"),
            2,
            "next_ends_on: 2026-02-01 is no later",
        ),
        (("--renewal-reminder-days", "-1"), 2, "renewal_reminder_days: give how many days"),
        (("--number", "CT-2026-0001"), 4, "contract 1 Care plan has the number CT-2026-0001 already"),
        (("--company", "Nobody"), 3, "no company answers to 'Nobody'"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    care: Crm, given: tuple[str, ...], code: int, said: str
) -> None:
    done = care("contract", "add", "Wrong", *given)
    assert (done.code, done.err.count("\n")) == (code, 1)
    assert said in done.err
    assert care("contract", "list", "--count").out == "1\n"


def test_an_edit_that_ends_a_contract_before_its_start_is_refused(care: Crm) -> None:
    done = care("contract", "edit", "1", "--ends-on", "2025-06-30")
    assert (done.code, done.out) == (2, "")
    assert "before the contract starts, on 2025-07-01" in done.err


@pytest.mark.parametrize(
    ("today", "status", "left", "due"),
    [
        ("2025-06-30", "not_started", 365, False),
        ("2026-05-30", "active", 31, False),
        ("2026-05-31", "active", 30, True),
        ("2026-06-30", "active", 0, True),
        ("2026-07-01", "expired", -1, False),
    ],
)
def test_its_days_say_where_a_contract_stands(
    care: Crm, today: str, status: str, left: int, due: bool
) -> None:
    asked = ("contract", "list", "--columns", "status,days_left,renewal_due", "-o", "json")
    found = care(*asked, env={"CRM_TODAY": today}).json
    assert found == [{"status": status, "days_left": left, "renewal_due": due}]


def test_a_renewal_is_a_deal_and_winning_it_tells_of_the_next_term(care: Crm) -> None:
    done = care("contract", "renew", "CT-2026-0001", "--value", "1300", "--until", "2027-12-31")
    assert (done.code, done.out) == (0, "1\n")
    assert done.err.splitlines()[0] == "deal 1 Care plan – renewal: expected 2026-06-30, 1,300.00 EUR"
    deal = care(
        "deal", "list", "--columns", "name,type,company,amount,currency,expected_close", "-o", "json"
    ).json
    assert deal == [
        {
            "name": "Care plan – renewal",
            "type": "renewal",
            "company": "Acme",
            "amount": 1300.00,
            "currency": "EUR",
            "expected_close": "2026-06-30",
        }
    ]
    assert care("contract", "list", "renewal_due=yes", "--count").out == "0\n"
    won = care("deal", "win", "1", "--amount", "1250")
    assert "`crm contract extend CT-2026-0001` makes its next term" in won.err
    assert care("contract", "extend", "CT-2026-0001").out == "2\n"
    term = care(
        "contract", "list", "2", "--columns", "name,company,starts_on,ends_on,value,renewed_from", "-o", "json"
    ).json[0]  # fmt: skip
    assert term == {
        "name": "Care plan",
        "company": "Acme",
        "starts_on": "2026-07-01",
        "ends_on": "2027-12-31",
        "value": 1250.00,
        "renewed_from": "Care plan",
        "currency": "EUR",
    }


def test_renewing_twice_is_refused_and_names_the_deal(care: Crm) -> None:
    care("contract", "renew", "1")
    again = care("contract", "renew", "1")
    assert (again.code, again.out) == (4, "")
    assert "renewed by deal 1 Care plan – renewal, which is open" in again.err
    early = care("contract", "extend", "1")
    assert (early.code, early.out) == (4, "")
    assert "open; win it first" in early.err
    care("deal", "win", "1")
    assert "which is won; `crm contract extend` makes the next term" in care("contract", "renew", "1").err
    assert care("contract", "extend", "1").code == 0
    for verb in ("renew", "extend"):
        done = care("contract", verb, "1")
        assert (done.code, done.out) == (4, "")
        assert "followed by contract CT-2026-0002 Care plan already" in done.err
    assert care("deal", "list", "--count").out == "1\n"


def test_a_lost_renewal_may_be_tried_again(care: Crm) -> None:
    care("contract", "renew", "1")
    care("deal", "lose", "1", "--reason", "price")
    assert care("contract", "renew", "1", "--value", "1000").out == "2\n"
    assert care("contract", "list", "1", "--columns", "renewal_deal_id").out == "2\n"


def test_all_that_are_due_are_renewed_at_once(care: Crm) -> None:
    care("contract", "add", "Later", "--company", "Acme", "--ends-on", "2027-06-30")
    assert care("contract", "renew", "renewal_due=yes").code == 2  # nobody can be asked
    assert care("contract", "renew", "renewal_due=yes", "--dry-run").err.endswith("would make deal 1\n")
    assert care("deal", "list", "--count").out == "0\n"
    assert care("contract", "renew", "renewal_due=yes", "--yes").out == "1\n"
    assert care("contract", "renew", "renewal_due=yes", "--yes").err == "no contract to renew\n"


@pytest.mark.parametrize(
    ("edit", "code", "said"),
    [
        (("--status", "cancelled"), 2, "was cancelled; set its status to active first"),
        (("--unset", "ends_on"), 2, "has no last day"),
    ],
)
def test_what_cannot_be_followed_is_not_extended(
    care: Crm, edit: tuple[str, ...], code: int, said: str
) -> None:
    care("contract", "edit", "1", *edit)
    done = care("contract", "extend", "1")
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_each_step_of_a_renewal_is_undone_and_redone(care: Crm) -> None:
    before = care("contract", "export").out
    care("contract", "renew", "1", "--until", "2027-12-31")
    renewed = care("contract", "export").out
    care("deal", "win", "1")
    care("contract", "extend", "1")
    extended = care("contract", "export").out
    care("undo", "2", "--yes")
    assert care("contract", "export").out == renewed
    care("undo", "--yes")
    assert (care("contract", "export").out, care("deal", "list").out) == (before, "")
    for _ in range(2):
        care("redo", "--yes")
    assert care("contract", "export").out == extended


def test_contracts_come_back_byte_for_byte(care: Crm, tmp_path: Path) -> None:
    care("contract", "renew", "1", "--until", "2027-12-31")
    care("deal", "win", "1")
    care("contract", "extend", "1")
    whole = care("contract", "export").out
    file, other = tmp_path / "contracts.csv", {"CRM_DB": str(tmp_path / "other.db")}
    file.write_text(whole, encoding="utf-8")
    for noun in ("company", "contact", "deal"):
        part = tmp_path / f"{noun}.csv"
        part.write_text(care(noun, "export").out, encoding="utf-8")
        care(noun, "import", str(part), env=other)
    done = care("contract", "import", str(file), env=other)
    assert done.code == 0, done.err
    assert care("contract", "export", env=other).out == whole
    again = care("contract", "import", str(file), "-o", "json", env=other).json
    assert (again["unchanged"], again["created"], again["updated"]) == (2, 0, 0)


def test_another_programs_contracts_are_read(crm: Crm, tmp_path: Path) -> None:
    file = tmp_path / "contracts.csv"
    file.write_text(
        "Contract Number,Account Name,Contract Start Date,Contract End Date,Status,Owner Expiration Notice\n"
        "00000101,Acme,2026-01-01,2026-12-31,Activated,60\n"
        "00000102,Acme,2026-07-01,2027-06-30,Draft,\n",
        encoding="utf-8",
    )
    done = crm("contract", "import", str(file), "-o", "json")
    assert done.json["created"] == 2, done.err
    columns = "number,name,company,starts_on,ends_on,status,renewal_reminder_days"
    assert crm("contract", "list", "--columns", columns).lines == [
        "00000101\t00000101\tAcme\t2026-01-01\t2026-12-31\tactive\t60",
        "00000102\t00000102\tAcme\t2026-07-01\t2027-06-30\tnot_started\t30",
    ]
    again = crm("contract", "import", str(file), "-o", "json").json
    assert (again["unchanged"], again["created"]) == (2, 0)


def test_the_picture_tells_terms_and_what_is_next(care: Crm) -> None:
    care("call", "contract:1", "About the price", "--next", "Send terms", "--due", "fri")
    care("contract", "extend", "1")
    seen = care("contract", "show", "CT-2026-0001").out
    for line in (
        "days_left              15",
        "  CT-2026-0001  2025-07-01  2026-06-30  1,200.00  EUR  active",
        "  CT-2026-0002  2026-07-01  2027-06-30  1,200.00  EUR  not_started",
        "Send terms",
        "About the price",
    ):
        assert line in seen


def test_search_tells_whose_contract_it_is(care: Crm) -> None:
    assert care("search", "care", "plan").lines == ["contract\t1\tCare plan\tAcme"]
    assert care("search", "CT-2026-0001").lines == ["contract\t1\tCare plan\tAcme"]


def test_a_deleted_deal_or_contract_takes_no_other_contract_along(care: Crm) -> None:
    care("contract", "renew", "1")
    care("deal", "delete", "1", "--with-related", "--yes")
    care("contract", "extend", "1")
    assert care("contract", "delete", "1", "--yes").code == 4
    care("contract", "delete", "1", "--with-related", "--yes")
    assert care("contract", "list", "--columns", "number,renewed_from").lines == ["CT-2026-0002\t"]


# For `active_for`: what differs from a contract of the company for everything, all year.
CASES = {
    "its own": ({}, True),
    "its parent's": ({"company_id": 1}, True),
    "another company's": ({"company_id": 3}, False),
    "for the product": ({"product_id": 1}, True),
    "for another product": ({"product_id": 2}, False),
    "on hold": ({"status": "on_hold"}, False),
    "cancelled": ({"status": "cancelled"}, False),
    "ends on the day": ({"ends_on": "2026-06-15"}, True),
    "ended the day before": ({"ends_on": "2026-06-14"}, False),
    "begins on the day": ({"starts_on": "2026-06-15"}, True),
    "begins the day after": ({"starts_on": "2026-06-16"}, False),
    "without days": ({"starts_on": None, "ends_on": None}, True),
    "not started, without days": ({"starts_on": None, "ends_on": None, "status": "not_started"}, False),
}


@pytest.mark.parametrize(("differs", "holds"), CASES.values(), ids=CASES)
def test_a_case_falls_under_an_active_contract(store: Path, differs: dict[str, object], holds: bool) -> None:
    with db.change(store, "test") as change:
        for number, parent in enumerate((None, 1, None), 1):
            records.add(change, "company", name=f"Company {number}", parent_id=parent)
        for name in ("Grinder", "Brewer"):
            records.add(change, "product", name=name)
        said = {"name": "Care", "company_id": 2, "starts_on": "2026-01-01", "ends_on": "2026-12-31"} | differs
        made = records.add(change, "contract", **said)
        assert rules.active_for(change, 2, 1, "2026-06-15") == (made.id if holds else None)


def test_a_policy_goes_before_a_later_start(store: Path) -> None:
    with db.change(store, "test") as change:
        company = records.add(change, "company", name="Acme").id
        person = records.add(change, "contact", name="Jo Private").id
        policy = records.add(change, "sla", name="Gold").id

        def add(**said: object) -> int:
            return records.add(change, "contract", name="Care", **said).id

        early = add(company_id=company, starts_on="2025-01-01")
        late = add(company_id=company, starts_on="2026-01-01")
        own = add(contact_id=person, starts_on="2026-01-01")
        assert rules.active_for(change, company, None, "2026-06-15") == late
        records.edit(change, "contract", early, sla_policy_id=policy)
        assert rules.active_for(change, company, None, "2026-06-15") == early
        assert rules.active_for(change, None, None, "2026-06-15") is None
        assert rules.active_for(change, None, None, "2026-06-15", contact_id=person) == own


@pytest.mark.parametrize(
    ("starts", "ends", "following"),
    [
        ("2025-07-01", "2026-06-30", ("2026-07-01", "2027-06-30")),
        (
            "2024-03-01",
            "2025-02-28",
            ("2025-03-01", "2026-02-28"),
        ),  # the next one has no leap day, nor had it
        ("2023-03-01", "2024-02-29", ("2024-03-01", "2025-02-28")),
        ("2026-01-15", "2026-04-14", ("2026-04-15", "2026-07-14")),
        ("2026-01-01", "2026-01-10", ("2026-01-11", "2026-01-20")),  # ten days
        ("2026-05-05", "2026-05-05", ("2026-05-06", "2026-05-06")),
        (None, "2026-06-30", ("2026-07-01", None)),
    ],
)
def test_the_next_term_is_as_long(starts: str | None, ends: str, following: tuple[str, str | None]) -> None:
    assert rules.next_term(starts, ends) == following


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 4000))
def test_terms_follow_without_a_gap_and_never_end_before_they_start(start: date, days: int) -> None:
    end = start + timedelta(days)
    first, last = rules.next_term(start.isoformat(), end.isoformat())
    assert first == (end + timedelta(1)).isoformat()
    assert last is not None
    assert last >= first
    assert (
        abs((date.fromisoformat(last) - date.fromisoformat(first)).days - days) <= 3
    )  # months differ so much
