"""The families of options that commands share, each declared once and taken as one parameter."""

from typing import Annotated, Any

import typer

from crm_cli import fields
from crm_cli.commands import completing
from crm_cli.desk import Desk
from crm_cli.errors import InvalidError
from crm_cli.lazy import Bundle
from crm_cli.output import FORMATS

Texts = dict[str, str | list[str]]

Option, Argument = typer.Option, typer.Argument

Refs = Annotated[
    list[str], Argument(metavar="REF…", help="Which: id, name, e-mail, a filter, or - for references on standard input",
                        autocompletion=completing.filters)
]  # fmt: skip
Filters = Annotated[
    list[str] | None,
    Argument(
        metavar="[FILTER…]", help="FIELD=VALUE, all of which must hold", autocompletion=completing.filters
    ),
]


def counted(ids: list[int], noun: str) -> str:
    """`deal 12` or `3 deals`."""
    return f"{noun} {ids[0]}" if len(ids) == 1 else f"{len(ids):,} {fields.plural(noun)}"


class Out(Bundle):
    """How the answer is written."""

    format: Annotated[
        str | None, Option("-o", "--format", metavar="|".join(FORMATS), help="Format of the answer",
                           autocompletion=completing.formats)
    ] = None  # fmt: skip
    header: Annotated[bool | None, Option("--header/--no-header", help="With or without column names")] = None
    no_color: Annotated[bool, Option("--no-color", help="Without colour")] = False
    quiet: Annotated[bool, Option("-q", "--quiet", help="Say nothing beside the answer")] = False

    def on(self, desk: Desk) -> None:
        """Let the desk write in this way."""
        desk.style.format, desk.style.header = self.format, self.header
        desk.style.color = desk.style.color and not self.no_color
        desk.style.quiet = desk.style.quiet or self.quiet
        _ = desk.style.chosen, desk.config


class Shape(Bundle):
    """The order and the columns of what is exported, and for whom it is."""

    sort: Annotated[str | None, Option(metavar="COLUMNS", help="Sort by")] = None
    columns: Annotated[str | None, Option(metavar="a,b,c", help="Only these columns")] = None
    spreadsheet: Annotated[
        bool, Option("--spreadsheet", help="CSV as Excel reads it where you are, formulas made harmless")
    ] = False


class Page(Bundle):
    """Which rows and columns of a list are wanted."""

    sort: Annotated[
        str | None,
        Option(
            metavar="COLUMNS",
            help="Sort by, - before one that descends: -amount,name",
            autocompletion=completing.sorting,
        ),
    ] = None
    limit: Annotated[int | None, Option(metavar="N", min=0, help="At most so many rows")] = None
    offset: Annotated[int, Option(metavar="N", min=0, help="Pass over the first rows")] = 0
    columns: Annotated[
        str | None,
        Option(metavar="a,b,c|all", help="Columns to show; ? names them", autocompletion=completing.columns),
    ] = None
    count: Annotated[bool, Option("--count", help="Only how many there are")] = False


class Within(Bundle):
    """The time that a report is about, and the currency that it is in."""

    period: Annotated[
        str | None, Option(metavar="PERIOD", help="2026-Q1, 2026-06, 2026, last-quarter …; else all time")
    ] = None
    since: Annotated[str | None, Option(metavar="DATE", help="The first day")] = None
    until: Annotated[str | None, Option(metavar="DATE", help="The last day")] = None
    into: Annotated[
        str | None, Option("--in", metavar="CURRENCY", help="Convert by the rates on the records")
    ] = None

    def span(self, desk: Desk) -> tuple[str | None, str | None]:
        """The first and the last day, None for an open end."""
        from crm_cli.values import dates

        week_start = desk.asking.week_start

        def ends(text: str | None) -> dates.Span:
            return (
                dates.period(text, today=desk.reading.today, week_start=week_start) if text else (None, None)
            )

        first, last = ends(self.period)
        first, last = ends(self.since)[0] or first, ends(self.until)[1] or last
        if first and last and first > last:
            raise InvalidError(
                f"the period ends on {last}, before it begins on {first}; write the earlier day first"
            )
        return first, last

    def said(self) -> dict[str, str]:
        """What is asked, by the names of the options."""
        named = {"period": self.period, "since": self.since, "until": self.until, "in": self.into}
        return {name: said for name, said in named.items() if said}

    def words(self) -> list[str]:
        """What is asked, as people read it."""
        return [f"{name} {said}" for name, said in self.said().items()]

    def currency(self, desk: Desk) -> tuple[str | None, str | None]:
        """The currency to convert to and its rate to the base currency."""
        if not self.into:
            return None, None
        from crm_cli import values

        code = str(values.read("currency", self.into, desk.reading))
        rate = desk.rate(code)
        if rate is None:
            raise InvalidError(
                f"no rate is known for {code}; set one: crm config set rates.{code} RATE, or import them by day"
            )
        return code, rate


