"""Reports that ask about other nouns than their own: one of them, or several in turn."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from crm_cli import fields, filters
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked, Report


@dataclass
class About:
    """A report as it asks about a noun, by a day of that noun; groups and options of its own it has none."""

    NOUN: str
    DAY: str
    COLUMNS: tuple[Field, ...]
    MEASURE: str
    FORMULA: str
    ask: Callable[[Asked], Rows]

    def answer(self, asked: Asked) -> Rows:
        """Ask as the report does."""
        return self.ask(asked)


def about(report: Report, noun: str, day: str = "") -> About:
    """A report as it asks about another noun."""
    return About(noun, day, report.COLUMNS, report.MEASURE, report.FORMULA, report.answer)


def each(asked: Asked, nouns: Sequence[str], put: Callable[[str], Asked]) -> Iterator[Asked]:
    """The question put to each noun that is asked about and knows what is filtered and grouped by.

    Args:
        asked: what was asked of the report; `noun=deal,lead` among its filters chooses the nouns.
        nouns: those of the report.
        put: the question as it is put to one of them, without the filters.

    Raises:
        InvalidError: a noun is none of the report's, or none of them knows what is filtered or grouped by.
    """
    chosen, texts = list(nouns), []
    for text in asked.texts:
        if (found := filters.split(text)) and found[:2] == ("noun", "="):
            chosen = filters.commas(found[2])
        else:
            texts.append(text)
    refused: InvalidError | None = None
    known = False
    for name in chosen:
        if name not in nouns:
            raise fields.nearest(name, list(nouns), "noun of this report")
        part = put(name)
        try:
            if texts and asked.asking:
                part.where = filters.where(fields.noun(name), texts, asked.asking)
            _ = part.group
        except InvalidError as error:
            refused = refused or error
            continue
        known = True
        yield part
    if refused and not known:
        raise refused


def deals(asked: Asked) -> Asked:
    """The question put to deals by the day they closed on, with the filters as they are."""
    return replace(asked, report=about(asked.report, "deal", "closed_on"))
