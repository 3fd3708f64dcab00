"""What a list draws: an amount, else the first figure of its columns, of each row by what it is called."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows

FIGURES = ("money", "price", "decimal", "percent", "integer")


@dataclass(frozen=True)
class Listed:
    """A list as what is drawn."""

    MEASURE: str
    CHART: str = "bars"


def listed(rows: Rows) -> tuple[Rows, Listed]:
    """The columns of a list that are drawn, and how.

    Raises:
        InvalidError: it has no column of figures.
    """
    told = list(rows.rows)
    columns = [_counted(each, [row[place] for row in told]) for place, each in enumerate(rows.columns)]
    figures = [each for each in columns if each.kind in FIGURES and not _numbers(each)]
    if not figures:
        raise InvalidError("there is no figure in this list to draw; choose one: --columns name,amount")
    figure = next((each for each in figures if each.kind == "money"), figures[0])
    words = [each for each in columns if _says(each)]
    called = [each for each in words if each.name in ("name", "customer")] or words
    kept = [*called[:1], figure, *(each for each in columns if each.name == "currency")]
    places = [columns.index(each) for each in kept]
    return replace(rows, columns=kept, rows=[[row[place] for place in places] for row in told]), Listed(
        figure.name
    )


def _counted(each: Field, values: Sequence[Any]) -> Field:
    """The column, of whole numbers where it is of no kind that is known, as a question in SQL leaves it."""
    known = [value for value in values if value is not None]
    whole = each.kind == "text" and known and all(isinstance(value, int) for value in known)
    return Field(each.name, "integer", each.help) if whole else each


def _numbers(each: Field) -> bool:
    """Whether a column only names records or lines."""
    return each.name in ("id", "line") or each.name.endswith("_id")


def _says(each: Field) -> bool:
    return each.kind not in (*FIGURES, "id", "currency", "instant") and not each.kind.startswith("parts:")
