"""How soon cases are answered and resolved: the commands of SLA policies."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("How soon cases are answered and resolved.")
verbs.common(
    app,
    "sla",
    add='crm sla add Gold --promise "urgent:1h/4h, high:2h/8h, normal:4h/24h, low:8h/40h"',
)
