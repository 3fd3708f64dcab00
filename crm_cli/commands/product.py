"""The commands of product."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("X")
verbs.common(app, "product")
