"""Rows → table, json, jsonl, csv, tsv, ids, md: the only writer to standard output."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_cli.fields import Field


@dataclass
class Rows:
    """An answer: its columns (each with its kind), its rows of stored values, and what to know of it.

    Money columns take their currency from the column `currency` of the same row.
    """

    columns: list[Field]
    rows: Iterable[Sequence[Any]]
    notes: list[str] = field(default_factory=list)
    total: int | None = None
