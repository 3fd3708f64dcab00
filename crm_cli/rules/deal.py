"""A deal's own rules: where it stands, what it is called, what it is worth.

What entering and leaving a stage brings is told in `crm_cli.rules.entering`; the arithmetic of lines in
`crm_cli.rules.lines`. Both are met by every path: typed, edited in bulk, moved or imported.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import contract, entering, invoice, lines, stages
from crm_cli.rules.drafts import Draft
from crm_cli.rules.pipeline import default_pipeline

Row = dict[str, Any]


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete a batch of deals: pipeline and stage, lines and amount, dates and probability, names."""
    if any(draft.before is None and not draft.values.get("stage_id") for draft in drafts):
        default_pipeline(change)
    book = stages.book(change)
    for draft in drafts:
        _place(change, draft, book)
        if draft.before is None:
            _default(change, draft)
        _check_chance(draft)
    _buyers(change, drafts)
    lines.hold_currency(change, "deal", drafts, "take them out first, with `crm deal item remove`")
    products = lines.products(change, _product_ids(drafts))
    _lines(change, drafts, products)
    for draft in drafts:
        _pin_amount(draft)
    _amounts(change, drafts)
    for draft in drafts:
        entering.prepare(change, draft, book)
        _rate(change, draft, book)
        _pushed(draft)
    _names(change, [draft for draft in drafts if draft.before is None and not draft.values.get("name")])


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Write the history of stages, hold deals to what their stage required, mark first customers.

    Tells of contracts that a win renews, and of what the customer of a new deal owes.
    """
    book = stages.book(change)
    entering.settle(change, drafts, book)
    won = [draft.id for draft in drafts if draft.before and book[draft.get("stage_id")]["kind"] == "won"]
    if won and not drafts[0].imported:
        contract.tell_won(change, won)
    for draft in drafts:
        is_ours = draft.before is None and not draft.imported
        if is_ours and (owing := invoice.warning(change, draft.get("company_id"), draft.get("contact_id"))):
            change.note(owing, draft)


def _place(change: Change, draft: Draft, book: dict[int, Row]) -> None:
    """Settle pipeline and stage, each from the other, else the first open stage of the default pipeline."""
    values = draft.values
    if not values.keys() & {"stage_id", "pipeline_id"} and draft.before is not None:
        return
    stage, pipeline = values.get("stage_id"), values.get("pipeline_id")
    if stage is None:
        pipeline = pipeline or (draft.before and draft.before["pipeline_id"]) or default_pipeline(change)
        stage = _counterpart(draft, pipeline, book)
    elif stage not in book:
        raise InvalidError(f"there is no stage {stage}; `crm pipeline show` names them")
    elif pipeline and book[stage]["pipeline_id"] != pipeline:
        raise InvalidError(
            f"stage {book[stage]['name']} belongs to another pipeline; name a stage of this one"
        )
    values["stage_id"], values["pipeline_id"] = stage, book[stage]["pipeline_id"]


def _counterpart(draft: Draft, pipeline: int, book: dict[int, Row]) -> int:
    """The stage of a pipeline that answers to the one a deal is in: of that name, else of that kind."""
    own = stages.in_pipeline(book, pipeline)
    if not own:
        raise InvalidError(f"there is no pipeline {pipeline}; `crm pipeline list` shows them")
    now = book[draft.before["stage_id"]] if draft.before else {"id": None, "name_key": None, "kind": "open"}
    for column in ("id", "name_key", "kind"):
        for row in own:
            if row[column] == now[column]:
                return int(row["id"])
    return int(own[0]["id"])


def _default(change: Change, draft: Draft) -> None:
    """A new deal's currency and, unless another program tells its story, the day it opened."""
    draft.values["currency"] = draft.values.get("currency") or change.config.currency
    if not draft.imported and not draft.values.get("opened_on"):
        closed = draft.values.get("closed_on")
        draft.values["opened_on"] = min(filter(None, (closed, change.today.isoformat())))


def _check_chance(draft: Draft) -> None:
    chance = draft.values.get("probability")
    if chance is not None and not 0 <= chance <= lines.WHOLE:
        raise InvalidError("probability: give a percentage from 0 to 100")


def _buyers(change: Change, drafts: Sequence[Draft]) -> None:
    """A new deal with a person and no company is with the person's company."""
    lacking = [
        d
        for d in drafts
        if d.before is None and d.values.get("contact_id") and not d.values.get("company_id")
    ]
    people = _column(change, "contact", "company_id", (draft.values["contact_id"] for draft in lacking))
    for draft in lacking:
        draft.values["company_id"] = people.get(draft.values["contact_id"])


def _product_ids(drafts: Sequence[Draft]) -> list[int]:
    """Every product that is entered or stands in a line about to be written."""
    entered = [each for draft in drafts for each in _entered(draft)]
    return entered + [row["product_id"] for draft in drafts for row in draft.parts.get("lines", ())]


