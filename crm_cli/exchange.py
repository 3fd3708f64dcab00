"""Rates of exchange: what one unit of a currency is worth in the own one, on a day.

A rate in the settings holds always; else the latest dated one on or before the day counts, as accountants do over
weekends and holidays.
"""

import sqlite3

from crm_cli.config import Config


def rate(connection: sqlite3.Connection, config: Config, currency: str, day: str) -> str | None:
    """One unit of `currency` in the own currency on a day, as decimal text; None where none is known."""
    told = config.rate(currency)
    if told:
        return told
    question = "SELECT rate FROM rate WHERE currency = ? AND day <= ? ORDER BY day DESC LIMIT 1"
    found = connection.execute(question, (currency, day)).fetchone()
    return found[0] if found else None
