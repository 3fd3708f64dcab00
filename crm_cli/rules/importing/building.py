"""From a row to a draft: what it says, whom it names, and what other programs mean by it."""

import re
from collections.abc import Iterator
from typing import Any

from crm_cli.changing import Change
from crm_cli.errors import CrmError
from crm_cli.rules import people, stages
from crm_cli.rules.drafts import FINGERPRINT, Draft
from crm_cli.rules.importing.links import Links
from crm_cli.rules.importing.matching import Before
from crm_cli.rules.importing.plan import Plan
from crm_cli.rules.importing.rows import Name, Problem, Row
from crm_cli.values import emails
from crm_cli.values.folding import fold

# In an export of ours: the part, the reference in its rows, its noun.
NAMED = {"companies": ("company", "company"), "contacts": ("contact", "contact"), "lines": ("product", "product"),
         "participants": ("contact", "contact"), "cases": ("case", "case"), "prices": ("product", "product"),
         "parts": ("part", "product"), "segments": ("segment", "segment"),
         "products": ("product", "product"), "candidates": ("partner", "company")}  # fmt: skip
MIXED = ("about_records", "members")  # parts whose rows name records of any noun
ADDRESS = {"kind": None, "primary": 0, "opted_out": 0, "invalid": 0}
EMPTY: dict[str, dict[str, Any]] = {
    "companies": {"role": None, "inactive": 0},
    "contacts": {"role": None},
    "lines": {"quantity": 10_000, "unit_price": None, "discount_pct": None, "tax_pct": None},
    "participants": {},
    "cases": {},
    "prices": {},
    "parts": {},
    "segments": {"excluded": 0},
    "products": {},
    "candidates": {"reason": None},
}
STAMPS = ("created_at", "updated_at")
# By noun the references that stay words where nobody is found: members of a campaign whom we do not know.
LOOSE = {"member": frozenset(("contact", "lead"))}
STAGE = ("kind", "probability", "forecast_category", "rotten_days", "requires")


