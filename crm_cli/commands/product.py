"""What you sell: the commands of products."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("What you sell.")
verbs.common(
    app,
    "product",
    add='crm product add "Grinder M" --code GM --list-price 480 --tax-rate 19',
    list="crm product list active=yes category=grinders",
)
