"""Handing messages to a mail server by SMTP (RFC 5321), over one connection for many.

Each step of a transaction is taken by itself, since what a failure means depends on how far it came: until the
text has been announced the message is surely still ours; once it is on its way, only the server knows.
"""

import os
import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from crm_cli.config import Config
from crm_cli.rules.sending.carrying import DeferredError, InDoubtError, RefusedError, StoppedError
from crm_cli.rules.sending.writing import is_wide

PASSWORD = "CRM_SMTP_PASSWORD"  # noqa: S105 - where it stands, not what it is
PORTS = {"starttls": 587, "ssl": 465, "none": 25}
PATIENCE = 30.0  # seconds that a server may take to be there
SILENCE = 600.0  # seconds that it may look at a message before it answers (RFC 5321, 4.5.3.2.6)
FAREWELL = 5.0  # seconds that it may take to say goodbye
LOSSES = 3  # messages in a row over which a connection is lost, until we stop
GOES_ON, CLOSING, TOO_LARGE = 354, 421, 552
FAULTS = frozenset((550, 551, 553))  # replies to an address that blame it, where nothing more exact is said
_EXACT = re.compile(r"\b5\.(\d{1,3})\.\d{1,3}\b")
_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Access:
    """Where the mail server is, and how it is reached."""

    host: str
    port: int
    tls: str = "starttls"
    ca: str = ""
    user: str = ""

    @classmethod
    def of(cls, settings: Config) -> "Access":
        """As the settings say."""
        tls = settings.get("smtp.tls")
        port = int(settings.get("smtp.port") or PORTS[tls])
        return cls(settings.get("smtp.host"), port, tls, settings.get("smtp.ca"), settings.get("smtp.user"))


class _LostError(Exception):
    """The connection broke before the text of the message was announced."""


