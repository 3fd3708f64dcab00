"""Stores that many tests begin with: built once, and given to each test as a copy of its own.

Most of the time of a test went into the commands that built what it looks at, the same ones for every test of a module.
"""

import os
from collections.abc import Callable, Hashable
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import pytest

AROUND = ("CRM_TODAY", "CRM_NOW", "TZ", "LANG")
"""What a store may come to depend on beside the settings and the commands that build it."""

Files = dict[str, tuple[int, bytes | None]]
"""By name: the rights, and what a file holds; nothing for a folder."""


class Furnished(NamedTuple):
    """What a builder left, and which of the fixtures that it takes it returned."""

    files: Files
    returned: str | None


_KEPT: dict[Hashable, Furnished] = {}


def furnished(build: Callable[..., Any]) -> Any:
    """A fixture that builds a store by commands, which are carried out for the first test that asks for it.

    The others find the same files where theirs shall be. What it returns is nothing, or a fixture that it takes.
    Where the day, the zone or the settings are others, it is built anew.
    """

    @pytest.fixture
    @wraps(build)
    def made(*self: Any, **given: Any) -> Any:
        place, settings = Path(os.environ["CRM_DB"]).parent, Path(os.environ["CRM_CONFIG"])
        around = tuple(os.environ.get(name) for name in AROUND)
        key = (build, around, settings.read_bytes() if settings.exists() else None)
        if key in _KEPT:
            _put(_KEPT[key].files, place)
        else:
            before = _files(place)
            returned = build(*self, **given)
            left = {name: file for name, file in _files(place).items() if before.get(name) != file}
            _KEPT[key] = Furnished(left, _called(returned, given))
        name = _KEPT[key].returned
        return given[name] if name else None

    return made


def _called(returned: Any, given: dict[str, Any]) -> str | None:
    """By which name a builder took what it returns."""
    if returned is None:
        return None
    return next(name for name, value in given.items() if value is returned)


def _files(place: Path) -> Files:
    return {
        str(each.relative_to(place)): (each.stat().st_mode, each.read_bytes() if each.is_file() else None)
        for each in sorted(place.rglob("*"))
    }


def _put(files: Files, place: Path) -> None:
    for name, (mode, held) in files.items():
        file = place / name
        if held is None:
            file.mkdir(exist_ok=True)
        else:
            file.write_bytes(held)
        file.chmod(mode)
