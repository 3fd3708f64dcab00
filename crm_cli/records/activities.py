"""What is said, held, sent or to be done."""

from typing import Annotated, ClassVar

from sqlmodel import Field

from crm_cli import choices
from crm_cli.records.base import (
    Day,
    Instant,
    Integer,
    Kind,
    Long,
    Part,
    Record,
    Text,
    about,
    kept,
    owned,
)


class Activity(Record, table=True):
    """Something said, held, sent or to be done, about any records."""

    label: ClassVar[str] = "subject"
    several: ClassVar[dict[str, str]] = {"participants": "activity_participant"}
    entered: ClassVar[dict[str, tuple[str, str]]] = {
        "about": ("about", "The records it is about, such as deal:12 or a name"),
    }

    kind: Annotated[str | None, Kind("choice", choices.ActivityKind)] = about("What it is", default="note")
    subject: Text = about("In a few words", nullable=False)
    body: Long = about("In full")
    status: Annotated[str | None, Kind("choice", choices.ActivityStatus)] = about("Where it stands")
    status_original: Text = kept("The status as the other program named it")
    priority: Annotated[str | None, Kind("choice", choices.Priority)] = about("How urgent", default="normal")
    start: Instant = about("When it begins")
    due: Day = about("The day it is due", index=True)
    done_at: Instant = about("When it was done")
    minutes: Integer = about("How long it took or will take")
    direction: Annotated[str | None, Kind("choice", choices.Direction)] = about("In: they did; out: we did")
    outcome: Text = about("What came of it")
    recurrence: Text = about("Repeats: daily, weekly, monthly or yearly")


class ActivityAbout(Part, table=True):
    """A record that an activity is about: its noun and id."""

    __tablename__ = "activity_about"

    activity_id: int = owned("activity")
    noun: str
    record_id: int


class ActivityParticipant(Part, table=True):
    """A person who takes part."""

    __tablename__ = "activity_participant"

    activity_id: int = owned("activity")
    contact_id: int = Field(foreign_key="contact.id", ondelete="CASCADE", index=True)
