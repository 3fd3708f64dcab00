"""What records are declared with: the kinds of fields, how a field is declared, and what every record has."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core.core_schema import CoreSchema, with_info_before_validator_function
from sqlmodel import Field, SQLModel

from crm_cli import choices, values


class Kind:
    """Marks a type with its kind in `crm_cli.values` and, for a vocabulary, its words; reads text as that kind."""

    def __init__(self, name: str, vocabulary: type[StrEnum] | None = None) -> None:
        self.name = name
        self.vocabulary = vocabulary.__name__ if vocabulary else None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Text is read by `values.read`, in the way that the validation's context says; else it passes."""
        words = choices.words(self.vocabulary) if self.vocabulary else None

        def read(value: Any, info: ValidationInfo) -> Any:
            return values.stored(self.name, value, info.context, words)

        return with_info_before_validator_function(read, handler(source))


Text = Annotated[str | None, Kind("text")]
Long = Annotated[str | None, Kind("long")]
Integer = Annotated[int | None, Kind("integer")]
Decimal = Annotated[int | None, Kind("decimal")]
Percent = Annotated[int | None, Kind("percent")]
Money = Annotated[int | None, Kind("money")]
UnitPrice = Annotated[int | None, Kind("price")]
"""The price of one, with digits below its currency's coins, since it is multiplied before anybody pays."""
Day = Annotated[str | None, Kind("day")]
Instant = Annotated[str | None, Kind("instant")]
Boolean = Annotated[bool | None, Kind("boolean")]
Email = Annotated[str | None, Kind("email")]
Phone = Annotated[str | None, Kind("phone")]
Url = Annotated[str | None, Kind("url")]
Country = Annotated[str | None, Kind("country")]
Currency = Annotated[str | None, Kind("currency")]
Tags = Annotated[str | None, Kind("tags")]
List = Annotated[str | None, Kind("list")]
Json = Annotated[str | None, Kind("json")]


def about(help: str, default: Any = None, **more: Any) -> Any:  # noqa: A002 - the word users know
    """Declare a field: its help and its value in a new record."""
    return Field(default=default, description=help, **more)


def link(to: str, help: str, *, index: bool = True) -> Any:  # noqa: A002
    """Declare a reference to another record; deleting that record is refused while this one stands."""
    return Field(default=None, foreign_key=f"{to}.id", index=index, description=help)


def owned(by: str, *, index: bool = True) -> Any:
    """Declare the record that a part belongs to; it goes when its record goes."""
    return Field(foreign_key=f"{by}.id", ondelete="CASCADE", index=index)


def hidden(default: Any = None, **more: Any) -> Any:
    """Declare a field that the program keeps for itself: no option, no column."""
    return Field(default=default, schema_extra={"json_schema_extra": {"role": "hidden"}}, **more)


def kept(help: str, default: Any = None, **more: Any) -> Any:  # noqa: A002
    """Declare a field that verbs and imports set and `edit` does not offer."""
    return Field(
        default=default, description=help, schema_extra={"json_schema_extra": {"role": "kept"}}, **more
    )


class Record(SQLModel):
    """What every record has: identity, origin, owner, free words."""

    __table_args__ = {"sqlite_autoincrement": True}
    # Fields of several values, and the parts they stand in.
    several: ClassVar[dict[str, str]] = {}
    # Fields that can be entered and are stored as parts: name → kind and help.
    entered: ClassVar[dict[str, tuple[str, str]]] = {}
    noun: ClassVar[str] = ""
    # The field that says what a record is called.
    label: ClassVar[str] = "name"

    id: int | None = Field(default=None, primary_key=True, description="Our number for the record")
    uid: str = kept("Its identity across stores", "", unique=True)
    created_at: Instant = kept("When it was first known", nullable=False)
    updated_at: Instant = kept("When it last changed", nullable=False)
    owner_id: int | None = link("user", "Who is responsible: a user, or me")
    tags: Tags = about("Free labels, separated by commas")
    notes: Long = about("Free words")
    external_id: Text = about("Its key in another program")
    external_source: Text = about("The program that the external id comes from")
    custom: Json = hidden()
    import_id: int | None = hidden()
    folded: str = hidden("")


class Named(Record):
    """A record that is found by what it is called."""

    name_key: str = hidden("", index=True)


class Part(SQLModel):
    """What belongs to one record and has no life of its own."""

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)


class Address(SQLModel):
    """Where a letter goes."""

    street: Text = about("Street and house number")
    city: Text = about("City")
    region: Text = about("State, province or county")
    postal_code: Text = about("Postal code, kept as text")
    country: Country = about("Country: its ISO code or name")


class Preferences(SQLModel):
    """How a person wants to be reached, and how not."""

    do_not_email: Boolean = about("No e-mail at all", default=False)
    do_not_bulk_email: Boolean = about("No mass e-mail", default=False)
    do_not_phone: Boolean = about("No calls", default=False)
    do_not_sms: Boolean = about("No text messages", default=False)
    do_not_mail: Boolean = about("No letters", default=False)
    do_not_fax: Boolean = about("No fax", default=False)
    preferred_channel: Annotated[str | None, Kind("choice", choices.Channel)] = about(
        "How to reach the person", default="any"
    )
    preferred_day: Annotated[str | None, Kind("choice", choices.Weekday)] = about("Best day")
    best_time: Text = about("Best time: morning, afternoon, evening or HH:MM-HH:MM")
