"""What the search for bytes that break a reader has found, and what leads everywhere in it, is read again.

`benchmarks/fuzzing.py` is the search; the bytes lie in `corpus`, a folder for each of the readers in `readers.py`.
"""

import os
from collections.abc import Iterator

import pytest
from readers import CORPUS, NAMES, Readers

LARGEST = 300_000  # bytes of all files together


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    """The readers, and the surroundings as they were at the end."""
    held = dict(os.environ)
    yield Readers(tmp_path_factory.mktemp("readers"))
    os.environ.clear()
    os.environ.update(held)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_found_is_read_or_refused_in_the_way_of_the_house(name: str, readers: Readers) -> None:
    files = sorted((CORPUS / name).iterdir())
    broken = {}
    assert files
    for file in files:
        try:
            readers.read(name, file.read_bytes())
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told with the file that does it
            broken[file.name] = repr(error)
    assert broken == {}


def test_it_is_small_and_all_of_it_is_read() -> None:
    files = [file for file in CORPUS.rglob("*") if file.is_file()]
    assert {file.relative_to(CORPUS).parts[0] for file in files} == set(NAMES)
    assert sum(file.stat().st_size for file in files) <= LARGEST
