"""What is said of a file to be imported: options of one run, or a profile kept for the next.

A profile is a TOML file beside the settings, or one that comes with the program; options go before it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from crm_cli import config, fields
from crm_cli.errors import InvalidError
from crm_cli.folding import fold

SHIPPED = Path(__file__).parents[2] / "formats" / "profiles"
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
    """Field by header, both as written; an empty field leaves the column out."""
    words: dict[str, Pairs] = field(default_factory=dict)
    """By field, what stands for a cell's folded text."""
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
    encoding: str | None = None
    delimiter: str | None = None
    source: str | None = None
    """The program that the file comes from; its keys are external ids of it."""
    keep_extra: bool = False
    create: bool = True
    """Whether missing companies, contacts, users and campaigns are made."""


def check(wishes: Wishes) -> Wishes:
    """Refuse a word that an option does not know; returns what it was given."""
    for name, given, known in (
        ("--mode", wishes.mode, MODES),
        ("--empty", wishes.empty, EMPTY),
        ("--on-error", wishes.on_error, ON_ERROR),
        ("--date-order", wishes.date_order, (None, *ORDERS)),
        ("--decimal", wishes.decimal, (None, *MARKS)),
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


def load(name: str) -> Wishes:
    """The profile of a name: the user's own, else one that comes with the program.

    Raises:
        InvalidError: there is none, or it cannot be read.
    """
    import tomllib

    known = {path.stem: path for folder in (SHIPPED, _folder()) for path in sorted(folder.glob("*.toml"))}
    if name not in known:
        raise (
            fields.nearest(name, list(known), "profile")
            if known
            else InvalidError(f"there is no profile {name!r}; make one with --save-profile {name}")
        )
    try:
        said = tomllib.loads(known[name].read_text(encoding="utf-8"))
        return check(_wishes({"source": name} | said))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, TypeError) as error:
        raise InvalidError(f"profile {known[name]} cannot be used ({error}); mend or remove it") from error


def save(name: str, wishes: Wishes) -> Path:
    """Keep what is wished under a name; returns the file."""
    import tomlkit

    if not re.fullmatch(r"[\w-]+", name):
        raise InvalidError(f'"{name}" is no name for a profile; use letters, digits, - and _')
    unsaid = vars(Wishes())
    said = {key: value for key, value in vars(wishes).items() if value != unsaid[key] and key != "on_error"}
    file = _folder() / f"{name}.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(tomlkit.dumps({key: _plain(value) for key, value in said.items()}), encoding="utf-8")
    return file


def over(profile: Wishes, said: Wishes) -> Wishes:
    """A profile with what is said beside it: words and pairs are united, options that are said win."""
    unsaid = vars(Wishes())
    changes: dict[str, Any] = {}
    for key, value in vars(said).items():
        if key == "words":
            both = profile.words.keys() | said.words.keys()
            changes[key] = {name: profile.words.get(name, {}) | said.words.get(name, {}) for name in both}
        elif isinstance(value, dict):
            changes[key] = vars(profile)[key] | value
        elif value != unsaid[key]:
            changes[key] = value
    return replace(profile, **changes)


def _folder() -> Path:
    return config.path().parent / "profiles"


def _wishes(said: dict[str, Any]) -> Wishes:
    if "match" in said:
        said["match"] = tuple(said["match"])
    return Wishes(**said)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
