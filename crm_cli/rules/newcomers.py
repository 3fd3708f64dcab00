"""What `people` says of a draft said of new people as columns: their names, their addresses."""

from itertools import compress

from crm_cli.changing import Change
from crm_cli.rules import people
from crm_cli.rules.drafts import FINGERPRINT
from crm_cli.rules.fresh import Fresh, Parts
from crm_cli.values import emails


def name(fresh: Fresh) -> None:
    """Split full names into given and family names, or make them from these; who has none is called by an address."""
    said, given, family = (fresh.column(each) for each in ("name", "first_name", "last_name"))
    full = [each or people.joined(first, last) for each, first, last in zip(said, given, family, strict=True)]
    if any(said):
        halves = [
            people.split(each) if each and not first and not last else (first, last)
            for each, first, last in zip(said, given, family, strict=True)
        ]
        given, family = zip(*halves, strict=True)
    if not all(full):
        known = zip(
            full, fresh.texts("email"), fresh.texts("phone"), fresh.column("external_id"), strict=True
        )
        full = [
            each or people.called(email or phone, None if not key or key.startswith(FINGERPRINT) else key)
            for each, email, phone, key in known
        ]
    fresh.columns |= {"name": full, "first_name": given, "last_name": family}


def addresses(change: Change, fresh: Fresh) -> None:
    """Turn entered e-mails and phones into parts, each its person's first and so the primary one."""
    countries = fresh.column("country")
    for entered, part, _ in people.ADDRESSES:
        if entered not in fresh.entered:
            continue
        texts, kind = fresh.entered[entered]
        values = [text for text in texts if text]
        places = list(compress(range(fresh.count), texts))
        if entered == "email":
            keys = list(map(emails.key, values))
        else:
            of = compress(countries, texts)
            keys = [people.phone_key(change, text, country) for text, country in zip(values, of, strict=True)]
        same = {"kind": kind, "primary": 1, "opted_out": 0, "invalid": 0}
        fresh.parts[part] = Parts(places, {"value": values, "key": keys}, same)
