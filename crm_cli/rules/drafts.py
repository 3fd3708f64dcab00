"""Drafts: records about to be written, and the reading of typed text into them.

A field's text is read by the functions that the models' own types call, without loading the models: they
take half a second, which would be most of the time of every change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crm_cli import fields, values
from crm_cli.errors import InvalidError
from crm_cli.values import Reading, columns
from crm_cli.values.amounts import SCALE, decimal_text, money_human
from crm_cli.values.currencies import digits

FINGERPRINT = "row:"
"""How an external id begins that an import has made of the row itself, for want of a key."""


@dataclass(slots=True)
class Draft:
    """One record about to be written.

    `values` are stored values by column; `parts` the rows that shall stand, by the field of several values;
    `entered` the values of fields that are stored as parts; `before` the row as it stands, None for a new
    record; `place` where it came from, for messages; `imported` says that another program made it; `given` is
    what the caller set, before rules and defaults completed it; `said` is what a person is told of this one.
    """

    values: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    entered: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] | None = None
    place: str = ""
    imported: bool = False
    given: frozenset[str] = frozenset()
    changed: bool = False
    said: list[str] = field(default_factory=list)

    @property
    def id(self) -> int:
        """Our number for the record; it has one from the moment it is written."""
        found: int = self.values["id"] if self.before is None else self.before["id"]
        return found

    @property
    def key(self) -> str | None:
        """Its key in another program, as people there know it; a fingerprint is none."""
        found: str | None = self.get("external_id")
        return None if not found or found.startswith(FINGERPRINT) else found

    def get(self, column: str) -> Any:
        """The value of a column as it will stand."""
        if column in self.values:
            return self.values[column]
        return self.before[column] if self.before else None


def read(each: fields.Field, texts: Sequence[str], how: Reading) -> list[Any]:
    """The stored values of a field's texts.

    Raises:
        InvalidError: of the first text that is no value of the field, naming the field.
    """
    try:
        found = columns.read(each.kind, texts, how, each.choices() or None)
    except InvalidError as error:
        raise InvalidError(f"{each.name}: {error}") from None
    if each.required and None in found:
        raise InvalidError(f"{each.name} may not be empty")
    return found


def rounding(name: str, kind: str, text: str, value: Any, how: Reading) -> list[str]:
    """What a person is told whose amount has more digits than are kept of it: one line, or none."""
    if kind == "price" and value is not None and _is_finer(kind, text, value, how):
        least = f"{decimal_text(value)}, since the price of one has 4 digits behind the point"
        return [f"{name}: {text} is taken as {least}"]
    if kind != "money" or not how.currency or value is None:
        return []
    exact = values.read(kind, text, replace(how, currency=""))
    if not isinstance(exact, int) or exact == value:
        return []
    places = digits(how.currency)
    has = "no digits behind the point" if not places else f"{places} digits behind the point"
    taken = money_human(value, how.currency)
    return [f"{name}: {decimal_text(exact)} is taken as {taken} {how.currency}, which has {has}"]


def _is_finer(kind: str, text: str, value: int, how: Reading) -> bool:
    """Whether a text has digits below the ten-thousandths that are kept."""
    try:
        return values.read(kind, text, replace(how, scale=SCALE)) != value * SCALE
    except InvalidError:  # too large for any
        return False
