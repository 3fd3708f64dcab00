"""E-mail addresses: the form that is stored and the key by which two writings are one address."""

import re

from crm_cli.errors import InvalidError

# What nearly every address looks like; all else is left to a library that knows the standards.
_ORDINARY = re.compile(
    r"(?=.{1,254}$)(?=[^@]{1,64}@)[A-Za-z0-9_+][A-Za-z0-9_%+'&=-]*(?:\.[A-Za-z0-9_%+'&=-]+)*@"
    r"(?:(?=[^.]{1,63}\.)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,63}"
)
is_ordinary = _ORDINARY.fullmatch
"""Whether an address looks like nearly all do."""
_NAMED = re.compile(r"[^<>]*<\s*([^<>\s]+)\s*>")


def check(text: str) -> str:
    """Give an address as it is stored: trimmed, without a display name, its domain in readable lower case.

    Raises:
        InvalidError: no such address can exist.
    """
    address = text.strip()
    if not is_ordinary(address) and (named := _NAMED.fullmatch(address)):
        address = named[1]
    if is_ordinary(address):
        local, at, host = address.partition("@")
        return local + at + host.lower()
    return _checked(address)


def is_valid(text: str) -> bool:
    """Whether there can be such an address."""
    if _ORDINARY.fullmatch(text):
        return True
    try:
        return bool(check(text))
    except InvalidError:
        return False


def key(text: str) -> str:
    """The comparing form: nobody tells `Ann@X.org` from `ann@x.org`, whatever the standard permits."""
    return text.strip().casefold()


def domain(address: str) -> str:
    """The part after the `@`, in lower case; empty where there is none."""
    return address.rpartition("@")[2].strip().casefold() if "@" in address else ""


def _checked(address: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        # Addresses inside a company (mail.local) are as good here as those of the open net.
        found = validate_email(address, strict=True, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        found = None
    if found is None or not re.search(r"\.[^.]*[^.0-9][^.]*$", found.domain):
        raise InvalidError(f'"{address}" is not an e-mail address; write one like ann@example.org')
    return found.normalized
