"""Holds e-mail addresses, phone numbers and Persian names against labels that others gave, and prints where we differ.

Run it with the folder of the data: `labels.py ../shared/data`. Each difference is printed with its reason;
one without a reason is a fault. A test asks the same of these functions.
"""

import csv
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from crm_cli.values import emails, phones
from crm_cli.values.folding import fold

DATA = Path(__file__).parents[2] / "shared" / "data"
VALID = ("ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN")
NO_DOT = "a domain without a dot is a slip of the pen in a list of customers"
TRIMMED = "blanks and line ends around an address are trimmed, as around every value"
# The file writes control characters as their symbols, this far away.
SYMBOLS = range(0x2400, 0x2420)


class Told(NamedTuple):
    """What was asked, what the label says and what we say; `why` explains a difference, empty where none is known."""

    asked: str
    label: str
    ours: str
    why: str = ""


def addresses(data: Path = DATA) -> Iterator[Told]:
    """The addresses of isemail: valid as they stand in mail today, or not."""
    for each in ET.parse(data / "edge_cases" / "isemail" / "tests.xml").iter("test"):  # noqa: S314 - a file of ours
        asked = "".join(
            chr(ord(letter) - SYMBOLS.start) if ord(letter) in SYMBOLS else letter
            for letter in each.findtext("address") or ""
        )
        label = "valid" if each.findtext("category") in VALID else "not valid"
        ours = "valid" if emails.is_valid(asked) else "not valid"
        yield Told(
            asked, label, ours, TRIMMED if asked != asked.strip() else NO_DOT if asked == "test@io" else ""
        )


def numbers(data: Path = DATA) -> Iterator[Told]:
    """The examples of libphonenumber, as they are written at home and from abroad: their E.164."""
    path = data / "edge_cases" / "libphonenumber" / "COMPUTED_examples_by_region.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for asked, country in ((row["national"], row["region"]), (row["international"], None)):
                yield Told(
                    f"{country or ''} {asked}".strip(), row["e164"], phones.e164(asked, country) or "none"
                )


def names(data: Path = DATA) -> dict[str, tuple[int, int]]:
    """How many names typed on Arabic keyboards stand in a clean list of first names, before and after folding.

    The clean list is that of armanyazdi, 666 names of men and women; the typed one is that of nabidam, 4,055.
    By whole name, by its first word, and by any of its words.
    """
    folder = data / "persian" / "names"
    with (folder / "nabidam_names_1.csv").open(encoding="utf-8-sig", newline="") as file:
        typed = [row[0] for row in csv.reader(file)][1:]
    clean = {
        line.strip()
        for kind in ("male", "female")
        for line in (folder / f"armanyazdi_{kind}_fa.txt").read_text("utf-8-sig").splitlines()
        if line.strip()
    }
    folded = {fold(name) for name in clean}
    return {
        "whole": (sum(name in clean for name in typed), sum(fold(name) in folded for name in typed)),
        "first word": (
            sum(name.split()[:1] != [] and name.split()[0] in clean for name in typed),
            sum(fold(name).split()[:1] != [] and fold(name).split()[0] in folded for name in typed),
        ),
        "any word": (
            sum(any(word in clean for word in name.split()) for name in typed),
            sum(any(word in folded for word in fold(name).split()) for name in typed),
        ),
    }


def main(data: Path) -> int:
    """Print agreement and differences; 1 where one is not explained."""
    unexplained = 0
    for title, told in (("isemail", list(addresses(data))), ("libphonenumber", list(numbers(data)))):
        differ = [each for each in told if each.label != each.ours]
        print(f"{title}: {len(told) - len(differ)} of {len(told)} agree")
        for each in differ:
            print(f"  {each.asked!r}: label {each.label}, ours {each.ours}: {each.why or 'NOT EXPLAINED'}")
        unexplained += sum(not each.why for each in differ)
    for how, (before, after) in names(data).items():
        print(f"Persian names by {how}: {before} match as typed, {after} folded, of 4055")
    return int(unexplained > 0)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA))
