"""The demo store: a made-up business in a store of its own, told for the day on which it is looked at.

There is one for each day and schema; the first look of a day makes it and clears away those of other days.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from crm_cli import clock, config, db, fields
from crm_cli.errors import ConflictError, StoreError

if TYPE_CHECKING:
    from crm_cli.changing import Change

VERB = "demo"  # the first command of a demo store, by which it is known
SEED = 2026
SETTINGS = {
    "me": "Mara Quist",
    "currency": "EUR",
    "country": "NL",
    "customer.margin_pct": "45",
    "customer.hourly_rate": "60",
}
"""Of the made-up business, whatever its visitor's are; how days and money look stays the visitor's."""


def place() -> Path:
    """Where today's demo store is, or would be."""
    return db.default_path().with_name(f"demo-{fields.schema()}-{_today()}.db")


def ready() -> Path:
    """Where today's demo store is; made when it is not there yet."""
    path = place()
    if not path.exists():
        make(path, _today())
        for other in path.parent.glob("demo-*.db*"):
            if not other.name.startswith(path.name):
                with suppress(OSError):  # somebody else may be clearing too
                    other.unlink()
    return path


def _today() -> date:
    return clock.today(config.load().zone)


def again(path: Path) -> None:
    """Make a demo store at a place where there is none, or another day's.

    Raises:
        ConflictError: another file is there; it is never written over.
    """
    if db.exists(path):
        if not is_demo(path):
            raise ConflictError(f"{path} is there already and no demo store; name another file")
        for tail in ("-wal", "-shm", ""):
            path.with_name(path.name + tail).unlink(missing_ok=True)
    make(path, clock.today(config.load().zone))


def is_demo(path: Path) -> bool:
    """Whether a file is a demo store."""
    try:
        connection = db.look(path)
    except StoreError:
        return False
    first = connection.execute("SELECT verb FROM command ORDER BY id LIMIT 1").fetchone()
    connection.close()
    return bool(first and first[0] == VERB)


def make(path: Path, today: date, seed: int = SEED) -> None:
    """Make a demo store at a place where nothing is, whole or not at all."""
    import os
    import tempfile

    with tempfile.TemporaryDirectory(dir=_folder(path), prefix=".demo-") as folder:
        fresh = Path(folder) / "demo.db"
        _tell(fresh, Path(folder), today, seed)
        with suppress(FileExistsError):  # another process may have been quicker
            os.link(fresh, path)


def _folder(path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make a store at {path}: {error.strerror or error}") from error
    return path.parent


def _tell(store: Path, folder: Path, today: date, seed: int) -> None:
    """Import the story as files of ours, in one change that is not to be undone."""
    from crm_cli.formats.table import open_table
    from crm_cli.rules.importing import engine, plan
    from crm_cli.rules.importing.wishes import Wishes
    from crm_cli.rules.pipeline import default_pipeline

    with db.change(store, VERB, kind="demo") as change:
        default_pipeline(change)
        for noun, file in _files(folder, today, seed):
            with open_table(str(file), encoding="utf-8", delimiter=",", header_row=True) as table:
                engine.run(change, plan.make(change, noun, table, Wishes()), table)
        _wind(change)
        change.summary = f"told for {today}"


def _wind(change: "Change") -> None:
    """Set the clocks of the cases, which no file tells."""
    from crm_cli.rules import clocks, records

    cases = records.load(
        change, "case", [row["id"] for row in change.rows('SELECT id FROM "case" ORDER BY id')]
    )
    clocks.wind(change, cases, clocks.histories(change, cases))


def _files(folder: Path, today: date, seed: int) -> Iterator[tuple[str, Path]]:
    """Each noun with its rows in a file as `export` writes it."""
    import csv

    from crm_cli.demo.business import generate

    for noun, rows in generate(today, seed):
        file = folder / f"{noun}.csv"
        told = [_exported(noun, number, row) for number, row in enumerate(rows, 1)]
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, told[0])
            writer.writeheader()
            writer.writerows(told)
        yield noun, file


def _exported(noun: str, number: int, row: dict[str, str]) -> dict[str, str]:
    """A row with what an export has beside: its uid, the pipeline, what an activity is about in full."""
    told = {"uid": f"demo-{noun}-{number}"} | row
    if noun == "deal":
        told["pipeline"] = "Sales"
    if "about" in told:
        about, _, name = told.pop("about").partition(":")
        subject = [{"noun": about, "record_id": None, "name": name}]
        told["about_records"] = json.dumps(subject, ensure_ascii=False)
    return told
