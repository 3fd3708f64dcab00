"""What the tests of reports share: asking one, and making deals as an import brings them."""

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from crm_cli import db, reports
from crm_cli.changing import Change
from crm_cli.reports import Asked
from crm_cli.rules import records, stages
from crm_cli.rules.drafts import Draft

TODAY = date(2026, 6, 15)
MONEY = 10_000

Answer = list[dict[str, Any]]


def answer(store: Path, name: str, **asked: Any) -> Answer:
    """A report's rows by column, money and decimals as stored."""
    connection = db.ask(store)
    try:
        rows = reports.load(name).answer(asking(connection, name, **asked))
        return [dict(zip((each.name for each in rows.columns), row, strict=True)) for row in rows.rows]
    finally:
        connection.close()


def asking(connection: Any, name: str, **asked: Any) -> Asked:
    return Asked(connection, asked.pop("today", TODAY), reports.load(name), **({"zone": "UTC"} | asked))


def on(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setenv("CRM_TODAY", day)


def deal(change: Change, stage: str, amount: int | None = None, **values: Any) -> int:
    """A deal at a stage, its amount in whole units, as an import brings it."""
    found = stages.find(change, None, stage)
    told = {"stage_id": found["id"], "amount": None if amount is None else amount * MONEY} | values
    draft = Draft(values={"name": "deal"} | told, imported=True, given=frozenset(told))
    records.write(change, "deal", [draft])
    return draft.id


def units(row: dict[str, Any], *names: str) -> list[Any]:
    return [row[name] and Fraction(row[name], MONEY) for name in names]
