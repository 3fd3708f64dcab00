"""The whole picture of a record before a call: who, what is open, what was said, what is next, what changed.

For a customer that is the people, the deals, the activities, the next step and the history; for any other
record its fields. Plain lines, so that a pipe gets the same words.
"""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from crm_cli import exact, fields, output, values
from crm_cli.asking import blocks, care, trade
from crm_cli.asking.listing import listing
from crm_cli.clock import local_text
from crm_cli.fields import Field
from crm_cli.values.amounts import money_human
from crm_cli.values.jalali import shown

if TYPE_CHECKING:
    from crm_cli.desk import Desk

Held = dict[str, Any]
RECENT = 8  # activities and changes that a picture shows
QUIET = frozenset(
    ("id", "uid", "name", "subject", "created_at", "updated_at", "external_id", "external_source", "currency",
     "first_name", "last_name")
)  # fmt: skip
# What is told of a noun under a heading of its own.
APART: dict[str, tuple[str, ...]] = {
    "case": ("sla_state", "sla_policy", "sla_policy_pinned", "sla_result", "contract", "open", "first_response_at",
             "first_response_due", "first_response_warn", "first_response_left", "first_response_met",
             "resolution_due", "resolution_warn", "resolution_left", "resolution_met"),
    "lead": ("score_reasons",),
}  # fmt: skip


def lines(desk: "Desk", noun: str, record_id: int) -> Iterator[str]:
    """The picture, line by line; in a terminal what is wider than it goes on below."""
    if not desk.style.terminal:
        return _lines(desk, noun, record_id)
    import shutil

    width = shutil.get_terminal_size().columns
    whole = (line for said in _lines(desk, noun, record_id) for line in said.split("\n"))
    return (part for line in whole for part in blocks.folded(line, width))


def _lines(desk: "Desk", noun: str, record_id: int) -> Iterator[str]:
    rows = listing(desk, noun, ids=[record_id], columns=["all"])
    row = next(iter(rows.rows))
    held = {each.name: (each, value) for each, value in zip(rows.columns, row, strict=True)}
    title = held.get(fields.noun(noun).label)
    yield f"{noun} {record_id}  {output.visible(str(title[1] or '') if title else '')}"
    apart = APART.get(noun, ())
    yield from _indented(_facts(desk, {name: each for name, each in held.items() if name not in apart}))
    for heading, found in _sections(desk, noun, record_id, held):
        if found:
            yield ""
            yield heading
            yield from _indented(found)


def _indented(found: Iterator[str] | list[str]) -> Iterator[str]:
    for line in found:
        yield f"  {line}".rstrip()


def _facts(desk: "Desk", held: dict[str, tuple[Field, Any]]) -> Iterator[str]:
    """The filled fields, one a line."""
    currency = held["currency"][1] if "currency" in held else None
    wide = max((len(name) for name, (each, value) in held.items() if _told(each, value)), default=0)
    for name, (each, value) in held.items():
        if _told(each, value):
            yield f"{name:<{wide}}  {_words(desk, each, value, currency)}"
    wheres = [
        f"{held[name][1]}" for name in ("external_source", "external_id") if held.get(name, (0, None))[1]
    ]
    if wheres:
        yield f"{'known as':<{wide}}  {':'.join(wheres)}"


def _told(each: Field, value: Any) -> bool:
    if each.name in QUIET or each.name.endswith("_id") or each.kind.startswith("parts:"):
        return False
    return value not in (None, "", "[]") and not (each.kind == "boolean" and not value)


def _words(desk: "Desk", each: Field, value: Any, currency: str | None) -> str:
    if each.is_money:
        return f"{money_human(value, currency, fine=each.kind == 'price')} {currency or ''}".strip()
    if each.kind == "day":
        return shown(value, desk.config.get("calendar"))
    if each.kind == "instant":
        return shown(local_text(value, desk.config.zone), desk.config.get("calendar"))
    if each.kind == "percent":
        return values.show(each.kind, value) + "%"
    if each.kind == "boolean":
        return "yes"
    if each.kind == "about":
        return ", ".join(_called(desk, *told.split(":")) for told in value.split())
    return output.visible(exact.text(each)(value, currency)).replace("\n", "\n" + " " * 4)


