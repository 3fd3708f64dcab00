"""What is said of a file to be imported: by the options of one run, or by the profile of a program."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from crm_cli.errors import InvalidError
from crm_cli.values.folding import fold
from crm_cli.values.jalali import CALENDARS

MODES = ("upsert", "create", "update")
EMPTY = ("keep", "clear")
ON_ERROR = ("stop", "skip")
ORDERS = ("dmy", "mdy", "ymd")
MARKS = (",", ".")

Pairs = dict[str, str]


@dataclass
class Wishes:
    """What the user says of a file; what is not said is told from the file itself."""

    mapping: Pairs = field(default_factory=dict)
    """Field by header, both as written; an empty field leaves the column out. Each header must be there."""
    known: Pairs = field(default_factory=dict)
    """The same of a profile, for those headers that are there; one column may fill several fields (`a, b`) and
    several columns one: all of them where it takes several values, else the first that is filled."""
    groups: list[list[str]] = field(default_factory=list)
    """Headers of columns that belong together, such as an address; the first group with a filled cell counts."""
    joined: dict[str, Any] = field(default_factory=dict)
    """By header, the columns whose cells belong after its own (`with`), and what stands between (`by`)."""
    words: dict[str, Pairs] = field(default_factory=dict)
    """By field, what stands for a cell's folded text."""
    stages: Pairs = field(default_factory=dict)
    """Stage by a stage's folded name in the other program, where the pipeline has none of that name."""
    placeholders: tuple[str, ...] = ()
    """Texts that stand for an empty cell; `--*` is any that begins so."""
    totals: tuple[str, ...] = ()
    """How the first filled cell begins in rows that add up the others; they are passed over."""
    separator: str | None = None
    """What parts the keys of several records in one cell."""
    fixed: Pairs = field(default_factory=dict)
    """Text by field, the same for every row."""
    scale: Pairs = field(default_factory=dict)
    """Multiplier by field."""
    match: tuple[str, ...] = ()
    """The fields that together tell which record a row is."""
    mode: str = "upsert"
    empty: str = "keep"
    on_error: str = "stop"
    date_order: str | None = None
    decimal: str | None = None
    calendar: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    source: str | None = None
    """The program that the file comes from; its keys are external ids of it."""
    keep_extra: bool = False
    create: bool = True
    """Whether missing companies, contacts, users and campaigns are made."""
    accept_odd: bool = False
    """Whether rows whose times cannot all be right are taken as they are."""
    name: str = ""
    """What the program is called."""
    profile: str = ""
    """The profile that this comes from, `none` where none is wanted."""
    nouns: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What a profile says of one noun alone."""


def check(wishes: Wishes) -> Wishes:
    """Refuse a word that an option does not know; returns what it was given."""
    for name, given, known in (
        ("--mode", wishes.mode, MODES),
        ("--empty", wishes.empty, EMPTY),
        ("--on-error", wishes.on_error, ON_ERROR),
        ("--date-order", wishes.date_order, (None, *ORDERS)),
        ("--decimal", wishes.decimal, (None, *MARKS)),
        ("--calendar", wishes.calendar, (None, *CALENDARS)),
    ):
        if given not in known:
            words = " or ".join(word for word in known if word)
            raise InvalidError(f'{name} "{given}" is not known; write {words}')
    return wishes


def pairs(option: str, texts: Iterable[str]) -> Pairs:
    """`LEFT=RIGHT` of each text; the last `=` parts a header from its field."""
    found: Pairs = {}
    for text in texts:
        left, equals, right = text.rpartition("=") if option == "--map" else text.partition("=")
        if not equals or not left.strip():
            raise InvalidError(f'{option} "{text}" has no =; write {option} {_EXAMPLES[option]}')
        found[left.strip()] = right.strip()
    return found


def word_pairs(texts: Iterable[str]) -> dict[str, Pairs]:
    """`FIELD:FROM=TO` of each text, by field and folded FROM."""
    found: dict[str, Pairs] = {}
    for text in texts:
        name, colon, rest = text.partition(":")
        before, equals, after = rest.partition("=")
        if not colon or not equals:
            raise InvalidError(f'--map-value "{text}" is not FIELD:FROM=TO; write {_EXAMPLES["--map-value"]}')
        found.setdefault(name.strip(), {})[fold(before)] = after.strip()
    return found


_EXAMPLES = {
    "--map": '"Close Value=amount"',
    "--map-value": '"product:GTXPro=GTX Pro"',
    "--set": "owner=me",
    "--scale": "amount=1e6",
}
