"""Reports of the user's own: files beside the settings, in the folder `reports`, found by their names.

NAME.sql is a question over the views. What it begins with in comments is `-- help:` its summary, `-- noun:` whose
filters choose what it is about, `-- day:` the column that a period chooses by, `-- measure:` the column of the chart.
With a noun the question reads from `chosen`, the records of the view that were asked for. A comment at the end of a
column's line says its kind and meaning as in the views: `sum(amount) AS amount, -- money: What was won`; money,
percentages and decimals are ten-thousandths, as they are stored. A column that the noun has too needs none.

NAME.toml is a command that was saved: `command`, its words, and `help`. Either kind is read when it is asked for, so
that a broken one breaks no other.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crm_cli import config, fields, filters, values
from crm_cli.asking import sql
from crm_cli.errors import InvalidError
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked

NAMED = re.compile(r"[a-z][a-z0-9_-]*")
KEYS = ("help", "noun", "day", "measure")
SCALED = frozenset(("money", "percent", "decimal"))
FIGURES = SCALED | {"integer"}
_HEAD = re.compile(r"--\s*(\w+):\s*(.*)")
_SAID = re.compile(r"(\w+)\"?,?[ \t]+--[ \t]*(\w+):[ \t]*(.*)$", re.MULTILINE)
_CHOSEN = re.compile(r"\bchosen\b", re.IGNORECASE)
_WITH = re.compile(r"\s*WITH\s+(RECURSIVE\s+)?", re.IGNORECASE)


@dataclass(frozen=True, repr=False, eq=False)
class Written:
    """A report written in SQL."""

    name: str
    question: str
    said: dict[str, Field]
    """The columns whose kind a comment says."""
    about: str
    """The noun whose filters choose, empty where there is none."""
    NOUN: str
    DAY: str
    COLUMNS: tuple[Field, ...]
    MEASURE: str
    FORMULA: str
    NOUNS: tuple[str, ...]

    def answer(self, asked: Asked) -> Rows:
        """Ask the question about the records that filters and period choose.

        Raises:
            InvalidError: it is no question, or it is asked what it cannot answer; names the report.
        """
        self._refuse(asked)
        question, bound = self._asked(asked)
        try:
            rows = sql.answer(asked.connection, question, bound)
            return replace(
                rows, columns=self._columns(rows), rows=list(self._values(rows)), notes=asked.notes
            )
        except InvalidError as error:
            raise InvalidError(f"report {self.name}: {error}") from None

    def _refuse(self, asked: Asked) -> None:
        if asked.by or asked.into:
            option = "--by" if asked.by else "--in"
            raise InvalidError(f"report {self.name} is written in SQL and knows no {option}; leave it out")
        if not self.about and asked.texts:
            raise InvalidError(
                f"report {self.name} takes no filters; a line -- noun: in its file would say of what"
            )
        if not self.DAY and (asked.since or asked.until):
            raise InvalidError(
                f"report {self.name} knows no period; a line -- day: in its file would say by which column"
            )

    def _asked(self, asked: Asked) -> tuple[str, list[Any]]:
        """The question with what it is about in front of it, and its values."""
        if not self.about or asked.asking is None:
            return self.question, []
        where, bound = filters.where(fields.noun(self.about), asked.texts, asked.asking)
        for operator, day in ((">=", asked.since), ("<=", asked.until)):
            if day:
                where, bound = f'({where}) AND "{self.DAY}" {operator} ?', [*bound, day]
        chosen = f"chosen AS (SELECT * FROM {fields.plural(self.about)} WHERE {where})"
        own = _WITH.match(self.question)
        if own:
            return f"WITH {own[1] or ''}{chosen}, {self.question[own.end() :]}", bound
        return f"WITH {chosen} {self.question}", bound

    def _columns(self, rows: Rows) -> list[Field]:
        known = fields.noun(self.about).columns if self.about else {}
        return [self.said.get(each.name) or known.get(each.name) or each for each in rows.columns]

    def _values(self, rows: Rows) -> Iterator[Sequence[Any]]:
        scaled = [each.kind in SCALED for each in self._columns(rows)]
        for row in rows.rows:
            yield [round(value) if scale and isinstance(value, float) else value
                   for value, scale in zip(row, scaled, strict=True)]  # fmt: skip


def folder() -> Path:
    """Where the reports of the user's own are kept."""
    return config.path().parent / "reports"


