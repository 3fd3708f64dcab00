"""What each column of a file is taken for, and how its cells are read: settled before a row is kept.

In an export of ours, told by its `uid` column, every column is what its name says. In any other file headers
are recognised by the words of other programs; a key is that program's and never ours.
"""

import dataclasses
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import islice

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.fields import Field, Noun
from crm_cli.formats import cards
from crm_cli.formats.settle import settle
from crm_cli.formats.table import Table
from crm_cli.rules import field as custom_fields
from crm_cli.rules import intake, records
from crm_cli.rules.drafts import Draft
from crm_cli.rules.importing import programs
from crm_cli.rules.importing.recognition import EVENTS, HALVES, REASON, Sight, beside, sights, untaken
from crm_cli.rules.importing.wishes import Pairs, Wishes
from crm_cli.values import Reading
from crm_cli.values.currencies import CURRENCIES
from crm_cli.values.date_text import order_of
from crm_cli.values.folding import fold

SETTLED = frozenset(("day", "instant", "money", "price", "decimal", "percent"))
KEYS = {"external_id": "key", "tax_number": "tax"}
"""What a column may hold of a linked record instead of its name, and the role that it has then."""
_CURRENCY = re.compile(r"\(([A-Z]{3})\)\s*\Z")
SAMPLE = 100  # rows that show how dates are written
ORDERS = {"dmy": "day first", "mdy": "month first"}


@dataclass(slots=True)
class Column:
    """One column: where it stands, the field that it fills and how."""

    at: int
    header: str
    field: Field
    role: str
    """value, entered, custom, half, event (when a status came about), link, key (a link's external id), tax (its tax
    number), id (a link's own id), part, or uid, number (our own identity)."""
    reading: Reading
    words: Pairs = dataclasses.field(default_factory=dict)
    sight: Sight | None = None
    """How it was recognised in a foreign file."""

    @property
    def name(self) -> str:
        """The name of the field that the column fills."""
        return self.field.name


@dataclass
class Plan:
    """What a file is taken for."""

    noun: str
    about: Noun
    wishes: Wishes
    own: bool
    """Whether it is an export of ours."""
    source: str
    header: list[str]
    columns: list[Column]
    unmapped: list[str]
    fixed: Draft
    """What `--set` gives to every row."""
    stage: str = ""
    """The stage that `--set` gives to every row; which one that is depends on the row's pipeline."""
    currency: str = ""
    """The currency of amounts whose row names none."""
    notes: list[str] = dataclasses.field(default_factory=list)

    def taken(self) -> dict[str, str]:
        """Every column that is taken, in the order of the file, with what it fills."""
        found: dict[int, list[str]] = {}
        for column in self.columns:
            key = {
                **{role: f"{column.name}.{key}" for key, role in KEYS.items()},
                "number": "id",
            }.get(column.role, column.name)
            found.setdefault(column.at, []).append(key)
            for at in column.sight.columns() - {column.at} if column.sight else ():
                found.setdefault(at, []).append(key)
        return {self.header[at]: ", ".join(dict.fromkeys(each)) for at, each in sorted(found.items())}

    def having(self, *names: str) -> list[Column]:
        """The columns that fill the fields of these names."""
        return [column for column in self.columns if column.name in names]


