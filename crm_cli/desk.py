"""What a command has at hand: the store, the settings, the clock, the style of writing, and whom to ask.

Made once from the global options; commands reach it as `ctx.obj`.
"""

import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from crm_cli import config, db, fields, output, refs, schema
from crm_cli.errors import InvalidError
from crm_cli.filters import Asking
from crm_cli.output import Style
from crm_cli.values import Reading

if TYPE_CHECKING:
    from crm_cli.changing import Change
    from crm_cli.rules.drafts import Draft

_NOT_UTF8 = "standard input is not UTF-8; convert it, such as with iconv"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(repr=False, eq=False)
class Desk:
    """One run of the program."""

    path: Path
    style: Style = field(default_factory=Style)
    changes: list[str] = field(default_factory=list)
    """The changes that were made, by their verbs."""

    @cached_property
    def config(self) -> config.Config:
        """The settings."""
        found = config.load()
        self.style.zone, self.style.calendar = found.zone, found.get("calendar")
        return found

    @cached_property
    def connection(self) -> sqlite3.Connection:
        """The store, for asking, as it is at this moment."""
        from crm_cli import clock

        connection = db.ask(self.path)
        zone = self.config.zone
        today, small = clock.today(zone).isoformat(), self.config.get("small_company_up_to")
        schema.at(connection, clock.now(zone), today, small)
        return connection

    @cached_property
    def reading(self) -> Reading:
        """How typed values are read."""
        from crm_cli import clock

        return Reading(
            today=clock.today(self.config.zone),
            zone=self.config.zone,
            date_order=self.config.get("date_order") or None,
            decimal=self.config.get("decimal"),
            country=self.config.get("country") or None,
        )

    @cached_property
    def asking(self) -> Asking:
        """What filters depend on."""
        week_start = WEEKDAYS.index(self.config.get("week_start"))
        return Asking(self.connection, self.reading, self.config.get("me"), week_start)

    def rate(self, currency: str) -> str | None:
        """One unit of a currency in the own one, as it is worth today; None where no rate is known."""
        from crm_cli import exchange

        return exchange.rate(self.connection, self.config, currency, self.reading.today.isoformat())

    @contextmanager
    def change(self, verb: str, *, dry_run: bool = False, kind: str = "change") -> "Iterator[Change]":
        """One change of the store; the first one says what is assumed where nothing is configured."""
        first = not self.path.exists() and not dry_run
        with db.change(self.path, verb, dry_run=dry_run, kind=kind, tell=self.say) as change:
            yield change
        if not dry_run:
            self.changes.append(verb)
        if first:
            self.say(
                f"made the store {self.path}, money in {self.config.currency}; `crm init` sets this and more"
            )
        for note in change.notes:
            self.say(note)
        self.close()  # what is asked from here on sees the change

    def keeps(
        self,
        verb: str,  # noqa: ARG002
        wanted: Sequence[tuple[str, dict[str, Any]]],  # noqa: ARG002
        told: "Callable[[list[Draft]], None]",  # noqa: ARG002
    ) -> bool:
        """Whether new records are kept to be written with those of other lines; `told` hears when they are."""
        return False

    def alone(self, what: str) -> None:
        """Refuse what needs transactions of its own where the command is one of several in one."""

    def close(self) -> None:
        """Let go of the store; it is opened again when it is asked."""
        if opened := self.__dict__.pop("connection", None):
            opened.close()
        self.__dict__.pop("asking", None)

    @property
    def interactive(self) -> bool:
        """Whether there is a person to ask."""
        return sys.stdin.isatty() and sys.stdout.isatty()

    def say(self, sentence: str) -> None:
        """Tell the person something, on one line whatever the names in it hold."""
        output.say(sentence.replace("\n", "⏎"), self.style)

    def confirm(self, question: str, *, yes: bool) -> None:
        """Ask before something large or final; without a terminal the answer must be given beforehand.

        Raises:
            InvalidError: there is nobody to ask, or the answer is no.
        """
        if yes:
            return
        if not self.interactive:
            raise InvalidError(f"{question} Give --yes to say so where nobody can be asked")
        import questionary

        if not questionary.confirm(question, default=False).unsafe_ask():
            raise InvalidError("nothing was changed")

    def resolve(self, noun: str, text: str, connection: sqlite3.Connection | None = None) -> int:
        """The record that a reference names; in a terminal the person chooses among several."""
        where = connection or self.connection
        try:
            return refs.resolve(where, noun, text, self.config.get("me"), self.config.get("country") or None)
        except refs.AmbiguousError as error:
            if not self.interactive:
                raise
            return pick(error)

    def anywhere(self, text: str, nouns: tuple[str, ...]) -> tuple[str, int]:
        """The noun and id of the record that a reference names among several nouns; several are chosen among."""
        try:
            return refs.anywhere(self.connection, text, nouns, self.config.get("country") or None)
        except refs.AmbiguousError as error:
            if not self.interactive:
                raise
            return error.noun, pick(error)

    def targets(self, noun: str, texts: list[str]) -> tuple[list[int], bool]:
        """The ids that references, `-` (references on standard input) and filters name; whether by a filter."""
        about = fields.noun(noun)
        known = fields.custom(self.connection, noun)
        filters = [text for text in texts if _is_filter(about, text, known)]
        ids: list[int] = []
        for text in texts:
            if text == "-":
                ids += [self.resolve(noun, line) for line in stdin_lines()]
            elif text not in filters:
                ids.append(self.resolve(noun, text))
        if filters:
            ids += self.fitting(noun, filters)
        return list(dict.fromkeys(ids)), bool(filters)

    def fitting(self, noun: str, filters: list[str]) -> Iterator[int]:
        """The ids that all of several filters let through, as they are found."""
        from crm_cli.filters import where as where_of

        about = fields.noun(noun)
        where, bound = where_of(about, filters, self.asking)
        found = self.connection.execute(f"SELECT id FROM {about.view} WHERE {where}", bound)
        return (row[0] for row in found)

    def written(self, noun: str, ids: list[int], *, format: str | None = None) -> None:  # noqa: A002
        """Print what was changed: the ids in a pipe, the records when a format is asked for."""
        if format:
            from crm_cli.asking import listing

            output.write(listing(self, noun, ids=ids), self.style)
        elif not self.style.terminal:
            output.text(str(each) for each in ids)


