"""What customers owe and have paid: the commands of invoices."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("What customers owe and have paid.")
verbs.common(
    app,
    "invoice",
    add="crm invoice add 2026-117 --company Acme --amount 1190 --issued-on today",
)
