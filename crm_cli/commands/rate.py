"""Rates of exchange: the commands of rates."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("Rates of exchange, by day.")
verbs.common(
    app,
    "rate",
    add="crm rate add EUR --day 2026-11-02 --rate 1.0842",
)
