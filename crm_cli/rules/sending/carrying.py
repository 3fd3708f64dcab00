"""What takes messages from here: a mail server, or a folder; and the ways in which handing one over can end."""

import time
from collections.abc import Callable, Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol, runtime_checkable

from crm_cli.config import Config
from crm_cli.errors import CrmError


class RefusedError(Exception):
    """The message is refused for good; `invalid` where that is the address's fault."""

    def __init__(self, words: str, *, invalid: bool = False) -> None:
        super().__init__(words)
        self.invalid = invalid


class DeferredError(Exception):
    """The message is not taken now, and may be later."""


class InDoubtError(Exception):
    """The message was on its way when the connection broke: it may have arrived."""


class StoppedError(CrmError):
    """Nothing more can be handed over: no server, or one that does not know us. What is queued stays queued."""


class Carrier(Protocol):
    """What messages are handed to."""

    place: str
    """Where they go, as people are told."""

    def ready(self) -> None:
        """See to it that a message can be handed over.

        Raises:
            StoppedError: none can.
        """

    def hand_over(self, message: EmailMessage, sender: str, to: str) -> None:
        """Hand over one message, to one address; returning means that it was taken.

        Raises:
            RefusedError, DeferredError, InDoubtError, StoppedError: what else became of it.
        """

    def close(self) -> None:
        """Let go of it."""


@runtime_checkable
class BatchCarrier(Carrier, Protocol):
    """A carrier to which handing a message over again does no harm, so that several share a transaction."""

    at_once: int
    """How many messages share one."""

    def hand_over_all(self, messages: Sequence[EmailMessage]) -> Iterator[None]:
        """Hand over several messages; yields once for each, in their order, when it has been taken.

        Raises:
            StoppedError: the rest cannot be handed over.
        """


class Pace:
    """Lets no more than `rate` messages a minute pass; any number where it is None."""

    def __init__(
        self,
        rate: int | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 60 / rate if rate else 0.0
        self._clock, self._sleep = clock, sleep
        self._next = 0.0

    def wait(self) -> None:
        """Wait until the next message may go."""
        if not self._gap:
            return
        now = self._clock()
        if now < self._next:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._gap


def chosen(settings: Config, store: Path) -> Carrier:
    """The mail server of the settings, else the outbox."""
    if settings.get("smtp.host"):
        from crm_cli.rules.sending import server

        return server.Server(server.Access.of(settings))
    from crm_cli.rules.sending import outbox

    folder = settings.get("outbox")
    return outbox.Outbox(Path(folder).expanduser() if folder else store.with_name("outbox"))
