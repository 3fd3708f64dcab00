"""Leads and deals that partners are offered: who is asked, 48 hours, what follows, by commands alone."""

import os
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from conftest import Crm, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cli import db
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft

MONDAY = "2026-06-15T09:00:00Z"


class Partners:
    """The command line at a moment of ours."""

    def __init__(self, crm: Crm) -> None:
        self.crm = crm
        self.now = MONDAY

    def __call__(self, *args: str, now: str | None = None) -> Result:
        self.now = now or self.now
        return self.crm(*args, env={"CRM_NOW": self.now})

    def offers(self) -> list[tuple[Any, ...]]:
        """Partner, state, made, until when and when answered of every offer, in the order in which they came."""
        rows = self("offer", "list", "-o", "json", "--sort", "id").json
        columns = ("partner", "state", "offered_at", "respond_by", "answered_at")
        return [tuple(row[name] for name in columns) for row in rows]


@pytest.fixture
def crm_now(crm: Crm) -> Partners:
    """Three partners, ranked Gold, Silver, Bronze, and a lead of Ann's."""
    said = Partners(crm)
    said("user", "add", "Ann")
    for level in ("Bronze", "Silver", "Gold"):
        said("partner", "add", level, "--partner-level", level, "--email", f"{level.lower()}@partner.example")
    said("lead", "add", "Sam Field", "--company-name", "Field & Sons", "--country", "DE", "--owner", "Ann",
         "--email", "sam@field.example", "--need", "Two machines")  # fmt: skip
    return said


def test_the_first_partner_has_48_hours_and_the_others_are_remembered(crm_now: Partners) -> None:
    done = crm_now("lead", "route", "1")
    assert (done.code, done.out) == (0, "1\n")
    assert "offered lead 1 Sam Field to Gold until 2026-06-17 09:00: gold;" in done.err
    assert "; then Silver, Bronze" in done.err
    assert crm_now.offers() == [("Gold", "offered", MONDAY, "2026-06-17T09:00:00Z", None)]
    shown = crm_now("offer", "show", "1").out
    assert [line.split()[:2] for line in shown.partition("asked next\n")[2].splitlines()[:2]] == [
        ["2.", "Silver"], ["3.", "Bronze"]
    ]  # fmt: skip
    lead = crm_now("lead", "list", "1", "--columns", "owner,status,partner", "-o", "json").json
    assert lead == [{"owner": "Ann", "status": "new", "partner": None}]


def test_the_message_says_what_is_wanted_but_not_how_to_reach_whom(crm_now: Partners) -> None:
    crm_now("contact", "add", "Pat Gold", "--company", "Gold", "--email", "pat@partner.example")
    crm_now("lead", "route", "1")
    sent = crm_now(
        "delivery", "list", "--columns", "to,subject,body,purpose,contact,status", "-o", "json"
    ).json
    (only,) = sent
    assert (only["to"], only["contact"], only["purpose"], only["status"]) == (
        "pat@partner.example", "Pat Gold", "service", "sent"
    )  # fmt: skip
    assert only["subject"] == "An offer for you: a lead in Germany"
    assert "Who: Field & Sons" in only["body"]
    assert "Wanted: Two machines" in only["body"]
    assert "by 2026-06-17 09:00" in only["body"]
    assert "sam@" not in only["body"]
    assert "Sam" not in only["body"]


def test_who_wants_no_mail_gets_none_and_a_partner_without_an_address_is_told_of(crm_now: Partners) -> None:
    crm_now("contact", "add", "Pat Gold", "--company", "Gold", "--email", "pat@partner.example")
    crm_now("contact", "edit", "Pat Gold", "--do-not-email", "yes")
    crm_now("partner", "edit", "Gold", "--unset", "email")
    done = crm_now("lead", "route", "1")
    assert "Gold has no address that may be written to" in done.err
    assert crm_now("delivery", "list", "--count").out == "0\n"
    assert crm_now.offers()[0][0] == "Gold"


