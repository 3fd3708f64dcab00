"""What customers have in common, so that figures of theirs can be told group by group.

Beside the columns of companies, or of contacts where there is no company: `segment`, every segment that holds the
customer; `source` and `campaign`, those that won it: of its first deal that names one, else of the lead it was.
"""

import json
from collections import defaultdict
from collections.abc import Collection

from crm_cli import fields, segments
from crm_cli.asking import groups
from crm_cli.conditions import Asking
from crm_cli.errors import InvalidError
from crm_cli.reports import Asked
from crm_cli.values import Reading

OWN = ("segment", "source", "campaign")
_FIRST = """
SELECT customer, said FROM (
  SELECT {customer} AS customer, {said} AS said, 0 AS later, coalesce(opened_on, created_at) AS at, id FROM deal
  WHERE {said} IS NOT NULL AND {whose}
  UNION ALL SELECT {customer}, {said}, 1, created_at, id FROM lead WHERE {said} IS NOT NULL AND {whose}
  {more})
WHERE customer IN (SELECT value FROM json_each(?)) ORDER BY later, at, id"""
_OF_CONTACT = "UNION ALL SELECT id, source, 2, created_at, id FROM contact WHERE source IS NOT NULL"
_WHOSE = {"company": ("company_id", "company_id IS NOT NULL"),
          "contact": ("contact_id", "company_id IS NULL AND contact_id IS NOT NULL")}  # fmt: skip
_SEGMENTS = "SELECT id, name FROM segment WHERE kind <> 'suppression' ORDER BY name"


def of(asked: Asked, by: str, customers: Collection[int]) -> dict[int, list[str]]:
    """The groups that customers are in, as people read them; who is in none is left out.

    Raises:
        InvalidError: nothing can be grouped so; names the nearest.
    """
    found: dict[int, list[str]] = defaultdict(list)
    for noun, sign in (("company", 1), ("contact", -1)):
        ids = [sign * each for each in customers if sign * each > 0]
        if by == "segment":
            told = _segments(asked, noun, ids)
        elif by in OWN:
            told = _first(asked, noun, by, ids)
        else:
            told = _column(asked, noun, by, ids)
        for number, label in told:
            found[sign * number].append(label)
    return found


def _segments(asked: Asked, noun: str, ids: list[int]) -> list[tuple[int, str]]:
    how = asked.asking or Asking(asked.connection, Reading(today=asked.today))
    found = []
    for segment_id, name in asked.connection.execute(_SEGMENTS).fetchall():
        try:
            where, bound = segments.holding(fields.noun(noun), segment_id, how)
        except InvalidError as error:
            if "cannot be used" in str(error):
                asked.notes.append(str(error))
            continue
        question = (
            f"SELECT id FROM {fields.plural(noun)} WHERE ({where}) AND id IN (SELECT value FROM json_each(?))"
        )
        held = asked.connection.execute(question, (*bound, json.dumps(ids)))
        found += [(row[0], name) for row in held]
    return found


def _first(asked: Asked, noun: str, by: str, ids: list[int]) -> list[tuple[int, str]]:
    customer, whose = _WHOSE[noun]
    said = "source" if by == "source" else "campaign_id"
    more = _OF_CONTACT if (noun, by) == ("contact", "source") else ""
    question = _FIRST.format(customer=customer, whose=whose, said=said, more=more)
    first: dict[int, str | int] = {}
    for number, word in asked.connection.execute(question, (json.dumps(ids),)):
        first.setdefault(number, word)
    if by == "source":
        return [(number, str(word)) for number, word in first.items()]
    called = dict(asked.connection.execute("SELECT id, name FROM campaign").fetchall())
    return [(number, called[word]) for number, word in first.items()]


def _column(asked: Asked, noun: str, by: str, ids: list[int]) -> list[tuple[int, str]]:
    """What a column of theirs says; contacts need not have the column that companies have."""
    try:
        group = groups.find(
            asked.connection, noun, by, "", {} if noun == "contact" else dict.fromkeys(OWN, groups.Group())
        )
    except InvalidError:
        if noun == "company":
            raise
        return []
    if group.spread:
        raise InvalidError(
            f"customers are in several groups by {by}; make segments of them, and say --by segment"
        )
    view = fields.plural(noun)
    question = f"SELECT id, {group.key} FROM {view} WHERE id IN (SELECT value FROM json_each(?))"
    rows = asked.connection.execute(question, (json.dumps(ids),)).fetchall()
    places = group.places(asked.connection, {row[1] for row in rows})
    return [(row[0], str(places[row[1]].label)) for row in rows if row[1] is not None]
