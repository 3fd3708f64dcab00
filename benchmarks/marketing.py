"""Times targeting a dynamic segment beside exporting the same contacts, and writing the messages of a campaign.

`marketing.py [CONTACTS [MESSAGES [ROUNDS]]]`, 100,000, 10,000 and 7 where nothing is said. Of the contacts four in ten
are excluded, for eight reasons, and a tenth of the others is left alone. Targeting, on a fresh copy of the store each
time, and exporting take turns. Nothing is asserted: clocks differ, and the figures are for people.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import data

CONTACTS, MESSAGES, ROUNDS = [int(each) for each in sys.argv[1:4]] + [100_000, 10_000, 7][
    len(sys.argv[1:4]) :
]
LETTER = "Hello {{ first_name }},\n\n{{ company }} gets cold brew at half the price.\n"
HTML = "<p>Hello {{ first_name }},</p><p>{{ company }} gets <b>cold brew</b> at half the price.</p>"
WISHES = """
UPDATE contact SET do_not_bulk_email = 1 WHERE id % 9 = 0;
UPDATE contact SET do_not_email = 1 WHERE id % 17 = 0;
UPDATE contact_email SET invalid = 1 WHERE contact_id % 13 = 0;
UPDATE contact_email SET opted_out = 1 WHERE contact_id % 19 = 0;
UPDATE contact_email SET ("key", value) = (SELECT "key", value FROM contact_email AS e
  WHERE e.contact_id = contact_email.contact_id - 1) WHERE contact_id % 23 = 0;
INSERT INTO consent (uid, created_at, updated_at, folded, contact_id, purpose, state, at)
SELECT printf('%032d', id), created_at, created_at, '', id, 'marketing', iif(id % 2, 'opted_out', 'opted_in'),
  created_at FROM contact WHERE id % 7 = 0;
"""


class Trial:
    """A store in a folder of its own, and what a command on it takes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store, self.made = folder, folder / "crm.db", folder / "made.db"
        self.took: dict[str, list[tuple[float, float, float]]] = {}

    def run(self, *args: str, text: str = "", name: str = "") -> None:
        """Run a command; under `name` its seconds, those of the processor, and its peak in MiB are kept."""
        told = os.environ | {"CRM_DB": str(self.store), "CRM_CONFIG": str(self.folder / "none.toml")}
        given = self.folder / "given"
        given.write_text(text)
        began = time.monotonic()
        with (self.folder / "out").open("wb") as out, given.open() as lines:
            run = subprocess.Popen(
                [sys.executable, "-m", "crm_cli", "-q", *args], env=told, stdin=lines, stdout=out
            )
            _, status, used = os.wait4(run.pid, 0)
        if status:
            raise SystemExit(f"crm {' '.join(args)} failed")
        if name:
            scale = 1 << (20 if sys.platform == "darwin" else 10)
            took = (time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / scale)
            self.took.setdefault(name, []).append(took)

    def make(self) -> None:
        """Contacts, what they wish, a list of domains that are not written to, two campaigns."""
        file = self.folder / "contacts.csv"
        data.contacts(file, CONTACTS)
        self.run("contact", "import", str(file), "--yes")
        with sqlite3.connect(self.store) as store:
            triggers = store.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'log%'"
            )
            for name, _ in (kept := triggers.fetchall()):
                store.execute(f"DROP TRIGGER {name}")
            store.executescript(WISHES)
            for _, trigger in kept:
                store.execute(trigger)
        store.close()
        self.run("segment", "add", "Never", "--kind", "suppression")
        self.run("segment", "include", "Never", "-", text="".join(f"@example{n}.org\n" for n in range(300)))
        self.run("segment", "add", "Rivals", "--filter", "city=Gent title=Engineer")
        self.run("segment", "add", "All", "--filter", "title!=CFO created_at=..2030-01-01")
        self.run("segment", "add", "Some", "--filter", f"id=..{2 * MESSAGES}")
        for name in ("Large", "Small"):
            self.run("campaign", "add", name, "--type", "email")

    def target(self) -> None:
        """Target everybody and export everybody, in turn."""
        shutil.copy(self.store, self.made)
        for _ in range(ROUNDS):
            for left in self.folder.glob("crm.db?*"):
                left.unlink() if left.is_file() else shutil.rmtree(left)
            shutil.copy(self.made, self.store)
            self.run("contact", "export", name="contact export, every field")
            self.run("campaign", "target", "Large", "All", "--exclude", "Rivals", "--control", "10%",
                     name="campaign target, every check")  # fmt: skip

    def send(self) -> None:
        """Write the messages of the small campaign into the outbox."""
        for name, words in (("letter.txt", LETTER), ("letter.html", HTML)):
            (self.folder / name).write_text(words)
        self.run("config", "set", "email", "mara@ostra.example")
        self.run("campaign", "message", "Small", "--subject", "For {{ company }}", "--body",
                 str(self.folder / "letter.txt"), "--html", str(self.folder / "letter.html"))  # fmt: skip
        self.run("campaign", "target", "Small", "Some")
        self.run("campaign", "send", "Small", "--now", "--limit", str(MESSAGES), "--yes",
                 name=f"campaign send, {MESSAGES:,} messages to the outbox")  # fmt: skip


def main() -> None:
    """Print what each took, and the ratio of targeting to exporting."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder))
        trial.make()
        trial.target()
        trial.send()
        print(f"{CONTACTS:,} contacts, medians of {ROUNDS} rounds in turn")
        for name, took in trial.took.items():
            seconds, processor, memory = (median(each) for each in zip(*took, strict=True))
            print(f"{name:<46} {seconds:7.2f} s, {processor:6.2f} s of the processor, {memory:4.0f} MiB")
        exports, targets = list(trial.took.values())[:2]
        for number, what in enumerate(("elapsed", "of the processor")):
            ratio = median(one[number] / other[number] for one, other in zip(targets, exports, strict=True))
            print(f"targeting to exporting, {what}: {ratio:.2f}")


if __name__ == "__main__":
    main()
