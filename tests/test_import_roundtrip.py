"""What is exported comes back: into an empty store, the same bytes, whatever people have written."""

from pathlib import Path

import pytest
from conftest import Crm

from crm_cli import db
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft

NOUNS = (
    "field",
    "user",
    "product",
    "pipeline",
    "campaign",
    "company",
    "contact",
    "deal",
    "lead",
    "activity",
    "task",
)
LINE = {"quantity": 10_000, "unit_price": None, "discount_pct": None, "tax_pct": None}
HOSTILE = (
    'quote " comma , semicolon ;',
    "line\nbreak",
    "lone\rreturn",
    "both\r\nof them",
    "=HYPERLINK(1+1)",
    "+1-1@x",
    "tab\there",
    "nul\x00inside",
    "emoji 👩‍👩‍👧 é",
    "مریم رضایی \u200f(RTL)",
    "'single",
    "\\back\\n",
    "row:abc",
    "NULL",
    "[brackets] {braces}",
    "02134",
)


def address(value: str, key: str, kind: str | None, *, primary: int) -> dict[str, object]:
    said = {"kind": kind, "primary": primary, "opted_out": 1 - primary, "invalid": 0}
    return {"value": value, "key": key} | said


def long(text: str) -> str:
    """A text as a field of several lines holds it."""
    return text.replace("\r\n", "\n")


def fill(path: Path) -> None:
    """A store with every noun, every part and a hostile text in every place that takes any."""
    with db.change(path, "fill") as change:
        add = lambda noun, **values: records.add(change, noun, **values).id  # noqa: E731
        add("field", on="contact", name="shoe_size", kind="integer", help=HOSTILE[0])
        add("field", on="deal", name="nickname", kind="text")
        boss = add(
            "user", name="Mara Quist", region="North", commission_pct=52_500, territories='["DE","AT; CH"]'
        )
        ann = add("user", name="Ann Lee", email="ann@example.org", manager_id=boss, active=0)
        goods = add(
            "product", name=HOSTILE[0], code="=1", list_price=12_345_600, currency="USD", in_stock=15_000
        )
        yen = add("product", name="熱い", list_price=5_000_000, currency="JPY", tax_rate=70_000)
        parent = add("campaign", name="Spring", budget=1_000_000, currency="EUR", starts_on="2026-03-01")
        spring = add("campaign", name="Part, of spring", parent_id=parent, expected_response_pct=25_000)
        records.write(
            change,
            "pipeline",
            [Draft({"name": "Big"}, entered={"stages": "Talk:20,Offer:62.5,Won:won,Lost:lost"})],
        )
        ids = [
            add(
                "company",
                name=name,
                notes=long(name),
                type=None if at else "partner",
                owner_id=ann,
                tags='["a,b","vip"]',
            )
            for at, name in enumerate(HOSTILE)
        ]
        twins = [
            add("company", name="Angel's", annual_revenue=70_000 * at, parent_id=ids[0]) for at in range(3)
        ]
        people = []
        for at, name in enumerate(HOSTILE):
            draft = Draft(
                {"name": name, "first_name": name, "company_id": twins[at % 3], "title": name, "notes": long(name),
                 "external_id": str(at), "external_source": "zoho", "lifecycle": None, "birthday": "1980-02-29"},
                custom={"shoe_size": at},
            )  # fmt: skip
            draft.parts["emails"] = [
                address(f"a{at}@example.org", f"a{at}@example.org", "work", primary=0),
                address("Shared@example.org", "shared@example.org", None, primary=1),
            ]
            draft.parts["phones"] = [address("+49 (30) 1234-5", "+493012345", "mobile", primary=1)]
            draft.parts["companies"] = [{"company_id": twins[(at + 1) % 3], "role": name, "inactive": 1}]
            records.write(change, "contact", [draft])
            people.append(draft.id)
        stage = change.value("SELECT id FROM stage WHERE name = 'Offer'")
        deals = []
        for at, name in enumerate(HOSTILE):
            draft = Draft(
                {"name": name, "company_id": twins[at % 3], "contact_id": people[at], "owner_id": ann,
                 "stage_id": stage, "currency": ("USD", "JPY", "KWD")[at % 3], "amount": 12_345_678_901,
                 "campaign_id": spring, "type": None},
                custom={"nickname": name.replace("\0", "")},
            )  # fmt: skip
            draft.parts["lines"] = [
                LINE
                | {"product_id": yen, "quantity": 25_000, "unit_price": 1_000_000, "discount_pct": 125_000},
                LINE | {"product_id": goods, "tax_pct": 70_000},
            ]
            draft.parts["contacts"] = [{"contact_id": people[at - 1], "role": name}]
            records.write(change, "deal", [draft])
            deals.append(draft.id)
        won = change.value("SELECT id FROM stage WHERE name = 'Won' ORDER BY id LIMIT 1")
        records.edit(change, "deal", deals[1], stage_id=won)
        for at, name in enumerate(HOSTILE):
            add("lead", name=name, company_name=name, need=long(name), email=f"l{at}@example.org", score=at,
                interests='["x","y, z"]', campaign_id=spring, deal_id=deals[at], contact_id=people[at],
                converted_at="2026-01-01T00:00:00Z", status="converted" if at else "junk", country="DE")  # fmt: skip
            about = [("contact", people[at]), ("deal", deals[at]), ("company", twins[at % 3])]
            draft = Draft(
                {"kind": "call", "subject": name, "body": long(name), "owner_id": ann},
                entered={"about": about},
            )
            draft.parts["participants"] = [{"contact_id": people[at]}]
            records.write(change, "activity", [draft])
            task = Draft(
                {"subject": name, "due": "2026-07-01", "recurrence": "weekly"}, entered={"about": about[:1]}
            )
            records.write(change, "task", [task])


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_every_noun_comes_back_byte_for_byte(crm: Crm, store: Path, tmp_path: Path, form: str) -> None:
    fill(store)
    other = ("--db", str(tmp_path / "other.db"))
    for noun in NOUNS:
        exported = crm(noun, "export", "-o", form)
        assert exported.code == 0, exported.err
        brought = crm(*other, noun, "import", "-", input=exported.out)
        assert brought.code == 0, brought.err
    for noun in NOUNS:  # at the end, since some columns count records of other nouns
        assert crm(*other, noun, "export", "-o", form).out == crm(noun, "export", "-o", form).out, noun


def test_the_order_of_files_does_not_matter_where_records_may_be_made(
    crm: Crm, store: Path, tmp_path: Path
) -> None:
    fill(store)
    other = ("--db", str(tmp_path / "other.db"))
    exports = {noun: crm(noun, "export").out for noun in NOUNS}
    for noun in (
        "field",
        "product",
        "pipeline",
        "lead",
        "contact",
        "company",
        "deal",
        "user",
        "campaign",
        "activity",
        "task",
    ):
        brought = crm(*other, noun, "import", "-", input=exports[noun])
        assert brought.code == 0, brought.err
    for noun in ("product", "pipeline", "company", "contact", "campaign", "user", "deal", "lead"):
        assert crm(*other, noun, "export").out == exports[noun], noun


def test_the_same_export_again_changes_nothing(crm: Crm, store: Path) -> None:
    fill(store)
    for noun in NOUNS:
        exported = crm(noun, "export").out
        report = crm(noun, "import", "-", "-o", "json", input=exported).json
        assert (report["unchanged"], report["command"]) == (report["read"], None), (noun, report)
        assert crm(noun, "export").out == exported
