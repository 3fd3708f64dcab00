"""From typed words to drafts: each text is read as its field's kind, each reference resolved.

Options, `--set`, an editor's page and bulk edits all come through here.
"""

from dataclasses import replace
from typing import Any

from crm_cli import fields, refs
from crm_cli.changing import Change
from crm_cli.errors import InvalidError
from crm_cli.rules import drafts, records
from crm_cli.rules.drafts import Draft
from crm_cli.values import Reading

Texts = dict[str, str | list[str]]
# Nouns of which a record can be added of its name alone, where another one names it.
NAMED = frozenset(("company", "contact", "user", "campaign"))
# Nouns whose new records belong to whoever adds them.
OWNED = frozenset(
    ("contact", "company", "lead", "deal", "case", "campaign", "contract", "article", "activity", "task",
     "invoice")
)  # fmt: skip


def fill(change: Change, noun: str, draft: Draft, texts: Texts) -> None:
    """Put typed texts into a draft; an empty text empties the field.

    Raises:
        InvalidError: an unknown field, or a text that is no value of its field.
        NotFoundError, ConflictError: a reference that names no record, or several.
    """
    about = fields.noun(noun)
    custom = fields.custom(change.connection, noun) if texts.keys() - about.fields.keys() else {}
    currency = _currency(change, about, draft, texts)
    reading = (
        change.reading if currency == change.reading.currency else replace(change.reading, currency=currency)
    )
    for name in sorted(texts, key=lambda each: each == "stage"):  # a stage is looked up in its pipeline
        each = about.fields.get(name) or custom.get(name)
        if each is None:
            raise fields.nearest(name, [*about.fields, *custom], f"field of {noun}")
        text = texts[name]
        if each.custom:
            draft.custom[name] = drafts.read(each, [_joined(text)], reading)[0]
        elif each.kind == "about":
            draft.entered[name] = [about_ref(change, one) for one in _listed(text)]
        elif each.kind.startswith("ref:"):
            _refer(change, each, draft, text)
        elif each.column:
            draft.values[each.column] = found = drafts.read(each, [_joined(text)], reading)[0]
            told = drafts.rounding(name, each.kind, _joined(text), found, reading)
            change.notes += [line for line in told if line not in change.notes]
        elif each.kind.startswith("parts:"):
            draft.parts[name] = _stated(change, each, draft, _joined(text), reading)
        elif each.kind in ("stages", "text"):
            draft.entered[name] = _joined(text)
        else:
            found = drafts.read(each, _listed(_joined(text)), reading)
            draft.entered[name] = found if each.kind in ("email", "phone") else next(iter(found), None)


def _stated(
    change: Change, each: fields.Field, draft: Draft, text: str, reading: Reading
) -> list[dict[str, Any]]:
    from crm_cli.rules import stated

    try:
        return stated.rows(change, each.to or "", draft, text, reading, resolve)
    except InvalidError as error:
        raise InvalidError(f"{each.name}: {error}") from None


def new(change: Change, noun: str, texts: Texts) -> Draft:
    """A draft of a new record from typed texts; it is its adder's own unless another owner is named."""
    draft = Draft()
    fill(change, noun, draft, texts)
    if noun in OWNED and "owner" not in texts:
        draft.values["owner_id"] = me(change)
    return draft


def me(change: Change) -> int | None:
    """The user who types, made when first needed; None where no name is configured."""
    name = change.config.get("me")
    if not name:
        return None
    return _called(change, name) or records.add(change, "user", name=name).id


def is_known(change: Change) -> bool:
    """Whether the user who types need not be made: they stand already, or have no name."""
    name = change.config.get("me")
    return not name or _called(change, name) is not None


def _called(change: Change, name: str) -> int | None:
    """The user of a name."""
    from crm_cli.values.folding import fold

    found: int | None = change.value("SELECT id FROM user WHERE name_key = ?", fold(name))
    return found


def resolve(change: Change, noun: str, text: str) -> int:
    """The id of the record that a reference names, within this change."""
    if noun == "user" and text == "me":
        own = me(change)
        if own is None:
            raise InvalidError("`me` is nobody yet; say who with `crm config set me NAME`")
        return own
    return refs.resolve(change.connection, noun, text, country=change.config.get("country") or None)


def about_ref(change: Change, text: str) -> tuple[str, int]:
    """The noun and id of the record that an activity is about."""
    return refs.anywhere(change.connection, text, refs.ABOUT, change.config.get("country") or None)


def _refer(change: Change, each: fields.Field, draft: Draft, text: str | list[str]) -> None:
    to = each.to or ""
    if not each.column:  # a reference that becomes a part, such as a product
        draft.entered[each.name] = [resolve(change, to, one) for one in _listed(text) if one]
    elif not text:
        draft.values[each.column] = None
    elif to == "stage":
        from crm_cli.rules import stages

        draft.values[each.column] = stages.find(change, draft.get("pipeline_id"), _joined(text))["id"]
    else:
        draft.values[each.column] = _named(change, to, _joined(text))


def _named(change: Change, noun: str, text: str) -> int:
    """The id of the record that a field names, which is added where it is not there and that is wished."""
    try:
        return resolve(change, noun, text)
    except refs.UnknownError as unknown:
        if not (unknown.is_name and noun in NAMED and change.adds_named):
            raise
        if not change.adds_named(noun, text):
            also = " --create adds it" if unknown.hint.endswith("?") else ", --create adds it"
            raise refs.UnknownError(noun, text, unknown.hint + also) from None
    from crm_cli.rules import duplicates

    draft = new(change, noun, {"name": text})
    like = duplicates.warn(change, noun, draft)
    records.write(change, noun, [draft])
    added = "would add" if change.dry_run else "added"
    change.notes += [f"{added} {noun} {draft.id} {draft.get('name')}", *like]
    return draft.id


def _currency(change: Change, about: fields.Noun, draft: Draft, texts: Texts) -> str:
    """The currency that typed amounts are in."""
    for name in ("currency", "default_currency"):
        if name in about.fields:
            said = texts.get(name) or draft.get(about.fields[name].column or name)
            return str(said).upper() if said else change.config.currency
    return ""


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else ",".join(text)


def _listed(text: str | list[str]) -> list[str]:
    """The values of a text that may be several."""
    if isinstance(text, list):
        return text
    from crm_cli.filters import commas

    return commas(text) if text else []
