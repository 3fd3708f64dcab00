"""Sending what is queued: message by message, each a transaction of its own.

A message is committed as `sending`, handed over, and committed as what became of it; into the outbox, where a second
time does no harm, many at a time. One that is refused does not hold up the others; a server that cannot be reached or
does not let us in stops all, and everything still waits.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from email.message import EmailMessage
from itertools import islice
from pathlib import Path

from crm_cli import config, db
from crm_cli.rules.sending import carrying, writing
from crm_cli.rules.sending.carrying import DeferredError, InDoubtError, Pace, RefusedError, StoppedError
from crm_cli.rules.sending.ledger import Ledger, Row
from crm_cli.rules.sending.writing import Compose, Text

__all__ = ["Compose", "Counts", "RefusedError", "Text", "deliver"]

PAGE = 500  # messages whose receivers are asked for at once whether they still want them


Progress = Callable[[int, int], None]


@dataclass
class Counts:
    """What became of the messages of one run."""

    place: str = ""
    total: int = 0
    sent: int = 0
    refused: int = 0
    deferred: int = 0
    uncertain: int = 0
    withheld: int = 0
    lost: int = 0
    stopped: StoppedError | None = None
    interrupted: bool = False
    faults: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many have been dealt with."""
        return self.sent + self.refused + self.deferred + self.uncertain + self.withheld


def deliver(
    path: Path,
    ids: Sequence[int] | None = None,
    *,
    retry_uncertain: bool = False,
    compose: Compose | None = None,
    on_progress: Progress | None = None,
    carrier: carrying.Carrier | None = None,
    pace: Pace | None = None,
) -> Counts:
    """Send the queued deliveries of a store that are due, or those of `ids`; returns what became of them.

    Args:
        path: the store.
        ids: deliveries, sent although they are not due yet; all that are due where it is None.
        retry_uncertain: send also what may have arrived already.
        compose: makes the text of a delivery that has none, when it is handed over; raises
            `RefusedError` where it cannot. Without it, what has no text waits on.
        on_progress: told how many are done, and of how many, after each.
        carrier: what they are handed to; else as the settings say.
        pace: what keeps to the rate of the settings.
    """
    if not db.exists(path):
        return Counts()
    settings = config.load()
    rate = settings.get("smtp.rate")
    run = _Run(
        writing.Sender.of(settings),
        carrier or carrying.chosen(settings, path),
        pace or Pace(int(rate) if rate else None),
        compose,
    )
    with db.changes(path, "delivery send", kind="send") as change, closing(run.carrier):
        return run.all(Ledger(change), ids, retry_uncertain, on_progress)


@dataclass
class _Run:
    """One run over the messages that wait."""

    sender: writing.Sender
    carrier: carrying.Carrier
    pace: Pace
    compose: Compose | None

    def all(
        self, ledger: Ledger, ids: Sequence[int] | None, retry_uncertain: bool, on_progress: Progress | None
    ) -> Counts:
        """Send all that wait, until there is none or nothing can be sent."""
        counts = Counts(self.carrier.place, lost=ledger.recover())
        waiting = ledger.waiting(ids, retry_uncertain=retry_uncertain, composing=bool(self.compose))
        counts.total = len(waiting)
        left = iter(waiting)
        try:
            while page := list(islice(left, PAGE)):
                unwished = set(ledger.withhold(page))
                counts.withheld += len(unwished)
                wished = iter([each for each in page if each not in unwished])
                while some := list(islice(wished, self.at_once)):
                    self._some(ledger, some, counts)
                    if on_progress:
                        on_progress(counts.done, counts.total)
        except StoppedError as error:
            counts.stopped = error
        except KeyboardInterrupt:
            counts.interrupted = True
        return counts

    @property
    def at_once(self) -> int:
        """How many messages share a transaction."""
        return self.carrier.at_once if isinstance(self.carrier, carrying.BatchCarrier) else 1

    def _some(self, ledger: Ledger, deliveries: list[int], counts: Counts) -> None:
        """Send the next messages, those that nobody else has."""
        self.pace.wait()
        self.carrier.ready()
        rows = ledger.claim(deliveries)
        if isinstance(self.carrier, carrying.BatchCarrier):
            self._batch(self.carrier, rows, ledger, counts)
        else:
            for row in rows:
                self._one(row, ledger, counts)

    def _batch(self, carrier: carrying.BatchCarrier, rows: list[Row], ledger: Ledger, counts: Counts) -> None:
        """Send messages together; where that breaks off, it is known of each but one whether it was taken."""
        ready: list[tuple[Row, EmailMessage]] = []
        for row in rows:
            try:
                ready.append((row, writing.write(row, self.sender, ledger.now(), self.compose)))
            except RefusedError as error:
                self._refused(row, error, ledger, counts)
        taken = 0
        doubtful: list[Row] = []
        try:
            for _ in carrier.hand_over_all([message for _, message in ready]):
                taken += 1
        except StoppedError:
            raise
        except BaseException:
            doubtful = [row for row, _ in ready[taken : taken + 1]]
            raise
        finally:
            ledger.sent([row for row, _ in ready[:taken]])
            counts.sent += taken
            for row in doubtful:
                ledger.in_doubt(row, "interrupted while it was on its way")
                counts.uncertain += 1
            ledger.release([row for row, _ in ready[taken + len(doubtful) :]])

    def _one(self, row: Row, ledger: Ledger, counts: Counts) -> None:
        """Send one message."""
        delivery = row["id"]
        try:
            self._hand_over(row, ledger)
        except RefusedError as error:
            self._refused(row, error, ledger, counts)
        except DeferredError as error:
            given_up = ledger.deferred(row, str(error))
            counts.refused += bool(given_up)
            counts.deferred += not given_up
            counts.faults.append((delivery, row["to"], given_up or str(error)))
        except InDoubtError as error:
            ledger.in_doubt(row, str(error))
            counts.uncertain += 1
            counts.faults.append((delivery, row["to"], str(error)))
        except StoppedError:
            ledger.release([row])
            raise
        except BaseException:
            ledger.in_doubt(row, "interrupted while it was on its way")
            counts.uncertain += 1
            raise
        else:
            ledger.sent([row])
            counts.sent += 1

    def _refused(self, row: Row, error: RefusedError, ledger: Ledger, counts: Counts) -> None:
        ledger.refused(row, str(error), invalid=error.invalid)
        counts.refused += 1
        counts.faults.append((row["id"], row["to"], str(error)))

    def _hand_over(self, row: Row, ledger: Ledger) -> None:
        message = writing.write(row, self.sender, ledger.now(), self.compose)
        to = writing.ascii_address(row["to"])
        self.carrier.hand_over(message, writing.ascii_address(self.sender.address), to)
