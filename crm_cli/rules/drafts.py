"""Drafts: records about to be written, and the reading of typed text into them.

The model's own annotated types read and check the text, a column at a time, for one record as for 100,000.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from crm_cli import fields, values
from crm_cli.errors import InvalidError
from crm_cli.values import Reading

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FINGERPRINT = "row:"
"""How an external id begins that an import has made of the row itself, for want of a key."""


@dataclass(slots=True)
class Draft:
    """One record about to be written.

    `values` are stored values by column; `parts` the rows that shall stand, by the field of several values;
    `entered` the values of fields that are stored as parts; `before` the row as it stands, None for a new
    record; `place` where it came from, for messages; `imported` says that another program made it; `given` is
    what the caller set, before rules and defaults completed it.
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


@cache
def _adapter(noun: str, column: str) -> "TypeAdapter[Any]":
    """The checker of the model's own type; a file is read without it, see `crm_cli.columns`."""
    from typing import Annotated

    from pydantic import TypeAdapter

    from crm_cli import models

    info = models.NOUNS[noun].model_fields[column]
    kind: Any = info.annotation
    for mark in info.metadata:
        if isinstance(mark, models.Kind):
            kind = Annotated[kind, mark]
    return TypeAdapter(list[kind])


def read(each: fields.Field, noun: str, texts: Sequence[Any], how: Reading) -> list[Any]:
    """The stored values of a column of texts (or of values already in stored form).

    Raises:
        InvalidError: of the first text that is no value of the field, naming the field.
    """
    try:
        if each.column and not each.custom:
            found: list[Any] = _adapter(_base(noun), each.column).validate_python(texts, context=how)
        else:
            words = each.choices() or None
            found = [values.stored(each.kind, text, how, words) for text in texts]
    except InvalidError as error:
        raise InvalidError(f"{each.name}: {error}") from None
    if each.required and None in found:
        raise InvalidError(f"{each.name} may not be empty")
    return found


def _base(noun: str) -> str:
    """The noun whose model a noun is stored in: a task is an activity."""
    return "activity" if noun == "task" else noun
