"""What the program keeps beside the business: fields of the user's own, duplicates, the history."""

from typing import Annotated, ClassVar

from sqlmodel import Field, SQLModel

from crm_cli import choices
from crm_cli.records.base import (
    Kind,
    List,
    Named,
    Part,
    Text,
    about,
)


class CustomField(Named, table=True):
    """A field of the user's own on one noun."""

    __tablename__ = "custom_field"
    noun: ClassVar[str] = "field"

    on: Text = about("The noun that has it", nullable=False)
    name: Text = about("Its name, in lower case", nullable=False)
    kind: Annotated[str | None, Kind("choice", choices.FieldKind)] = about(
        "Type of its values", default="text"
    )
    help: Text = about("What it means")
    words: List = about("The allowed words of a choice, separated by commas")


class NotDuplicate(Part, table=True):
    """Two records of a noun that look like one and that somebody knows to be two; the smaller id first."""

    __tablename__ = "not_duplicate"

    noun: str
    a_id: int
    b_id: int


class MergedKey(Part, table=True):
    """What another program calls a record that was merged into this one, so that an import finds it."""

    __tablename__ = "merged_key"

    noun: str
    record_id: int
    external_id: str
    external_source: str | None = None


class Command(SQLModel, table=True):
    """One command that changed the store: one transaction, one thing to undo.

    `open` is 1 only inside its own transaction; triggers log against the open command, and a row logged
    without one was written by another tool.
    """

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    at: str
    verb: str
    summary: str = ""
    kind: str = "change"
    reverts_id: int | None = Field(default=None, foreign_key="command.id", index=True)
    reverted: bool = False
    open: int | None = None


class Log(SQLModel, table=True):
    """One changed row, written by triggers: the id of an insert, old and new of an update, a deleted row."""

    id: int | None = Field(default=None, primary_key=True)
    command_id: int | None = Field(default=None, foreign_key="command.id", index=True)
    tbl: str
    row_id: int
    op: str
    data: str | None = None
