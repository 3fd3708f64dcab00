"""What the properties of a card say, in our fields.

Of what a field can hold once the preferred or first property is taken; what no field can hold is handed on by
its name. Nothing is guessed: a birthday without its year is no birthday.
"""

import json
import re
from collections import Counter
from datetime import date
from itertools import pairwise

from crm_cli.formats import vcard
from crm_cli.formats.vcard import Card, Property
from crm_cli.values.folding import fold

OUR_UID = "X-CRM-UID"
"""The property that holds our uid in an export of ours."""

ADDRESS = ("street", "city", "region", "postal_code", "country")
_SILENT = frozenset(
    ("VERSION", "PRODID", "REV", "PROFILE", "SOURCE", "MAILER", "SORT-STRING", "CLASS", "KIND", "CLIENTPIDMAP",
     "X-ADDRESSBOOKSERVER-KIND", "X-ABLABEL", "X-ABADR", "X-ABSHOWAS", "X-ABUID", OUR_UID, vcard.ERROR)
)  # fmt: skip
_PICTURES = frozenset(("PHOTO", "LOGO", "SOUND", "KEY"))
_PLACES = ("URL", "IMPP", "SOCIALPROFILE", "X-SOCIALPROFILE")
_TEXTS = {"TITLE": "title", "LANG": "language", "TZ": "timezone"}
# What TYPE says beside what an address is for.
_NOISE = frozenset(
    ("pref", "internet", "voice", "text", "msg", "x400", "video", "isdn", "bbs", "modem", "car")
)
_KINDS = {
    "fax": "fax",
    "cell": "mobile",
    "mobile": "mobile",
    "iphone": "mobile",
    "work": "work",
    "home": "home",
}
_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ].*)?", re.ASCII)
_APPLE_LABEL = re.compile(r"_\$!<(.*)>!\$_")


def kind_of(card: Card) -> str:
    """Whether a card is of a person, an organisation or a group of them."""
    first: dict[str, Property] = {}
    for each in card.properties:
        first.setdefault(each.head.name, each)
    kind = next(
        (
            card.text(first[name]).strip().lower()
            for name in ("KIND", "X-ADDRESSBOOKSERVER-KIND")
            if name in first
        ),
        "",
    )
    if kind in ("org", "organization", "organisation"):
        return "organisation"
    if kind in ("group", "location", "application", "device"):
        return "group"
    if "X-ABSHOWAS" in first and card.text(first["X-ABSHOWAS"]).strip().upper() == "COMPANY":
        return "organisation"
    if kind == "individual" or "ORG" not in first or OUR_UID in first:  # ours say it of organisations
        return "person"
    firm = fold(card.parts(first["ORG"])[0])
    halves = [fold(half) for half in card.parts(first["N"])[:2]] if "N" in first else []
    shown = fold(card.text(first["FN"])) if "FN" in first else firm
    return "organisation" if firm and shown == firm and set(halves) <= {"", firm} else "person"


