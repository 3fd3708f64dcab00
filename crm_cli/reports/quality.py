"""Quality of the data: what is filled, valid, stale, without next step, doubled."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from crm_cli import config, fields, soundness
from crm_cli.asking import several
from crm_cli.asking.figures import share
from crm_cli.asking.groups import Place
from crm_cli.fields import Field
from crm_cli.output import Rows
from crm_cli.reports import Asked

NOUN = "contact"
NOUNS = ("contact", "company", "lead", "deal", "campaign", "product", "user")
DAY = ""
COLUMNS = (
    Field("noun", "choice", "What the records are"),
    Field("field", "text", "The field, or what else is looked at"),
    Field("filled_pct", "percent", "Records in which it is filled"),
    Field("valid_pct", "percent", "Of these, those in which nothing is wrong"),
    Field("records", "integer", "Records that are looked at"),
    Field("empty", "integer", "Records in which it is empty"),
    Field("invalid", "integer", "Records in which something is wrong"),
)
MEASURE = "filled_pct"
FORMULA = f"""
filled_pct = records with a value ÷ records. valid_pct = records with a value and nothing wrong ÷ records with a value.
Wrong are e-mail addresses that can be none or are flagged, phone numbers that are none of their record's country (else
of the configured one), countries that ISO 3166 does not have, web addresses that can be none, birthdays to come.
last_touch: filled where there ever was a touch, stale after {soundness.STALE_MONTHS} months.
next_step: of open deals and of leads that are worked on, filled where something is still to be done about them.
duplicates: wrong are records that another equals: contacts and open leads by e-mail, companies by name or domain.
rate: of deals in other currencies than the configured one, filled where a rate says what they are worth in it.
crm clean --list names what is wrong; crm contact list owner= or last_touch=..-12m what is missing or old.
Filters choose among the nouns that have their fields; noun=contact,lead chooses the nouns themselves.
"""
UNASKED = frozenset(("external_id", "external_source"))


@dataclass(frozen=True)
class _Look:
    """One row of the answer: what is looked at, and SQL for a value where it is filled and for what is wrong."""

    name: str
    value: str
    wrong: str = ""
    among: str = ""
    fillable: bool = True

    def counts(self) -> str:
        """SQL of three counts over rows called `it`: all, filled, wrong."""
        among = f"CASE WHEN {self.among} THEN {{}} END" if self.among else "{}"
        wrong = f"CASE WHEN {self.wrong} THEN 1 END" if self.wrong else "NULL"
        return ", ".join(f"count({among.format(each)})" for each in ("1", self.value, wrong))


def answer(asked: Asked) -> Rows:
    """A row for each group, noun and field."""
    settings = config.load()
    soundness.on(asked.connection, settings.country)
    parts = list(
        several.each(asked, NOUNS, lambda name: replace(asked, report=several.about(asked.report, name)))
    )
    rows = [row for part in parts for row in _rows(part, settings)]
    return parts[0].table(sorted(rows, key=lambda row: row[0].order()) if parts[0].group.name else rows)


def _rows(asked: Asked, settings: config.Config) -> Iterator[tuple[Place, tuple[Any, ...]]]:
    """The rows on one noun; none where it has no records."""
    about = fields.noun(asked.report.NOUN)
    looks = list(_looks(about, settings))
    counted = ", ".join(each.counts() for each in looks)
    chosen = asked.chosen(tuple(_columns(about)))
    question = f'{chosen}\nSELECT "group", purse, {counted} FROM chosen AS it GROUP BY "group", purse'
    found: dict[Place, list[int]] = {}
    for place, _, counts in asked.ask(question):
        before = found.get(place, [0] * len(counts))
        found[place] = [one + other for one, other in zip(before, counts, strict=True)]
    for place, sums in sorted(found.items(), key=lambda each: each[0].order()):
        for at, look in enumerate(looks):
            among, filled, wrong = sums[3 * at : 3 * at + 3]
            if among:
                yield place, (
                    about.name, look.name, share(filled, among) if look.fillable else None,
                    share(filled - wrong, filled), among, among - filled, wrong,
                )  # fmt: skip


def _columns(about: fields.Noun) -> Iterator[str]:
    """The columns that the looks at a noun need."""
    more = {
        "lead": ("converted_at", "status"),
        "deal": ("stage_id", "currency", "rate", "next_step"),
        "company": ("domain",),
    }
    asked = [each.name for each in about.options() if _is_asked(about, each)]
    touched = ["last_touch"] * ("last_touch" in about.columns)
    yield from dict.fromkeys((*asked, *touched, *more.get(about.name, ())))


def _looks(about: fields.Noun, settings: config.Config) -> Iterator[_Look]:
    for each in about.options():
        if _is_asked(about, each):
            value = f"nullif(it.{each.name}, '[]')" if each.kind in ("tags", "list") else f"it.{each.name}"
            yield _Look(each.name, value, soundness.wrong(about.name, each))
    if "last_touch" in about.columns:
        stale = f"it.last_touch < date(?1, '-{soundness.STALE_MONTHS} months')"
        yield _Look("last_touch", "it.last_touch", stale)
    if about.name in soundness.WORKED_ON:
        among = soundness.WORKED_ON[about.name]
        yield _Look("next_step", f"nullif({soundness.has_next(about.name)}, 0)", among=among)
    if about.name in soundness.EQUALS:
        yield _Look("duplicates", "1", soundness.EQUALS[about.name], fillable=False)
    if about.name == "deal":
        rated = [f"'{code}'" for code in settings.values.get("rates", {}) if code.isalpha()]
        known = f"it.rate IS NOT NULL OR it.currency IN ({', '.join(rated)})"
        yield _Look("rate", f"nullif({known}, 0)", among=f"it.currency <> '{settings.currency}'")


def _is_asked(about: fields.Noun, each: Field) -> bool:
    """Whether a field is one that somebody fills in; a no is as good as a yes."""
    if about.name == "deal" and each.name == "next_step":
        return False
    return each.kind != "boolean" and each.name not in UNASKED and each.name in about.columns
