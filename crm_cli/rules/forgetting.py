"""Forgetting a person: erased wherever the store holds them, for good.

What is theirs alone goes: the record with its addresses, what they agreed to, what was said with nobody else. What is
counted stays without them: that somebody was in a campaign, was sent a message, gave a score; a lead of a campaign
stays as one of its leads. What is others' too stays without the link and without their full names and addresses:
deals, cases, meetings with others. So no figure of a report changes, and no text tells who it was but by what
somebody wrote of them in other words.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.rules import person as people
from crm_cli.rules import records, scrubbing, tombstones, traces
from crm_cli.rules.person import INSTEAD, THESE, Person, listed
from crm_cli.rules.traces import ALWAYS, CALLED, COUNTED, Traces

# What a lead of a campaign stays with: what reports count and sum.
COUNTING = frozenset(
    (
        "id", "uid", "created_at", "updated_at", "owner_id", "source", "status", "rating", "score", "est_amount",
        "currency", "campaign_id", "first_touch_at", "converted_at", "deal_id", "disqualify_reason", "import_id",
    )
)  # fmt: skip
TEXTS = frozenset(("text", "long", "open", "url", "tags", "list"))
UNTOLD = frozenset(("uid", "external_id", "external_source", "rate", "timezone", "language"))
OPEN = ("new", "contacted", "nurturing", "qualified")


@dataclass
class Outline:
    """What forgetting somebody does, counted for the person who decides."""

    name: str
    erased: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    """What stays without them."""
    told: list[str] = field(default_factory=list)
    """Records that stay and may tell of them in other words."""

    def lines(self) -> list[str]:
        """Sentences for a person to read."""
        found = [f"{self.name}: goes for good: {_counted(self.erased) or 'what the history holds'}"]
        if kept := _counted(self.kept):
            found.append(f"stays without the person, since it is counted: {kept}")
        if self.told:
            more = f" and {len(self.told) - MOST} more" if len(self.told) > MOST else ""
            found.append(
                f"stays without the full name and the addresses, but read what else its texts tell: "
                f"{', '.join(self.told[:MOST])}{more}"
            )
        return found


MOST = 10  # records that an outline names


def outline(connection: sqlite3.Connection, noun: str, record_id: int) -> Outline:
    """What forgetting the person that a contact or lead is would do."""
    person = people.of(connection, noun, record_id)
    found = traces.of(connection, person)
    made = Outline(next(iter(sorted(person.names)), f"{noun} {record_id}"))
    campaigned = _campaigned(connection, person)
    for table, ids in found.theirs.items():
        standing = traces.those(connection, table, "id", ids)
        made.erased[table] += len(standing - campaigned if table == "lead" else standing)
    made.kept["lead"] += len(campaigned)
    for table, ids in found.counted.items():
        made.kept[table] += len(ids)
    for table, ids in found.told.items():
        if table in traces.nouns():
            standing = traces.those(connection, table, "id", ids)
            made.told += [f"{table}:{each}" for each in sorted(standing)]
    return made


def forget(change: Change, noun: str, ids: Sequence[int]) -> int:
    """Erase the persons that some contacts or leads are; returns how many persons that were.

    The pages of the store that hold what was deleted are to be wiped after the change: `crm_cli.db.wipe`.
    """
    change.connection.execute("PRAGMA secure_delete = ON")
    change.connection.execute("PRAGMA defer_foreign_keys = ON")  # rows that refer to each other go together
    done: set[int] = set()
    persons = 0
    for each in ids:
        if each not in done:
            person = people.of(change.connection, noun, each)
            done |= person.ids[noun]
            _forget(change, person)
            persons += 1
    change.connection.execute("INSERT INTO search (search) VALUES ('optimize')")
    return persons


def _forget(change: Change, person: Person) -> None:
    found = traces.of(change.connection, person)
    campaigned = _campaigned(change.connection, person)
    keys = {each for table, rows in found.counted.items() for each in _identities(change, table, rows)}
    last = change.value("SELECT coalesce(max(id), 0) FROM log")
    for (table, column), rows in found.linked.items():
        change.connection.execute(f'UPDATE "{table}" SET "{column}" = NULL WHERE id {THESE}', (listed(rows),))
    for table, rows in found.counted.items():
        _empty(change, table, rows)
    _strip_leads(change, campaigned)
    _redact(change, person, found)
    found.theirs["lead"] -= campaigned
    for table, rows in found.theirs.items():
        change.connection.execute(f'DELETE FROM "{table}" WHERE id {THESE}', (listed(rows),))
    change.connection.execute("DELETE FROM log WHERE id > ? AND command_id = ?", (last, change.command_id))
    scrubbing.scrub(change, person, found, campaigned)
    person.identities |= keys
    tombstones.bury(change, person)


def _identities(change: Change, table: str, ids: Iterable[int]) -> set[str]:
    question = f'SELECT uid, external_id, external_source FROM "{table}" WHERE id {THESE}'
    rows = [dict(row) for row in change.rows(question, listed(ids))]
    return tombstones.of_rows(table, rows)


def _campaigned(connection: sqlite3.Connection, person: Person) -> set[int]:
    """Their leads that a campaign counts."""
    question = f"SELECT id FROM lead WHERE id {THESE} AND campaign_id IS NOT NULL"
    return {row[0] for row in connection.execute(question, (listed(person.ids["lead"]),))}


def _empty(change: Change, table: str, ids: Iterable[int]) -> None:
    """Leave of rows what is counted."""
    these = listed(ids)
    emptied = ", ".join(
        f'"{column}" = ' + (f"'{INSTEAD}'" if (table, column) in CALLED else "NULL")
        for column in (*COUNTED[table], *ALWAYS)
    )
    change.connection.execute(f'UPDATE "{table}" SET {emptied} WHERE id {THESE}', (these,))
    if table == "delivery":
        waiting = ("queued", "sending", "uncertain", "failed")
        change.connection.execute(
            f"UPDATE delivery SET status = 'cancelled' WHERE id {THESE} AND status {THESE}",
            (these, listed(waiting)),
        )


def _strip_leads(change: Change, ids: Iterable[int]) -> None:
    """Let leads of a campaign be leads of nobody; an open one is closed, since nobody can be reached."""
    these = listed(ids)
    columns = [(row["name"], row["notnull"]) for row in change.rows("PRAGMA table_info(lead)")]
    emptied = ", ".join(
        f'"{name}" = ' + ("''" if needed else "NULL") for name, needed in columns if name not in COUNTING
    )
    change.connection.execute(f"UPDATE lead SET {emptied}, name = ? WHERE id {THESE}", (INSTEAD, these))
    change.connection.execute(
        "UPDATE lead SET status = 'unqualified', disqualify_reason = 'cannot_contact' "
        f"WHERE id {THESE} AND converted_at IS NULL AND status IN (SELECT value FROM json_each(?))",
        (these, listed(OPEN)),
    )


def _redact(change: Change, person: Person, found: Traces) -> None:
    """Take their names and addresses out of the words of records that stay, and make the search text anew."""
    nouns = traces.nouns()
    for table in found.told.keys() | found.counted.keys():
        ids = found.told[table] | found.counted[table]
        for each, rows in _with_parts(change, table, ids, nouns).items():
            _redact_rows(change, person, each, rows)
        if table in nouns:
            records.refold(change, [(table, each) for each in sorted(ids)])


def _with_parts(
    change: Change, table: str, ids: Iterable[int], nouns: dict[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """Records with the rows of their parts, by table."""
    found = {
        table: [dict(row) for row in change.rows(f'SELECT * FROM "{table}" WHERE id {THESE}', listed(ids))]
    }
    parts = fields.noun(nouns[table]).parts.values() if table in nouns else ()
    for part in parts:
        rows = change.rows(f'SELECT * FROM {part} WHERE "{table}_id" {THESE}', listed(ids))
        found[part] = [dict(row) for row in rows]
    return found


def _redact_rows(change: Change, person: Person, table: str, rows: Iterable[dict[str, Any]]) -> None:
    columns = _texts(table)
    for row in rows:
        said = {column: row[column] for column in columns if isinstance(row.get(column), str)}
        changes = {column: text for column, old in said.items() if (text := person.redact(old)) != old}
        if changes:
            names = ", ".join(f'"{column}" = ?' for column in changes)
            change.connection.execute(
                f'UPDATE "{table}" SET {names} WHERE id = ?', (*changes.values(), row["id"])
            )


def _texts(table: str) -> list[str]:
    """The columns of a table in which people write words."""
    nouns = traces.nouns()
    known = fields.noun(nouns[table]).fields if table in nouns else fields.part(table)
    found = [each.column or name for name, each in known.items() if each.kind in TEXTS and name not in UNTOLD]
    return [*found, "custom"] if table in nouns else found


def _counted(counts: Counter[str]) -> str:
    """`1 contact, 2 e-mail addresses`; what only joins other rows is not told."""
    nouns = traces.nouns()
    made = []
    for table, number in counts.items():
        one, many = (
            (nouns[table], fields.plural(nouns[table])) if table in nouns else PARTS.get(table, ("", ""))
        )
        if number and one:
            made.append(f"{number:,} {one if number == 1 else many}")
    return ", ".join(made)


PARTS = {
    "contact_email": ("e-mail address", "e-mail addresses"),
    "contact_phone": ("phone number", "phone numbers"),
    "contact_company": ("further company", "further companies"),
    "activity_participant": ("part in a meeting", "parts in meetings"),
    "deal_contact": ("role in a deal", "roles in deals"),
    "segment_member": ("place in a segment", "places in segments"),
    "merged_key": ("key of another program", "keys of other programs"),
}
"""What rows of parts are called."""