def test_no_name_however_odd_stands_in_the_way_of_time(crm_now: Partners) -> None:
    """What the head of a message cannot hold would else be an error in front of every change."""
    crm_now("partner", "edit", "Silver", "--name", "Sil\x07ver\u2028and می\u200cخواهم")
    crm_now("lead", "edit", "1", "--company-name", "Fi\x1beld", "--set", "city=Ber\x07lin")
    crm_now("lead", "route", "1")
    done = crm_now("note", "lead:1", "x", now="2026-06-17T10:00:00Z")
    assert done.code == 0
    queued = crm_now("delivery", "list", "status=queued", "--columns", "to_name,subject", "-o", "json").json
    assert queued == [
        {"to_name": "Sil ver and می\u200cخواهم", "subject": "An offer for you: a lead in Ber lin, Germany"}
    ]


def test_time_alone_passes_it_on_and_after_the_last_back_to_the_owner(crm_now: Partners) -> None:
    crm_now("lead", "route", "1")
    at_the_last_second = crm_now("note", "lead:1", "Any news?", now="2026-06-17T09:00:00Z")
    assert "expired" not in at_the_last_second.err
    done = crm_now("note", "lead:1", "And now?", now="2026-06-17T09:00:01Z")
    assert "1 offer expired, 1 went on to the next partner" in done.err
    first = ("Gold", "expired", MONDAY, "2026-06-17T09:00:00Z", "2026-06-17T09:00:00Z")
    assert crm_now.offers() == [
        first, ("Silver", "offered", "2026-06-17T09:00:00Z", "2026-06-19T09:00:00Z", None)
    ]  # fmt: skip
    crm_now("note", "lead:1", "Hello?", now="2026-06-20T12:00:00Z")
    assert [row[:2] for row in crm_now.offers()] == [
        ("Gold", "expired"), ("Silver", "expired"), ("Bronze", "offered")
    ]  # fmt: skip
    assert (
        "21 h left for Bronze to answer; not written to yet: `crm partner tick` does" in crm_now("today").out
    )
    assert (
        "Bronze did not answer in time: `crm partner tick`"
        in crm_now("today", now="2026-06-21T09:30:00Z").out
    )
    done = crm_now("partner", "tick")
    assert "1 offer expired, 1 went back to its owner" in done.err
    today = crm_now("today", "-o", "json").json
    assert [(row["what"], row["name"], row["why"], row["owner"]) for row in today[:1]] == [
        ("today", "No partner took Sam Field: decide what to do", "Sam Field", "Ann")
    ]  # fmt: skip
    assert crm_now("offer", "list", "state=offered", "--count").out == "0\n"


def test_what_nobody_noticed_for_days_has_passed_twice(crm_now: Partners) -> None:
    """Expired on day 3 at 09:00 and unanswered again by day 5 at 09:00; the next change comes on day 7."""
    crm_now("lead", "route", "1")
    crm_now("note", "lead:1", "x", now="2026-06-21T08:00:00Z")
    assert crm_now.offers() == [
        ("Gold", "expired", MONDAY, "2026-06-17T09:00:00Z", "2026-06-17T09:00:00Z"),
        ("Silver", "expired", "2026-06-17T09:00:00Z", "2026-06-19T09:00:00Z", "2026-06-19T09:00:00Z"),
        ("Bronze", "offered", "2026-06-19T09:00:00Z", "2026-06-21T09:00:00Z", None),
    ]
    queued = crm_now("delivery", "list", "status=queued", "--columns", "to", "-o", "json").json
    assert queued == [{"to": "bronze@partner.example"}], "Silver has nothing to answer any more"
    assert "sent 1" in crm_now("partner", "tick").err


