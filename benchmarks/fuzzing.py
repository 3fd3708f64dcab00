"""Looks for bytes that break a reader of files or values, guided by which lines they reach (needs the extra `fuzz`).

`fuzzing.py READER [OPTION…] FOLDER…`: options and folders are those of libFuzzer, a reader is one of
`tests/readers.py`. What leads further goes to the first folder. What breaks the reader is kept in the current one as
`READER-…`, once for each place where it breaks, and the search goes on.

    fuzzing.py cards -max_total_time=600 found tests/corpus/cards
    fuzzing.py cards -merge=1 -use_counters=0 smallest found tests/corpus/cards

The second line keeps the fewest files that lead everywhere.
"""

import gc
import hashlib
import os
import shlex
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import atheris

PLACES = [
    "crm_cli",
    "icalendar",
    "openpyxl",
    "email",
    "csv",
    "json",
    "html",
    "zipfile",
    "phonenumbers.phonenumberutil",
]
USUAL = ["-max_len=4096", "-len_control=10", "-timeout=60", "-rss_limit_mb=2000"]

FOLDER = "CRM_FUZZING"
MEMORY = Path("/dev/shm")  # noqa: S108 - where there is such a place, nothing waits for a disk

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))


def main() -> None:
    """Fuzz in a process of its own, since libFuzzer ends one without leave, and remove what it leaves."""
    if FOLDER in os.environ:
        fuzz(sys.argv[1], sys.argv[2:], Path(os.environ[FOLDER]))
        return
    with tempfile.TemporaryDirectory(prefix="fuzzing-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        done = subprocess.run([sys.executable, *sys.argv], env=os.environ | {FOLDER: folder}, check=False)
    sys.exit(done.returncode)


def fuzz(name: str, options: list[str], folder: Path) -> None:
    """Have a reader read bytes until the time is over or it breaks."""
    with atheris.instrument_imports(include=PLACES):
        from readers import Readers

        readers = Readers(folder)
        gc.enable()  # a command does without

        seen: set[str] = set()
        places = [Path(each) for each in options if not each.startswith("-")]
        first = [file for place in places for file in sorted(place.iterdir())[:20]]

        def read(data: bytes) -> None:
            try:
                readers.read(name, data)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
                keep(name, data, error, seen)

        for file in first:  # which imports what is needed before anybody counts the seconds
            read(file.read_bytes())
        atheris.Setup([again(name, folder), *USUAL, *options], read)
        atheris.Fuzz()  # what is imported only now is looked at too


def again(name: str, folder: Path) -> str:
    """The command by which libFuzzer starts another process, as it does to merge."""
    script = folder / "again"
    words = ("env", "-u", FOLDER, sys.executable, str(Path(__file__).resolve()), name)
    script.write_text(f'exec {shlex.join(words)} "$@"\n')
    return f"sh {script}"


def keep(name: str, data: bytes, error: Exception, seen: set[str]) -> None:
    """Keep what breaks a reader, and say where, if it is the first that does so there."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{type(error).__name__} at {frames[-1].filename}:{frames[-1].lineno}"
    if place in seen:
        return
    seen.add(place)
    file = Path(f"{name}-{hashlib.sha256(data).hexdigest()[:12]}")
    file.write_bytes(data)
    print(f"{file}: {place}: {error}", *traceback.format_tb(error.__traceback__)[-4:], sep="\n", flush=True)


if __name__ == "__main__":
    main()