def pick(error: refs.AmbiguousError) -> int:
    """Let the person choose among the records that a reference names."""
    import questionary

    choices = [
        questionary.Choice(output.visible(f"{number}  {name}"), value=number)
        for number, name in error.candidates
    ]
    question = f"Which {error.noun} is {output.visible(error.text)!r}?"
    chosen: int = questionary.select(question, choices=choices).unsafe_ask()
    return chosen


def stdin_lines() -> list[str]:
    """The lines of standard input that are not empty.

    Raises:
        InvalidError: it is not UTF-8.
    """
    try:
        return [line.strip() for line in sys.stdin if line.strip()]
    except UnicodeDecodeError:
        raise InvalidError(_NOT_UTF8) from None


def stdin_kept() -> Iterator[str]:
    """The lines of standard input that are not empty, however many: they are kept on disk.

    It is read to its end at once, since what writes it may be at work in the store as well.

    Raises:
        InvalidError: it is not UTF-8.
    """
    import tempfile

    kept = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - `_lines` closes it
    try:
        kept.writelines(f"{line.strip()}\n" for line in sys.stdin if line.strip())
    except UnicodeDecodeError:
        kept.close()
        raise InvalidError(_NOT_UTF8) from None
    kept.seek(0)
    return _lines(kept)


def _lines(kept: IO[str]) -> Iterator[str]:
    with kept:
        yield from (line[:-1] for line in kept)


def stdin_text() -> str:
    """All of standard input.

    Raises:
        InvalidError: it is not UTF-8.
    """
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise InvalidError(_NOT_UTF8) from None


def _is_filter(about: fields.Noun, text: str, known: dict[str, fields.Field]) -> bool:
    from crm_cli.filters import is_filter

    return is_filter(about, text, known)