class Watch(Bundle):
    """Whether a list is shown again and again."""

    watch: Annotated[bool, Option("--watch", help="Show it again and again, until Ctrl-C")] = False
    every: Annotated[
        float, Option(metavar="SECONDS", min=0.1, help="With --watch: how often", show_default=True)
    ] = 2.0

    def refuse(self, other: str) -> None:
        """Refuse to watch what another option asks for, which is no table."""
        if self.watch:
            raise InvalidError(f"{other} gives no table to watch; leave it or --watch out")


class Doing(Bundle):
    """How a change is carried out."""

    dry_run: Annotated[bool, Option("--dry-run", help="Show what would change, change nothing")] = False
    yes: Annotated[bool, Option("-y", "--yes", help="Do not ask")] = False
    format: Annotated[
        str | None, Option("-o", "--format", metavar="|".join(FORMATS), help="Print the changed records",
                           autocompletion=completing.formats)
    ] = None  # fmt: skip
    quiet: Annotated[bool, Option("-q", "--quiet", help="Say nothing beside the ids")] = False

    def on(self, desk: Desk) -> None:
        """Let the desk write in this way."""
        desk.style.format = self.format
        desk.style.quiet = desk.style.quiet or self.quiet
        _ = desk.style.chosen


class Setting(Bundle):
    """Fields by name, for scripts and for the user's own fields."""

    set_: Annotated[
        list[str] | None,
        Option("--set", metavar="FIELD=VALUE", help="Set any field", autocompletion=completing.assignments),
    ] = None
    unset: Annotated[
        list[str] | None,
        Option("--unset", metavar="FIELD", help="Empty a field", autocompletion=completing.columns),
    ] = None

    def texts(self) -> Texts:
        """What is set and emptied, by field."""
        found: Texts = {}
        for pair in self.set_ or []:
            name, equals, text = pair.partition("=")
            if not equals:
                raise InvalidError(f"--set {pair!r} has no =; write --set FIELD=VALUE")
            found[name.strip().lower()] = text
        return found | {name.strip().lower(): "" for name in self.unset or []}


class Given(Bundle):
    """The named options of a noun's fields; `texts` are those that were given."""

    def texts(self) -> Texts:
        """The given texts by field."""
        return {name.removeprefix("f_"): text for name, text in vars(self).items() if text is not None}


def given(noun: str, *, without: tuple[str, ...] = ()) -> type[Given]:
    """The options of a noun's fields, from the generated table of fields."""
    made = [_option(each) for each in fields.noun(noun).options() if each.name not in without]
    return type("Given", (Given,), {"__annotations__": dict(made)})


def _option(each: fields.Field) -> tuple[str, Any]:
    several = each.kind in ("tags", "list", "about") or (
        each.column is None and each.kind in ("email", "phone", "ref:product")
    )
    words = list(dict.fromkeys(each.choices().values()))
    help_ = each.help + (
        f" ({', '.join(words)}{', or another' if each.kind == 'open' else ''})" if words else ""
    )
    option = Option(
        f"--{each.name.replace('_', '-')}",
        metavar=_metavar(each),
        help=help_,
        show_default=False,
        autocompletion=completing.values_of(each),
    )
    kind: Any = Annotated[list[str] | None, option] if several else Annotated[str | None, option]
    return f"f_{each.name}", kind


def _metavar(each: fields.Field) -> str:
    names = {"day": "DATE", "instant": "TIME", "money": "AMOUNT", "price": "AMOUNT", "percent": "PERCENT",
             "boolean": "yes|no", "integer": "N", "decimal": "N", "choice": "WORD", "open": "WORD",
             "about": "REF"}  # fmt: skip
    return "REF" if each.kind.startswith("ref:") else names.get(each.kind, "TEXT")
