"""Prices for some customers or a time: the commands of price lists."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("Prices for some customers or a time.")
verbs.common(
    app,
    "pricelist",
    add='crm pricelist add "Resellers 2026" --currency EUR',
)