def make(change: Change, noun: str, table: Table, wishes: Wishes) -> Plan:
    """Take a file's columns for fields of a noun and settle how they are read.

    Raises:
        InvalidError: an option names what is not there, or a column leaves open how it is to be read.
    """
    about, custom = fields.noun(noun), fields.custom(change.connection, noun)
    exact = table.kind == cards.KIND
    own = not exact and _is_own(about, table.header)
    if not exact and not own:
        wishes = programs.settled(noun, table.header, wishes)
    _check_fields(about, custom, wishes)
    seen: list[Sight] = []
    if exact:
        found = _of_cards(about, table, wishes)
    else:
        extra = _extra(change, about, table.header, own=own, custom=custom, wishes=wishes)
        if not own:
            seen = sights(about, table.header, custom | extra, wishes)
        found = (
            _own(about, table.header, custom | extra)
            if own
            else _foreign(about, table.header, custom | extra, wishes, seen)
        )
    _read(change, found, table, wishes, exact=exact or own)
    fixed = {name: text for name, text in wishes.fixed.items() if name != "stage"}
    plan = Plan(
        noun, about, wishes, own, wishes.source or table.kind, table.header, found,
        untaken(table.header, seen) if seen else [],
        Draft(), wishes.fixed.get("stage", ""),
    )  # fmt: skip
    intake.fill(change, noun, plan.fixed, dict(fixed))
    if not own and "currency" in about.fields and not plan.fixed.get("currency"):
        plan.fixed.values |= _told_currency(plan)
    plan.currency = str(
        plan.fixed.get("currency") or plan.fixed.get("default_currency") or change.config.currency
    )
    plan.notes = [*table.notes, *_program(wishes), *_orders(found, table)]
    return plan


def _told_currency(plan: Plan) -> dict[str, str]:
    """The currency that the header of an amount names, such as "Amount spent (EUR)"; none where rows name theirs."""
    headers = [column.header for column in plan.columns if column.field.is_money]
    codes = {found[1] for header in headers if (found := _CURRENCY.search(header)) and found[1] in CURRENCIES}
    return {"currency": codes.pop()} if len(codes) == 1 and not plan.having("currency") else {}


def _check_fields(about: Noun, custom: dict[str, Field], wishes: Wishes) -> None:
    known = [*about.fields, *custom, *beside(about.name)]
    mapped = (*wishes.mapping.values(), *wishes.known.values())
    for name in (
        *(each.strip() for several in mapped for each in several.split(",")),
        *wishes.words,
        *wishes.scale,
        *wishes.match,
        *wishes.fixed,
    ):
        base, _, key = name.partition(".")
        if name and (base not in known or key not in ("", *KEYS)):
            raise fields.nearest(name, known, f"field of {about.name}")


def _is_own(about: Noun, header: Collection[str]) -> bool:
    """Whether a header is that of our own export: it has a uid, and most of its names are our columns'."""
    return "uid" in header and 2 * sum(name in about.columns for name in header) > len(header)


def _extra(
    change: Change, about: Noun, header: list[str], *, own: bool, custom: dict[str, Field], wishes: Wishes
) -> dict[str, Field]:
    """Make the user's own fields for columns that no field is for, where they are to be kept."""
    if own:
        rest = [name for name in header if name not in about.columns and name not in custom]
    elif wishes.keep_extra:
        rest = untaken(header, sights(about, header, custom, wishes))
    else:
        return {}
    made = {}
    for header_name in rest:
        name = header_name if own else custom_fields.name_of(header_name)
        if name and header_name != REASON and fold(header_name) not in map(fold, wishes.mapping):
            name = f"{name}_extra" if name in about.fields or name in about.columns else name
            made[name] = Field(name, "text", column="custom", custom=True)
    drafts = [
        Draft(values={"on": about.name, "name": name, "kind": "text"}) for name in made if name not in custom
    ]
    records.write(change, "field", drafts)
    return made


def _own(about: Noun, header: list[str], custom: dict[str, Field]) -> list[Column]:
    """The columns of our own export; what is derived there is left out."""
    found = []
    for at, name in enumerate(header):
        each = about.fields.get(name)
        seen = about.columns.get(name)
        if name in custom:
            role, each = "custom", custom[name]
        elif name in ("id", "uid"):
            role, each = ("number" if name == "id" else name), Field(name, "text", column=name)
        elif seen is not None and seen.kind.startswith("parts:"):
            role, each = "part", seen
        elif name.endswith("_id") and name.removesuffix("_id") in about.fields and name not in about.fields:
            role, each = "id", about.fields[name.removesuffix("_id")]
        elif each is None or (each.column is None and _told_by_part(about, name, header)):
            continue
        else:
            role = _role(each)
        found.append(Column(at, name, each, role, _PLACE))
    return found


