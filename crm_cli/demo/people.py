"""The companies of the demo and the people in them."""

from crm_cli.demo import names
from crm_cli.demo.days import ago, moment
from crm_cli.demo.story import Row, Story
from crm_cli.values.folding import fold

CONTACTS = 140
LARGE = 200
"""Employees from which the head of the firm looks after a company herself."""


def tell(story: Story) -> None:
    """Add the companies, then the people: one at each company, more at the large ones."""
    for firm in names.COMPANIES:
        story.companies[firm.name] = _company(story, firm)
    sizes = [firm.employees + 60 for firm in names.COMPANIES]
    more = story.dice.choices(names.COMPANIES, sizes, k=CONTACTS - len(names.COMPANIES))
    for firm in sorted([*names.COMPANIES, *more], key=names.COMPANIES.index):
        contact = _contact(story, story.companies[firm.name])
        story.contacts.append(contact)
        story.people.setdefault(firm.name, []).append(contact)


def new_name(story: Story, country: str) -> tuple[str, str]:
    """A first and a last name of a country that nobody in the story has together."""
    taken = {person["name"] for person in [*story.contacts, *story.leads]}
    while True:
        first, last = story.dice.choice(names.FIRST[country]), story.dice.choice(names.LAST[country])
        if f"{first} {last}" not in taken:
            return first, last


def domain(firm: str) -> str:
    """The internet domain of a firm: its name without accents and marks."""
    letters = "".join(letter if letter.isalnum() else " " for letter in fold(firm))
    return "-".join(letters.split()) + ".example"


def phone(story: Story, country: str) -> str:
    """The next telephone number of a country that rings nowhere."""
    return f"{names.DIAL[country]}{len(story.contacts) + len(story.leads) + 1:03}"


def local(first: str, last: str) -> str:
    """The part of an address before the @."""
    return ".".join(fold(f"{first} {last}").replace("-", " ").split())


def _company(story: Story, firm: names.Firm) -> Row:
    """A company that has bought nothing yet."""
    dice, site, country = story.dice, domain(firm.name), firm.country
    size = sum(firm.employees < bound for bound in (250, 100, 40))
    return {
        "name": firm.name,
        "domain": site,
        "website": f"https://www.{site}",
        "email": f"hello@{site}",
        "type": firm.type,
        "industry": firm.industry,
        "employees": str(firm.employees),
        "annual_revenue": f"{firm.employees * dice.randint(9, 24)}0000.00",
        "default_currency": "GBP" if country == "GB" else "EUR",
        "needs": dice.choice(names.NEEDS) if story.chance(45) else "",
        "revenue_potential": "abcd"[size] if firm.type == "prospect" else "",
        "payment_terms_days": dice.choice(("14", "30", "30")),
        "street": f"{dice.choice(names.STREETS[country])} {dice.randint(1, 140)}",
        "city": firm.city,
        "country": country,
        "partner_level": firm.partner_level,
        "territory": names.REGION[country],
        "owner": names.HEAD if firm.employees >= LARGE else names.SELLER[country],
        "tags": _tags(story, 30),
        "created_at": moment(ago(story.today, dice.randint(1200, 1600)), dice),
    }


def _contact(story: Story, company: Row) -> Row:
    """A person at a company; the only one with a script of her own stands in the word list."""
    dice, country = story.dice, company["country"]
    first, last = new_name(story, country)
    mailbox, language = local(first, last), names.LANGUAGE[country]
    if company["name"] == names.PERSIAN[0] and not story.people_of(company["name"]):
        _, first, last, mailbox, language = names.PERSIAN
    return {
        "first_name": first,
        "last_name": last,
        "name": f"{first} {last}",
        "title": dice.choice(names.TITLES),
        "company": company["name"],
        "email": f"{mailbox}@{company['domain']}",
        "phone": phone(story, country),
        "city": company["city"],
        "country": country,
        "language": language,
        "lifecycle": dice.choice(("subscriber", "lead", "lead", "mql", "sql")),
        "source": dice.choice(("web", "web", "phone", "referral", "event", "social", "email")),
        "interests": dice.choice(("machines", "beans", "care plans", "machines, beans", "")),
        "do_not_email": "true" if story.chance(4) else "false",
        "do_not_bulk_email": "true" if story.chance(9) else "false",
        "do_not_phone": "true" if story.chance(5) else "false",
        "preferred_channel": dice.choice(("any", "any", "email", "phone")),
        "best_time": dice.choice(("", "", "morning", "afternoon", "09:00-11:00")),
        "owner": company["owner"],
        "tags": _tags(story, 25),
        "created_at": moment(ago(story.today, dice.randint(1190, 1500)), dice),
    }


def _tags(story: Story, percent: int) -> str:
    """One or two tags, in so many of a hundred cases."""
    if not story.chance(percent):
        return ""
    return ",".join(sorted(story.dice.sample(names.TAGS, story.dice.choice((1, 1, 2)))))