def _called(desk: "Desk", noun: str, record_id: str) -> str:
    from crm_cli import refs

    return f"{noun}:{record_id} {output.visible(refs.name_of(desk.connection, noun, int(record_id)))}"


def _sections(
    desk: "Desk", noun: str, record_id: int, held: dict[str, tuple[Field, Any]]
) -> Iterator[tuple[str, list[str]]]:
    noun = "company" if noun == "partner" else noun
    about = {"contact": _contact, "company": _company, "deal": _deal, "lead": _lead}.get(noun)
    if about:
        if noun in care.NOUNS:
            yield "open cases", care.cases(desk, noun, record_id)
        yield from about(desk, record_id, {name: value for name, (_, value) in held.items()})
        if noun in care.NOUNS:
            yield from care.sections(desk, noun, record_id)
        from crm_cli.asking import debts, partnering

        if noun in debts.NOUNS:
            yield from debts.sections(desk, noun, record_id)

        yield from partnering.sections(desk, noun, record_id)
        yield "next", _tasks(desk, noun, record_id)
        yield "activities", _activities(desk, noun, record_id)
    if noun == "invoice":
        from crm_cli.asking import debts

        yield from debts.invoice(desk, record_id)
    if noun == "offer":
        from crm_cli.asking import partnering

        yield "asked next", partnering.candidates(desk, record_id)
    if noun in ("calendar", "sla"):
        from crm_cli.asking import working

        yield from working.sections(desk, noun, record_id)
    if noun in trade.NOUNS:
        yield from trade.sections(desk, noun, record_id)
    if noun == "goal":
        from crm_cli.asking import goals

        yield from goals.sections(desk, record_id)
    if noun == "campaign":
        from crm_cli.asking import planning

        yield from planning.sections(desk, record_id)
    if noun in ("campaign", "segment"):
        from crm_cli.asking import targets

        yield from targets.sections(desk, noun, record_id)
    if noun in ("contract", "article"):
        from crm_cli.asking import service

        yield from service.sections(desk, noun, record_id)
        yield "next", _tasks(desk, noun, record_id)
        yield "activities", _activities(desk, noun, record_id)
    if noun == "case":
        from crm_cli.asking import thread

        yield from thread.sections(desk, record_id, {name: value for name, (_, value) in held.items()})
        yield "next", _tasks(desk, noun, record_id)
    yield "history", _history(desk, noun, record_id)


def _contact(desk: "Desk", record_id: int, held: Held) -> Iterator[tuple[str, list[str]]]:
    yield "e-mail", _addresses(held["emails"])
    yield "phone", _addresses(held["phones"])
    yield (
        "also at",
        [f"{each['company']}  {each.get('role') or ''}" for each in json.loads(held["companies"] or "[]")],
    )
    both = "contact_id = ?1 OR id IN (SELECT deal_id FROM deal_contact WHERE contact_id = ?1)"
    yield "deals", _deals(desk, both, record_id)
    yield "quotes", trade.quotes(desk, "contact", record_id)


def _company(desk: "Desk", record_id: int, _: Held) -> Iterator[tuple[str, list[str]]]:
    people = "SELECT id, name, title, email, phone FROM contacts WHERE company_id = ? ORDER BY name"
    yield "people", blocks.table(desk, people, (record_id,), ["id", "text", "text", "text", "text"])
    yield "deals", _deals(desk, "company_id = ?1", record_id)
    yield "quotes", trade.quotes(desk, "company", record_id)
    below = "SELECT id, name FROM companies WHERE parent_id = ? ORDER BY name"
    yield "belongs to it", blocks.table(desk, below, (record_id,), ["id", "text"])


def _deal(desk: "Desk", record_id: int, _: Held) -> Iterator[tuple[str, list[str]]]:
    yield "lines", trade.deal_lines(desk, record_id)
    yield "quotes", trade.quotes(desk, "deal", record_id)
    people = (
        "SELECT c.id, c.name, x.role FROM deal_contact AS x JOIN contact AS c ON c.id = x.contact_id "
        "WHERE x.deal_id = ?"
    )
    yield "people", blocks.table(desk, people, (record_id,), ["id", "text", "text"])
    stages = "SELECT day, from_stage, stage, days FROM deal_stages WHERE deal_id = ? ORDER BY id"
    rows = desk.connection.execute(stages, (record_id,)).fetchall()
    yield (
        "stages",
        [
            f"{day}  {came + ' → ' if came else ''}{now}"
            + (f"  after {days} days" if days is not None else "")
            for day, came, now, days in rows
        ],
    )


