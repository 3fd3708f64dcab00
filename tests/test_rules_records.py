"""The small rules of companies, products and users."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crm_cli import db
from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft


@pytest.fixture
def change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Change]:
    settings = tmp_path / "config.toml"
    settings.write_text('currency = "EUR"\n')
    monkeypatch.setenv("CRM_CONFIG", str(settings))
    monkeypatch.setenv("CRM_TODAY", "2026-11-05")
    with db.change(tmp_path / "crm.db", "test") as opened:
        yield opened


def add(change: Change, noun: str, **values: Any) -> dict[str, Any]:
    number = records.add(change, noun, **values).id
    found = change.one(f"SELECT * FROM {noun} WHERE id = ?", number)
    assert found
    return dict(found)


@pytest.mark.parametrize(
    ("values", "domain"),
    [
        ({"website": "https://www.Acme.example/about?x"}, "acme.example"),
        ({"website": "acme.example:8080"}, "acme.example"),
        ({"email": "info@acme.example"}, "acme.example"),
        ({"email": "acme@gmail.com"}, None),
        ({"website": "http://shop.example", "email": "info@acme.example"}, "shop.example"),
        ({"domain": "https://Acme.example/"}, "acme.example"),
        ({}, None),
    ],
)
def test_a_company_has_its_own_domain(change: Change, values: dict[str, Any], domain: str | None) -> None:
    assert add(change, "company", name="Acme", **values)["domain"] == domain


def test_a_company_without_a_name_is_called_by_its_key(change: Change) -> None:
    found = add(change, "company", external_id="386", external_source="zoho")
    assert (found["name"], found["default_currency"], found["type"]) == ("#386", "EUR", "prospect")
    with pytest.raises(InvalidError, match="belong to itself"):
        records.edit(change, "company", found["id"], parent_id=found["id"])


def test_a_product_code_is_its_own(change: Change) -> None:
    first = add(change, "product", name="Bolt", code="A", list_price=12_345)
    assert (first["currency"], first["list_price"]) == (
        "EUR",
        12_345,
    )  # the price of one is not rounded to coins
    with pytest.raises(ConflictError, match="product 1 Bolt has the code A"):
        add(change, "product", name="Nut", code="A")
    with pytest.raises(ConflictError, match="has the code B"):
        records.write(change, "product", [Draft(values={"name": name, "code": "B"}) for name in ("C", "D")])
    records.edit(change, "product", first["id"], code="A", name="Bolt M6")
    add(change, "product", name="Odd", code="A\x00")
    with pytest.raises(ConflictError, match="product 2 Odd"):
        add(change, "product", name="Even", code="A\x00")
    add(change, "product", name="Uncoded")
    add(change, "product", name="Uncoded")


def test_a_user_is_here_once_unless_another_program_tells_them_apart(change: Change) -> None:
    first = add(change, "user", name="Ann Lee", email="Ann@x.org")
    with pytest.raises(ConflictError, match="user 1 Ann Lee"):
        add(change, "user", name="ANN LEE")
    with pytest.raises(ConflictError, match="e-mail"):
        add(change, "user", name="Other", email="ann@X.org")
    records.edit(change, "user", first["id"], name="Ann B. Lee")
    add(change, "user", name="Same", external_id="1", external_source="z")
    add(change, "user", name="Same", external_id="2", external_source="z")
    with pytest.raises(InvalidError, match="themselves"):
        records.edit(change, "user", first["id"], manager_id=first["id"])
