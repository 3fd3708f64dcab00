"""Records that may stand already: refused when a key is equal, warned of when they look the same.

Only indexed look-ups, so that an `add`, an edit or a row of an import costs the same among 100,000 records.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.errors import ConflictError
from crm_cli.rules import identity, matching, people
from crm_cli.rules.drafts import Draft
from crm_cli.values import emails
from crm_cli.values.folding import fold

if TYPE_CHECKING:
    from crm_cli.rules.fresh import Fresh
    from crm_cli.rules.suspects import Suspect

CODES = {"product": "code", "campaign": "code"}
NUMBERS = {"contact": ("national_id", "national id"), "company": ("tax_number", "tax number")}
MOST = 3  # records that a warning names
TELLING = frozenset(
    (
        "name", "first_name", "last_name", "national_id", "tax_number", "birthday", "street", "postal_code", "city",
        "company_id", "company_name", "domain", "website", "email", "phone", "emails", "phones",
    )
)  # fmt: skip
"""Fields and parts that tell whose a record is."""


class Watch:
    """Looks beside what is written for records that it may be the same as, counts them and names the first."""

    def __init__(self, change: Change, noun: str) -> None:
        self.change, self.noun = change, noun
        self.count = 0
        self._first: list[Suspect] = []

    def look(self, drafts: Sequence[Draft]) -> None:
        """Look beside drafts that have been written and changed whose they are."""
        told = [
            draft
            for draft in drafts
            if draft.changed
            and (draft.before is None or TELLING & (draft.values.keys() | draft.parts.keys()))
        ]
        if told and self.noun in ("contact", "company", "lead"):
            from crm_cli.rules import suspects

            self._note(suspects.alike(self.change, self.noun, told))

    def look_at(self, ids: Sequence[int], new: "Fresh") -> None:
        """Look beside new records."""
        from crm_cli.rules import suspects

        self._note(suspects.beside(self.change, self.noun, ids, new))

    def _note(self, found: "Sequence[Suspect]") -> None:
        self.count += len(found)
        self._first += found[: MOST - len(self._first)]

    def notes(self) -> list[str]:
        """A sentence for each of the first pairs, and one that counts the others."""
        made = [
            f"{_named(self.change, self.noun, each.id)} and {_named(self.change, self.noun, each.other_id)} "
            f"may be one: {each.reasons}"
            for each in self._first
        ]
        if self.count > len(self._first):
            made.append(
                f"and {self.count - len(self._first):,} more pairs; `crm {self.noun} dedupe` shows them"
            )
        return made


def refuse(change: Change, noun: str, draft: Draft, *, force: bool = False) -> None:
    """Refuse a new record whose external id, number, code or e-mail address another one has.

    Raises:
        ConflictError: names the record; an equal e-mail address lets pass with `force`.
    """
    for said, found in _equal_keys(change, noun, draft):
        if found is not None:
            raise ConflictError(f"{_named(change, noun, found)} has this {said}; change that one instead")
    if force:
        return
    for address in _addresses(draft):
        found = _with_address(change, noun, address)
        if found is not None:
            raise ConflictError(
                f"{_named(change, noun, found)} has the e-mail address {address}; change that one, or give --force"
            )


def warn(change: Change, noun: str, draft: Draft) -> list[str]:
    """What else a new record might be: those with the same name, phone, number or domain."""
    if noun not in ("contact", "company", "lead"):
        return []
    found = {
        f"{_named(change, noun, each)} has the same {said}": 0
        for said, ids in _alike(change, noun, draft)
        for each in ids[:MOST]
    }
    return list(found)


def keys(change: Change, noun: str, draft: Draft) -> set[tuple[str, Any]]:
    """What `refuse` and `warn` find a contact, company or lead by: two that have none of it in common are not alike."""
    get, entered = draft.values.get, draft.entered
    phones = [each for each in (*(entered.get("phone") or ()), get("phone")) if each]
    addresses = [each for each in (*(entered.get("email") or ()), get("email")) if each]
    halves = " ".join(filter(None, (get("first_name"), get("last_name"))))
    # What nobody is called by is called by its key or an address.
    names = [each for each in (get("name"), halves, get("domain"), *addresses, *phones) if each]
    names += [f"#{draft.key}"] * bool(draft.key)
    found: set[tuple[str, Any]] = {("email", emails.key(each)) for each in addresses}
    found |= {("name", fold(each)) for each in names}
    found |= {("phone", people.phone_key(change, each, get("country"))) for each in phones}
    found |= {(each, get(each)) for each in ("external_id", "national_id", "tax_number") if get(each)}
    if noun == "company":
        domain = get("domain")
        domains = (domain, identity.own_domain(domain), identity.own_domain(get("website"), get("email")))
        found |= {("domain", each) for each in domains if each}
        found |= {("bare", identity.bare_name(each)) for each in names}
    return found


def _alike(change: Change, noun: str, draft: Draft) -> list[tuple[str, list[int]]]:
    """By what is the same the records that have it."""
    name, made = draft.values.get("name"), []
    if name:
        made.append(("name", _having(change, noun, "name_key", fold(name))))
    if noun == "company":
        named = matching.companies_named(change, name or "")
        made.append(("name but for its legal form", [each for each in named if each not in made[0][1]]))
        domain = identity.own_domain(draft.values.get("website"), draft.values.get("email"))
        made.append(("domain", _having(change, noun, "domain", draft.values.get("domain") or domain)))
    if noun in NUMBERS:
        column, said = NUMBERS[noun]
        made.append((said, _having(change, noun, column, draft.values.get(column))))
    for number in draft.entered.get("phone") or [draft.values.get("phone")]:
        if number and noun != "company":
            key = people.phone_key(change, number, draft.get("country"))
            made.append(("phone number", _having(change, noun, "phone_key", key)))
    return made


def _having(change: Change, noun: str, column: str, value: Any) -> list[int]:
    """The first records that have a value in an indexed column; nothing equals nothing."""
    if not value:
        return []
    own, table = "id", noun
    if noun == "contact" and column == "phone_key":
        own, table, column = "contact_id", "contact_phone", "key"
    question = f'SELECT DISTINCT "{own}" FROM "{table}" WHERE "{column}" = ? LIMIT {MOST}'
    return [row[0] for row in change.rows(question, value)]


def _equal_keys(change: Change, noun: str, draft: Draft) -> list[tuple[str, int | None]]:
    table = fields.noun(noun).table
    made: list[tuple[str, int | None]] = []
    if draft.values.get("external_id"):
        question = f'SELECT id FROM "{table}" WHERE external_id = ? AND external_source IS ?'
        bound = (draft.values["external_id"], draft.values.get("external_source"))
        made.append(("external id", change.value(question, *bound)))
    code = CODES.get(noun)
    if code and draft.values.get(code):
        question = f'SELECT id FROM "{table}" WHERE "{code}" = ? COLLATE NOCASE'
        made.append((code, change.value(question, draft.values[code])))
    return made


def _addresses(draft: Draft) -> list[Any]:
    return draft.entered.get("email") or [each for each in [draft.values.get("email")] if each]


def _with_address(change: Change, noun: str, address: str) -> int | None:
    found: int | None = None
    if noun == "contact":
        found = change.value("SELECT contact_id FROM contact_email WHERE key = ?", emails.key(address))
    elif noun == "user":  # they are few, and no index has their addresses
        known = change.unwritten(noun, lambda: dict(map(tuple, change.rows("SELECT email, id FROM user"))))
        found = known.get(address) or known.get(emails.key(address))
    elif noun in ("company", "lead"):
        found = change.value(f'SELECT id FROM "{noun}" WHERE email IN (?, ?)', address, emails.key(address))
    return found


def _named(change: Change, noun: str, record_id: int) -> str:
    about = fields.noun(noun)
    name = change.value(f'SELECT "{about.label}" FROM "{about.table}" WHERE id = ?', record_id)
    return f"{noun} {record_id} {name}"