def _lead(_desk: "Desk", _id: int, held: Held) -> Iterator[tuple[str, list[str]]]:
    became = [
        f"{noun} {held[f'{noun}_id']}  {held[noun]}" for noun in ("company", "contact", "deal") if held[noun]
    ]
    yield "became", became
    yield (
        f"score {held['score']}",
        blocks.aligned(
            [
                [f"{each['points']:+}", each["rule"], output.visible(each["reason"])]
                for each in json.loads(held["score_reasons"] or "[]")
            ],
            [True, False, False],
        ),
    )


def _addresses(text: str | None) -> list[str]:
    marks = ("primary", "opted_out", "invalid")
    found = [
        "  ".join(
            [
                output.visible(each["value"]),
                *filter(None, [each.get("kind")]),
                *(m for m in marks if each.get(m)),
            ]
        )
        for each in json.loads(text or "[]")
    ]
    return [] if len(found) == 1 and found[0].endswith("  primary") and found[0].count("  ") == 1 else found


def _deals(desk: "Desk", where: str, record_id: int) -> list[str]:
    question = (
        "SELECT id, name, stage, amount, currency, coalesce(closed_on, expected_close) FROM deals "
        f"WHERE id IN (SELECT id FROM deal WHERE {where}) ORDER BY status = 'open' DESC, closed_on DESC, id LIMIT 30"
    )
    return blocks.table(desk, question, (record_id,), ["id", "text", "text", "money", "currency", "day"])


# What else an activity may be about to belong to a record's picture: a noun, and which of its records.
_NEAR = {
    "company": {"contact": "company_id", "deal": "company_id", "case": "company_id"},
    "contact": {"case": "contact_id"},
    "deal": {"case": "deal_id"},
}


def _involving(noun: str) -> str:
    """Activities about the record and its cases; a company's are also those about its people and deals."""
    found = ["SELECT activity_id FROM activity_about WHERE noun = :noun AND record_id = :id"]
    if noun == "contact":
        found.append("SELECT activity_id FROM activity_participant WHERE contact_id = :id")
    found += [
        f"SELECT l.activity_id FROM \"{near}\" AS r CROSS JOIN activity_about AS l ON l.noun = '{near}' "
        f"AND l.record_id = r.id WHERE r.{column} = :id"
        for near, column in _NEAR.get(noun, {}).items()
    ]
    return " UNION ".join(found)


def _tasks(desk: "Desk", noun: str, record_id: int) -> list[str]:
    question = (
        f"SELECT id, due, subject, owner FROM activities WHERE id IN ({_involving(noun)}) AND open "
        "ORDER BY due IS NULL, due, start, id LIMIT 20"
    )
    rows = desk.connection.execute(question, {"noun": noun, "id": record_id}).fetchall()
    return blocks.aligned([[str(row[0]), row[1] or "", output.visible(row[2]), row[3] or ""] for row in rows])


def _activities(desk: "Desk", noun: str, record_id: int) -> list[str]:
    from crm_cli.values.dates import local_day

    question = (
        "SELECT coalesce(done_at, start, created_at), kind, direction, subject, outcome FROM activities "
        f"WHERE id IN ({_involving(noun)}) AND NOT open ORDER BY 1 DESC, id DESC LIMIT {RECENT}"
    )
    rows = desk.connection.execute(question, {"noun": noun, "id": record_id}).fetchall()
    return blocks.aligned(
        [
            [
                shown(local_day(at, desk.config.zone), desk.config.get("calendar")),
                f"{kind} {way}" if way else kind,
                output.visible(subject),
                output.visible(outcome or ""),
            ]
            for at, kind, way, subject, outcome in rows
        ]
    )


def _history(desk: "Desk", noun: str, record_id: int) -> list[str]:
    from crm_cli.asking import history

    apart = APART.get(noun, ())
    rows = [row for row in history.of_record(desk, noun, record_id).rows if row[3] not in apart][-RECENT:]
    made = []
    for at, _, verb, name, old, new in rows:
        what = f"{name}: {old or '(empty)'} → {new or '(empty)'}" if name else f"{old}{new}"
        made.append(f"{local_text(at, desk.config.zone)}  {verb}  {output.visible(what)}")
    return made
