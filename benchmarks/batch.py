"""Prints what 10,000 lines in `crm batch` take, beside one `crm contact add` in a process of its own.

`batch.py QUICK` takes small numbers; other words choose the lines that have one of them. Nothing is asserted: clocks
differ, and the ratios are for people to read.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

from bench import LINES, TODAY, Case, crm, measure

WANTED = {*sys.argv[1:]} - {"QUICK"}
# What the lines are; all but the first need the people that the first of them make.
ADDS: dict[str, Callable[[int], str]] = {
    "contact": lambda n: f"contact add 'Person {n}' --email person{n}@new.example",
    "company": lambda n: f"company add 'Firm {n}' --domain firm{n}.example",
    "lead": lambda n: f"lead add 'Lead {n}' --email lead{n}@new.example",
    "deal": lambda n: f"deal add 'Deal {n}' --contact {n + 1} --amount {n}",
    "case": lambda n: f"case add 'Broken {n}' --contact {n + 1}",
    "task": lambda n: f"task add 'Call {n}' --about contact:{n + 1} --due 2026-12-01",
    "activity": lambda n: f"activity add 'Met {n}' --kind meeting --about contact:{n + 1}",
    "product": lambda n: f"product add 'Product {n}' --code P-{n} --list-price {n}.50",
    "campaign": lambda n: f"campaign add 'Campaign {n}' --budget {n}",
    "contract": lambda n: f"contract add 'Care {n}' --contact {n + 1} --starts-on 2026-01-01",
    "article": lambda n: f"article add 'Answer {n}' --body 'Turn it off and on, {n} times'",
    "survey": lambda n: f"survey add {n % 11} --kind nps --contact {n + 1}",
    "segment": lambda n: f"segment add 'Segment {n}' --on contact",
    "member": lambda n: f"member add --campaign 1 --contact {n + 1}",
    "result": lambda n: f"result add 'Banner {n}' --campaign 1 --clicks {n}",
    "consent": lambda n: f"consent add opted_in --contact {n + 1} --source 'web form'",
    "pricelist": lambda n: f"pricelist add 'List {n}'",
    "quote": lambda n: f"quote add --contact {n + 1} --items 'Delivery @ 40'",
    "invoice": lambda n: f"invoice add --contact {n + 1} --amount {n + 1} --issued-on 2026-06-01",
    "relationship": lambda n: f"relationship add knows --contact {n + 1} --to-company 1",
    "goal": lambda n: f"goal add 'Goal {n}' --metric won_amount --period 2026-Q3 --target {n + 1}",
    "rate": lambda n: (
        f"rate add EUR --day {2000 + n // 336}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02} --rate 1.1"
    ),
    "user": lambda n: f"user add 'User {n}' --email user{n}@new.example",
}
OTHERS: dict[str, Callable[[int], str]] = {
    "contact add, as JSON": lambda n: json.dumps({"args": ["contact", "add", f"New {n}", "--title", "Dr"]}),
    "note": lambda n: f"note contact:{n + 1} 'Spoke of {n}'",
    "call --next": lambda n: f"call contact:{n + 1} 'Spoke of {n}' --next 'Write {n}' --due fri",
    "contact edit": lambda n: f"contact edit person{n}@new.example --title 'Dr {n}'",
    "contact tag": lambda n: f"contact tag vip {n + 1}",
    "adds, mixed": lambda n: _in_turn(
        n,
        f"contact add 'New {n}' --email new{n}@new.example",
        f"task add 'Call {n}' --about contact:{n + 1} --due 2026-12-01",
        f"deal add 'Deal {n}' --contact {n + 1} --amount {n}",
        f"note contact:{n + 1} 'Spoke of {n}'",
    ),
    "add, edit, add, done, tag": lambda n: _in_turn(
        n,
        f"task add 'Call {n}' --about contact:{n + 1} --due 2026-12-01",
        f"contact edit {n + 1} --title 'Dr {n}'",
        f"contact add 'New {n}' --email new{n}@new.example",
        f"task done {n // 5 + 1}",
        f"contact tag vip {n + 1}",
    ),
}
KINDS = {f"{noun} add": line for noun, line in ADDS.items()} | OTHERS


def _in_turn(number: int, *lines: str) -> str:
    return lines[number % len(lines)]


def cases(folder: Path) -> list[Case]:
    """One command, and a batch of each kind in a fresh copy of a store."""
    one, people, number = folder / "one.db", folder / "people.db", count()
    wanted = {name: line for name, line in KINDS.items() if not WANTED or WANTED & set(name.split())}
    for name, line in ({"contact add": KINDS["contact add"]} | wanted).items():
        text = "".join(f"{line(each)}\n" for each in range(LINES))
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    Case("", crm(one, "contact", "add", "Ada Lovelace")).run()
    Case("", crm(people, "batch", str(folder / "contact add.txt"))).run()
    Case("", crm(people, "campaign", "add", "Fair")).run()
    Case("", crm(people, "company", "add", "Acme")).run()

    def alone() -> list[str]:
        return crm(one, "contact", "add", "New Person", "--email", f"new{next(number)}@new.example")

    def batch(name: str, source: Path) -> Callable[[], list[str]]:
        def made() -> list[str]:
            fresh = folder / "fresh"  # with the copy that a large change keeps of a store
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir()
            return crm(Path(shutil.copy(source, fresh)), "batch", str(folder / f"{name}.txt"))

        return made

    first = "contact add, a process"
    batches = [
        Case(f"{LINES:,} lines of {name}", batch(name, one if name == "contact add" else people), first)
        for name in wanted
    ]
    return [Case(first, alone), *batches]


def main() -> None:
    """Measure all in turn and print the ratios of the medians."""
    os.environ |= {"CRM_CONFIG": "/nonexistent/crm.toml", "CRM_TODAY": TODAY}
    with tempfile.TemporaryDirectory(prefix="crm-batch-") as name:
        measured = cases(Path(name))
        measure(measured)
    for case in measured[1:]:
        print(
            f"{case.name:45} {case.median / measured[0].median:9.1f} times one command, "
            f"{LINES / case.median:9,.0f} lines a second"
        )


if __name__ == "__main__":
    main()
