"""The days that are free in a country or a part of it, as the library `holidays` knows them."""

from datetime import date
from functools import lru_cache

from crm_cli.errors import InvalidError


def code_of(text: str) -> str:
    """The code of a country, or of a part of one (`DE`, `DE-BY`), as the library has it.

    Raises:
        InvalidError: there is none such; names the nearest.
    """
    from holidays import list_supported_countries

    country, _, part = text.strip().upper().replace("_", "-").partition("-")
    known = list_supported_countries(include_aliases=False)
    if country not in known:
        raise _unknown(text, list(known))
    parts = {each.upper(): each for each in known[country]}
    if part and part not in parts:
        if not parts:
            raise InvalidError(f"the holidays of {country} are the same in all its parts; write {country}")
        raise _unknown(text, [f"{country}-{each}" for each in parts.values()])
    return f"{country}-{parts[part]}" if part else country


@lru_cache(maxsize=1_000)
def named(code: str, year: int) -> dict[date, str]:
    """The holidays of a year, with their names."""
    from holidays import country_holidays

    country, _, part = code.partition("-")
    found = country_holidays(country, subdiv=part or None, years=year)
    return {day: str(name) for day, name in sorted(found.items())}


def _unknown(text: str, known: list[str]) -> InvalidError:
    from crm_cli.fields import nearest

    return nearest(text.strip().upper(), known, "country of holidays")
