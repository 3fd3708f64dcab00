"""People you know: the commands of contacts."""

from crm_cli import lazy
from crm_cli.commands import verbs

app = lazy.application(
    "People you know.",
    epilog="crm contact list company~acme -o ids | crm contact tag vip -",
)
verbs.common(
    app,
    "contact",
    verbs.PEOPLE,
    prefer="crm contact prefer ada --no-bulk-email --channel phone --time morning",
    consent='crm contact consent ada opted_in --source "web form" --expires +2y ;; crm contact consent ada',
    forget="crm contact forget ada --dry-run ;; crm contact forget ada@example.org",
    add='crm contact add "Ada Lovelace" --email ada@example.org --company "Analytical Engines"',
    list="crm contact list lifecycle=customer last_touch=..-90d --sort name",
    show="crm contact show ada@example.org ;; crm contact show ada --why-not email",
    edit='crm contact edit ada --title "Chief analyst" ;; crm contact edit company="Acme" --set owner=me --yes',
    delete="crm contact delete ada@example.org --yes",
    import_="crm contact import people.vcf ;; crm contact import hubspot.csv --source hubspot",
    export="crm contact export tag=vip -o vcf > vip.vcf ;; crm contact export --subject ada > all-about-ada.json",
    tag="crm contact tag vip,press ada ;; crm contact list city=Paris -o ids | crm contact tag paris -",
)
verbs.more(app, "contact", *verbs.OF_CUSTOMERS)
