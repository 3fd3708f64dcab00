"""Times the clocks of 100,000 made-up cases, each with pauses, over calendars of several zones.

`deadlines.py 10000` takes another number. Nothing is asserted: clocks differ, and the figures are for people.
"""

import random
import sys
import time

from crm_cli.rules.clocks import Promise, facts
from crm_cli.working.calendars import worktime
from crm_cli.working.worktime import instant_of, seconds_of

CASES = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
CALENDARS = {
    "Berlin, with holidays": ("Europe/Berlin", "mon-fri 09:00-12:30,13:30-17:00", '["DE-BE"]', "[]"),
    "Tehran": ("Asia/Tehran", "sat-wed 08:00-16:00; thu 08:00-12:00", "[]", "[]"),
    "New York, at night": ("America/New_York", "mon-sun 22:00-06:00", "[]", "[]"),
    "always": ("UTC", "24x7", "[]", "[]"),
}
HOUR = 3600
STATUSES = ("new", "waiting_on_customer", "in_progress", "on_hold", "in_progress", "resolved", "in_progress")
Story = list[tuple[str, str]]


def stories(number: int) -> list[Story]:
    """The histories of cases over three years: one to seven statuses, hours apart."""
    chance = random.Random(1)
    first = seconds_of("2024-01-01T00:00:00Z")
    made = []
    for _ in range(number):
        at = first + chance.randrange(3 * 365 * 24 * HOUR)
        story = []
        for status in STATUSES[: chance.randint(1, len(STATUSES))]:
            story.append((status, instant_of(at)))
            at += chance.randrange(1, 60 * HOUR)
        made.append(story)
    return made


def main() -> None:
    """Print how long the clocks of all cases take on each calendar."""
    made = stories(CASES)
    promise = Promise(8 * HOUR, 40 * HOUR)
    statuses = sum(map(len, made))
    print(f"{CASES:,} cases with {statuses:,} statuses: two deadlines each, with when they are near")
    for name, told in CALENDARS.items():
        begin = time.process_time()
        for story in made:
            facts(story[0][1], story, None, promise, worktime(*told))
        print(f"{name:<24} {time.process_time() - begin:6.2f} s")


if __name__ == "__main__":
    main()
