"""From a delivery to a message as it goes out (RFC 5322, 2045-2049): its head, its text, its HTML."""

import json
import sqlite3
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from crm_cli import clock
from crm_cli.config import Config
from crm_cli.rules.sending.carrying import RefusedError

EXACT = ("message-id", "in-reply-to", "references", "list-unsubscribe", "date")
CONSTANT = (
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "list-unsubscribe",
    "from",
    "reply-to",
)
PERSONS = ("from", "to", "reply-to")


class _Heads(HeaderRegistry):
    """Makes lines of the head as the standard library does, but each class once, and what is always the same once.

    That one makes a class and reads the text anew for every line, which was half of the time of writing a message.
    """

    @lru_cache(maxsize=64)  # noqa: B019 - there is one, and it stays
    def __getitem__(self, name: str) -> Any:
        return super().__getitem__(name)

    @lru_cache(maxsize=64)  # noqa: B019
    def _constant(self, name: str, value: str) -> Any:
        return super().__call__(name, value)

    def __call__(self, name: str, value: Any) -> Any:
        """A line of the head."""
        same = isinstance(value, str) and _is_constant(name, value)
        return self._constant(name, value) if same else super().__call__(name, value)


class _Policy(EmailPolicy):
    """As the standard library's policy, but for the folding of heads.

    That one encodes a long Message-ID, so that no reader finds what it answers, and loses blanks of long names
    and subjects beyond ASCII where it cuts them.
    """

    def fold(self, name: str, value: Any) -> str:
        """A line of the head, cut where it is long."""
        if name.lower() in EXACT:
            text = str(value)
        elif self.utf8:
            return str(super().fold(name, value))
        elif name.lower() in PERSONS:
            text = _person(name, value.addresses[0])
        elif name.lower() == "subject":
            text = _words(name, str(value))
        else:
            return str(super().fold(name, value))
        return f"{name}: {text}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The same as bytes."""
        return _line(self, name, value) if _is_constant(name, value) else self.fold(name, value).encode()


def _is_constant(name: str, value: Any) -> bool:
    """Whether a line is the same in every message of a run."""
    return name.lower() in CONSTANT and "boundary" not in str(value)


@lru_cache(maxsize=64)
def _line(policy: _Policy, name: str, value: Any) -> bytes:
    return policy.fold(name, value).encode()


def _words(name: str, text: str) -> str:
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, header_name=name).encode(linesep=SMTP.linesep)


def _person(name: str, address: Address) -> str:
    called = address.display_name
    return (
        formataddr((called, address.addr_spec))
        if called.isascii()
        else f"{_words(name, called)} <{address.addr_spec}>"
    )


# What any server takes: text beyond ASCII is encoded.
POLICY = _Policy(linesep=SMTP.linesep, cte_type="7bit", header_factory=_Heads())
WIDE = POLICY.clone(utf8=True)  # for addresses that ASCII cannot write (RFC 6531)


@dataclass(frozen=True)
class Sender:
    """From whom messages are, and where answers go; the address is empty where none is set."""

    name: str
    address: str
    answers: str
    zone: str

    @classmethod
    def of(cls, settings: Config) -> "Sender":
        """As the settings say: `smtp.from`, else me at my first own address."""
        own = settings.get("email").partition(",")[0].strip()
        name, address = parseaddr(settings.get("smtp.from"))
        address = address or own
        return cls(name or settings.get("me"), address, own or address, settings.zone)


class Text(NamedTuple):
    """What a message says."""

    subject: str
    body: str | None
    html: str | None = None


Compose = Callable[[sqlite3.Row], Text]
"""Makes the text of a delivery that has none of its own, such as from its campaign's template."""


def write(row: sqlite3.Row, sender: Sender, now: str, compose: Compose | None = None) -> EmailMessage:
    """The message of a delivery, dated at the instant `now`.

    Raises:
        RefusedError: it cannot be written, since it has no text or its head would not hold.
    """
    delivery = dict(row)
    if compose and delivery["body"] is None and delivery["html"] is None:
        delivery |= compose(row)._asdict()
    if delivery["body"] is None and delivery["html"] is None:
        raise RefusedError("it has no text; give it one with `crm delivery edit`, or cancel it")
    to = ascii_address(delivery["to"])
    message = EmailMessage(policy=POLICY if to.isascii() and sender.address.isascii() else WIDE)
    try:
        _head(message, delivery, sender, to)
        moment = datetime.fromisoformat(now).astimezone(clock.zone_of(sender.zone))
        message["Date"] = format_datetime(moment)
        _body(message, delivery["body"], delivery["html"])
        _attach(message, delivery.get("attachments"))
    except (ValueError, IndexError, MessageError) as error:
        raise RefusedError(f"it cannot be written as a message: {error}") from error
    return message


def ascii_address(address: str) -> str:
    """An address as mail servers know it, its domain in ASCII; itself where its local part is beyond ASCII."""
    if address.isascii():
        return address
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise RefusedError(f"{address} is not an e-mail address", invalid=True) from error
    return found.ascii_email or f"{found.local_part}@{found.ascii_domain}"


def _head(message: EmailMessage, delivery: Mapping[str, Any], sender: Sender, to: str) -> None:
    if sender.address:
        message["From"] = _sender("From", sender.name, ascii_address(sender.address))
        if sender.answers != sender.address:
            message["Reply-To"] = _sender("Reply-To", sender.name, ascii_address(sender.answers))
        if delivery["purpose"] == "marketing":
            message["List-Unsubscribe"] = f"<mailto:{ascii_address(sender.answers)}?subject=unsubscribe>"
    message["To"] = _address(delivery["to_name"] or "", to)
    message["Subject"] = delivery["subject"] or ""
    message["Message-ID"] = delivery["message_id"]
    if answered := delivery["in_reply_to"]:
        message["In-Reply-To"] = message["References"] = answered


@lru_cache(maxsize=8)
def _sender(line: str, name: str, address: str) -> Any:
    """The line of the head that names us."""
    return POLICY.header_factory(line, _address(name, address))


def _address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(name, username=local, domain=domain)


def _body(message: EmailMessage, text: str | None, html: str | None) -> None:
    if text is None:
        from crm_cli.formats import markup

        text = markup.text_of(html or "")
    message.set_content(text if text.endswith("\n") else text + "\n")
    if html:
        # Told by what no text can foresee; without it the library searches all parts for one that is free.
        message.make_alternative(
            boundary=f"=_{blake2b(message['Message-ID'].encode(), digest_size=16).hexdigest()}"
        )
        message.add_alternative(html, subtype="html")


def _attach(message: EmailMessage, packed: str | None) -> None:
    """Put the files of a delivery into its message."""
    for each in json.loads(packed or "[]"):
        kind, _, subtype = each["type"].partition("/")
        data = b64decode(each["data"])
        message.add_attachment(data, maintype=kind, subtype=subtype, filename=each["name"])


def is_wide(message: EmailMessage) -> bool:
    """Whether only a server with SMTPUTF8 can take the message."""
    policy = message.policy
    return isinstance(policy, EmailPolicy) and policy.utf8