def _entered(draft: Draft) -> list[int]:
    told = draft.entered.get("product")
    return [] if told is None else list(told) if isinstance(told, list | tuple) else [told]


def _lines(change: Change, drafts: Sequence[Draft], products: dict[int, Row]) -> None:
    """Turn entered products into lines beside those that stand, and number lines."""
    told = [draft for draft in drafts if _entered(draft) and "lines" not in draft.parts]
    standing = lines.standing(change, [draft.id for draft in told if draft.before])
    for draft in told:
        rows = standing.get(draft.id, []) if draft.before else []
        for each in _entered(draft):
            if not any(row["product_id"] == each for row in rows):
                rows.append(_line(change, draft, products[each]))
        draft.parts["lines"] = rows
    for draft in drafts:
        if "lines" in draft.parts:
            rows = [lines.NEW | row for row in draft.parts["lines"]]
            lines.check(rows)
            draft.parts["lines"] = [row | {"position": place} for place, row in enumerate(rows)]


def _line(change: Change, draft: Draft, product: Row) -> Row:
    """An imported product is a line without a price: nobody said what it sold for."""
    if draft.imported:
        return lines.NEW | {"product_id": product["id"]}
    return lines.line(change, product, draft.get("currency"), draft.get("company_id"))


def _pin_amount(draft: Draft) -> None:
    """An amount that is told stays when lines come or change; one that is emptied is theirs again."""
    if "amount" not in draft.given or "amount_pinned" in draft.given:
        return
    amount = draft.values["amount"]
    if draft.before is None or draft.before["amount"] != amount:
        draft.values["amount_pinned"] = amount is not None


def _amounts(change: Change, drafts: Sequence[Draft]) -> None:
    """Round told amounts; let lines drive the others."""
    driven = [draft for draft in drafts if _is_driven(draft)]
    standing = lines.standing(change, [d.id for d in driven if d.before and "lines" not in d.parts])
    for draft in driven:
        rows = (
            draft.parts["lines"]
            if "lines" in draft.parts
            else standing.get(draft.id, [])
            if draft.before
            else []
        )
        amount = lines.total(rows, draft.get("currency"))
        if amount is not None or draft.before is not None:
            draft.values["amount"] = amount
    for draft in drafts:
        amount = draft.get("amount") if "currency" in draft.values else draft.values.get("amount")
        if amount is not None:
            draft.values["amount"] = lines.rounded(amount, draft.get("currency"))


def _is_driven(draft: Draft) -> bool:
    if draft.get("amount_pinned"):
        return False
    return "lines" in draft.parts or bool(draft.given & {"amount", "amount_pinned", "currency"})


def _rate(change: Change, draft: Draft, book: dict[int, Row]) -> None:
    """Fix the rate to the base currency when money or stage change; a decided deal keeps its own."""
    before = draft.before
    if "rate" in draft.given:
        return
    if before is not None:
        same_currency = draft.get("currency") == before["currency"]
        told = any(draft.get(column) != before[column] for column in ("amount", "currency", "stage_id"))
        if not told or (same_currency and book[before["stage_id"]]["kind"] != "open"):
            return
    rate = change.rate(draft.get("currency"), draft.get("closed_on"))
    if rate is not None or before is None or draft.get("currency") != before["currency"]:
        draft.values["rate"] = rate


def _pushed(draft: Draft) -> None:
    """Count each time that the expected close moves later."""
    before, later = draft.before, draft.values.get("expected_close")
    if not before or not later or not before["expected_close"] or "push_count" in draft.given:
        return
    if later > before["expected_close"]:
        draft.values["push_count"] = (before["push_count"] or 0) + 1


def _names(change: Change, drafts: Sequence[Draft]) -> None:
    """Name deals by company and product, else by their key, else by what is known of them."""
    buyers = _column(change, "company", "name", (draft.values.get("company_id") for draft in drafts))
    people = _column(change, "contact", "name", (draft.values.get("contact_id") for draft in drafts))
    first = {id(draft): draft.parts["lines"][0]["product_id"] for draft in drafts if draft.parts.get("lines")}
    products = _column(change, "product", "name", first.values())
    for draft in drafts:
        company = buyers.get(draft.values.get("company_id"))
        product = products.get(first.get(id(draft)))
        both = f"{company} – {product}" if company and product else None
        person = people.get(draft.values.get("contact_id"))
        known = (both, draft.key, company, product, person, "deal")
        draft.values["name"] = next(word for word in known if word)


def _column(change: Change, table: str, column: str, ids: Iterable[int | None]) -> dict[int | None, Any]:
    wanted = sorted({each for each in ids if each})
    question = f'SELECT id, "{column}" FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))'
    return {row[0]: row[1] for row in change.rows(question, json.dumps(wanted))} if wanted else {}
