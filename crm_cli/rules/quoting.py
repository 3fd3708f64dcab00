"""The way of a quote: made from a deal's lines, revised, sent, accepted or rejected.

A revision is a quote of its own with the same number; the one before it is superseded. What was accepted sets the
deal, by `crm_cli.rules.quote`.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from crm_cli import values
from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import lines, records, stages, words
from crm_cli.rules.drafts import Draft
from crm_cli.rules.quote import called
from crm_cli.values.amounts import money_human

# What a revision has from the quote before it.
_SAME = ("number", "deal_id", "company_id", "contact_id", "owner_id", "currency", "discount_pct", "discount",
         "shipping", "shipping_tax_pct", "terms", "tags")  # fmt: skip
_OF_LINE = ("product_id", "text", "quantity", "unit_price", "discount_pct", "tax_pct")

Row = dict[str, Any]


def read(change: Change, currency: str, texts: Mapping[str, str | None]) -> Row:
    """What is typed of a quote's terms, as it is stored; a discount is a percentage where it ends with %.

    Raises:
        InvalidError: a text that is no value, naming what it is of.
    """
    kinds = {"valid_until": "day", "shipping": "money", "shipping_tax_pct": "percent", "terms": "long"}
    found: Row = {}
    reading = replace(change.reading, currency=currency)
    for name, text in texts.items():
        if text is None:
            continue
        kind = kinds.get(name) or ("percent" if text.rstrip().endswith(("%", "٪")) else "money")
        try:
            column = "discount_pct" if name == "discount" and kind == "percent" else name
            found[column] = values.read(kind, text, reading)
        except InvalidError as error:
            raise InvalidError(f"{name}: {error}") from None
    return found


def from_deal(change: Change, deal_id: int, said: Row) -> Draft:
    """Make a quote of a deal's lines; `said` are columns of the quote, as `read` gives them.

    Raises:
        ConflictError: the deal is lost.
        InvalidError: the deal has no lines, or one without a price.
    """
    rows = _lines_of(change, deal_id)
    draft = Draft(values={"deal_id": deal_id, **said})
    draft.parts["lines"] = rows
    records.write(change, "quote", [draft])
    return draft


def revise_deal(change: Change, deal_id: int, said: Row) -> Draft:
    """Make the next revision of a deal's latest quote, of the lines that the deal has now.

    Raises:
        NotFoundError: the deal has no quote.
        ConflictError: the quote was accepted or is in another currency, or the deal is lost.
    """
    question = "SELECT id FROM quote WHERE deal_id = ? AND status <> 'superseded' ORDER BY id DESC LIMIT 1"
    latest = change.value(question, deal_id)
    if latest is None:
        raise NotFoundError(f"deal {deal_id} has no quote to revise; `crm deal quote {deal_id}` makes one")
    was, now = change.held("quote", latest, "currency"), change.held("deal", deal_id, "currency")
    if was != now:
        raise ConflictError(
            f"the quote is in {was} and the deal in {now}; make another: crm deal quote {deal_id}"
        )
    return revise(change, latest, said, _lines_of(change, deal_id))


def revise(change: Change, quote_id: int, said: Row, rows: Sequence[Row] | None = None) -> Draft:
    """Make the next revision of a quote, of its own lines or of `rows`; the quote is superseded.

    Raises:
        ConflictError: it was accepted, or a later revision stands.
    """
    [old] = records.load(change, "quote", [quote_id])
    if old.get("status") == "accepted":
        raise ConflictError(
            f"{called(old)} was accepted and stays; `crm deal quote {old.get('deal_id') or 'DEAL'}` makes another"
        )
    last = change.value("SELECT max(revision) FROM quote WHERE number = ?", old.get("number")) or 1
    if old.get("status") == "superseded":
        raise ConflictError(f"{called(old)} is superseded already; revise {old.get('number')}/{last}")
    if rows is None:
        standing = words.standing(change, "quote_line", "quote_id", [old]).get(quote_id, [])
        rows = [{name: row[name] for name in _OF_LINE} for row in standing]
    same = {name: old.get(name) for name in _SAME}
    if "discount" in said or "discount_pct" in said or same["discount_pct"] is not None:
        del same["discount"]
    if "discount" in said:
        del same["discount_pct"]
    draft = Draft(values={**same, "revision": last + 1, **said})
    draft.parts["lines"] = list(rows)
    old.values["status"] = "superseded"
    records.write(change, "quote", [old])
    records.write(change, "quote", [draft])
    return draft


def day(change: Change, text: str | None) -> str | None:
    """The day that is typed, None where none is."""
    return str(values.read("day", text, change.reading)) if text else None


def accept(
    change: Change, quote_ids: Sequence[int], on: str | None = None, *, win: bool = False
) -> list[Draft]:
    """Accept quotes, today or on a day; their deals are worth what was offered, and won where `win` is said.

    Raises:
        ConflictError: one was decided already, did not hold any more on that day, or its deal is lost.
        InvalidError: one is to win a deal and belongs to none.
    """
    drafts = _decide(change, quote_ids, "accepted", on)
    for draft in drafts if win else ():
        deal = draft.get("deal_id")
        if deal is None:
            raise InvalidError(f"{called(draft)} belongs to no deal that could be won; leave --win out")
        if change.value("SELECT status FROM deals WHERE id = ?", deal) == "open":
            stages.win(change, deal, on=on)
    return drafts


def open_deals(connection: sqlite3.Connection, quote_ids: Sequence[int]) -> list[str]:
    """The names of the open deals that quotes are of."""
    question = (
        "SELECT DISTINCT d.name FROM quote AS q JOIN deals AS d ON d.id = q.deal_id "
        "WHERE d.status = 'open' AND q.id IN (SELECT value FROM json_each(?))"
    )
    return [row[0] for row in connection.execute(question, (json.dumps(list(quote_ids)),))]


def reject(change: Change, quote_ids: Sequence[int], reason: str, on: str | None = None) -> list[Draft]:
    """Note that quotes were rejected, today or on a day, and why.

    Raises:
        InvalidError: no reason is given.
        ConflictError: one was decided already.
    """
    if not reason.strip():
        raise InvalidError('a rejected quote needs a reason: give one, such as --reason "too expensive"')
    return _decide(change, quote_ids, "rejected", on, reason=reason.strip())


def told(change: Change, drafts: Sequence[Draft]) -> list[str]:
    """What became of the deals of accepted quotes: a sentence for each."""
    rows = change.rows(
        "SELECT id, name, status, amount, currency FROM deals WHERE id IN (SELECT value FROM json_each(?))",
        json.dumps([draft.get("deal_id") for draft in drafts]),
    )
    return [
        f"deal {row['id']} {row['name']}: {money_human(row['amount'], row['currency'])} {row['currency']}, "
        f"{row['status']}"
        for row in rows
        if row["amount"] is not None
    ]


def _decide(
    change: Change, quote_ids: Sequence[int], status: str, on: str | None, **more: str
) -> list[Draft]:
    drafts = records.load(change, "quote", quote_ids)
    for draft in drafts:
        if draft.get("status") == status:
            raise ConflictError(f"{called(draft)} is {status} already, on {draft.get('decided_on')}")
        draft.values |= {"status": status, "decided_on": on or change.today.isoformat(), **more}
    records.write(change, "quote", drafts)
    return drafts


def _lines_of(change: Change, deal_id: int) -> list[Row]:
    """The lines of a deal as lines of a quote."""
    deal = change.one("SELECT name, status FROM deals WHERE id = ?", deal_id)
    rows = lines.standing(change, [deal_id]).get(deal_id, [])
    if deal and deal["status"] == "lost":
        raise ConflictError(f"deal {deal_id} {deal['name']} is lost; `crm deal reopen {deal_id}` first")
    if not rows:
        raise InvalidError(
            f"deal {deal_id} has no lines to quote; add one: crm deal item add {deal_id} PRODUCT"
        )
    return [{name: row[name] for name in _OF_LINE if name in row} for row in rows]
