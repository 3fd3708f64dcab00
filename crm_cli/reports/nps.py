"""What customers answered when asked: net promoter score, contentment, effort."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from math import sqrt
from typing import Any

from crm_cli.asking.figures import mean
from crm_cli.asking.groups import Place, by_customer
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Choice

NOUN = "survey"
DAY = "local_day(at)"
COLUMNS = (
    Field("score", "decimal", "The score; of csat the share of the content in per cent, of ces the mean"),
    Field("responses", "integer", "Answers that it is made of"),
    Field("promoters", "integer", "9 and 10; of csat 4 and 5, of ces 5 to 7"),
    Field("passives", "integer", "7 and 8; of csat 3, of ces 4"),
    Field("detractors", "integer", "0 to 6; of csat 1 and 2, of ces 1 to 3"),
    Field("margin", "decimal", "The score lies within so much of that of all customers, 95 times of 100"),
)
MEASURE = "score"
PARTS = ("promoters", "passives", "detractors")
OPTIONS = (
    Choice("kind", "What was asked", ("nps", "csat", "ces")),
    Choice("comments", "The customers' own words in place of the figures"),
)
GROUPS = {"customer": by_customer()}
FORMULA = """
Of each person the latest answer in the period counts, in each row by itself; answers without a person count each.
nps: score = 100 × (promoters − detractors) ÷ responses. csat: 100 × promoters ÷ responses. ces: the mean answer.
margin = 1.96 × the standard deviation of what is averaged ÷ √responses (of ces that of a sample), 95 % confidence; of
few answers it is wide, and of fewer than 30 no more than a hint; of one there is none.
"""
# The lowest answer of a promoter, and of a passive.
BOUNDS = {"nps": (9, 7), "csat": (4, 3), "ces": (5, 4)}
Z = 1.96  # standard deviations on either side of the mean that hold 95 % of a normal distribution
LATEST = """,
latest AS (
  SELECT *, row_number() OVER (PARTITION BY "group", coalesce(contact_id, -id) ORDER BY at DESC, id DESC) AS place
  FROM chosen)
"""
SCORES = 'SELECT "group", NULL, score, count(*) FROM latest WHERE place = 1 GROUP BY 1, score'
COMMENTS = """
SELECT local_day(at), score, comment, contact, company, touchpoint, id FROM latest
WHERE place = 1 AND comment IS NOT NULL ORDER BY at DESC, id DESC
"""
WORDED = ("comment", "contact", "company", "touchpoint")
SAID = (
    Field("day", "day", "When it was said"),
    Field("score", "integer", "The answer"),
    Field("comment", "long", "The customer's words"),
    Field("contact", "text", "Who answered"),
    Field("company", "text", "For which customer"),
    Field("touchpoint", "text", "Where they met us"),
    Field("id", "id", "Our number for the answer"),
)


def answer(asked: Asked) -> Rows:
    """A row for each group, the best score first, spans of time in order; or the comments, the latest first."""
    kind, worded = asked.option("kind"), asked.option("comments")
    columns = ("score", "at", "contact_id", *(WORDED if worded else ()))
    begun = asked.chosen(columns, f"kind = '{kind}' AND {asked.until_then('at')}") + LATEST
    if worded:
        return _comments(asked, begun)
    found: dict[Place, Counter[int]] = defaultdict(Counter)
    for place, _, (score, many) in asked.ask(begun + SCORES):
        found[place][score] += many
    rows = [(place, _row(kind, scores)) for place, scores in found.items()]
    rows.sort(key=lambda row: row[0].order() if asked.group.period else (-row[1][0], *row[0].order()))
    asked.explain(_counted(asked, place, row) for place, row in rows)
    return asked.table(rows)


def _comments(asked: Asked, begun: str) -> Rows:
    values = [asked.today.isoformat(), asked.since, asked.until, None, None, *asked.where[1]]
    return Rows(list(SAID), asked.connection.execute(begun + COMMENTS, values).fetchall(), asked.notes)


def _row(kind: str, scores: Mapping[int, int]) -> tuple[Any, ...]:
    """The figures of answers, which are counted by score."""
    promoting, passive = BOUNDS[kind]
    many = sum(scores.values())
    promoters = sum(count for score, count in scores.items() if score >= promoting)
    passives = sum(count for score, count in scores.items() if passive <= score < promoting)
    detractors = many - promoters - passives
    whole = sum(score * count for score, count in scores.items())
    total = {"nps": 100 * (promoters - detractors), "csat": 100 * promoters, "ces": whole}[kind]
    return (
        mean(total, many) or 0,
        many,
        promoters,
        passives,
        detractors,
        _margin(kind, scores, promoters, detractors),
    )


def _margin(kind: str, scores: Mapping[int, int], promoters: int, detractors: int) -> int | None:
    """Half the width of the interval, in points of the score, as a stored decimal; None of a single answer."""
    many = sum(scores.values())
    if many == 1:
        return None
    if kind == "ces":
        middle = sum(score * count for score, count in scores.items()) / many
        squares = sum(count * (score - middle) ** 2 for score, count in scores.items())
        half = Z * sqrt(squares / (many - 1) / many)
    else:
        for_, against = promoters / many, detractors / many if kind == "nps" else 0
        half = 100 * Z * sqrt((for_ + against - (for_ - against) ** 2) / many)
    return round(half * 100) * 100


def _counted(asked: Asked, place: Place, row: tuple[Any, ...]) -> str:
    group = f"{place.label}: " if asked.group.name else ""
    _, many, promoters, passives, detractors, _ = row
    return f"{group}{promoters:,} promoters, {passives:,} passives, {detractors:,} detractors of {many:,} answers"
