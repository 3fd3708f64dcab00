"""Which fields the columns of another program's file fill.

What the user says comes first, then what its profile knows, then what its headers mean by themselves. A field
takes one column; beyond that, a person has every e-mail address and phone number that columns hold, each with its
kind, and columns that a profile names may fill what others leave empty.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from crm_cli import fields
from crm_cli.fields import Field, Noun
from crm_cli.formats import addresses
from crm_cli.formats.headers import recognise
from crm_cli.rules import field as custom_fields
from crm_cli.rules.importing.wishes import Wishes
from crm_cli.values.folding import fold

REASON = "crm_error"
"""The column of a file of rejected rows that says why; it is never read."""
# What other programs give in parts that our noun holds as one.
HALVES = {"user": ("first_name", "last_name")}
EVENTS = {"case": ("status_at",)}
"""What makes a file a log of events: when a record came to the status that stands beside it."""
SEVERAL = ("stage",)  # fields that take what several columns say


@dataclass(frozen=True, slots=True)
class Sight:
    """A column and the field that it fills."""

    at: int
    field: str
    """The field; of a column of another program's keys for a linked record `company.external_id`."""
    kind: str = ""
    """What an address is for."""
    label: int | None = None
    """The column that says it for each row."""
    beside: tuple[int, ...] = ()
    """Columns whose cells belong after its own."""
    by: str = " "
    """What stands between them."""
    unless: tuple[int, ...] = ()
    """Columns that take its place in rows where one of them is filled."""

    def columns(self) -> set[int]:
        """Every column that it takes."""
        return {self.at, *self.beside} | ({self.label} if self.label is not None else set())


def sights(about: Noun, header: list[str], custom: dict[str, Field], wishes: Wishes) -> list[Sight]:
    """The columns that are taken, in the order in which they are read.

    Raises:
        InvalidError: the user names a column that is not there.
    """
    said = _said(header, wishes)
    taken = {name for _, name in said} | wishes.fixed.keys()
    named = {at for at, _ in said}
    known = [
        (at, name) for at, name in _known(header, custom, wishes) if name not in taken and at not in named
    ]
    taken |= {name for _, name in known}
    named |= {at for at, _ in known}
    meant = [
        (at, name)
        for at, name in sorted(_meant(about, header, custom).items())
        if name not in taken and at not in named and header[at] != REASON
    ]
    found = [Sight(at, name) for at, name in [*said, *known, *meant] if name]
    found = _grouped(about, found, header, wishes)
    found = [_joined(each, header, wishes) for each in found]
    closed = named | {at for each in found for at in each.columns()}
    return _with_addresses(about, found, header, closed)


def _said(header: list[str], wishes: Wishes) -> list[tuple[int, str]]:
    """The user's own words: a column by its name or its number, counted from 1, and the fields that it fills."""
    places = {str(at): at - 1 for at in range(1, len(header) + 1)}
    places |= {fold(name): at for at, name in enumerate(header)}
    for name in wishes.mapping:
        if fold(name) not in places:
            raise fields.nearest(name, header, "column of this file")
    return [
        (places[fold(name)], field.strip())
        for name, several in wishes.mapping.items()
        for field in several.split(",")
    ]


def _known(header: list[str], custom: Collection[str], wishes: Wishes) -> list[tuple[int, str]]:
    """What the profile says of the columns that are there; one that it leaves out may be a field of the user's own."""

    def own(header: str) -> str:
        name = custom_fields.name_of(header)
        return name if name in custom else ""

    places = {fold(name): at for at, name in reversed(list(enumerate(header)))}
    return [
        (places[fold(name)], field.strip() or own(name))
        for name, several in wishes.known.items()
        for field in several.split(",")
        if fold(name) in places
    ]


def _meant(about: Noun, header: list[str], custom: dict[str, Field]) -> dict[int, str]:
    """What the headers mean by themselves, fields of the user's own included."""
    known = [each.name for each in about.fields.values() if _fillable(each)]
    known = [*known, *beside(about.name), *(each for each in custom if each not in about.fields)]
    meant = recognise(about.name, header, known)
    by_word = {custom_fields.name_of(name): at for at, name in enumerate(header)}
    return meant | {by_word[name]: name for name in custom if name in by_word and by_word[name] not in meant}


def beside(noun: str) -> tuple[str, ...]:
    """What a column may be taken for beside the fields of a noun."""
    return (*HALVES.get(noun, ()), *EVENTS.get(noun, ()))


def _fillable(each: Field) -> bool:
    return each.name != "uid" and not each.kind.startswith("parts:")


def _grouped(about: Noun, found: list[Sight], header: list[str], wishes: Wishes) -> list[Sight]:
    """Let a column rest where a better one of its field, or a better group of columns, is filled."""
    places = {fold(name): at for at, name in enumerate(header)}
    groups = [[places[fold(name)] for name in group if fold(name) in places] for group in wishes.groups]
    made: list[Sight] = []
    for each in found:
        before: list[int] = []
        for group in groups:
            if each.at in group:
                break
            before += group
        else:
            before = [] if _takes_several(about, each.field) else [
                other.at for other in made if other.field == each.field
            ]  # fmt: skip
        made.append(replace(each, unless=tuple(before)))
    return made


def _takes_several(about: Noun, name: str) -> bool:
    return name in SEVERAL or (name in about.fields and about.fields[name].column is None)


def _joined(each: Sight, header: list[str], wishes: Wishes) -> Sight:
    """Put the columns beside one whose cells belong after its own."""
    joined = {fold(name): said for name, said in wishes.joined.items()}.get(fold(header[each.at]))
    if not joined:
        return each
    places = {fold(name): at for at, name in enumerate(header)}
    beside = tuple(places[fold(name)] for name in joined["with"] if fold(name) in places)
    return replace(each, beside=beside, by=joined["by"])


def _with_addresses(about: Noun, found: list[Sight], header: list[str], closed: set[int]) -> list[Sight]:
    """Add the e-mail addresses and phone numbers beyond the first; the first ones get their kind."""
    made = list(found)
    for each in addresses.columns(about.name, header):
        place = next((at for at, sight in enumerate(made) if (sight.at, sight.field) == each[:2]), None)
        if place is not None:
            made[place] = replace(made[place], kind=each.kind, label=each.label)
        elif each.at not in closed and each.field in about.fields:
            several = about.fields[each.field].column is None
            earlier = tuple(other.at for other in made if other.field == each.field)
            if several or each.kind != "fax":
                unless = () if several else earlier
                made.append(Sight(each.at, each.field, each.kind, each.label, unless=unless))
    return made


def untaken(header: Sequence[str], found: Sequence[Sight]) -> list[str]:
    """The columns of which nothing is taken."""
    taken = {at for each in found for at in each.columns()}
    return [name for at, name in enumerate(header) if at not in taken and name != REASON]
