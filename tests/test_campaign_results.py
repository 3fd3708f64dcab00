"""What comes of campaigns is noted: answers, figures without persons, costs; by hand, and out of files."""

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Crm
from tests.furnishing import furnished

GOOGLE = """\
Campaign performance report
"June 1, 2026 - June 2, 2026"
Campaign status,Campaign,Campaign ID,Day,Currency code,Impr.,Clicks,Cost,Conversions,Conv. value
Enabled,Brand,111,2026-06-01,EUR,"1,234",56,12.34,1.50,99.90
Enabled,Brand,111,2026-06-02,EUR,"2,000",44,10.00,0.50,--
Paused,Generic,222,2026-06-01,EUR,100,1,0.00,0.00,0.00
Total: Account, --, --, --,EUR,"3,334",101,22.34,2.00,99.90
"""
META = """\
Reporting starts,Reporting ends,Campaign name,Campaign ID,Ad ID,Day,Impressions,Link clicks,Results,Amount spent (GBP)
2026-06-01,2026-06-02,Launch,900,901,2026-06-01,500,9,3,5.00
2026-06-01,2026-06-02,Launch,900,901,2026-06-02,600,8,2,6.00
2026-06-01,2026-06-02,Launch,900,902,2026-06-02,100,1,,0
"""


def add(crm: Crm, *args: str) -> str:
    """Run a change; returns what it prints."""
    done = crm(*args)
    assert done.code == 0, done.err
    return done.out.strip()


