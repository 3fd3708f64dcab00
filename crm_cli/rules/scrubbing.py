"""The history without a person: what it holds of their rows goes, what other rows held of them is taken out.

Undoing an earlier command then finds nothing of the person to bring back: a link to them comes back empty, and
what was theirs stays away. That something was done, when, and to what others stays.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from crm_cli.changing import Change
from crm_cli.rules import later
from crm_cli.rules.person import INSTEAD, PEOPLE, THESE, Person, listed
from crm_cli.rules.traces import ALWAYS, COUNTED, OWN, Ids, Traces

Told = dict[str, Any]
Links = dict[str, dict[str, str]]
"""By table the columns that refer to people, with the noun of each."""


def scrub(change: Change, person: Person, traces: Traces) -> None:
    """Take a person out of the log and out of what its commands say of themselves."""
    links = _links(change)
    theirs: Ids = defaultdict(set, {table: set(ids) for table, ids in traces.theirs.items()})
    others: Ids = defaultdict(set)
    for table, ids in traces.every.items():
        others[table] |= ids - theirs[table]
    for noun in PEOPLE:
        theirs[noun] |= person.ids[noun]
        others[noun] -= person.ids[noun]
    _gone(change, person, links, theirs, others)
    touched = _commands(change, theirs) | _commands(change, others)
    for table, ids in theirs.items():
        question = f"DELETE FROM log WHERE tbl = ? AND row_id {THESE} AND op <> 'range'"
        change.connection.execute(question, (table, listed(ids)))
    for table, ids in others.items():
        _clean(change, table, ids, _cleaner(person, table, links.get(table, {})))
    _summaries(change, person, touched)


def _links(change: Change) -> Links:
    found: Links = defaultdict(dict)
    for child, column, parent, _ in later.references(change.connection):
        if parent in PEOPLE and column != "record_id":
            found[child][column] = parent
    return found


def _gone(change: Change, person: Person, links: Links, theirs: Ids, others: Ids) -> None:
    """Add rows that only the log holds or that no longer refer to the person, as they did once."""
    activities = set()
    for table, row_id, told in _mentions(change, person, links):
        columns = links.get(table, {})
        if table in theirs and row_id in theirs[table]:
            continue
        if "record_id" in told or table in OWN or _is_needed(change, table, columns):
            theirs[table].add(row_id)
            activities |= {told["activity_id"]} if isinstance(told.get("activity_id"), int) else set()
        else:
            others[table].add(row_id)
    for each in activities:
        if not change.value("SELECT EXISTS (SELECT 1 FROM activity WHERE id = ?)", each):
            (others if _was_shared(change, each, theirs) else theirs)["activity"].add(each)


def _mentions(change: Change, person: Person, links: Links) -> Iterator[tuple[str, int, Told]]:
    """The rows of the log that hold a link to the person."""
    columns = {(column, noun) for told in links.values() for column, noun in told.items()}
    wanted = {(column, number) for column, noun in columns for number in person.ids[noun]}
    wanted |= {("record_id", number) for noun in PEOPLE for number in person.ids[noun]}
    globs = [pattern for column, number in wanted for pattern in
             (f'*"{column}":{number}[,}}]*', f'*"{column}":[[]{number},*', f'*"{column}":[[]*,{number}]*')]  # fmt: skip
    any_of = " OR ".join(["data GLOB ?"] * len(globs))
    question = f"SELECT tbl, row_id, data FROM log WHERE op IN ('update', 'delete') AND ({any_of})"
    for table, row_id, data in change.rows(question, *globs):
        told = json.loads(data)
        if _links_to(person, table, told, links):
            yield table, row_id, told


def _links_to(person: Person, table: str, told: Told, links: Links) -> bool:
    if "record_id" in told:
        return told.get("noun") in PEOPLE and told["record_id"] in person.ids[told["noun"]]
    for column, noun in links.get(table, {}).items():
        said = told.get(column)
        if person.ids[noun] & set(said if isinstance(said, list) else [said]):
            return True
    return False


def _is_needed(change: Change, table: str, columns: dict[str, str]) -> bool:
    found = change.rows(f'PRAGMA table_info("{table}")')
    return any(row["name"] in columns and row["notnull"] for row in found)


def _was_shared(change: Change, activity: int, theirs: Ids) -> bool:
    """Whether an activity that was deleted was about others too."""
    for part in ("activity_about", "activity_participant"):
        question = "SELECT row_id FROM log WHERE tbl = ? AND op = 'delete' AND json_extract(data, '$.activity_id') = ?"
        if {row[0] for row in change.rows(question, part, activity)} - theirs[part]:
            return True
    return False


def _commands(change: Change, rows: Ids) -> set[int]:
    """The commands that wrote some rows."""
    found = set()
    for table, ids in rows.items():
        question = f"SELECT DISTINCT command_id FROM log WHERE tbl = ? AND row_id {THESE}"
        found |= {row[0] for row in change.rows(question, table, listed(ids))}
    return found - {change.command_id}


def _clean(change: Change, table: str, ids: set[int], clean: Callable[[str, Told], Told]) -> None:
    """Take the person out of what the log holds of rows; a change that says nothing else goes."""
    question = f"SELECT id, op, data FROM log WHERE tbl = ? AND row_id {THESE} AND op IN ('update', 'delete')"
    for number, op, data in change.rows(question, table, listed(ids)):
        told = clean(op, json.loads(data))
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        if not told:
            change.connection.execute("DELETE FROM log WHERE id = ?", (number,))
        elif text != data:
            change.connection.execute("UPDATE log SET data = ? WHERE id = ?", (text, number))


def _cleaner(person: Person, table: str, columns: dict[str, str]) -> Callable[[str, Told], Told]:
    """What takes the person out of a state of a row, or of a change from one to another."""
    empty = COUNTED.get(table, ())
    whole = (*ALWAYS, "folded", "name_key") if table in COUNTED else ()

    def one(column: str, value: Any) -> Any:
        if column in columns and value in person.ids[columns[column]]:
            return None
        if column in empty:
            return INSTEAD if column == "to" else None
        return person.redact(value) if isinstance(value, str) else value

    def clean(op: str, told: Told) -> Told:
        if op == "delete":
            return {
                column: _blank(column) if column in whole else one(column, value)
                for column, value in told.items()
            }
        made = {column: [one(column, old), one(column, new)] for column, (old, new) in told.items()
                if column not in empty and column not in whole}  # fmt: skip
        return {column: sides for column, sides in made.items() if sides[0] != sides[1]}

    return clean


def _blank(column: str) -> str | None:
    return "" if column in ("folded", "name_key") else None


def _summaries(change: Change, person: Person, touched: set[int]) -> None:
    """Take the person out of what commands say; one that did nothing else says nothing any more."""
    question = (
        "SELECT id, summary, EXISTS (SELECT 1 FROM log WHERE command_id = c.id) AS remains FROM command AS c "
        "WHERE summary <> '' AND id <> ?"
    )
    for number, summary, remains in change.rows(question, change.command_id):
        said = person.redact(summary) if number in touched else person.unaddress(summary)
        if number in touched and not remains:
            said = ""
        if said != summary:
            change.connection.execute("UPDATE command SET summary = ? WHERE id = ?", (said, number))
