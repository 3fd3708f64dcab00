"""Who helps to sell: the commands of partners."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("Who helps to sell, and what they were offered.")
verbs.common(
    app,
    "partner",
    add='crm partner add "Northwind" --partner-level gold --territory "North"',
)
