"""How companies and people stand to each other: two ends, said once, told from either side."""

import pytest
from conftest import Crm
from furnishing import furnished


@furnished
def known(crm: Crm) -> Crm:
    """Three companies, two people."""
    for name in ("Acme", "Northwind", "Brick"):
        crm("company", "add", name)
    crm("contact", "add", "Jane Doe", "--company", "Acme")
    crm("contact", "add", "Tom Roe", "--company", "Acme")
    return crm


def related(crm: Crm, picture: str) -> list[str]:
    _, _, after = crm("show", picture).out.partition("\nrelationships\n")
    return [line.strip() for line in after.partition("\n\n")[0].splitlines()]


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("referred_by", "was referred by Northwind", "refers Acme"),
        ("partner of", "is a partner of Northwind", "is a partner of Acme"),
        ("supplier-of", "supplies Northwind", "is supplied by Acme"),
        ("INVESTOR_IN", "invests in Northwind", "is invested in by Acme"),
        ("reports_to", "reports to Northwind", "is reported to by Acme"),
        ("landlord", "landlord: Northwind", "is named landlord by Acme"),
    ],
)
def test_each_side_is_told_in_its_own_words(known: Crm, kind: str, first: str, second: str) -> None:
    assert known("relationship", "add", kind, "--company", "Acme", "--to-company", "Northwind").code == 0
    assert related(known, "company:1") == [first]
    assert related(known, "company:2") == [second]
    assert related(known, "company:3") == []


def test_people_and_companies_are_related_in_any_way(known: Crm) -> None:
    known("relationship", "add", "reports_to", "--contact", "Tom Roe", "--to-contact", "Jane Doe")
    known("relationship", "add", "referred_by", "--company", "Brick", "--to-contact", "Jane Doe")
    assert related(known, "Jane Doe") == ["is reported to by Tom Roe", "refers Brick"]
    assert related(known, "Tom Roe") == ["reports to Jane Doe"]
    assert related(known, "Brick") == ["was referred by Jane Doe"]


@pytest.mark.parametrize(
    ("ends", "code", "said"),
    [
        (("--company", "Acme", "--to-company", "Acme"), 2, "nobody is related to themselves"),
        (("--contact", "Jane Doe", "--to-contact", "Jane Doe"), 2, "nobody is related to themselves"),
        (("--company", "Acme"), 2, "give --to-company or --to-contact"),
        (("--to-company", "Acme"), 2, "give --company or --contact"),
        (("--company", "Acme", "--contact", "Jane Doe", "--to-company", "Brick"), 2, "has two ends"),
        (("--company", "Acme", "--to-company", "Northwind"), 4, "relationship 1 says so already"),
    ],
)
def test_what_is_no_relationship_is_refused(known: Crm, ends: tuple[str, ...], code: int, said: str) -> None:
    known("relationship", "add", "referred_by", "--company", "Acme", "--to-company", "Northwind")
    done = known("relationship", "add", "referred_by", *ends)
    assert (done.code, done.err.count("\n")) == (code, 1)
    assert said in done.err
    assert known("relationship", "list", "--count").out == "1\n"


def test_the_other_way_round_and_another_kind_are_others(known: Crm) -> None:
    known("relationship", "add", "referred_by", "--company", "Acme", "--to-company", "Northwind")
    assert (
        known("relationship", "add", "referred_by", "--company", "Northwind", "--to-company", "Acme").code
        == 0
    )
    assert (
        known("relationship", "add", "supplier_of", "--company", "Acme", "--to-company", "Northwind").code
        == 0
    )


def test_a_merge_leaves_each_relationship_once_and_none_to_itself(known: Crm) -> None:
    for first, second in (("Acme", "Brick"), ("Northwind", "Brick"), ("Acme", "Northwind")):
        known("relationship", "add", "referred_by", "--company", first, "--to-company", second)
    known("relationship", "add", "referred_by", "--contact", "Jane Doe", "--to-company", "Northwind")
    assert known("company", "merge", "Acme", "Northwind", "--yes").code == 0
    rows = known("relationship", "list", "-o", "json").json
    ends = [(row["company"] or row["contact"], row["to_company"]) for row in rows]
    assert ends == [("Acme", "Brick"), ("Jane Doe", "Acme")]
    known("undo", "--yes")
    assert known("relationship", "list", "--count").out == "4\n"


def test_people_who_merge_do_not_report_to_themselves(known: Crm) -> None:
    known("relationship", "add", "reports_to", "--contact", "Tom Roe", "--to-contact", "Jane Doe")
    known("contact", "merge", "Jane Doe", "Tom Roe", "--yes")
    assert known("relationship", "list", "--count").out == "0\n"


def test_a_joint_campaign_with_a_company_that_is_no_partner_is_told_of(known: Crm) -> None:
    known("company", "add", "Sponsor", "--type", "customer")
    known("partner", "add", "Nordic")
    told = known("campaign", "add", "Fair", "--partner", "Sponsor")
    assert (told.code, "Sponsor is a customer, not a partner" in told.err) == (0, True)
    assert "not a partner" not in known("campaign", "edit", "Fair", "--partner", "Nordic").err
    assert known("campaign", "list", "partner=Nordic", "--columns", "name").out == "Fair\n"


def test_joint_campaigns_stand_in_the_picture_of_the_partner(known: Crm) -> None:
    known("partner", "add", "Gold")
    known("campaign", "add", "Spring fair", "--partner", "Gold", "--starts-on", "2026-03-01")
    known("campaign", "add", "Alone")
    for shown in (known("partner", "show", "Gold").out, known("company", "show", "Gold").out):
        assert shown.partition("joint campaigns\n")[2].splitlines()[0].split()[1:3] == ["Spring", "fair"]
        assert "Alone" not in shown
    known("company", "delete", "Gold", "--with-related", "--yes")
    assert known("campaign", "list", "--count").out == "2\n", "a campaign outlives the partner"
