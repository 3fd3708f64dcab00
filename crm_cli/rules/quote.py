"""A quote's own rules: its number, its lines and what they come to, and that what has gone out stays as it went.

Net of a line = quantity × unit price × (1 − discount), its tax = net × tax; both rounded half-up at the currency's
digits, line by line. Total = Σ net − discount on all + Σ tax + shipping + tax on shipping. `tax` is all tax, `net`
what the lines come to before the discount on all. A revision has the number of the quote that it takes the place of.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError, NotFoundError
from crm_cli.rules import intake, lines, numbering, pricing, records, words
from crm_cli.rules.drafts import Draft
from crm_cli.values.amounts import money_human, round_half_up
from crm_cli.values.currencies import digits

# What is on the paper; it stays as it is once the quote has gone out.
ON_PAPER = (
    "number", "company_id", "contact_id", "issued_on", "valid_until", "currency", "discount_pct", "discount",
    "shipping", "shipping_tax_pct", "terms",
)  # fmt: skip
# Where a quote stands → where it may go from there.
NEXT = {
    "draft": ("sent", "accepted", "rejected", "superseded"),
    "sent": ("accepted", "rejected", "superseded"),
    "expired": ("accepted", "rejected", "superseded"),
    "rejected": ("accepted", "superseded"),
}
DECIDED = ("accepted", "rejected")
_TOTALLED = frozenset(("discount_pct", "discount", "shipping", "shipping_tax_pct"))
# A typed line: a product or words, then how many, then the price of one.
_ITEM = re.compile(r"(?P<name>.+?)(?:\s+[x×*]\s*(?P<quantity>[\d.,٫٬۰-۹٠-٩]+))?(?:\s*@\s*(?P<price>.+))?")

Row = dict[str, Any]


def prepare(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete customer, days, lines, totals and number; refuse what cannot be offered.

    Raises:
        InvalidError: a line without a price, a discount that is none, or days in the wrong order.
        ConflictError: it has gone out and its content changes, or it cannot go where it is put.
    """
    for draft in drafts:
        if draft.before is None:
            _default(change, draft)
        elif not draft.imported:
            _move(change, draft)
            _refuse_changed(draft)
        _days(draft)
        _rate(change, draft)
    _typed_lines(change, drafts)
    lines.hold_currency(change, "quote", drafts, "give its lines anew beside it, with --items")
    _lines(change, drafts)
    standing = words.standing(
        change, "quote_line", "quote_id", [d for d in drafts if d.before and "lines" not in d.parts]
    )
    for draft in drafts:
        _totals(draft, draft.parts.get("lines", standing.get(draft.id, []) if draft.before else []))
    numbering.give(change, "quote", drafts, unique=False)
    _refuse_taken(change, drafts)


def settle(change: Change, drafts: Sequence[Draft]) -> None:
    """Let deals be worth what was accepted: its lines, and its amount before tax, pinned.

    Raises:
        ConflictError: the deal is lost.
    """
    for draft in drafts:
        was = draft.before and draft.before["status"]
        if draft.get("status") == "accepted" and was != "accepted" and not draft.imported:
            _set_deal(change, draft)


def worth(quote: Draft) -> int | None:
    """What a quote is worth to us in ten-thousandths: all but tax; None where nothing has a price."""
    if quote.get("net") is None:
        total = quote.get("total")
        return None if total is None else int(total - (quote.get("tax") or 0))
    return int(quote.get("net") - (quote.get("discount") or 0) + (quote.get("shipping") or 0))


def called(quote: Draft) -> str:
    """A quote as people name it: `Q-2026-0001`, a later revision `Q-2026-0001/2`."""
    revision = quote.get("revision") or 1
    return f"{quote.get('number')}/{revision}" if revision > 1 else str(quote.get("number"))


def _default(change: Change, draft: Draft) -> None:
    """A new quote is its deal's: its customer, currency and owner; it holds as long as the settings say."""
    values = draft.values
    deal = change.one("SELECT * FROM deal WHERE id = ?", values.get("deal_id"))
    for column in ("company_id", "contact_id", "currency", "owner_id"):
        if deal and not draft.imported:
            values[column] = values.get(column) or deal[column]
    if values.get("contact_id") and not values.get("company_id") and not draft.imported:
        values["company_id"] = change.value(
            "SELECT company_id FROM contact WHERE id = ?", values["contact_id"]
        )
    values["currency"] = values.get("currency") or change.config.currency
    if not draft.imported:
        values["owner_id"] = values.get("owner_id") or intake.me(change)
        values["issued_on"] = values.get("issued_on") or change.today.isoformat()
        held = timedelta(int(change.config.get("quote.valid_days")))
        until = (date.fromisoformat(values["issued_on"]) + held).isoformat()
        values["valid_until"] = values.get("valid_until") or until
        values["terms"] = values.get("terms") or change.config.get("quote.terms") or None


