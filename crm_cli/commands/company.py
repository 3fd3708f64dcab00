"""Organisations that buy, sell or help to sell: the commands of companies."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application("Organisations that buy, sell or help to sell.", epilog='crm company show "Acme"')
verbs.common(
    app,
    "company",
    add='crm company add "Acme, Inc." --industry retail --country US --website acme.example',
    list="crm company list type=customer won_amount=10000.. --sort -won_amount",
    show='crm company show "Acme, Inc."',
    edit="crm company edit acme --revenue-potential A",
)
verbs.more(app, "company", *verbs.OF_CUSTOMERS)
