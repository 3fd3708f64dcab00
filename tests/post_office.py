"""A real mail server on the loopback, which takes and refuses messages by whom they are to.

The local part of an address says what becomes of it: `nobody` is unknown there, `policy` not allowed,
`grey` put off, `early` and `late` break the connection off before and after the text, `full` is refused after the
text. Whatever is taken is kept in `received`, by whom it is to.
"""

import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

REFUSED = {
    "nobody": "550 5.1.1 no such user here",
    "policy": "550 5.7.1 not for you",
    "grey": "451 4.7.1 greylisted, try again later",
}


class Office:
    """What the server does and has seen."""

    def __init__(self) -> None:
        self.received: dict[str, EmailMessage] = {}
        self.times: Counter[str] = Counter()
        self.connections = 0
        self.port = 0
        self.kind = dict(REFUSED)
        self.watch: Callable[[str, str], None] = lambda _moment, _to: None

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's names
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        local = address.partition("@")[0]
        self.watch("rcpt", address)
        if local in self.kind:
            return self.kind[local]
        if local == "early":
            _break_off(server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        [to] = envelope.rcpt_tos
        self.watch("data", to)
        if to.startswith("full"):
            return "552 5.2.2 mailbox full"
        content = cast("bytes", envelope.content)
        self.received[to] = cast("EmailMessage", message_from_bytes(content, policy=policy.default))
        self.times[to] += 1
        if to.startswith("late"):
            _break_off(server)
        self.watch("taken", to)
        return "250 OK"


class _Listening(Controller):
    """Listens on a port that the system chooses, which the library does not foresee."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _break_off(server: SMTP) -> None:
    assert server.transport is not None
    server.transport.close()


def _known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"ann", b"sesame")
    return AuthResult(success=known, handled=False)


@contextmanager
def opened(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, login: bool = False
) -> Iterator[Office]:
    """A server that listens on a free port; `tls` from the first byte, `starttls` when asked."""
    office = Office()
    controller = _Listening(
        office, "127.0.0.1", 0, ssl_context=tls, tls_context=starttls, require_starttls=bool(starttls),
        authenticator=_known if login else None, auth_required=login, auth_require_tls=bool(starttls),
        enable_SMTPUTF8=True,
    )  # fmt: skip
    controller.start()
    try:
        office.port = controller.port
        yield office
    finally:
        controller.stop()
