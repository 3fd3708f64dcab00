"""Which person and which company of the store a lead is: the evidence, from the surest to the weaker.

A person by an equal e-mail address, else by an equal phone number with a name that can be the same; a company by
its bare name, else by its own domain. Blanks never match. What is ambiguous is for a person to decide.
"""

from collections.abc import Iterable

from crm_cli import fields
from crm_cli.changing import Change
from crm_cli.errors import ConflictError
from crm_cli.rules import identity
from crm_cli.rules.drafts import Draft
from crm_cli.values import emails
from crm_cli.values.folding import fold

MOST = 5_000  # names of companies that begin alike and are looked at
LAST = "\U0010ffff"
# Legal forms that stand before the name, where an index by name does not find it.
LEADING = ("", "ооо ", 'ооо "', "ао ", 'ао "', "pt ", "pt. ", "شرکت ", "شرکه ")


def contact(change: Change, lead: Draft) -> tuple[int, str] | None:
    """The contact that a lead is and how that is known, None where there is none.

    Raises:
        ConflictError: several could be; names them.
    """
    if lead.get("email"):
        question = "SELECT DISTINCT contact_id FROM contact_email WHERE key = ?"
        found = [row[0] for row in change.rows(question, emails.key(lead.get("email")))]
        if found:
            return _one(change, "contact", lead, found), "the same e-mail address"
    if lead.get("phone_key"):
        question = (
            "SELECT DISTINCT c.id, c.name FROM contact_phone AS p JOIN contact AS c ON c.id = p.contact_id "
            "WHERE p.key = ?"
        )
        rows = change.rows(question, lead.get("phone_key"))
        found = [row["id"] for row in rows if compatible(row["name"], lead.get("name"))]
        if found:
            return _one(change, "contact", lead, found), "the same phone number"
    return None


def company(change: Change, lead: Draft) -> tuple[int, str] | None:
    """The company that a lead is with and how that is known, None where there is none.

    Raises:
        ConflictError: several could be; names them.
    """
    named = companies_named(change, lead.get("company_name") or "")
    domain = identity.own_domain(lead.get("website"), lead.get("email"))
    there = (
        [row["id"] for row in change.rows("SELECT id FROM company WHERE domain = ?", domain)]
        if domain
        else []
    )
    if named:
        both = [each for each in named if each in there]
        return _one(change, "company", lead, both or named), "the same name"
    return (_one(change, "company", lead, there), f"the domain {domain}") if there else None


def companies_named(change: Change, name: str) -> list[int]:
    """The companies whose name is the same but for case, marks and legal forms."""
    bare = identity.bare_name(name)
    if not bare:
        return []
    first = bare.split()[0]
    known = change.unwritten(("companies", first), lambda: _companies(change, first))
    return sorted(known.get(bare, ()))


def _companies(change: Change, first: str) -> dict[str, set[int]]:
    """The companies whose bare names begin with a word, by these."""
    some = f"SELECT * FROM (SELECT id, name FROM company WHERE name_key >= ? AND name_key < ? LIMIT {MOST})"
    bound = [text for form in LEADING for text in (form + first, form + first + LAST)]
    found: dict[str, set[int]] = {}
    for row in change.rows(" UNION ALL ".join([some] * len(LEADING)), *bound):
        found.setdefault(identity.bare_name(row["name"]), set()).add(row["id"])
    return found


def compatible(one: str, other: str) -> bool:
    """Whether two names can be one person's: equal, or the same family name and the same first letter."""
    first, second = fold(one).split(), fold(other).split()
    return bool(first and second and first[-1] == second[-1] and first[0][0] == second[0][0])


def _one(change: Change, noun: str, lead: Draft, found: Iterable[int]) -> int:
    ids = sorted(found)
    if len(ids) > 1:
        rows = [change.one(f'SELECT id, name FROM "{noun}" WHERE id = ?', each) for each in ids]
        named = ", ".join(f"{row['id']} {row['name']}" for row in rows if row)
        raise ConflictError(
            f"lead {lead.id} could be any of these {fields.plural(noun)}: {named}; say which with --{noun} ID"
        )
    return ids[0]
