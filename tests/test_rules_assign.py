"""Whom leads and deals are given to, and why."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_cli import db
from crm_cli.changing import Change
from crm_cli.errors import ConflictError, NotFoundError
from crm_cli.rules import records, stages
from crm_cli.rules.assign import assign


@pytest.fixture
def change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Change]:
    monkeypatch.setenv("CRM_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setenv("CRM_TODAY", "2026-11-05")
    with db.change(tmp_path / "crm.db", "test") as opened:
        yield opened


def add(change: Change, noun: str, name: str, **values: Any) -> int:
    return records.add(change, noun, name=name, **values).id


def owner(change: Change, noun: str, number: int) -> Any:
    return change.value(f"SELECT owner_id FROM {noun} WHERE id = ?", number)


def test_the_user_named_takes_it_even_when_full_or_away(change: Change) -> None:
    away = add(change, "user", "Ann", active=False, capacity=0)
    lead = add(change, "lead", "A B")
    assert assign(change, "lead", [lead], away) == [f"lead {lead} A B → Ann: as named"]
    assert owner(change, "lead", lead) == away
    with pytest.raises(NotFoundError):
        assign(change, "lead", [lead], 99)


def test_history_goes_before_territory_and_territory_before_load(change: Change) -> None:
    north = add(change, "user", "North", territories='["DE", "Nordics"]')
    south = add(change, "user", "South", territories='["ES"]')
    free = add(change, "user", "Free")
    acme = add(change, "company", "Acme GmbH", country="DE")
    add(change, "contact", "Jane Doe", company_id=acme, owner_id=south)
    known = add(change, "lead", "A B", company_name="acme", country="DE")
    assert assign(change, "lead", [known]) == [
        f"lead {known} A B → South: knows people of Acme GmbH; carries 0"
    ]
    german = add(change, "lead", "C D", country="DE")
    assert assign(change, "lead", [german]) == [f"lead {german} C D → North: serves de; carries 0"]
    french = add(change, "lead", "E F", country="FR")
    assign(change, "lead", [french])
    assert owner(change, "lead", french) == free
    deal = add(change, "deal", "D", company_id=add(change, "company", "Nord", territory="nordics"))
    assign(change, "deal", [deal])
    assert owner(change, "deal", deal) == north


def test_load_is_shared_by_capacity_and_the_full_are_passed_over(change: Change) -> None:
    small, large = add(change, "user", "Small", capacity=2), add(change, "user", "Large", capacity=4)
    leads = [add(change, "lead", f"Lead {number}") for number in range(6)]
    assign(change, "lead", leads)
    assert [owner(change, "lead", each) for each in leads].count(small) == 2
    assert [owner(change, "lead", each) for each in leads].count(large) == 4
    with pytest.raises(ConflictError, match="room"):
        assign(change, "lead", [add(change, "lead", "One More")])
    records.edit(change, "lead", leads[0], status="junk")
    assign(change, "lead", [add(change, "lead", "One More")])


def test_what_is_decided_is_no_load(change: Change) -> None:
    user = add(change, "user", "Ann", capacity=1)
    stages.win(change, add(change, "deal", "D", owner_id=user))
    lead = add(change, "lead", "A B")
    assign(change, "lead", [lead])
    assert owner(change, "lead", lead) == user