def _told_by_part(about: Noun, name: str, header: list[str]) -> bool:
    """Whether a column says again what a column of parts, or a column beside it, says in full."""
    fuller = {"email": "emails", "phone": "phones", "product": "lines", "about": "about_records",
              "converted": "converted_at", "paid_on": "payments", "open": "payments"}  # fmt: skip
    return fuller.get(name) in header or name not in about.fields


def _of_cards(about: Noun, table: Table, wishes: Wishes) -> list[Column]:
    """The columns of cards, which are called as our fields are."""
    if wishes.mapping:
        raise InvalidError("--map is for the columns of tables; what a card says has its field")
    found = []
    for at, name in enumerate(table.header):
        several = name in about.parts
        each = about.columns[name] if several else about.fields[name]
        role = "part" if several else "uid" if name == "uid" else _role(each)
        found.append(Column(at, name, each, role, _PLACE, wishes.words.get(name, {})))
    return found


def _foreign(
    about: Noun, header: list[str], custom: dict[str, Field], wishes: Wishes, seen: list[Sight]
) -> list[Column]:
    """The columns of another program's file."""
    found = []
    for sight in seen:
        base, _, key = sight.field.partition(".")
        if base in HALVES.get(about.name, ()):
            each, role = Field(base, "text"), "half"
        elif base in EVENTS.get(about.name, ()):
            each, role = Field(base, "instant"), "event"
        else:
            each = about.fields.get(base) or custom[base]
            role = KEYS[key] if key else _role(each)
        words = wishes.words.get(base, {}) if not key else {}
        found.append(Column(sight.at, header[sight.at], each, role, _PLACE, words, sight))
    return found


def _program(wishes: Wishes) -> list[str]:
    """What the file was taken for."""
    if wishes.profile in ("", programs.NONE):
        return []
    return [f"read as an export of {wishes.name or wishes.profile} (--from {wishes.profile})"]


def _role(each: Field) -> str:
    if each.custom:
        return "custom"
    if each.to or each.kind == "about":
        return "link"
    return "value" if each.column else "entered"


_PLACE = Reading(today=None)  # type: ignore[arg-type]  # stands until the columns are settled


def _read(change: Change, columns: list[Column], table: Table, wishes: Wishes, *, exact: bool) -> None:
    """Give every column its way of reading; in an exact table there is but one."""
    order, decimal = ("ymd", ".") if exact else (wishes.date_order, wishes.decimal or table.decimal)
    kinds = {
        column.at: column.field.kind
        for column in columns
        if column.role in ("value", "custom", "entered", "event") and column.field.kind in SETTLED
    }
    settled = settle(table, kinds, date_order=order, decimal=decimal)
    for column in columns:
        way = replace(
            change.reading, date_order=order, decimal=decimal or ".", scale=wishes.scale.get(column.name, 1),
            calendar="gregorian" if exact else wishes.calendar,
        )  # fmt: skip
        if column.at in settled and column.field.kind in ("day", "instant"):
            way.date_order = settled[column.at]
        elif column.at in settled:
            way.decimal = settled[column.at]
        column.reading = way
    for name in wishes.scale:
        if not any(column.name == name for column in columns):
            raise InvalidError(f"--scale {name}: no column of this file is taken for {name}; see --map")


def _orders(columns: list[Column], table: Table) -> list[str]:
    """What was found out of dates and numbers that could be read in another way."""
    sample = [cells for _, cells in islice(table.rows(), SAMPLE)]
    found = []
    for column in columns:
        kind, way = column.field.kind, column.reading
        if kind in ("day", "instant") and way.date_order in ORDERS:
            if len(order_of((cells[column.at] or "").strip() for cells in sample)) < len(ORDERS) + 1:
                found.append(f'"{column.header}" is read with the {ORDERS[way.date_order]}')
        elif kind in ("money", "price", "decimal", "percent") and way.decimal == ",":
            found.append(f'"{column.header}" is read with a decimal comma')
    return found