class Said:
    """What a card says, by our fields; what none of them holds is `extra`, by property."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self.values: dict[str, str] = {}
        self.extra: list[tuple[str, str]] = []
        self.pictures: Counter[str] = Counter()
        self._lists: dict[str, list[str]] = {"tags": [], "social": [], "notes": []}
        self._addresses: dict[str, list[tuple[int, dict[str, str]]]] = {"emails": [], "phones": []}
        self._place: tuple[int, list[str], Property] | None = None
        self._labels = {
            each.head.group: card.text(each) for each in card.properties if each.head.name == "X-ABLABEL"
        }
        self._alternatives: set[tuple[str, str]] = set()

    def read(self, *, company: bool) -> None:
        """Read all properties."""
        for each in self.card.properties:
            name, raw = each.head.name, each.raw
            if name in _PICTURES:
                self.pictures[name] += 1
            elif name not in _SILENT and raw.strip(" ;") and not self._is_alternative(each):
                self._take(each, name)
        self._identify()
        self._settle(company=company)

    def _take(self, each: Property, name: str) -> None:
        """Put one property in its place."""
        if name == "N":
            self._name(each)
        elif name == "FN":
            self._put("name", self.card.text(each), each)
        elif name == "EMAIL":
            self._address("emails", self.card.text(each).strip(), each)
        elif name == "TEL":
            self._address("phones", _dialled(self.card.text(each)), each)
        elif name == "ADR":
            self._post(each)
        elif name == "ORG":
            firm, *units = self.card.parts(each)
            self._put("company", firm, each)
            self.extra += [("ORG", unit) for unit in units if unit.strip()]
        elif name in _TEXTS:
            self._put(_TEXTS[name], self.card.text(each), each)
        elif name == "BDAY":
            self._birthday(each)
        elif name in _PLACES:
            self._lists["social"].append(self.card.text(each).strip())
        elif name == "CATEGORIES":
            self._lists["tags"] += [word.strip() for word in self.card.parts(each, ",") if word.strip()]
        elif name == "NOTE":
            self._lists["notes"].append(self.card.text(each).strip())
        elif name != "UID":
            self._leave(each)

    def _is_alternative(self, each: Property) -> bool:
        """Whether a property says again, in another language or script, what one before it said."""
        key = (each.head.name, each.head.params.get("ALTID", [""])[0])
        if not key[1]:
            return False
        known = key in self._alternatives
        self._alternatives.add(key)
        return known

    def _put(self, field_name: str, text: str, each: Property) -> None:
        """The first of a kind fills the field."""
        if self.values.get(field_name):
            self._leave(each)
        elif text.strip():
            self.values[field_name] = text.strip()

    def _leave(self, each: Property) -> None:
        text = "" if each.head.encoding in ("B", "BASE64") else self.card.text(each).strip()
        self.extra.append((each.head.name, text))

    def _name(self, each: Property) -> None:
        family, given, more, prefix, suffix = (*self.card.names(each, " "), *[""] * 5)[:5]
        self._put("last_name", family, each)
        self._put("first_name", " ".join(filter(None, (given.strip(), more.strip()))), each)
        self._put("salutation", prefix, each)
        whole = " ".join(filter(None, (part.strip() for part in (prefix, given, more, family, suffix))))
        self.values.setdefault("whole", whole)

    def _address(self, part: str, value: str, each: Property) -> None:
        if value:
            said = {"value": value}
            if kind := self._kind(each):
                said["kind"] = kind
            self._addresses[part].append((_preference(each), said))

    def _kind(self, each: Property) -> str:
        """What an address is for: by its label, else by its types."""
        label = self._labels.get(each.head.group, "").strip() if each.head.group else ""
        if label:
            word = _APPLE_LABEL.sub(r"\1", label)
            return _KINDS.get(word.lower(), word.lower() if word.lower() == "other" else word)
        types = each.head.types
        known = next((kind for word, kind in _KINDS.items() if word in types), "")
        return known or next((word for word in types if word not in _NOISE), "")

    def _post(self, each: Property) -> None:
        """The preferred address, else the first one, is the one that is kept."""
        parts = [part.strip() for part in (*self.card.names(each, ", "), *[""] * 7)[:7]]
        place = (_preference(each), [", ".join(filter(None, parts[:3])), *parts[3:]], each)
        if not any(parts):
            return
        if self._place and self._place[0] <= place[0]:
            self._leave(each)
            return
        if self._place:
            self._leave(self._place[2])
        self._place = place

    def _birthday(self, each: Property) -> None:
        """A whole day; a day without its year, or words, are no day that could be kept."""
        text = self.card.text(each).strip()
        found = _DAY.fullmatch(text)
        hidden = each.head.params.get("X-APPLE-OMIT-YEAR")
        try:
            day = (
                date(*map(int, found.groups())).isoformat()
                if found and found[1] not in (hidden or ())
                else ""
            )
        except ValueError:
            day = ""
        if day:
            self._put("birthday", day, each)
        else:
            self._leave(each)

    def _identify(self) -> None:
        """Our uid where the card is an export of ours, else the other program's."""
        found = {each.head.name: self.card.text(each).strip() for each in self.card.properties
                 if each.head.name in ("UID", OUR_UID)}  # fmt: skip
        ours, theirs = found.get(OUR_UID, ""), found.get("UID", "")
        self.values["uid"] = ours
        if theirs and theirs != urn(ours):
            self.values["external_id"] = theirs

    def _settle(self, *, company: bool) -> None:
        """Bring together what several properties said."""
        values = self.values
        whole = values.pop("whole", "")
        if whole:
            values.setdefault("name", whole)
        if self._place:
            values |= dict(zip(ADDRESS, self._place[1], strict=True))
        if notes := self._lists.pop("notes"):
            values["notes"] = "\n\n".join(notes)
        if company:
            self._settle_company()
            return
        if not values.keys() & {"first_name", "last_name"} and values.get("name") in self._numbers():
            del values["name"]  # whom nobody named is called by an address, which is no name to be split
        for part, found in self._addresses.items():
            if found:
                ordered = [said for _, said in sorted(found, key=lambda each: each[0])]
                values[part] = json.dumps(ordered, ensure_ascii=False)
        for name, texts in self._lists.items():
            if texts:
                values[name] = json.dumps(texts, ensure_ascii=False)

    def _numbers(self) -> list[str]:
        return [said["value"] for found in self._addresses.values() for _, said in found]

    def _settle_company(self) -> None:
        """An organisation has one address of each kind; more of them are extra."""
        values, firm = self.values, self.values.get("company", "")
        values["name"] = values.get("name") or firm
        for part, found in self._addresses.items():
            ordered = [said["value"] for _, said in sorted(found, key=lambda each: each[0])]
            values |= {part.removesuffix("s"): value for value in ordered[:1]}
            self.extra += [("EMAIL" if part == "emails" else "TEL", value) for value in ordered[1:]]
        places = self._lists["social"]
        if places:
            values["website"] = places[0]
        self.extra += [("URL", place) for place in places[1:]]
        if self._lists["tags"]:
            values["tags"] = json.dumps(self._lists["tags"], ensure_ascii=False)
        self.extra += [(name, values[key]) for name, key in _TEXTS.items() if values.get(key)]


def _preference(each: Property) -> int:
    """1 is the most preferred, 100 the least; a bare `pref` is the most."""
    said = each.head.params.get("PREF", ["100"])[0]
    return 1 if "pref" in each.head.types else int(said) if re.fullmatch("[0-9]{1,3}", said) else 100


def _dialled(text: str) -> str:
    """A phone number as it is typed, of a number or a `tel:` address."""
    scheme, colon, rest = text.strip().partition(":")
    if not colon or scheme.lower() not in ("tel", "callto", "sip", "sms", "fax"):
        return text.strip()
    number, _, params = rest.partition(";")
    extension = re.search(r"(?:^|;)ext=([^;]+)", params)
    return f"{number} ext. {extension[1]}" if extension else number


def urn(uid: str) -> str:
    """Our uid as the UID of a card; a UUID where it has the length of one."""
    if not re.fullmatch(r"[0-9a-f]{32}", uid):
        return uid
    ends = (0, 8, 12, 16, 20, 32)
    return "urn:uuid:" + "-".join(uid[start:end] for start, end in pairwise(ends))