def names() -> list[str]:
    """The reports of the user's own, by the names of their files."""
    try:
        found = {file.stem for kind in ("sql", "toml") for file in folder().glob(f"*.{kind}")}
    except OSError:
        return []
    return sorted(name for name in found if NAMED.fullmatch(name))


def is_saved(name: str) -> bool:
    """Whether a report is a command that was saved, and not SQL."""
    return not (folder() / f"{name}.sql").exists()


def summary(name: str) -> str:
    """What a report says of itself; of a broken one that it is."""
    try:
        return (
            saved(name)[1] if is_saved(name) else _head(_read(name, "sql")).get("help", "")
        ) or "A report of yours."
    except InvalidError as error:
        return f"Broken: {error}"


def load(name: str) -> Written:
    """A report written in SQL.

    Raises:
        InvalidError: its file cannot be read, or says of itself what is not so.
    """
    text = _read(name, "sql")
    head = _head(text)
    noun = head.get("noun", "")
    if noun and noun not in fields.names():
        raise _wrong(name, str(fields.nearest(noun, fields.names(), "noun")))
    question = text.strip().rstrip(";")
    if noun and not _CHOSEN.search(_bare(question)):
        raise _wrong(
            name, f"it names the noun {noun} and does not read FROM chosen, so that filters would do nothing"
        )
    day = head.get("day", "")
    if day and (not noun or day not in fields.noun(noun).columns):
        raise _wrong(name, f"-- day: {day} is no column of its noun")
    said = {column: _field(name, column, kind, meaning) for column, kind, meaning in _SAID.findall(text)}
    figures = [each.name for each in said.values() if each.kind in FIGURES]
    measure = head.get("measure") or next(iter(figures), "")
    formula = f"{head.get('help', '')}\n{_path(name, 'sql')}"
    return Written(
        name, _bare(question), said, noun, noun or "deal", day, tuple(said.values()), measure, formula,
        (noun or "deal",),
    )  # fmt: skip


def saved(name: str) -> tuple[list[str], str]:
    """The words of a saved command, and its help.

    Raises:
        InvalidError: its file cannot be read, or holds no command.
    """
    import tomllib

    try:
        told = tomllib.loads(_read(name, "toml"))
    except tomllib.TOMLDecodeError as error:
        raise _wrong(name, f"this is not TOML: {error}", "toml") from None
    words = told.get("command")
    if not isinstance(words, list) or not words or not all(isinstance(each, str) for each in words):
        raise _wrong(name, 'it has no command; write command = ["deal", "list", "owner=me"]', "toml")
    return words, str(told.get("help", ""))


def _field(name: str, column: str, kind: str, meaning: str) -> Field:
    if kind not in values.KINDS and kind != "id":
        raise _wrong(name, str(fields.nearest(kind, sorted(values.KINDS), f"kind of the column {column}")))
    return Field(column, kind, meaning.strip())


def _head(text: str) -> dict[str, str]:
    """What the comments before the question say."""
    found = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith("--"):
            break
        if (told := _HEAD.match(line)) and told[1] in KEYS:
            found[told[1]] = told[2].strip()
    return found


def _bare(text: str) -> str:
    """A question without the lines that are comments alone."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))


def _read(name: str, kind: str) -> str:
    try:
        return _path(name, kind).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise _wrong(name, f"cannot read it: {why}", kind) from None


def _path(name: str, kind: str) -> Path:
    return folder() / f"{name}.{kind}"


def _wrong(name: str, why: str, kind: str = "sql") -> InvalidError:
    return InvalidError(f"{_path(name, kind)}: {why}")