class Server:
    """A mail server; connected to by the first message, and again when the connection was lost."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.place = access.host
        self._smtp: smtplib.SMTP | None = None
        self._losses = 0

    def ready(self) -> None:
        """Be connected, encrypted as is set, and logged in."""
        if self.access.user and self.access.tls == "none" and self.access.host not in _LOCAL:
            raise StoppedError("the password would go out unencrypted; set smtp.tls to starttls or ssl")
        if self._smtp is None:
            self._smtp = self._connected()

    def hand_over(self, message: EmailMessage, sender: str, to: str) -> None:
        """One transaction; where the connection is lost before the text, once more over a fresh one."""
        if not sender:
            raise StoppedError('nobody to send as; say who with `crm config set smtp.from "NAME <ADDRESS>"`')
        for _ in range(2):
            self.ready()
            try:
                self._transact(message, sender, to)
            except _LostError as error:
                self._drop()
                lost = error
            else:
                self._losses = 0
                return
        self._losses += 1
        if self._losses >= LOSSES:
            raise StoppedError(f"{self.place} breaks off the connection again and again ({lost}); try later")
        raise DeferredError(f"the connection was lost twice ({lost})")

    def close(self) -> None:
        """Take leave of the server."""
        if self._smtp is not None:
            try:
                _wait(self._smtp, FAREWELL)
                self._smtp.quit()
            except (smtplib.SMTPException, OSError):
                self._smtp.close()
            self._smtp = None

    def _connected(self) -> smtplib.SMTP:
        access = self.access
        try:
            context = self._context() if access.tls != "none" else None
            if access.tls == "ssl":
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                    access.host, access.port, timeout=PATIENCE, context=context
                )
            else:
                smtp = smtplib.SMTP(access.host, access.port, timeout=PATIENCE)
        except (smtplib.SMTPException, OSError) as error:
            raise StoppedError(f"cannot reach {access.host}:{access.port}: {_words(error)}") from error
        try:
            if access.tls == "starttls":
                smtp.starttls(context=context)
            smtp.ehlo_or_helo_if_needed()
            self._log_in(smtp)
            _wait(smtp, SILENCE)
        except smtplib.SMTPNotSupportedError as error:
            smtp.close()
            raise StoppedError(
                f"{access.host} offers no {'login' if 'AUTH' in str(error) else 'STARTTLS'}; "
                "see smtp.tls and smtp.user in `crm config list`"
            ) from error
        except smtplib.SMTPAuthenticationError as error:
            smtp.close()
            raise StoppedError(
                f"{access.host} does not let {access.user} in ({_words(error)}); see smtp.user and the password"
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            smtp.close()
            raise StoppedError(f"cannot talk to {access.host}:{access.port}: {_words(error)}") from error
        return smtp

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.access.ca:
            try:
                context.load_verify_locations(Path(self.access.ca).expanduser())
            except OSError as error:
                raise StoppedError(f"smtp.ca: cannot read certificates from {self.access.ca}") from error
        return context

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        user = self.access.user
        if not user:
            return
        password = os.environ.get(PASSWORD) or _from_keyring(user)
        if not password:
            raise StoppedError(
                f"no password for {user}; give it in {PASSWORD}, or put it into the keyring: keyring set crm {user}"
            )
        try:
            smtp.login(user, password)
        except UnicodeEncodeError as error:
            raise StoppedError("the mail server's user and password can only be ASCII") from error

    def _transact(self, message: EmailMessage, sender: str, to: str) -> None:
        try:
            self._announce(message, sender, to)
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPResponseException, OSError) as error:
            raise _LostError(_words(error)) from error
        smtp = self._live()
        text = message.as_bytes()
        try:
            smtp.send(re.sub(rb"(?m)^\.", b"..", text) + b".\r\n")
            code, said = smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise InDoubtError(f"the connection broke while it was on its way ({_words(error)})") from error
        self._judge(code, said, blames=())

    def _announce(self, message: EmailMessage, sender: str, to: str) -> None:
        """Say from whom and to whom, until the server wants the text."""
        smtp, options = self._live(), []
        if is_wide(message):
            if not smtp.has_extn("smtputf8"):
                raise RefusedError(f"{self.place} cannot write to such an address (it has no SMTPUTF8)")
            options = ["SMTPUTF8"]
        code, said = smtp.mail(sender, options)
        if code // 100 == 5 and code != TOO_LARGE:  # noqa: PLR2004 - refused for good
            raise StoppedError(
                f"{self.place} takes no mail from {sender}: {_reply(code, said)}; see smtp.from"
            )
        self._judge(code, said, blames=())
        code, said = smtp.rcpt(to)
        self._judge(code, said, blames=FAULTS)
        code, said = smtp.docmd("DATA")
        if code != GOES_ON:
            self._judge(code, said, blames=())
            raise DeferredError(_reply(code, said))

    def _judge(self, code: int, said: bytes, *, blames: frozenset[int] | tuple[()]) -> None:
        """Go on after a reply that agrees; `blames` are the codes that find fault with the address."""
        words, kind = _reply(code, said), code // 100
        if code == CLOSING or code <= 0:
            raise _LostError(words)
        if kind in (2, 3):
            return
        self._reset()
        if kind == 5:  # noqa: PLR2004 - refused for good
            exact = _EXACT.search(words)
            raise RefusedError(words, invalid=exact[1] == "1" if exact else code in blames)
        raise DeferredError(words)

    def _live(self) -> smtplib.SMTP:
        self.ready()
        assert self._smtp is not None  # noqa: S101 - ready has made it
        return self._smtp

    def _reset(self) -> None:
        try:
            self._live().rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def _wait(smtp: smtplib.SMTP, seconds: float) -> None:
    """Let the server be silent for so long."""
    if smtp.sock is not None:
        smtp.sock.settimeout(seconds)


def _from_keyring(user: str) -> str | None:
    """The password in the system's keyring, where the extra `keyring` is installed."""
    try:
        import keyring
        from keyring.errors import KeyringError, NoKeyringError
    except ImportError:
        return None
    try:
        return keyring.get_password("crm", user)
    except NoKeyringError:
        return None
    except KeyringError as error:
        raise StoppedError(f"the keyring gives no password ({error}); give it in {PASSWORD}") from error


def _reply(code: int, said: bytes) -> str:
    return f"{code} {' '.join(said.decode('utf-8', 'replace').split())}"


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _reply(error.smtp_code, said if isinstance(said, bytes) else str(said).encode())
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message}); see smtp.ca"
    return (
        str(error.strerror if isinstance(error, OSError) and error.strerror else error)
        or type(error).__name__
    )
