"""What is wrong in the store, record by record: the list that somebody works through."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from crm_cli import fields, soundness
from crm_cli.fields import Field
from crm_cli.output import Rows

if TYPE_CHECKING:
    from crm_cli.desk import Desk

NOUNS = ("contact", "company", "lead", "deal", "campaign", "product", "user")
COLUMNS = [
    Field("noun", "choice"),
    Field("id", "id"),
    Field("name", "text"),
    Field("field", "text"),
    Field("value", "text"),
    Field("why", "text"),
]


def faults(desk: "Desk", nouns: Sequence[str]) -> Rows:
    """What is wrong in the records of nouns: values that can be none, equal records, open ones without next step."""
    soundness.on(desk.connection, desk.config.country)
    found: list[tuple[Any, ...]] = []
    for name in nouns:
        about = fields.noun(name)
        for field, value, why, where in _questions(about):
            question = f"SELECT id, name, {value}, {why} FROM {about.view} AS it WHERE {where} ORDER BY id"
            for number, called, held, said in desk.connection.execute(
                question, {"1": desk.reading.today.isoformat()}
            ):
                found.append((name, number, called, field, held, said))
    return Rows(COLUMNS, found)


def _questions(about: fields.Noun) -> Iterator[tuple[str, str, str, str]]:
    """Field, and SQL for its value, what is wrong with it, and when something is."""
    for each in about.options():
        where = soundness.wrong(about.name, each)
        if not where or each.name not in about.columns:
            continue
        if about.name == "contact" and each.name in ("email", "phone"):
            yield each.name, *_of_parts(each)
        elif each.kind in soundness.ASKED:
            why = f"fault('{each.kind}', it.{each.name}, {soundness.own_country(about.name)})"
            yield each.name, f"it.{each.name}", why, where
        else:
            yield each.name, f"it.{each.name}", "'has not come yet'", where
    if about.name in soundness.WORKED_ON:
        lacks = f"{soundness.WORKED_ON[about.name]} AND NOT {soundness.has_next(about.name)}"
        yield "next_step", "NULL", "'nothing is to be done next'", lacks
    if about.name in soundness.EQUALS:
        told = "domain" if about.name == "company" else "email"
        yield "duplicates", f"it.{told}", "'another record equals it'", soundness.EQUALS[about.name]


def _of_parts(each: Field) -> tuple[str, str, str]:
    """The same for one of a contact's addresses."""
    wrong = f"(part.invalid OR fault('{each.kind}', part.value, it.country) IS NOT NULL)"
    held = f"FROM contact_{each.name} AS part WHERE part.contact_id = it.id AND {wrong}"
    why = f"coalesce(fault('{each.kind}', part.value, it.country), 'is flagged as invalid')"
    return (
        f"(SELECT group_concat(part.value, ', ') {held})",
        f"(SELECT group_concat(DISTINCT {why}) {held})",
        f"EXISTS (SELECT 1 {held})",
    )
