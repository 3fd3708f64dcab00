"""What we offer at which price: the commands of quotes."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("What you offer at which price, until when.")
verbs.common(
    app,
    "quote",
    add="crm quote add --company Acme --valid-until +30d",
)
