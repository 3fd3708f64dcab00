"""The calendar and the SLA policy that serve where nothing else is said, made when they are first needed."""

from collections.abc import Sequence

from crm_cli.changing import Change
from crm_cli.errors import ConflictError, InvalidError
from crm_cli.rules import records
from crm_cli.rules.drafts import Draft
from crm_cli.values.folding import fold
from crm_cli.working.calendars import usual

NAME = "Standard"


def default_calendar(change: Change) -> int:
    """The id of the default calendar; the first need makes one of the configured hours, Monday to Friday."""
    hours = usual(change.config.get("working_hours"))
    return _default(change, "calendar") or _made(change, "calendar", hours=hours)


def default_policy(change: Change) -> int:
    """The id of the default policy; the first need makes one of the usual promise on the default calendar."""
    return _default(change, "sla") or _made(change, "sla")


def hold(change: Change, noun: str, drafts: Sequence[Draft]) -> None:
    """Refuse a name that another record of the noun bears, and a default that is given up without a successor."""
    taken = {row["name_key"]: row["id"] for row in change.rows(f'SELECT id, name_key FROM "{noun}"')}
    for number, draft in enumerate(drafts, 1):
        own = draft.id if draft.before else -number
        if taken.setdefault(fold(draft.get("name") or ""), own) != own:
            raise ConflictError(f"{noun} {draft.get('name')} is there already; choose another name")
        if draft.before and draft.before["is_default"] and not draft.get("is_default"):
            raise InvalidError(f"one {noun} must be the default; make another one the default instead")


def only_one(change: Change, noun: str, drafts: Sequence[Draft]) -> None:
    """Let the record that has just become the default be the only one."""
    chosen = [draft.id for draft in drafts if draft.values.get("is_default")]
    if chosen:
        question = f'UPDATE "{noun}" SET is_default = 0 WHERE is_default AND id <> ?'
        change.connection.execute(question, (chosen[-1],))


def _default(change: Change, noun: str) -> int | None:
    found: int | None = change.value(f'SELECT id FROM "{noun}" WHERE is_default')
    return found


def _made(change: Change, noun: str, **columns: str) -> int:
    """A new default, under a name that is free."""
    taken = {row["name_key"] for row in change.rows(f'SELECT name_key FROM "{noun}"')}
    names = (NAME, *(f"{NAME} {number}" for number in range(2, len(taken) + 3)))
    name = next(each for each in names if fold(each) not in taken)
    return records.add(change, noun, name=name, is_default=True, **columns).id
