"""What is known of other programs' files: profiles, which are data, and the headers they are recognised by.

A profile is a JSON file of `Wishes`, one a program: those in `formats/profiles` come with the program, those that
`--save-profile` keeps lie beside the settings and win over them. Under `nouns` stands what holds for one noun, and
`recognised_by`: lists of headers, of which all of one list must be there (`*__c` stands for any header that ends
so). The longest list that fits decides. What the user says goes before any profile.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields as names_of
from dataclasses import replace
from pathlib import Path
from typing import Any

from crm_cli import config, fields
from crm_cli.errors import InvalidError
from crm_cli.rules.importing.wishes import Wishes, check
from crm_cli.values.folding import fold

SHIPPED = Path(__file__).parents[2] / "formats" / "profiles"
NONE = "none"
"""The word for no profile at all."""
_ENDING = ".json"
_RUN = frozenset(("on_error", "profile"))  # what is said of one run and never kept
# What the parts of a profile look like; all else is a text, or yes or no.
_SHAPES: dict[str, Any] = {
    "mapping": {"": ""}, "words": {"": {"": ""}}, "stages": {"": ""}, "fixed": {"": ""}, "scale": {"": ""},
    "joined": {"": {"with": [""], "by": ""}}, "groups": [[""]], "placeholders": [""], "totals": [""], "match": [""],
    "nouns": {"": {}}, "recognised_by": [[""]],
}  # fmt: skip


def names() -> dict[str, str]:
    """Every profile by the name that `--from` takes, with the program it is for."""
    return {name: load(name).name or "yours" for name in sorted(_files())}


def load(name: str) -> Wishes:
    """The profile of a name: the user's own, else one that comes with the program.

    Raises:
        InvalidError: there is none, or it cannot be read.
    """
    known = _files()
    if name == NONE:
        return Wishes(profile=NONE)
    if name not in known:
        raise fields.nearest(name, [*known, NONE], "profile")
    try:
        said = json.loads(known[name].read_text(encoding="utf-8"))
        found = check(_wishes({"source": name} | said))
        for special in found.nouns.values():
            check(_special(special))
    except (ValueError, OSError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidError(f"profile {known[name]} cannot be used ({error}); mend or remove it") from error
    return replace(found, profile=name)


def named(name: str) -> str:
    """A name under which a profile may be kept.

    Raises:
        InvalidError: it would be no name of a file, or means something else.
    """
    if not re.fullmatch(r"[\w-]{1,60}", name) or name in (NONE, "list"):
        raise InvalidError(f'"{name}" is no name for a profile; use up to 60 letters, digits, - and _')
    return name


def save(name: str, wishes: Wishes) -> Path:
    """Keep what is wished under a name; returns the file."""
    unsaid = vars(Wishes())
    said = {key: value for key, value in vars(wishes).items() if value != unsaid[key] and key not in _RUN}
    if both := said.pop("known", {}) | said.pop("mapping", {}):
        said["mapping"] = both
    file = _folder() / f"{named(name)}{_ENDING}"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return file


def over(profile: Wishes, said: Wishes) -> Wishes:
    """A profile with what is said beside it: words and pairs are united, options that are said win."""
    unsaid = vars(Wishes())
    changes: dict[str, Any] = {}
    for key, value in vars(said).items():
        under = vars(profile)[key]
        if key == "words":
            changes[key] = {name: under.get(name, {}) | value.get(name, {}) for name in {**under, **value}}
        elif isinstance(value, dict):
            changes[key] = under | value
        elif value != unsaid[key]:
            changes[key] = value
    return replace(profile, **changes)


def recognised(header: Collection[str]) -> tuple[str, str] | None:
    """The profile and the noun that a header is recognised as; an export of ours, which has uids, is none."""
    have = {fold(name) for name in header}
    if {"id", "uid"} <= have:
        return None
    fitting = [(len(each), name, noun) for name, noun, each in _signatures() if _fits(each, have)]
    if not fitting:
        return None
    most = max(length for length, _, _ in fitting)
    return next((name, noun) for length, name, noun in fitting if length == most)


def settled(noun: str, header: Sequence[str], wishes: Wishes) -> Wishes:
    """What is wished of a file of a noun, over the profile that is named or that its header is recognised as."""
    if not wishes.profile and (found := recognised(header)):
        wishes = over(load(found[0]), wishes)
    special = wishes.nouns.get(noun)
    if not special:
        return wishes
    return over(_special(special), wishes)


def _signatures() -> Iterator[tuple[str, str, list[str]]]:
    """Profile, noun and the headers that recognise it; the user's own come first."""
    for name, path in sorted(_files().items(), key=lambda each: (each[1].parent == SHIPPED, each[0])):
        try:
            nouns = load(name).nouns
        except InvalidError:
            if path.parent == SHIPPED:
                raise
            continue  # told when it is named
        for noun, special in nouns.items():
            for every in special.get("recognised_by", []):
                yield name, noun, [fold(each) for each in every]


def _fits(signature: list[str], have: set[str]) -> bool:
    return all(
        any(name.endswith(each[1:]) for name in have) if each.startswith("*") else each in have
        for each in signature
    )


def _files() -> dict[str, Path]:
    return {path.stem: path for folder in (SHIPPED, _folder()) for path in folder.glob(f"*{_ENDING}")}


def _folder() -> Path:
    return config.path().parent / "profiles"


def _special(said: Mapping[str, Any]) -> Wishes:
    """The wishes that a profile writes for one noun."""
    if not _like(said.get("recognised_by", []), _SHAPES["recognised_by"]):
        raise ValueError('"recognised_by" is no list of lists of headers')
    return _wishes({key: value for key, value in said.items() if key != "recognised_by"})


def _like(value: Any, shape: Any) -> bool:
    """Whether a value of JSON has a shape, in which an empty key stands for all."""
    if isinstance(shape, list):
        return isinstance(value, list) and all(_like(each, shape[0]) for each in value)
    if isinstance(shape, dict):
        return (
            isinstance(value, dict)
            and ("" in shape or value.keys() >= shape.keys())
            and all(_like(each, shape.get(key, shape.get("", each))) for key, each in value.items())
        )
    return isinstance(value, type(shape))


def _wishes(said: Mapping[str, Any]) -> Wishes:
    """The wishes that a profile writes."""
    return Wishes(**dict(_read(said)))


def _read(said: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    known = {each.name for each in names_of(Wishes)} - _RUN - {"known"}
    for key, value in said.items():
        if key not in known:
            raise ValueError(f'"{key}" is nothing that a profile says')
        if not _like(value, _SHAPES.get(key, value if isinstance(value, bool) else "")):
            raise ValueError(f'"{key}" is not written as a profile writes it')
        if key == "mapping":
            yield "known", value
        elif key == "words":
            yield key, {name: {fold(word): to for word, to in each.items()} for name, each in value.items()}
        elif key == "stages":
            yield key, {fold(word): to for word, to in value.items()}
        elif key in ("match", "placeholders", "totals"):
            yield key, tuple(value)
        else:
            yield key, value