class Building:
    """Makes drafts of the rows of one file."""

    def __init__(self, change: Change, plan: Plan, links: Links) -> None:
        self.change, self.plan, self.links = change, plan, links
        self._stages: dict[tuple[int | None, str], dict[str, Any] | Problem] = {}
        self._own_fields = frozenset(own_fields(plan))
        self.loose = LOOSE.get(plan.noun, frozenset())
        """References for which no record is made, nor asked for."""
        self._clears = plan.wishes.empty == "clear"
        roles = ("value", "link", "id", "custom")
        self._cleared = [
            column.field
            for column in plan.columns
            if column.role in roles and not column.field.required and column.name not in STAMPS
        ]

    def names(self, row: Row) -> list[tuple[str, Name]]:
        """The records that a row names, by field, without those of its own noun, which may come later."""
        own = self._own_fields
        found = [(field, name) for field, names in row.names.items() if field not in own for name in names]
        return [*found, *self._part_names(row)] if row.parts else found

    def _part_names(self, row: Row) -> Iterator[tuple[str, Name]]:
        for part, (key, noun) in NAMED.items():
            for each in row.parts.get(part, ()) if noun != self.plan.noun else ():
                if each.get(key) is None:  # a line of a quote that is words alone
                    continue
                yield part, Name(noun, _number(each.get(f"{key}_id")), words=each.get(key))
        for part in MIXED:
            for each in row.parts.get(part, ()):
                if each.get("record_id") or each.get("name"):
                    yield part, Name(each["noun"], _number(each["record_id"]), words=each.get("name"))

    def own_parts(self, row: Row) -> dict[str, list[dict[str, Any]]]:
        """The parts that name records of the noun itself, such as of a bundle, which may come later in the file."""
        return {
            part: rows
            for part, rows in row.parts.items()
            if part in NAMED and NAMED[part][1] == self.plan.noun
        }

    def join(self, draft: Draft, part: str, rows: list[dict[str, Any]]) -> int:
        """Put parts into a draft that name records of the noun itself, now that all have arrived.

        Returns how many name none, and are left out.
        """
        key, noun = NAMED[part]
        self.links.look_up(Name(noun, _number(each.get(f"{key}_id")), words=each[key]) for each in rows)
        known = [each for each in rows if self._id(noun, each.get(f"{key}_id"), each[key])]
        self._put_parts(draft, part, known)
        return len(rows) - len(known)

    def place(self, row: Row, before: Before | None) -> None:
        """Find the stage of a deal in its pipeline."""
        text = row.stage or self.plan.stage
        if not text:
            return
        number: int | None = self.plan.fixed.values.get("pipeline_id")
        if number is None and row.names.get("pipeline"):
            number = self.links.id(row.names["pipeline"][0])
        elif number is None and before:
            number = before["pipeline_id"]
        key = (number, text)
        if key not in self._stages:
            self._stages[key] = self._stage(number, text)
        found = self._stages[key]
        if isinstance(found, Problem):
            row.problem = found
        else:
            row.values["stage_id"] = found["id"]
            if not self.plan.own and fold(text) != fold(found["name"]):
                row.values["status_original"] = text
            _close(row, found["kind"])

    def _stage(self, pipeline: int | None, text: str) -> dict[str, Any] | Problem:
        """The stage of a word in a pipeline, else of what the other program's word for it is taken for."""
        try:
            return stages.find(self.change, pipeline, text)
        except CrmError as error:
            if meant := self.plan.wishes.stages.get(fold(text)):
                try:
                    return stages.find(self.change, pipeline, meant)
                except CrmError:
                    pass  # the word as it came is what is wrong
            return Problem(next((c.header for c in self.plan.having("stage")), ""), str(error))

    def draft(self, row: Row, before: Before | None) -> Draft:
        """The draft of a row for a new or a standing record."""
        plan = self.plan
        fresh = before is None or before["uid"].startswith("~")
        draft = Draft(row.values.copy(), {}, row.entered.copy(), row.custom.copy(), before, imported=True)
        if self._clears or (plan.own and fresh):
            self._clear(draft, row)
        for field, names in row.names.items():
            if field not in self._own_fields:
                self._refer(draft, field, names)
        own = self.own_parts(row)
        for part, rows in row.parts.items():
            if part not in own:
                self._put_parts(draft, part, [dict(each) for each in rows])
        if row.history:
            draft.parts["statuses"] = row.history
        draft.values |= plan.fixed.values
        draft.entered |= plan.fixed.entered
        draft.custom |= plan.fixed.custom
        if before is None:
            draft.values["import_id"] = self.change.command_id
        else:
            self._keep(draft, before, fresh=fresh)
        return draft

    def _clear(self, draft: Draft, row: Row) -> None:
        """Let empty cells empty their fields."""
        for each in self._cleared:
            if each.custom:
                draft.custom.setdefault(each.name, None)
            elif each.column and each.name not in row.names:
                draft.values.setdefault(each.column, None)
        if self._clears:
            for column in self.plan.having("email", "phone"):
                if column.role == "entered" and column.name not in draft.entered:
                    draft.parts[f"{column.name}s"] = []

    def _refer(self, draft: Draft, field: str, names: list[Name]) -> None:
        """Put the ids of named records into a draft; a name that several share links nothing and is counted."""
        each = self.plan.about.fields[field]
        if each.column:
            number = self.links.id(names[0])
            if number is not None:
                draft.values[each.column] = number
            elif field in self.loose and names[0].words:
                draft.values.setdefault("name", names[0].words)
            return
        known = [(name.noun, found) for name in names if (found := self.links.id(name))]
        draft.entered[field] = known[:1] if each.kind == "about" else [found for _, found in known]

    def _put_parts(self, draft: Draft, part: str, rows: list[dict[str, Any]]) -> None:
        """Turn parts of an export of ours into rows as they are stored."""
        if part == "members":
            rows = [
                each | {"record_id": self._id(each["noun"], each["record_id"], each.get("name"))}
                if each.get("record_id")
                else each
                for each in rows
            ]
        elif part == "about_records":
            draft.entered["about"] = [
                (each["noun"], self._id(each["noun"], each["record_id"], each.get("name"))) for each in rows
            ]
            return
        if part in ("emails", "phones"):
            rows = [ADDRESS | each | {"key": self._key(part, each["value"], draft)} for each in rows]
            entered = part.removesuffix("s")
            draft.entered.pop(entered, None)
        elif part in NAMED:
            key, noun = NAMED[part]
            rows = [
                EMPTY[part]
                | {name: value for name, value in each.items() if name not in (key, f"{key}_id")}
                | {f"{key}_id": each.get(key) and self._id(noun, each.get(f"{key}_id"), each[key])}
                for each in rows
            ]
        elif self.plan.noun == "deal" and part == "stages":
            rows = stages.resolved(self.change, draft.get("pipeline_id"), rows)
        elif part == "stages":
            rows = [dict.fromkeys(STAGE) | each for each in rows]
        draft.parts[part] = rows

    def _id(self, noun: str, number: Any, words: str | None) -> int | None:
        return self.links.id(Name(noun, _number(number), words=words))

    def _key(self, part: str, value: str, draft: Draft) -> str:
        if part == "emails":
            return emails.key(value)
        return people.phone_key(self.change, value, draft.get("country"))

    def _keep(self, draft: Draft, before: Before, *, fresh: bool) -> None:
        """Leave a standing record its identity, and its key where it came from another program."""
        values = draft.values
        if not fresh:
            for column in ("uid", *STAMPS):
                values.pop(column, None)
        email = values.get("email")
        if email and before.get("email") and emails.key(email) == emails.key(before["email"]):
            del values["email"]
        key = before["external_id"]
        if (values.get("external_id") or "").startswith(FINGERPRINT) and values["external_id"] != key:
            del values["external_id"], values["external_source"]
        elif (
            key
            and not key.startswith(FINGERPRINT)
            and before["external_source"] != values.get("external_source")
        ):
            values.pop("external_id", None)
            values.pop("external_source", None)


def own_fields(plan: Plan) -> list[str]:
    """The fields that refer to records of the noun itself, such as a parent."""
    return [each.name for each in plan.about.fields.values() if each.to == plan.noun and each.column]


def _close(row: Row, kind: str) -> None:
    """Other programs write one close date: of an open deal it is the day that is expected."""
    if kind == "open" and row.values.get("closed_on"):
        row.values.setdefault("expected_close", row.values["closed_on"])
        del row.values["closed_on"]


def _number(value: Any) -> int | None:
    return int(value) if value is not None and re.fullmatch("[0-9]{1,18}", str(value)) else None