def _rate(change: Change, draft: Draft) -> None:
    """Fix the rate of its day, until that or the currency is another."""
    told = (draft.get("currency"), draft.get("issued_on"))
    if draft.values.get("rate") or (
        draft.before and told == (draft.before["currency"], draft.before["issued_on"])
    ):
        return
    draft.values["rate"] = change.rate(*told)


def _move(change: Change, draft: Draft) -> None:
    """Hold a quote to the ways it can go, and note the day of what was decided."""
    was, now = (draft.before or {})["status"], draft.get("status")
    if was == now:
        return
    if now not in NEXT.get(was, ()):
        raise ConflictError(f"{called(draft)} is {was}; it cannot be made {now}{_way_on(draft)}")
    if now in DECIDED:
        day = draft.values.setdefault("decided_on", change.today.isoformat())
        if now == "accepted" and (draft.get("valid_until") or day) < day:
            raise ConflictError(
                f"{called(draft)} held until {draft.get('valid_until')}; say with --on on which day it was accepted, "
                f"or offer it anew: crm quote revise {draft.get('number')}"
            )
    if now == "sent":
        draft.values.setdefault("sent_at", change.now)


def _refuse_changed(draft: Draft) -> None:
    before = draft.before or {}
    if before["status"] == "draft":
        return
    changed = [name for name in ON_PAPER if name in draft.values and draft.values[name] != before[name]]
    if changed or "lines" in draft.parts or "items" in draft.entered:
        what = changed[0].removesuffix("_id") if changed else "lines"
        stays = (
            f"{called(Draft(before=before))} is {before['status']} and stays as it went out, its {what} too"
        )
        raise ConflictError(stays + _way_on(draft))


def _way_on(draft: Draft) -> str:
    """What can be done instead."""
    before = draft.before or {}
    if before["status"] in ("accepted", "superseded"):
        return ""
    return f"; `crm quote revise {before['number']}` makes its next revision"


def _days(draft: Draft) -> None:
    issued, until = draft.get("issued_on"), draft.get("valid_until")
    if issued and until and until < issued and not draft.imported:
        raise InvalidError(f"valid_until: {until} is before the quote is made, on {issued}; give a later day")


