"""Zip files that somebody made to do harm: each is refused in one line, and nothing is written anywhere."""

import hashlib
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Crm

BIG = 60_000_000


def entry(name: str, mode: int = stat.S_IFREG | 0o600) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


def linked(held: zipfile.ZipFile, files: dict[str, bytes]) -> None:
    """A link in the place of a table, with the checksum of what it says."""
    forge(files, "tables/user.csv", b"/etc/passwd")
    held.writestr(entry("tables/user.csv", stat.S_IFLNK | 0o777), files.pop("tables/user.csv"))


def bomb(_: zipfile.ZipFile, files: dict[str, bytes]) -> None:
    """A table that is one cell of blanks, with its checksum."""
    forge(files, "tables/user.csv", b'"' + b" " * BIG + b'"')


def forge(files: dict[str, bytes], name: str, data: bytes) -> None:
    files[name] = data
    told: dict[str, Any] = json.loads(files["manifest.json"])
    told["files"][name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    files["manifest.json"] = json.dumps(told).encode()


TRAPS: dict[str, tuple[Callable[[zipfile.ZipFile, dict[str, bytes]], object], str]] = {
    "a link": (linked, "'tables/user.csv' is a link"),
    "a link beside": (lambda held, _: held.writestr(entry("etc", stat.S_IFLNK | 0o777), "/etc"), "'etc' is a link"),
    "a way up": (lambda held, _: held.writestr(entry("../evil.csv"), "evil"), "'../evil.csv' leads out of it"),
    "a way up within": (lambda held, _: held.writestr(entry("tables/../../evil.csv"), "evil"), "leads out of it"),
    "a way up for Windows": (lambda held, _: held.writestr(entry("tables\\..\\..\\evil.csv"), "evil"), "leads out"),
    "a place": (lambda held, _: held.writestr(entry("/etc/evil.csv"), "evil"), "'/etc/evil.csv' leads out of it"),
    "a place for Windows": (lambda held, _: held.writestr(entry("C:\\evil.csv"), "evil"), "leads out of it"),
    "the same twice": (
        lambda held, files: held.writestr(entry("tables/user.csv"), files["tables/user.csv"]),
        "'tables/user.csv' is in it twice",
    ),
    "the manifest twice": (lambda held, files: held.writestr(entry("manifest.json"), files["manifest.json"]), "twice"),
    "a bomb": (bomb, "'tables/user.csv' unpacks to 60 MB of next to nothing"),
}  # fmt: skip


@pytest.fixture
def files(crm: Crm, tmp_path: Path) -> dict[str, bytes]:
    """The files of a sound archive by their names."""
    assert crm("user", "add", "Ann").code == 0
    assert crm("export", "--all", str(tmp_path / "sound")).code == 0
    return {
        str(file.relative_to(tmp_path / "sound")): file.read_bytes()
        for file in (tmp_path / "sound").rglob("*")
        if file.is_file()
    }


@pytest.mark.parametrize("what", TRAPS)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_trap_is_refused(what: str, files: dict[str, bytes], crm: Crm, tmp_path: Path) -> None:
    spring, said = TRAPS[what]
    path, place = tmp_path / "trap.zip", tmp_path / "place"
    place.mkdir()
    with zipfile.ZipFile(path, "w") as held:
        spring(held, files)
        for name, data in files.items():
            held.writestr(entry(name), data)
    before = sorted(tmp_path.rglob("*"))
    refused = crm("--db", str(place / "crm.db"), "import", str(path))
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert f"{path}: " in refused.err
    assert said.replace("\\", "\\\\") in refused.err
    assert sorted(tmp_path.rglob("*")) == before


def test_an_entry_that_is_larger_than_it_says_is_told(
    files: dict[str, bytes], crm: Crm, tmp_path: Path
) -> None:
    path = tmp_path / "grown.zip"
    with zipfile.ZipFile(path, "w") as held:
        for name, data in files.items():
            held.writestr(entry(name), data)
        held.getinfo("tables/user.csv").file_size -= 1  # in the directory of the file, which is written last
    refused = crm("--db", str(tmp_path / "place" / "crm.db"), "import", str(path))
    assert (refused.code, refused.err.count("\n"), (tmp_path / "place").exists()) == (2, 1, False)
    assert "is damaged: tables/user.csv" in refused.err
