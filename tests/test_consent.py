"""Who may be written to: preferences, addresses, suppression and the log of consent, one by one and together."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import Crm
from furnishing import furnished
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_cli import db
from crm_cli.rules import consent, permission, records
from crm_cli.rules.drafts import Draft

TODAY = date(2026, 6, 15)


def why(crm: Crm, who: str = "jane", *options: str, noun: str = "contact", channel: str = "email") -> str:
    """The reason not to reach a person, empty where there is none."""
    rows = crm(noun, "show", who, "--why-not", channel, *options, "-o", "json").json
    assert rows[0]["allows"] == all(row["allows"] for row in rows[1:])
    return "" if rows[0]["allows"] else str(rows[0]["because"])


@furnished
def jane(crm: Crm) -> Crm:
    crm("company", "add", "Acme")
    crm("contact", "add", "Jane Doe", "--email", "jane@mail.acme.example", "--phone", "+31 20 555 0100",
        "--company", "Acme")  # fmt: skip
    return crm


def test_nobody_objects_by_default(jane: Crm) -> None:
    assert [why(jane, channel=channel) for channel in ("email", "phone", "sms")] == ["", "", ""]
    assert why(jane, channel="mail") == "has no postal address"


@pytest.mark.parametrize(
    ("wish", "channel", "flag", "reason"),
    [
        ("--no-email", "email", "do_not_email", "wants no e-mail at all (do_not_email)"),
        ("--no-bulk-email", "email", "do_not_bulk_email", "wants no mass e-mail (do_not_bulk_email)"),
        ("--no-phone", "phone", "do_not_phone", "wants no calls at all (do_not_phone)"),
        ("--no-sms", "sms", "do_not_sms", "wants no text messages at all (do_not_sms)"),
    ],
)
def test_a_wish_is_kept_and_taken_back(jane: Crm, wish: str, channel: str, flag: str, reason: str) -> None:
    assert jane("contact", "prefer", "jane", wish).err == "changed contact 1\n"
    assert jane("contact", "list", "--columns", flag).lines == ["true"]
    assert why(jane, channel=channel) == reason
    others = {"email", "phone", "sms"} - {channel}
    assert {why(jane, channel=other) for other in others} == {""}
    jane("contact", "prefer", "jane", wish.replace("--no-", "--"))
    assert why(jane, channel=channel) == ""


def test_an_export_for_a_mailing_holds_only_whom_it_may_reach(jane: Crm) -> None:
    for name, email in (
        ("Bo", "bo@spam.example"),
        ("Cy", "cy@x.example"),
        ("Di", ""),
        ("Eve", "eve@x.example"),
    ):
        jane("contact", "add", name, "--email", email)
    jane("contact", "consent", "Cy", "opted_out")
    jane("contact", "consent", "Eve", "opted_out", "--purpose", "newsletter")
    jane("segment", "add", "Never", "--kind", "suppression")
    jane("segment", "include", "Never", "@spam.example")
    found = jane("contact", "export", "--for", "email", "--columns", "name,email")
    assert found.lines == ["name,email", "Jane Doe,jane@mail.acme.example", "Eve,eve@x.example"]
    assert found.err == (
        "3 of 5 left out: 1 has no e-mail address, 1 is in the suppression list Never, 1 opted out of marketing\n"
    )
    found = jane("contact", "export", "name!=Di", "--for", "email", "--purpose", "newsletter", "-o", "ids")
    assert found.lines == ["1"]
    assert jane("contact", "export", "--for", "phone", "-o", "vcf").out.count("BEGIN:VCARD") == 1
    jane("lead", "add", "Sam", "--email", "sam@spam.example")
    assert jane("lead", "export", "--for", "email", "-o", "ids").out == ""
    for wrong in (("--for", "pigeon"), ("--purpose", "x"), ("--for", "email", "--subject", "jane")):
        assert jane("contact", "export", *wrong).code == 2


def test_mass_mail_is_not_every_mail(jane: Crm) -> None:
    jane("contact", "prefer", "jane", "--no-bulk-email")
    assert why(jane, "jane", "--purpose", "service") == ""
    jane("contact", "prefer", "jane", "--no-email")
    assert why(jane, "jane", "--purpose", "service") == "wants no e-mail at all (do_not_email)"


def test_how_and_when_best(jane: Crm) -> None:
    jane("contact", "prefer", "jane", "--channel", "phone", "--day", "monday", "--time", "Morning")
    told = jane("contact", "list", "--columns", "preferred_channel,preferred_day,best_time").lines
    assert told == ["phone\tmonday\tmorning"]
    assert jane("contact", "prefer", "jane", "--time", "09:00-11:30").code == 0
    for wrong in ("soon", "9-11", "25:00-26:00", "09:00-09:00"):
        assert jane("contact", "prefer", "jane", "--time", wrong).code == 2
    assert jane("contact", "prefer", "jane").code == 2
    assert jane("contact", "prefer", "jane", "--day", "someday").code == 2


def test_an_address_that_opted_out_still_gets_what_was_asked_for(jane: Crm, store: Path) -> None:
    with db.change(store, "test") as change:
        change.connection.execute("UPDATE contact_email SET opted_out = 1")
    assert why(jane) == "jane@mail.acme.example has opted out"
    assert why(jane, "jane", "--purpose", "service") == ""


def test_an_invalid_address_gives_way_to_another(jane: Crm, store: Path) -> None:
    with db.change(store, "test") as change:
        change.connection.execute("UPDATE contact_email SET invalid = 1")
    assert why(jane) == "jane@mail.acme.example is not valid: what is sent there does not arrive"
    assert why(jane, "jane", "--purpose", "service") == why(jane)
    with db.change(store, "test") as change:
        draft = records.load(change, "contact", [1])[0]
        draft.entered["email"] = ["jane@home.example", "jane@mail.acme.example"]
        records.write(change, "contact", [draft])
        assert consent.addresses(change, "contact", [1]) == {1: "jane@home.example"}
    assert why(jane) == ""


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ({"noun": "contact", "record_id": 1}, "is"),
        ({"noun": "company", "record_id": 1}, "is"),
        ({"address": "Jane@mail.acme.example"}, "jane@mail.acme.example is"),
        ({"address": "@mail.acme.example"}, "@mail.acme.example is"),
        ({"address": "@acme.example"}, "@acme.example is"),
        ({"address": "@cme.example"}, ""),
        ({"address": "ane@mail.acme.example"}, ""),
        ({"noun": "lead", "record_id": 1}, ""),
        ({"noun": "contact", "record_id": 2}, ""),
    ],
)
def test_suppression_lists(jane: Crm, store: Path, listed: dict[str, object], told: str) -> None:
    jane("segment", "add", "Never", "--kind", "suppression")
    jane("segment", "add", "Guests")
    with db.change(store, "test") as change:
        records.append(change, "segment_member", [{"segment_id": 1, **listed},
                                                  {"segment_id": 2, "noun": "contact", "record_id": 1}])  # fmt: skip
    expected = f"{told} in the suppression list Never" if told else ""
    assert why(jane) == expected
    assert why(jane, "jane", "--purpose", "service") == expected


def test_the_latest_entry_that_has_not_expired_counts(jane: Crm) -> None:
    jane("contact", "consent", "jane", "opted_out", "--at", "2026-01-10")
    assert why(jane) == "opted out of marketing on 2026-01-10"
    jane("contact", "consent", "jane", "opted_in", "--at", "2026-02-10", "--expires", "2026-06-15")
    assert why(jane) == ""  # the last day still counts
    assert (
        jane("contact", "show", "jane", "--why-not", "email", env={"CRM_TODAY": "2026-06-16"})
        .lines[0]
        .startswith("marketing\tfalse\topted out")
    )
    jane("contact", "consent", "jane", "opted_out", "--at", "2026-01-05")  # told late, and older
    assert why(jane) == ""
    jane("contact", "consent", "jane", "opted_out")
    assert why(jane) == "opted out of marketing on 2026-06-15"
    jane("contact", "consent", "jane", "confirmed")  # the same moment, entered later
    assert why(jane) == ""


def test_a_purpose_and_marketing_as_a_whole(jane: Crm) -> None:
    newsletter = ("jane", "--purpose", "newsletter")
    jane("contact", "consent", "jane", "opted_out", "--at", "2026-03-01")
    assert why(jane, *newsletter) == "opted out of marketing on 2026-03-01"
    assert why(jane, "jane", "--purpose", "service") == ""
    jane("contact", "consent", "jane", "opted_in", "--purpose", "Newsletter", "--at", "2026-04-01")
    assert why(jane, *newsletter) == ""
    assert why(jane) == "opted out of marketing on 2026-03-01"
    jane("contact", "consent", "jane", "opted_out", "--purpose", "newsletter", "--at", "2026-05-01")
    jane("contact", "consent", "jane", "opted_in", "--at", "2026-06-01")
    assert why(jane, *newsletter) == "opted out of newsletter on 2026-05-01"
    assert why(jane) == ""


@pytest.mark.parametrize(
    ("state", "basis", "allowed"),
    [
        ("opted_in", "consent", True), ("confirmed", "consent", True), ("unknown", "contract", True),
        ("unknown", "legitimate_interest", True), ("unknown", "consent", False), ("opted_out", "contract", False),
    ],
)  # fmt: skip
def test_consent_may_be_required(jane: Crm, state: str, basis: str, allowed: bool) -> None:
    jane("config", "set", "consent.required", "yes")
    assert why(jane) == "has not agreed to marketing, which the setting consent.required asks for"
    assert why(jane, "jane", "--purpose", "service") == ""
    jane("contact", "consent", "jane", state, "--basis", basis)
    assert (why(jane) == "") is allowed
    jane("config", "set", "consent.required", "no")
    assert (why(jane) == "") is (state != "opted_out")


def test_what_a_lead_said_holds_for_the_contact_it_became(crm: Crm, store: Path) -> None:
    crm("lead", "add", "Sam Field", "--email", "sam@field.example", "--company-name", "Field")
    crm("lead", "consent", "sam@field.example", "opted_out", "--source", "phone")
    assert why(crm, "1", noun="lead") == "opted out of marketing on 2026-06-15"
    crm("lead", "convert", "1")
    assert why(crm, "1") == "opted out of marketing on 2026-06-15"
    crm("segment", "add", "Never", "--kind", "suppression")
    with db.change(store, "test") as change:
        records.append(change, "segment_member", [{"segment_id": 1, "noun": "lead", "record_id": 1}])
    assert why(crm, "1") == "is in the suppression list Never"


def test_merged_people_keep_what_one_of_them_refused(jane: Crm) -> None:
    jane("contact", "add", "J. Doe", "--email", "j@home.example")
    jane("contact", "consent", "j@home.example", "opted_out", "--at", "2025-01-01")
    jane("contact", "consent", "jane@mail.acme.example", "opted_in", "--at", "2026-01-01")
    assert why(jane, "1") == ""
    jane("contact", "merge", "1", "2", "--yes")
    assert why(jane, "1") == "opted out of marketing on 2026-06-15"
    assert jane("consent", "list", "--columns", "source").lines == ["", "", "merged; said 2025-01-01"]
    jane("undo")
    assert (why(jane, "1"), why(jane, "2")) == ("", "opted out of marketing on 2025-01-01")


@pytest.mark.parametrize("noun", ["contact", "lead"])
def test_merged_people_are_in_a_campaign_once(crm: Crm, noun: str) -> None:
    for campaign in ("Spring", "Autumn"):
        crm("campaign", "add", campaign)
    for name in ("ann", "bea"):
        crm(noun, "add", name, "--email", f"{name}@example.org")
        crm("member", "add", name, "--campaign", "Spring", f"--{noun}", name)
    crm("member", "add", "bea", "--campaign", "Autumn", f"--{noun}", "bea")
    crm("member", "edit", "2", "--status", "responded", "--response", "yes")
    assert crm(noun, "merge", "1", "2", "--yes").code == 0
    held = crm(
        "member", "list", "--columns", f"campaign,{noun}_id,status,response", "--sort", "campaign"
    ).lines
    assert held == ["Autumn\t1\ttargeted\t", "Spring\t1\tresponded\tyes"]
    assert crm("undo").code == 0
    assert crm("member", "list", "--count").out == "3\n"


def test_an_opt_out_by_any_path_is_noted_once(jane: Crm, store: Path) -> None:
    for known in (1, 0):
        with db.change(store, "test") as change:
            assert consent.opt_out(change, "contact", [1, 1], source="bounce") == known
    assert why(jane) == "opted out of marketing on 2026-06-15"
    assert jane("consent", "list", "--columns", "source").lines == ["bounce"]


def test_the_log_is_shown_and_what_counts_is_said(jane: Crm) -> None:
    jane(
        "contact",
        "consent",
        "jane",
        "opted_in",
        "--source",
        "web form",
        "--wording",
        "Yes, please",
        "--expires",
        "+1y",
    )
    jane("contact", "consent", "jane", "opted_out", "--purpose", "sms")
    shown = jane("contact", "consent", "jane", "--purpose", "marketing")
    assert shown.lines == [
        "1\tJane Doe\t\tmarketing\topted_in\tconsent\tweb form\t2026-06-15T12:00:00Z\t2027-06-15"
    ]
    assert shown.err == "contact 1: opted_in marketing on 2026-06-15 (consent, web form), until 2027-06-15\n"
    assert len(jane("contact", "consent", "jane").lines) == 2
    assert jane("consent", "list", "--columns", "wording").lines == ["Yes, please", ""]


def test_many_say_the_same_at_once(jane: Crm) -> None:
    jane("contact", "add", "Bob", "--email", "bob@example.org", "--tags", "fair")
    done = jane("contact", "consent", "jane", "tag=fair", "opted-in", "--source", "fair", "--yes")
    assert (done.lines, done.err) == (["1", "2"], "noted 2 contacts: opted_in marketing\n")
    jane("undo")
    assert jane("consent", "list", "--count").out == "0\n"


@pytest.mark.parametrize(
    "words",
    [("opted_in",), ("jane", "--source", "x"), ("jane", "opted_in", "--expires", "never"), ("jane", "maybe")],
)
def test_wrong_words_are_refused(jane: Crm, words: tuple[str, ...]) -> None:
    done = jane("contact", "consent", *words)
    assert done.code in (2, 3)
    assert len(done.err.splitlines()) == 1
    assert jane("consent", "list", "--count").out == "0\n"


def test_a_consent_is_of_one_person(jane: Crm) -> None:
    jane("lead", "add", "Sam", "--email", "sam@field.example")
    assert jane("consent", "add", "--state", "opted_in").code == 2
    assert jane("consent", "add", "--state", "opted_in", "--contact", "jane", "--lead", "sam").code == 2
    assert jane("contact", "show", "jane", "--why-not", "pigeon").code == 2


def test_a_service_message_to_who_wants_none_needs_a_reason(jane: Crm) -> None:
    jane("case", "add", "Pump", "--contact", "jane")
    jane("contact", "prefer", "jane", "--no-email")
    refused = jane("case", "reply", "1", "Done.")
    assert refused.code == 4
    assert refused.err.startswith("crm: Jane Doe: wants no e-mail at all (do_not_email); ")
    assert jane("delivery", "list", "--count").out == "0\n"
    assert jane("case", "reply", "1", "Done.", "--override", "she asked for it by phone").code == 0
    assert jane("delivery", "list", "--columns", "status,override").lines == [
        "sent\tshe asked for it by phone"
    ]


States = st.sampled_from([*permission.AGREED, "opted_out", "unknown"])
Days = st.integers(-40, 40).map(lambda days: TODAY + timedelta(days=days))
Entries = st.lists(st.tuples(States, Days, st.none() | Days), max_size=5)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans(), Entries), min_size=1, max_size=8), st.booleans())
def test_many_at_once_are_answered_as_each_alone(
    store: Path, monkeypatch: pytest.MonkeyPatch, people: list[tuple[bool, bool, list[tuple[str, date, date | None]]]],
    required: bool,
) -> None:  # fmt: skip
    """The set of answers is the answers one by one, and each is what the rules say in the plainest words."""
    settings_file = store.with_name("consent.toml")
    settings_file.write_text(f'[consent]\nrequired = "{"yes" if required else "no"}"\n')
    monkeypatch.setenv("CRM_CONFIG", str(settings_file))
    with db.change(store, "test", dry_run=True) if store.exists() else db.change(store, "test") as change:
        drafts = [
            Draft(values={"name": "P", "do_not_bulk_email": bulk},
                  entered={"email": [f"p{number}@example.org"] if reachable else []})
            for number, (bulk, reachable, _) in enumerate(people)
        ]  # fmt: skip
        records.write(change, "contact", drafts)
        ids = [draft.id for draft in drafts]
        for record_id, (_, _, entries) in zip(ids, people, strict=True):
            said = [
                Draft(values={"contact_id": record_id, "state": state, "at": f"{day}T08:00:00Z",
                              "expires": until and until.isoformat()})
                for state, day, until in entries
            ]  # fmt: skip
            records.write(change, "consent", said)
        together = consent.why_not(change, "contact", ids)
        alone = [consent.why_not(change, "contact", [each]) for each in ids]
    assert together == {key: reason for each in alone for key, reason in each.items()}
    allowed = {
        record_id
        for record_id, (bulk, reachable, entries) in zip(ids, people, strict=True)
        if reachable and not bulk and _agrees(entries, required=required)
    }
    assert set(ids) - set(together) == allowed


def _agrees(entries: list[tuple[str, date, date | None]], *, required: bool) -> bool:
    holding = [(day, number, state) for number, (state, day, until) in enumerate(entries)
               if day <= TODAY and (until is None or until >= TODAY)]  # fmt: skip
    state = max(holding)[2] if holding else "unknown"
    return state in permission.AGREED or (state == "unknown" and not required)