def test_no_partner_is_written_to_of_an_offer_that_is_over(crm_now: Partners) -> None:
    """A change passes it on and sends nothing; by the time that something does, the next one's turn is over, too."""
    crm_now("lead", "route", "1")
    crm_now("note", "lead:1", "x", now="2026-06-17T10:00:00Z")
    assert (
        "46 h left for Silver to answer; not written to yet"
        in crm_now("today", now="2026-06-17T11:00:00Z").out
    )
    assert "sent 1" in crm_now("partner", "tick", now="2026-06-19T10:00:00Z").err
    assert "nothing" in crm_now("delivery", "send").err
    messages = crm_now("delivery", "list", "--columns", "to,status", "--sort", "id", "-o", "json").json
    assert [(row["to"].partition("@")[0], row["status"]) for row in messages] == [
        ("gold", "sent"), ("silver", "cancelled"), ("bronze", "sent")
    ]  # fmt: skip
    assert "46 h left for Bronze to answer\t" in crm_now("today", now="2026-06-19T11:00:00Z").out


def test_leads_routed_together_count_what_each_partner_got_meanwhile(crm_now: Partners) -> None:
    crm_now("partner", "edit", "Silver", "--partner-level", "gold")
    for number in range(2, 5):
        crm_now("lead", "add", f"Sam {number}", "--email", f"sam{number}@field.example")
    crm_now("lead", "route", "status=new", "--yes")
    offers = crm_now("offer", "list", "--columns", "partner,reason", "--sort", "id", "-o", "json").json
    assert [(row["partner"], row["reason"][-13:]) for row in offers] == [
        ("Silver", "0 open offers"), ("Gold", "0 open offers"), ("Silver", " 1 open offer"), ("Gold", " 1 open offer")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("made", "until", "shown"),
    [
        ("2026-03-28T08:00:00Z", "2026-03-30T08:00:00Z", "2026-03-30 10:00"),
        ("2026-10-24T07:00:00Z", "2026-10-26T07:00:00Z", "2026-10-26 08:00"),
    ],
)
def test_48_hours_are_48_hours_across_daylight_saving_time(
    crm_now: Partners, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: str, until: str, shown: str
) -> None:
    settings_ = tmp_path / "berlin.toml"
    settings_.write_text('zone = "Europe/Berlin"\n')
    monkeypatch.setenv("CRM_CONFIG", str(settings_))
    assert f"until {shown}" in crm_now("lead", "route", "1", now=made).err
    assert crm_now.offers()[0][2:4] == (made, until)
    crm_now("partner", "tick", now=until)
    assert len(crm_now.offers()) == 1
    later = (datetime.fromisoformat(until) + timedelta(seconds=1)).isoformat()
    crm_now("partner", "tick", now=later)
    assert len(crm_now.offers()) == 2


