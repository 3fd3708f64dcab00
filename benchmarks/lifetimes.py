"""Prints how long a model of customers takes to be fitted, and the reports on a million invoices beside the shell.

`lifetimes.py [INVOICES]`: RFM and retention run in turn with the same question in the sqlite3 shell, seven rounds, of
which the medians stand. The customers of the model are drawn from the one that Fader, Hardie and Lee published for
CDNOW, so that the parameters found can be held against those drawn from.
"""

import os
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import bench
import shell

from crm_cli.asking import lifetime
from crm_cli.asking.lifetime import Habit

DRAWN = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
LIMITS = {2_357: 2.0, 100_000: 20.0}  # seconds
ROUNDS = 5
WEEKS = (27, 39)  # how long ago customers first bought, as in the published sample
REPORTS = ("report rfm", "report retention")


def customers(count: int) -> list[Habit]:
    """Customers as the model has them: each buys at a rate of its own until, after a purchase, it leaves."""
    dice, found = random.Random(1), []
    for _ in range(count):
        rate = dice.gammavariate(DRAWN["r"], 1 / DRAWN["alpha"])
        leaves = dice.betavariate(DRAWN["a"], DRAWN["b"])
        age = dice.randrange(7 * WEEKS[0], 7 * WEEKS[1]) / 7
        repeats, last, at = 0, 0.0, dice.expovariate(rate) if rate else age
        while at < age:
            repeats, last = repeats + 1, round(at * 7) / 7
            at += dice.expovariate(rate) if dice.random() >= leaves else age
        found.append(Habit(repeats, min(last, age), age))
    return found


def fits() -> None:
    """Fit the model to as many customers as have a limit."""
    for count, limit in LIMITS.items():
        habits, seconds = customers(count), []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            model = lifetime.purchasing(habits)
            seconds.append(time.perf_counter() - start)
        told = ", ".join(f"{name} {getattr(model, name):.3f} ({drawn})" for name, drawn in DRAWN.items())
        print(f"BG/NBD of {count:7,} customers: {median(seconds):6.2f} s of {limit:.0f}; {told}", flush=True)


def main() -> None:
    """Fit, then ask."""
    os.environ |= {"CRM_CONFIG": "/nonexistent/crm.toml", "CRM_TODAY": bench.TODAY}
    fits()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    asked = {name: shell.INVOICES[name] for name in REPORTS}
    with tempfile.TemporaryDirectory() as folder:
        cases = bench.reports(Path(folder), "invoices", count, asked)
        bench.measure(cases)
    ours = {case.name: case for case in cases}
    for name in REPORTS if ours else ():
        print(f"{name}: {ours[name].median / ours[ours[name].against].median:.2f} of the shell's time")


if __name__ == "__main__":
    main()