def _typed_lines(change: Change, drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        if "items" in draft.entered:
            draft.parts["lines"] = _typed(change, draft.entered["items"], draft.get("currency"))


def _lines(change: Change, drafts: Sequence[Draft]) -> None:
    """Complete the lines that drafts bring: price, tax and parts of their products, net and tax."""
    told = [draft for draft in drafts if "lines" in draft.parts]
    ids = {row["product_id"] for draft in told for row in draft.parts["lines"] if row.get("product_id")}
    products = lines.products(change, ids)
    bundles = pricing.parts(change, ids)
    for draft in told:
        rows = []
        for place, row in enumerate(draft.parts["lines"]):
            made = {"text": None, **lines.NEW, **row, "position": place}
            if not draft.imported:
                product = products.get(made.get("product_id") or 0)
                made = _priced(change, draft, made, product, told_tax="tax_pct" in row)
                made["text"] = (
                    made["text"] or pricing.parts_text(bundles.get(made.get("product_id") or 0, [])) or None
                )
            rows.append(made | _amounts(made, draft.get("currency")))
        lines.check(rows)
        draft.parts["lines"] = rows


def _typed(change: Change, text: str, currency: str) -> list[Row]:
    """Lines that are typed: `Grinder M x 3 @ 120; Delivery @ 40`; what names no product and has a price is words."""
    found = []
    for each in filter(None, map(str.strip, text.split(";"))):
        said = _ITEM.fullmatch(each)
        name, quantity, price = said.group("name", "quantity", "price") if said else (each, None, None)
        row: Row = {**lines.typed(change, currency, {"quantity": quantity, "unit_price": price})}
        try:
            row["product_id"] = intake.resolve(change, "product", name)
        except NotFoundError as error:
            if price is None:
                raise NotFoundError(f"{error}; words alone need a price, such as {name} @ 40") from None
            row |= {"product_id": None, "text": name}
        found.append(row)
    return found


def _priced(change: Change, draft: Draft, row: Row, product: Row | None, *, told_tax: bool) -> Row:
    """A line that says what is sold, at a price in the quote's currency."""
    currency = draft.get("currency")
    if product is None and not row.get("text"):
        raise InvalidError("lines: each needs a product or a text")
    if product and not told_tax:
        row["tax_pct"] = product["tax_rate"]
    if product and row["unit_price"] is None:
        found = pricing.price(change, product, currency, draft.get("company_id"), row["quantity"] or 0)
        row["unit_price"] = found.amount if found else None
    if row["unit_price"] is None:
        name = product["name"] if product else row["text"]
        known = product and product["list_price"] is not None
        other = f", since it is listed in {product['currency']}" if product and known else ""
        raise InvalidError(
            f"line {row['position'] + 1}, {name}, has no price in {currency}{other}; give it one"
            + (f" (crm deal item list {draft.get('deal_id')})" if draft.get("deal_id") else "")
        )
    return row


def _amounts(row: Row, currency: str) -> Row:
    """Net and tax of a line."""
    net = lines.net(row, currency) if row["quantity"] is not None else None
    return {"net": net, "tax": None if net is None else _share(net, row["tax_pct"], currency)}


def _share(amount: int, percent: int | None, currency: str) -> int:
    """A percentage of an amount, rounded half-up at the currency's digits."""
    unit: int = 10 ** (4 - digits(currency))
    return round_half_up(amount * (percent or 0), lines.WHOLE * unit) * unit


def _totals(draft: Draft, rows: Sequence[Row]) -> None:
    """What a quote comes to; one without lines, such as another program made, is as it says."""
    values, currency = draft.values, draft.get("currency")
    for column in ("discount", "shipping", "net", "tax", "total"):
        if values.get(column) is not None:
            values[column] = lines.rounded(values[column], currency)
    if not rows and "lines" not in draft.parts:
        return
    if draft.before and not ("lines" in draft.parts or draft.given & _TOTALLED):
        return
    net = sum(row["net"] or 0 for row in rows)
    values["net"], values["discount"] = net, _discount(draft, net)
    shipping = draft.get("shipping") or 0
    if shipping < 0:
        raise InvalidError("shipping: give an amount, 0 or more")
    tax = sum(row["tax"] or 0 for row in rows) + _share(shipping, draft.get("shipping_tax_pct"), currency)
    values["tax"] = tax
    values["total"] = net - (values["discount"] or 0) + tax + shipping


def _discount(draft: Draft, net: int) -> int | None:
    """The discount on all lines as an amount; the share that was said last counts, else the amount."""
    percent, amount = draft.get("discount_pct"), draft.get("discount")
    told = draft.given & {"discount_pct", "discount"}
    if told == {"discount"} and draft.values["discount"] is not None:
        draft.values["discount_pct"] = percent = None
    if len(told) > 1 and not draft.imported:
        raise InvalidError("discount: give a percentage or an amount, not both")
    if percent is not None:
        if not 0 <= percent <= lines.WHOLE:
            raise InvalidError("discount_pct: give a percentage from 0 to 100")
        return _share(net, percent, draft.get("currency"))
    if told == {"discount_pct"}:  # emptied, and the amount was its
        return None
    if amount is not None and not 0 <= amount <= max(net, 0):
        currency = draft.get("currency")
        raise InvalidError(
            f"discount: {money_human(amount, currency)} is not between 0 and what the lines come to, "
            f"{money_human(net, currency)} {currency}"
        )
    return int(amount) if amount is not None else None


def _refuse_taken(change: Change, drafts: Sequence[Draft]) -> None:
    """A number and revision name one quote."""
    seen: set[tuple[str, int]] = set()
    for draft in drafts:
        if draft.before is not None and "number" not in draft.values:
            continue
        key = (draft.get("number"), draft.get("revision") or 1)
        own = draft.id if draft.before else 0
        question = "SELECT id FROM quote WHERE number = ? AND coalesce(revision, 1) = ? AND id <> ?"
        if key in seen or change.value(question, *key, own):
            raise ConflictError(f"there is a quote {called(draft)} already; give another number")
        seen.add(key)


def _set_deal(change: Change, quote: Draft) -> None:
    deal = next(iter(records.load(change, "deal", [quote.get("deal_id") or 0])), None)
    if deal is None:
        return
    status = change.value("SELECT kind FROM stage WHERE id = ?", deal.get("stage_id"))
    if status == "lost":
        raise ConflictError(
            f"deal {deal.id} {deal.get('name')} is lost; `crm deal reopen {deal.id}` before its quote is accepted"
        )
    rows = words.standing(change, "quote_line", "quote_id", [quote]).get(quote.id, [])
    kept = ("quantity", "unit_price", "discount_pct", "tax_pct")
    sold = [
        {"product_id": row["product_id"], **{name: row[name] for name in kept}}
        for row in sorted(rows, key=lambda each: each["position"])
        if row["product_id"]
    ]
    if sold:  # where nothing but words was offered, the deal keeps its products
        deal.parts["lines"] = sold
    elif quote.get("currency") != deal.get("currency"):  # but not at prices in another currency
        own = words.standing(change, "deal_line", "deal_id", [deal]).get(deal.id, [])
        deal.parts["lines"] = [row | {"unit_price": None} for row in own]
    amount = worth(quote)
    if amount is not None:
        deal.values |= {"amount": amount, "amount_pinned": True, "currency": quote.get("currency")}
    records.write(change, "deal", [deal])
