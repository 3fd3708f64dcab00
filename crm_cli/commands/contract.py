"""What customers are entitled to: the commands of contracts."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("What customers are entitled to, for a term.")
verbs.common(
    app,
    "contract",
    add='crm contract add "Care plan" --company Acme --starts-on 2026-01-01 --ends-on 2026-12-31',
)
