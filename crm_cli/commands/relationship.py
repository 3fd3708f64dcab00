"""How companies and people stand to each other: the commands of relationships."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("How companies and people stand to each other.")
verbs.common(
    app,
    "relationship",
    add="crm relationship add referred_by --company Acme --to-company Northwind",
)
