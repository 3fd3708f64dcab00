"""The rules of leads: contacted, qualified, disqualified, converted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_cli import db
from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.rules import identity, lead, matching, records
from crm_cli.rules.convert import convert
from crm_cli.rules.drafts import Draft


@pytest.fixture
def change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Change]:
    settings = tmp_path / "config.toml"
    settings.write_text('currency = "EUR"\nzone = "UTC"\ncountry = "DE"\n')
    monkeypatch.setenv("CRM_CONFIG", str(settings))
    monkeypatch.setenv("CRM_TODAY", "2026-11-05")
    with db.change(tmp_path / "crm.db", "test") as opened:
        yield opened


def add(change: Change, noun: str, entered: dict[str, Any] | None = None, **values: Any) -> int:
    draft = Draft(values=values, entered=entered or {})
    records.write(change, noun, [draft])
    return draft.id


def row(change: Change, noun: str, number: int | None) -> dict[str, Any]:
    found = change.one(f"SELECT * FROM {noun} WHERE id = ?", number)
    assert found
    return dict(found)


def counts(change: Change) -> tuple[int, ...]:
    return tuple(change.value(f"SELECT count(*) FROM {noun}") for noun in ("company", "contact", "deal"))


def test_a_name_is_split_and_a_phone_compared_in_one_form(change: Change) -> None:
    found = row(change, "lead", add(change, "lead", name="Ada Lovelace", phone="030 1234567"))
    assert (found["first_name"], found["last_name"], found["phone_key"]) == (
        "Ada",
        "Lovelace",
        "+49301234567",
    )
    assert row(change, "lead", add(change, "lead", email="x@y.org"))["name"] == "x@y.org"


def test_converted_is_what_has_a_time_of_conversion(change: Change) -> None:
    made = Draft(values={"name": "A B", "status": "junk"}, entered={"converted": 1}, imported=True)
    other = Draft(values={"name": "C D", "status": "converted"}, entered={"converted": 0}, imported=True)
    records.write(change, "lead", [made, other])
    assert row(change, "leads", made.id)["converted"] == 1
    assert row(change, "lead", made.id)["status"] == "junk"
    assert row(change, "leads", other.id)["converted"] == 0
    with pytest.raises(InvalidError, match="lead convert"):
        add(change, "lead", name="E F", status="converted")


def test_a_score_has_its_scale(change: Change) -> None:
    with pytest.raises(InvalidError, match="0 to 100"):
        add(change, "lead", name="A B", score=101)


def test_contacting_writes_the_touch(change: Change) -> None:
    new = add(change, "lead", name="A B")
    lead.contacted(change, new, "call", "Left a message")
    found = row(change, "leads", new)
    assert (found["status"], found["first_touch_at"]) == ("contacted", "2026-11-05T12:00:00Z")
    assert found["last_touch"] == "2026-11-05T12:00:00Z"
    silent = add(change, "lead", name="C D", status="qualified")
    lead.contacted(change, silent)
    found = row(change, "leads", silent)
    assert (found["status"], found["first_touch_at"]) == ("qualified", "2026-11-05T12:00:00Z")
    assert change.value("SELECT count(*) FROM activity") == 1


def test_qualifying_keeps_what_is_known_and_disqualifying_needs_a_reason(change: Change) -> None:
    new = add(change, "lead", name="A B", budget="10k")
    with pytest.raises(InvalidError, match="--reason"):
        lead.disqualify(change, new, None)
    lead.disqualify(change, new, "other", note="no answer", unmet_need="rental")
    found = row(change, "lead", new)
    assert (found["status"], found["disqualify_reason"], found["disqualify_note"], found["unmet_need"]) == (
        "unqualified",
        "other",
        "no answer",
        "rental",
    )
    lead.qualify(change, new, need="Two machines", budget=None, authority=None, timeframe="Q1")
    found = row(change, "lead", new)
    assert (found["status"], found["disqualify_reason"], found["need"], found["budget"]) == (
        "qualified",
        None,
        "Two machines",
        "10k",
    )
    lead.disqualify(change, new, "other", junk=True)
    assert row(change, "lead", new)["status"] == "junk"


LEAD: dict[str, Any] = {
    "name": "Jane Doe",
    "company_name": "Acme GmbH",
    "email": "jane@acme.example",
    "phone": "+49 30 1234567",
    "title": "Buyer",
    "city": "Berlin",
    "source": "event",
    "est_amount": 90_000_000,
    "tags": '["fair"]',
    "notes": "Met at the fair",
}


def test_converting_makes_company_contact_and_deal_with_all_that_is_known(change: Change) -> None:
    user, campaign = add(change, "user", name="Ann"), add(change, "campaign", name="Fair")
    new = add(change, "lead", owner_id=user, campaign_id=campaign, **LEAD)
    made = convert(change, new)
    found = row(change, "lead", new)
    assert (found["status"], found["converted_at"]) == ("converted", "2026-11-05T12:00:00Z")
    assert {noun: found[f"{noun}_id"] for noun in made} == made
    company, contact = row(change, "company", made["company"]), row(change, "contacts", made["contact"])
    assert (company["name"], company["domain"], company["city"]) == ("Acme GmbH", "acme.example", "Berlin")
    assert (contact["name"], contact["email"], contact["title"]) == ("Jane Doe", "jane@acme.example", "Buyer")
    assert (contact["company"], contact["phone"], contact["notes"]) == (
        "Acme GmbH",
        LEAD["phone"],
        LEAD["notes"],
    )
    deal = row(change, "deals", made["deal"])
    assert (deal["name"], deal["amount"], deal["source"]) == ("Acme GmbH", 90_000_000, "event")
    assert (deal["campaign"], deal["owner"], deal["tags"]) == ("Fair", "Ann", '["fair"]')
    assert (deal["contact"], deal["amount_pinned"]) == ("Jane Doe", 0)
    with pytest.raises(ConflictError, match="was converted on 2026-11-05"):
        convert(change, new)
    with pytest.raises(ConflictError, match="has been converted"):
        lead.qualify(change, new)


def test_who_is_known_is_linked_and_only_what_is_empty_is_filled(change: Change) -> None:
    company = add(change, "company", name="ACME, Inc.", city="Hamburg")
    email = {"email": ["other@acme.example", "JANE@acme.example"]}
    contact = add(change, "contact", email, name="Jane D.", title="Head of purchase", tags='["vip"]')
    new = add(change, "lead", **LEAD)
    made = convert(change, new, deal_name="Machines", amount="1200.50")
    assert (made["company"], made["contact"]) == (company, contact)
    assert counts(change) == (1, 1, 1)
    found = row(change, "contacts", contact)
    assert (found["name"], found["title"], found["tags"]) == ("Jane D.", "Head of purchase", '["fair","vip"]')
    assert (found["city"], found["company"], found["email"]) == ("Berlin", "ACME, Inc.", "other@acme.example")
    assert found["phone"] == LEAD["phone"]
    assert row(change, "company", company)["city"] == "Hamburg"
    deal = row(change, "deals", made["deal"])
    assert (deal["name"], deal["amount"], deal["amount_pinned"]) == ("Machines", 12_005_000, 1)
    assert f"linked contact {contact} Jane D.: the same e-mail address" in change.notes


def test_free_mail_says_nothing_of_the_company(change: Change) -> None:
    add(change, "company", name="Other", website="https://www.gmail.com/x", domain="gmail.com")
    made = convert(change, add(change, "lead", name="Jane Doe", email="jane@gmail.com"))
    assert made["company"] is None
    assert row(change, "deals", made["deal"])["name"] == "Jane Doe"


def test_a_domain_of_its_own_tells_the_company(change: Change) -> None:
    company = add(change, "company", name="Acme Holding", website="https://www.acme.example/about")
    made = convert(change, add(change, "lead", name="Jane Doe", email="jane@acme.example"), no_deal=True)
    assert (made["company"], made["deal"]) == (company, None)


def test_what_is_ambiguous_is_for_a_person_to_decide(change: Change) -> None:
    first, second = add(change, "company", name="Acme Ltd"), add(change, "company", name="Acme Inc.")
    new = add(change, "lead", name="Jane Doe", company_name="Acme")
    with pytest.raises(
        ConflictError,
        match=f"these companies: {first} Acme Ltd, {second} Acme Inc.; say which with --company ID",
    ):
        convert(change, new)
    assert convert(change, new, links={"company": second})["company"] == second
    for name in ("Ann One", "Ann Two"):
        add(change, "contact", {"email": ["shared@x.example"]}, name=name)
    with pytest.raises(ConflictError, match="--contact"):
        convert(change, add(change, "lead", name="Ann One", email="shared@x.example"))


def test_an_equal_phone_needs_a_name_that_can_be_the_same(change: Change) -> None:
    contact = add(change, "contact", {"phone": ["+49301234567"]}, name="J. Doe")
    made = convert(change, add(change, "lead", name="Jane Doe", phone="030 1234567"), no_deal=True)
    assert made["contact"] == contact
    made = convert(change, add(change, "lead", name="Bob Ray", phone="030 1234567"), no_deal=True)
    assert made["contact"] != contact


def test_a_standing_deal_keeps_its_campaign_and_takes_the_person_in(change: Change) -> None:
    own, other = add(change, "campaign", name="Own"), add(change, "campaign", name="Other")
    company, boss = add(change, "company", name="Acme"), add(change, "contact", name="The Boss")
    deal = add(change, "deal", name="D", campaign_id=own, contact_id=boss, company_id=company, amount=10_000)
    new = add(
        change,
        "lead",
        name="Jane Doe",
        company_name="Acme Asia",
        campaign_id=other,
        source="web",
        est_amount=5,
    )
    made = convert(change, new, links={"deal": deal})
    found = row(change, "deals", deal)
    assert (found["campaign"], found["contact"], found["amount"], found["source"]) == (
        "Own",
        "The Boss",
        10_000,
        "web",
    )
    assert made == {"company": company, "contact": made["contact"], "deal": deal}
    assert change.value("SELECT contact_id FROM deal_contact WHERE deal_id = ?", deal) == made["contact"]
    with pytest.raises(InvalidError, match="contradict"):
        convert(change, add(change, "lead", name="X Y"), links={"deal": deal}, no_deal=True)


@pytest.mark.parametrize(
    ("no_deal", "company", "noun"),
    [(False, "Acme", "deal"), (True, "Acme", "company"), (True, None, "contact")],
)
def test_what_was_said_moves_along_with_the_person_taking_part(
    change: Change, *, no_deal: bool, company: str | None, noun: str
) -> None:
    new = add(change, "lead", name="Jane Doe", company_name=company)
    call = add(change, "activity", {"about": [("lead", new)]}, kind="call", subject="C")
    made = convert(change, new, no_deal=no_deal)
    found = row(change, "activities", call)
    assert found["about"] == f"{noun}:{made[noun]}"
    assert (
        change.value("SELECT contact_id FROM activity_participant WHERE activity_id = ?", call)
        == made["contact"]
    )
    assert row(change, "lead", new)["first_touch_at"] == "2026-11-05T12:00:00Z"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme Inc.", "ACME"),
        ("Acme, LLC", "acme gmbh"),
        ("O'Neil & Sons Ltd.", "O'Neil & Sons"),
        ("S.p.A. Rossi", "Rossi SpA"),
        ("شركة كاوه", "شرکت کاوه"),
        ('ООО "Ромашка"', "Ромашка"),
        ("Müller S. A.", "Muller SA"),
    ],
)
def test_legal_forms_and_marks_do_not_tell_companies_apart(change: Change, one: str, other: str) -> None:
    assert identity.bare_name(one) == identity.bare_name(other)
    company = add(change, "company", name=one)
    if one[0] != "S":  # a form in front that is no word of the index is found by its domain only
        assert matching.companies_named(change, other) == [company]


def test_names_that_differ_stay_apart_and_a_mere_form_is_a_name() -> None:
    assert identity.bare_name("Acme North") != identity.bare_name("Acme South")
    assert identity.bare_name("AG") == "ag"
    assert identity.bare_name("") == ""