def rows(crm: Crm, noun: str, *args: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = crm(noun, "list", *args, "--columns", "all", "-o", "json").json
    return found


@furnished
def fair(crm: Crm) -> Crm:
    """A campaign with two members, Jane and Lee, and somebody who is none."""
    add(crm, "company", "add", "Acme")
    add(crm, "contact", "add", "Jane Doe", "--email", "jane@acme.example", "--company", "Acme")
    add(crm, "contact", "add", "Bob Roe", "--email", "bob@x.example")
    add(crm, "lead", "add", "Lee Ad", "--email", "Lee@x.example")
    add(crm, "campaign", "add", "Fair", "--budget", "100")
    add(crm, "member", "add", "--campaign", "Fair", "--contact", "Jane Doe")
    add(crm, "member", "add", "--campaign", "Fair", "--lead", "Lee Ad")
    return crm


def test_an_answer_is_noted_with_the_member_and_never_goes_back(fair: Crm) -> None:
    add(fair, "campaign", "respond", "Fair", "jane", "--status", "clicked")
    add(
        fair,
        "campaign",
        "respond",
        "Fair",
        "jane",
        "--response",
        "Wants a quote",
        "--on",
        "2026-06-10",
        "--amount",
        "12",
    )
    add(fair, "campaign", "respond", "Fair", "jane", "--status", "opened")
    jane = rows(fair, "member", "contact=Jane Doe")[0]
    assert (jane["status"], jane["response"], jane["amount"]) == ("responded", "Wants a quote", 12)
    assert jane["first_responded_at"].startswith("2026-06-10")
    assert [each["status"] for each in jane["statuses"]] == ["targeted", "clicked", "responded"]
    steps = {each["step"]: each["done_on"] for each in rows(fair, "campaign")[0]["steps"]}
    assert steps["responses"] == "2026-06-15"


def test_an_answer_makes_a_lead_or_a_deal_of_the_campaign_in_one_change(fair: Crm) -> None:
    add(fair, "campaign", "respond", "Fair", "jane", "--deal", "1200")
    deal = rows(fair, "deal")[0]
    told = ("name", "contact", "company", "amount", "campaign", "source")
    assert [deal[name] for name in told] == ["Acme – Fair", "Jane Doe", "Acme", 1200, "Fair", "campaign"]
    assert rows(fair, "member", "contact=Jane Doe")[0]["status"] == "converted"
    done = fair("campaign", "respond", "Fair", "bob@x.example", "--lead")
    assert "1 of them not asked before; lead 2" in done.err
    lead = rows(fair, "lead", "campaign=Fair")[0]
    assert [lead[name] for name in ("name", "email", "source")] == ["Bob Roe", "bob@x.example", "campaign"]
    fair("undo", "2", "--yes")
    assert (rows(fair, "deal"), rows(fair, "lead", "campaign=Fair"), len(rows(fair, "member"))) == ([], [], 2)


def test_a_lead_that_buys_is_converted(fair: Crm) -> None:
    add(fair, "campaign", "respond", "Fair", "lead:1", "--deal", "300")
    assert [(each["contact"], each["amount"], each["campaign"]) for each in rows(fair, "deal")] == [
        ("Lee Ad", 300, "Fair")
    ]
    assert rows(fair, "lead")[0]["converted_at"] is not None
    add(fair, "campaign", "respond", "Fair", "contact:3", "--response", "Thanks")
    assert len(rows(fair, "member")) == 2  # the contact is the member that the lead was


def test_opting_out_and_bouncing_are_honoured_from_now_on(fair: Crm) -> None:
    add(fair, "campaign", "respond", "Fair", "jane", "--status", "opted_out")
    assert [(each["contact"], each["state"]) for each in rows(fair, "consent")] == [("Jane Doe", "opted_out")]
    add(fair, "campaign", "respond", "Fair", "bob@x.example", "--status", "bounced")
    emails = rows(fair, "contact", "name=Bob Roe")[0]["emails"]
    assert [(each["value"], each["invalid"]) for each in emails] == [("bob@x.example", 1)]


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("respond", "Fair", "nobody@x.example"), 3, "nobody@x.example"),
        (("respond", "Nofair", "jane"), 3, "Nofair"),
        (("respond", "Fair", "jane", "--status", "excluded"), 2, "by answering"),
        (("respond", "Fair", "jane", "--status", "clikced"), 2, "clicked"),
        (("respond", "Fair", "jane", "--amount=-5"), 2, "less than nothing"),
        (("respond", "Fair", "company:1"), 2, "a contact or a lead"),
        (("cost", "Fair", "--", "-5"), 2, "from 0"),
        (("cost", "Fair", "5", "--currency", "EUR"), 2, "no rate is known for EUR"),
        (("cost", "Fair", "much"), 2, "much"),
        (("result", "Fair"), 2, "what came of it"),
        (("result", "Fair", "--cost=-1"), 2, "less than nothing"),
        (("compare", "Fair"), 2, "two campaigns"),
        (("forecast",), 2, "--budget"),
        (("forecast", "--budget", "0"), 2, "above 0"),
        (("forecast", "--budget", "5", "--of", "wno"), 2, "won"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line(fair: Crm, args: tuple[str, ...], code: int, said: str) -> None:
    done = fair("campaign", *args)
    assert (done.code, said in done.err, done.err.count("\n")) == (code, True, 1), done.err
    assert fair("member", "list", "status!=targeted", "--count").out.strip() == "0"


def test_costs_are_added_up_and_what_was_there_stays(fair: Crm) -> None:
    add(fair, "campaign", "edit", "Fair", "--cost", "20")
    done = fair("campaign", "cost", "Fair", "90", "--on", "2026-06-01", "--note", "Stand")
    assert "10.00 USD more than its budget" in done.err
    found = rows(fair, "campaign")[0]
    assert found["cost"] == 110
    assert [(each.get("day"), each["amount"]) for each in found["costs"]] == [(None, 20), ("2026-06-01", 90)]
    assert fair("undo", "--yes").code == 0
    assert rows(fair, "campaign")[0]["cost"] == 20


def test_a_cost_in_another_currency_is_converted_and_says_so(fair: Crm, tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text('currency = "USD"\n[rates]\nEUR = "1.25"\n')
    done = fair("campaign", "cost", "Fair", "40", "--currency", "EUR", env={"CRM_CONFIG": str(settings)})
    assert "converted from 40.00 EUR" in done.err
    found = rows(fair, "campaign")[0]
    assert (found["cost"], found["costs"][0]["note"]) == (50, "40.00 EUR at 2026-06-15's rate")


def test_results_add_to_a_campaign(fair: Crm) -> None:
    add(fair, "campaign", "result", "Fair", "--impressions", "1000", "--clicks", "30", "--responses", "4",
        "--sales", "0.5", "--amount", "60", "--cost", "20")  # fmt: skip
    found = fair("report", "campaigns", "-o", "json").json[0]
    told = ("sent", "responded", "clicks", "sales", "won_amount", "cost", "roi_pct", "cost_per_sale")
    assert [found[name] for name in told] == [1000, 4, 30, 0.5, 60, 20, 200, 40]
    listed = rows(fair, "campaign")[0]
    assert (listed["won_amount"], listed["total_cost"], listed["roi_pct"], listed["responses"]) == (
        60,
        20,
        200,
        4,
    )
    assert rows(fair, "result")[0]["day"] == "2026-06-15"


def test_a_file_of_answers_tells_of_the_members_that_stand(fair: Crm) -> None:
    file = (
        "Email,Status\nJANE@acme.example,Responded\nlee@x.example,Unsubscribed\n"
        "new@x.example,Opened\nnew@x.example,Clicked\n"
    )
    done = fair("member", "import", "-", "--set", "campaign=Fair", input=file)
    assert "4 read = 1 created + 3 updated" in done.err
    found = {each["name"]: each["status"] for each in rows(fair, "member")}
    assert found == {"Jane Doe": "responded", "Lee Ad": "opted_out", "new@x.example": "clicked"}
    assert [(each["lead"], each["state"]) for each in rows(fair, "consent")] == [("Lee Ad", "opted_out")]
    again = fair("member", "import", "-", "--set", "campaign=Fair", input=file)
    assert "4 unchanged" in again.err
    late = file.replace("Responded", "Opened").replace("Clicked", "Replied")
    assert fair("member", "import", "-", "--set", "campaign=Fair", input=late).code == 0
    found = {each["name"]: each["status"] for each in rows(fair, "member")}
    assert found == {"Jane Doe": "responded", "Lee Ad": "opted_out", "new@x.example": "responded"}


def test_bounces_of_a_file_mark_addresses_but_soft_ones_do_not(fair: Crm) -> None:
    add(fair, "member", "add", "--campaign", "Fair", "--contact", "Bob Roe")
    file = "Email,Campaign,Event\njane@acme.example,Fair,Hard bounce\nbob@x.example,Fair,Soft bounce\n"
    add_in = fair("member", "import", "-", input=file)
    assert "2 updated" in add_in.err
    invalid = {each["name"]: [one["invalid"] for one in each["emails"]] for each in rows(fair, "contact")}
    assert invalid == {"Jane Doe": [1], "Bob Roe": [0]}


def test_advertisements_are_read_as_they_are_exported(crm: Crm) -> None:
    done = crm("result", "import", "-", input=GOOGLE)
    assert "4 read = 3 created + 1 skipped, made 2 campaigns" in done.err
    assert crm("result", "import", "-", input=META).code == 0
    found = {row["campaign"]: row for row in crm("report", "campaigns", "-o", "json").json}
    told = ("currency", "impressions", "clicks", "cost", "sales", "won_amount", "responded")
    assert {name: [row[each] for each in told] for name, row in found.items()} == {
        "Brand": ["EUR", 3234, 100, 22.34, 2, 99.9, 0],
        "Generic": ["EUR", 100, 1, 0, 0, 0, 0],
        "Launch": ["GBP", 1200, 18, 11, 0, 0, 5],
    }
    assert {each["type"] for each in rows(crm, "campaign")} == {"advertising"}
    put_right = crm("result", "import", "-", input=GOOGLE.replace("10.00,0.50", "11.00,0.50"))
    assert "1 updated + 2 unchanged + 1 skipped" in put_right.err
    assert "1 updated + 2 unchanged" in crm("result", "import", "-", input=META.replace(",6.00", ",6.50")).err
    assert len(rows(crm, "result")) == 6