def test_the_hours_are_configured(crm_now: Partners, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings_ = tmp_path / "hasty.toml"
    settings_.write_text("partner_hours = 4\n")
    monkeypatch.setenv("CRM_CONFIG", str(settings_))
    crm_now("lead", "route", "1")
    assert crm_now.offers()[0][3] == "2026-06-15T13:00:00Z"


def test_accepting_needs_a_next_step_and_makes_it_theirs(crm_now: Partners) -> None:
    crm_now("lead", "route", "1")
    refused = crm_now("lead", "accept", "1")
    assert refused.code == 2
    assert "--next-step" in refused.err
    done = crm_now(
        "lead", "accept", "1", "--next-step", "Visit them", "--due", "fri", now="2026-06-16T09:00:00Z"
    )
    assert (done.code, done.out) == (0, "1\n")
    assert "Gold takes lead 1 Sam Field; next: Visit them" in done.err
    lead = crm_now("lead", "list", "partner=Gold", "--columns", "id,owner", "-o", "json").json
    assert lead == [{"id": 1, "owner": "Ann"}]
    (task,) = crm_now("task", "list", "-o", "json").json
    assert (task["subject"], task["due"], task["owner"], task["about"]) == (
        "Visit them", "2026-06-19", "Ann", "lead:1 company:3"
    )  # fmt: skip
    again = crm_now("lead", "accept", "1", "--next-step", "x")
    assert again.code == 4
    assert "Gold has accepted lead 1 on 2026-06-16 09:00 already" in again.err
    assert crm_now("lead", "route", "1").code == 4
    crm_now("note", "lead:1", "later", now="2026-07-16T09:00:00Z")
    assert [row[:2] for row in crm_now.offers()] == [("Gold", "accepted")]


def test_declining_needs_a_reason_and_passes_it_on_at_once(crm_now: Partners) -> None:
    crm_now("lead", "route", "1")
    refused = crm_now("lead", "decline", "1")
    assert refused.code == 2
    assert "--reason" in refused.err
    done = crm_now("lead", "decline", "1", "--reason", "No room", now="2026-06-15T15:00:00Z")
    assert done.out == "1\n2\n"
    assert "Gold does not take lead 1 Sam Field: No room" in done.err
    assert "offered lead 1 Sam Field to Silver until 2026-06-17 15:00" in done.err
    assert "sent 1" in done.err
    crm_now("offer", "decline", "2", "--reason", "Too far")
    done = crm_now("lead", "decline", "1", "--partner", "Bronze", "--reason", "Too small")
    assert "no partner is left: lead 1 Sam Field is back with its owner" in done.err
    reasons = crm_now("offer", "list", "lead=Sam Field", "--columns", "reason", "-o", "json").json
    assert [row["reason"] for row in reasons] == ["No room", "Too far", "Too small"]
    nobody = crm_now("lead", "route", "1")
    assert nobody.code == 4
    assert "name one with --partner" in nobody.err
    assert crm_now("lead", "route", "1", "--partner", "Silver").code == 0


@pytest.mark.parametrize(
    "said",
    [
        ("lead", "accept", "1", "--next-step", "Visit"),
        ("offer", "accept", "1", "--next-step", "Visit"),
        ("lead", "accept", "1", "--partner", "Gold", "--next-step", "Visit"),
        ("offer", "decline", "1", "--reason", "No room"),
    ],
)
def test_a_late_answer_is_refused_and_says_where_it_went(crm_now: Partners, said: Sequence[str]) -> None:
    crm_now("lead", "route", "1")
    late = crm_now(*said, now="2026-06-17T10:00:00Z")
    assert (late.code, late.err.count("\n")) == (4, 1)
    assert (
        "offer 1 to Gold expired on 2026-06-17 09:00; it went on to Silver until 2026-06-19 09:00 (offer 2)"
        in late.err
    )
    assert [row[:2] for row in crm_now.offers()] == [("Gold", "expired"), ("Silver", "offered")], (
        "time has passed whatever came of the command"
    )
    assert crm_now("task", "list", "--count").out == "0\n"


def test_undo_skips_what_time_has_brought(crm_now: Partners) -> None:
    crm_now("lead", "route", "1")
    crm_now("lead", "edit", "1", "--title", "Buyer", now="2026-06-17T10:00:00Z")
    history = crm_now("history", "-o", "json").json
    assert [row["verb"] for row in history[:3]] == ["lead edit", "partner tick", "delivery send"]
    assert history[1]["summary"] == "1 offer expired, 1 went on to the next partner"
    crm_now("undo")
    assert crm_now("lead", "list", "1", "--columns", "title", "-o", "json").json == [{"title": None}]
    assert [row[:2] for row in crm_now.offers()] == [("Gold", "expired"), ("Silver", "offered")]
    refused = crm_now("undo", "--yes")
    assert refused.code == 4
    assert "`partner tick`" in refused.err or "sent" in refused.err


def test_an_accepted_offer_can_be_taken_back(crm_now: Partners) -> None:
    crm_now("lead", "route", "1")
    crm_now("lead", "accept", "1", "--next-step", "Visit")
    crm_now("undo")
    assert [row[:2] for row in crm_now.offers()] == [("Gold", "offered")]
    assert crm_now("lead", "list", "partner=", "--count").out == "1\n"
    crm_now("redo")
    assert crm_now("lead", "list", "partner=Gold", "--count").out == "1\n"


def test_a_dry_run_changes_nothing_however_late_it_is(crm_now: Partners) -> None:
    dry = crm_now("lead", "route", "1", "--dry-run")
    assert "would" in dry.err or "dry run" in dry.err
    assert crm_now.offers() == []
    crm_now("lead", "route", "1")
    crm_now("partner", "tick", "--dry-run", now="2026-06-18T09:00:00Z")
    assert [row[:2] for row in crm_now.offers()] == [("Gold", "offered")]
    assert crm_now("history", "-o", "json").json[0]["verb"] == "delivery send"


def test_candidates_are_ranked_with_reasons(crm_now: Partners) -> None:
    crm_now("partner", "add", "Local", "--partner-level", "gold", "--territory", "Austria, Germany")
    crm_now("partner", "add", "Distant", "--partner-level", "gold", "--territory", "France")
    crm_now("partner", "add", "Busy", "--partner-level", "gold")
    crm_now("partner", "add", "Resting", "--partner-level", "gold", "--offers-paused", "yes")
    crm_now("company", "add", "Gilt", "--type", "reseller", "--partner-level", "gold")
    crm_now("lead", "add", "Other One")
    crm_now("lead", "route", "2", "--partner", "Busy")
    rows = crm_now("lead", "route", "1", "--list", "-o", "json").json
    assert [row["partner"] for row in rows] == ["Local", "Gold", "Busy", "Distant", "Silver", "Bronze"]
    assert rows[0]["reasons"] == "gold; serves Germany; no first offer so far; 0 open offers"
    assert rows[2]["reasons"] == "gold; no first offer so far; 1 open offer"
    assert rows[3]["reasons"] == "gold; serves France only; no first offer so far; 0 open offers"
    assert crm_now("offer", "list", "--count").out == "1\n"


def test_who_took_more_of_their_first_offers_goes_before_who_took_fewer(crm_now: Partners) -> None:
    crm_now("partner", "add", "Eager", "--partner-level", "gold")
    crm_now("partner", "add", "Picky", "--partner-level", "gold")
    for number, (partner, verb, why) in enumerate(
        [("Eager", "accept", "--next-step"), ("Picky", "decline", "--reason"), ("Eager", "accept", "--next-step")], 2
    ):  # fmt: skip
        crm_now("lead", "add", f"Lead {number}")
        crm_now("lead", "route", str(number), "--partner", partner)
        crm_now("lead", verb, str(number), why, "x")
    rows = crm_now("lead", "route", "1", "--list", "-o", "json").json
    golden = [
        (row["partner"], row["accepted"], row["first_offers"]) for row in rows if row["level"] == "gold"
    ]
    assert golden == [("Eager", 2, 2), ("Gold", 0, 0), ("Picky", 0, 1)]
    assert "took 2 of 2 first offers" in rows[0]["reasons"]


def test_only_partners_can_be_named_and_in_their_order(crm_now: Partners) -> None:
    crm_now("company", "add", "Acme")
    refused = crm_now("lead", "route", "1", "--partner", "Acme")
    assert refused.code == 2
    assert "Acme is no partner" in refused.err
    crm_now("lead", "route", "1", "--partner", "Bronze", "--partner", "Gold")
    crm_now("partner", "tick", now="2026-06-18T09:00:00Z")
    assert [row[0] for row in crm_now.offers()] == ["Bronze", "Gold"]


@pytest.mark.parametrize("way", ["paused", "customer"])
def test_who_takes_no_offers_any_more_is_passed_over(crm_now: Partners, way: str) -> None:
    crm_now("lead", "route", "1")
    told = ("--offers-paused", "yes") if way == "paused" else ("--type", "customer")
    crm_now("company", "edit", "Silver", *told)
    crm_now("partner", "tick", now="2026-06-17T09:30:00Z")
    assert [row[:2] for row in crm_now.offers()] == [("Gold", "expired"), ("Bronze", "offered")]


@pytest.mark.parametrize(
    "done", [("disqualify", "1", "--reason", "lost"), ("edit", "1", "--partner", "Bronze")]
)
def test_what_is_decided_meanwhile_goes_to_nobody_else(crm_now: Partners, done: Sequence[str]) -> None:
    crm_now("lead", "route", "1")
    assert crm_now("lead", *done).code == 0
    assert "1 offer expired\n" in crm_now("partner", "tick", now="2026-06-18T09:00:00Z").err
    assert [row[:2] for row in crm_now.offers()] == [("Gold", "expired")]
    assert crm_now("task", "list", "--count").out == "0\n"


def test_an_offer_follows_a_lead_to_its_deal(crm_now: Partners) -> None:
    crm_now("lead", "route", "1")
    crm_now("lead", "convert", "1", "--deal-name", "Machines", "--amount", "9000")
    assert crm_now("deal", "route", "1").code == 4
    crm_now("partner", "tick", now="2026-06-17T10:00:00Z")
    done = crm_now("deal", "accept", "1", "--next-step", "Visit")
    assert done.code == 0
    assert crm_now("deal", "list", "partner=Silver", "--count").out == "1\n"
    assert crm_now("lead", "list", "partner=Silver", "--count").out == "1\n"
    assert "Silver  accepted" in crm_now("deal", "show", "1").out


def test_a_deal_is_routed_until_it_is_decided(crm_now: Partners) -> None:
    crm_now("company", "add", "Acme", "--country", "AT")
    crm_now("deal", "add", "Machines", "--company", "Acme", "--owner", "Ann")
    assert "offered deal 1 Machines to Gold" in crm_now("deal", "route", "1").err
    assert "is offered to Gold until" in crm_now("deal", "route", "1").err
    crm_now("deal", "win", "1")
    assert "1 offer expired\n" in crm_now("partner", "tick", now="2026-06-18T09:00:00Z").err
    refused = crm_now("deal", "route", "1")
    assert refused.code == 4
    assert "is won; open it again" in refused.err


def test_many_are_routed_at_once_and_nothing_where_one_cannot_be(crm_now: Partners) -> None:
    crm_now("lead", "add", "Second One")
    assert crm_now("lead", "route", "status=new").code == 2
    assert crm_now("lead", "route", "status=new", "--yes").out == "1\n2\n"
    crm_now("lead", "add", "Third One")
    assert crm_now("lead", "route", "3", "1").code == 4
    assert crm_now("offer", "list", "--count").out == "2\n"


def test_offers_are_shown_to_lead_and_partner(crm_now: Partners) -> None:
    crm_now("lead", "route", "1")
    crm_now("lead", "decline", "1", "--reason", "No room", now="2026-06-16T09:00:00Z")
    picture = crm_now("lead", "show", "1").out.partition("\noffers\n")[2].splitlines()
    assert picture[0].split()[:5] == ["2.", "Silver", "offered", "until", "2026-06-18"]
    assert picture[1].split() == ["1.", "Gold", "declined", "2026-06-16", "09:00", "No", "room"]
    for shown in (crm_now("partner", "show", "Gold"), crm_now("show", "company:3")):
        assert "1.  Sam Field  declined  2026-06-16 09:00  No room" in shown.out
    mine = crm_now("partner", "offers", "Silver", "-o", "json").json
    assert [(row["lead"], row["hours_left"]) for row in mine] == [("Sam Field", 48)]
    both = crm_now("partner", "offers", "-o", "json").json
    assert [row["partner"] for row in both] == ["Silver", "Gold"]
    assert len(crm_now("partner", "offers", "state=declined", "-o", "json").json) == 1


def test_a_partner_that_merges_keeps_its_offers(crm_now: Partners) -> None:
    crm_now("lead", "route", "1")
    crm_now("company", "merge", "Bronze", "Gold", "--yes")
    assert crm_now.offers()[0][0] == "Bronze"
    crm_now("partner", "tick", now="2026-06-18T09:00:00Z")
    assert [row[:2] for row in crm_now.offers()] == [("Bronze", "expired"), ("Silver", "offered")]


def test_a_partner_that_goes_takes_its_offers_along_and_leaves_leads(crm_now: Partners) -> None:
    crm_now("lead", "route", "1")
    crm_now("lead", "accept", "1", "--next-step", "Visit")
    assert crm_now("company", "delete", "Gold", "--yes").code == 4
    assert crm_now("company", "delete", "Gold", "--yes", "--with-related").code == 0
    assert crm_now.offers() == []
    assert crm_now("lead", "list", "partner=", "--count").out == "1\n"
    assert crm_now("db", "check").code == 0


@pytest.mark.parametrize("whole", [True, False])
def test_an_export_brings_offers_back_with_who_is_asked_next(
    crm_now: Partners, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    crm_now("lead", "add", "Second One")
    crm_now("lead", "route", "1", "2")
    crm_now("lead", "accept", "2", "--next-step", "Visit")
    crm_now("partner", "tick", now="2026-06-18T09:00:00Z")
    nouns = ("user", "company", "lead", "delivery", "offer")
    before = {noun: crm_now(noun, "export").out for noun in nouns}
    assert "Bronze" in before["offer"]
    assert crm_now("export", "--all", str(tmp_path / "all.zip")).code == 0
    monkeypatch.setenv("CRM_DB", str(tmp_path / "copy.db"))
    if whole:
        assert crm_now("import", str(tmp_path / "all.zip"), "--yes").code == 0
    for noun in nouns if not whole else ():
        (tmp_path / f"{noun}.csv").write_text(before[noun])
        done = crm_now(noun, "import", str(tmp_path / f"{noun}.csv"), "--yes")
        assert done.code == 0, done.err
    assert {noun: crm_now(noun, "export").out for noun in nouns} == before
    crm_now("partner", "tick", now="2026-06-20T09:00:00Z")
    assert [row[:2] for row in crm_now.offers()] == [
        ("Gold", "expired"), ("Gold", "accepted"), ("Silver", "expired"), ("Bronze", "offered")
    ]  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(
    noticed=st.lists(st.integers(1, 400), max_size=4),
    last=st.integers(1, 400),
    partners=st.integers(1, 4),
)
def test_when_it_is_noticed_makes_no_difference(noticed: list[int], last: int, partners: int) -> None:
    """However often the store changes in between, the offers at the end are those of the clock."""
    start = datetime.fromisoformat("2026-06-15T09:00:00")
    with tempfile.TemporaryDirectory() as folder:
        here = {"CRM_CONFIG": f"{folder}/none.toml", "CRM_NOW": f"{start.isoformat()}Z"}
        with patch.dict(os.environ, here):
            store = Path(folder) / "crm.db"
            with db.change(store, "test") as change:
                for number in range(partners):
                    records.add(change, "company", name=f"P{number}", type="partner")
                lead = records.add(change, "lead", name="Sam Field").id
                others = [
                    {"rank": each, "partner_id": each, "reason": None} for each in range(2, partners + 1)
                ]
                offer = Draft(
                    values={"lead_id": lead, "partner_id": 1, "rank": 1}, parts={"candidates": others}
                )
                records.write(change, "offer", [offer])
            for hours in sorted({*(each for each in noticed if each < last), last}):
                os.environ["CRM_NOW"] = f"{(start + timedelta(hours=hours)).isoformat()}Z"
                with db.change(store, "test") as change:
                    rows = change.rows("SELECT partner_id, offered_at, state FROM offer ORDER BY id")
                    tasks = change.value("SELECT count(*) FROM activity")
    begun = [each for each in range(partners) if each * 48 < last]
    over = [each for each in begun if (each + 1) * 48 < last]
    assert [tuple(row) for row in rows] == [
        (each + 1, f"{(start + timedelta(hours=48 * each)).isoformat()}Z", "expired" if each in over else "offered")
        for each in begun
    ]  # fmt: skip
    assert tasks == (len(over) == partners)


def test_only_partners_are_offered_for_a_partner(crm_now: Partners) -> None:
    crm_now("company", "add", "Golden Goose")
    for line in ("crm lead route 1 --partner go", "crm lead accept 1 --partner go", "crm partner offers go"):
        words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
        done = crm_now.crm(env={"_CRM_COMPLETE": "complete_bash", **words})
        assert done.lines == ["Gold"]
