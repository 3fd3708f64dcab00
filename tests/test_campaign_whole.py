"""One campaign through all ten steps, in the demo store, over a real mail server that is broken off on the way."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from conftest import Crm
from post_office import Office, opened

ALL = "Everybody we may write to"
STEPS = ("create", "target", "offer", "budget", "message", "send", "responses", "measure", "roi", "next")


@pytest.fixture
def office() -> Iterator[Office]:
    with opened() as found:
        yield found


def done(crm: Crm) -> list[str]:
    rows = crm("campaign", "step", "Autumn", "-o", "json").json
    return [row["step"] for row in rows if row["done_on"]]


def members(crm: Crm, *filters: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = crm(
        "member", "list", "campaign=Autumn", *filters, "-o", "json",
        "--columns", "id,name,contact_id,status,control,reason,address",
    ).json  # fmt: skip
    return rows


def kill_while_sending(office: Office, after: int) -> str:
    """Send in a process that is killed at so many a moment of the server; returns to whom it was writing."""
    process = subprocess.Popen(
        [sys.executable, "-m", "crm_cli", "campaign", "send", "Autumn"], stderr=subprocess.PIPE
    )
    left, last = after, ""

    def watch(_moment: str, to: str) -> None:
        nonlocal left, last
        left -= 1
        if left == 0:
            last = to
            os.kill(process.pid, signal.SIGKILL)

    office.watch = watch
    process.communicate()
    office.watch = lambda _moment, _to: None
    return last


@pytest.mark.parametrize("seed", [1, 2])
def test_a_campaign_goes_through_its_ten_steps(crm: Crm, store: Any, office: Office, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - moments, not secrets
    assert crm("demo", "--into", str(store)).code == 0
    for key, value in {"email": "me@example.org", "smtp.host": "127.0.0.1", "smtp.port": str(office.port),
                       "smtp.tls": "none"}.items():  # fmt: skip
        crm("config", "set", key, value)

    assert crm("campaign", "add", "Autumn", "--type", "email", "--starts-on", "2026-06-15").code == 0
    targeted = crm("campaign", "target", "Autumn", ALL, "--control", "10%")
    assert targeted.code == 0, targeted.err
    assert crm("campaign", "offer", "Autumn", "--promo-code", "FALL", "--text", "A tenth less").code == 0
    assert (
        crm("campaign", "budget", "Autumn", "500", "--expect-revenue", "4000", "--expect-response", "5").code
        == 0
    )
    assert crm("campaign", "message", "Autumn", "--subject", "{{ first_name }}, coffee?", "--body", "-",
               input="Dear {{ name }},\n{{ offer }}: {{ promo_code }}\n{{ unsubscribe }}\n").code == 0  # fmt: skip
    assert done(crm) == list(STEPS[:5])
    waiting = {row["id"]: row for row in members(crm, "status=targeted", "control=no")}
    assert len(waiting) > 50
    assert f"{len(waiting)} would get it" in crm("campaign", "preview", "Autumn").err

    killed = {kill_while_sending(office, chance.randrange(2, 60)) for _ in range(3)}
    gone = next(row for row in reversed(list(waiting.values())) if row["status"] == "targeted")
    crm("contact", "consent", str(gone["contact_id"]), "opted_out")
    assert "for a better time" in crm("campaign", "send", "Autumn").err
    assert crm("campaign", "send", "Autumn", "--now").code == 0

    assert set(office.times.values()) == {1}
    excluded = members(crm, "status=excluded")
    assert gone["id"] in {row["id"] for row in excluded}
    assert all(row["reason"] for row in excluded)
    sent = members(crm, "status=sent")
    control = members(crm, "control=yes")
    doubtful = crm("delivery", "list", "status=uncertain", "--columns", "to", "-o", "json").json
    assert {row["to"] for row in doubtful} <= killed
    assert len(sent) + len(doubtful) + 1 == len(waiting)
    reached = set(office.times)
    assert {row["address"] for row in sent} <= reached
    for row in [*excluded, *control]:
        [address] = crm("contact", "list", str(row["contact_id"]), "--columns", "email").lines
        assert address not in reached
    assert "FALL" in next(iter(office.received.values())).get_content()

    who = [str(row["contact_id"]) for row in sent[:3]]
    assert (
        crm("campaign", "respond", "Autumn", *who, "--response", "Wants a visit", "--deal", "1200").code == 0
    )
    assert crm("campaign", "cost", "Autumn", "300", "--note", "Letters").code == 0
    assert crm("campaign", "measure", "Autumn").code == 0
    assert crm("campaign", "step", "Autumn", "roi", "--done").code == 0
    assert crm("campaign", "next", "Autumn", "--from", "responders", "--name", "Warm").code == 0
    assert done(crm) == list(STEPS)
    assert sorted(crm("segment", "members", "Warm", "-o", "ids").lines) == sorted(who)
    [shown] = crm("campaign", "list", "Autumn", "-o", "json").json
    assert (shown["cost"], shown["responses"], shown["status"]) == (300, 3, "active")
