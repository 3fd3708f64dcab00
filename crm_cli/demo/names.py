"""The people, firms and goods of the demo business: all invented, every address below `.example`."""

from typing import NamedTuple


class Firm(NamedTuple):
    """A company that the demo business knows; most of them are there to buy."""

    name: str
    country: str
    city: str
    industry: str
    employees: int
    type: str = "prospect"
    partner_level: str = ""


class Product(NamedTuple):
    """What the demo business sells; price and cost are in whole euros."""

    code: str
    name: str
    kind: str
    category: str
    price: int
    cost: int


class Campaign(NamedTuple):
    """A campaign: its days count from today, its money is in euros.

    `brings` is the source that is written on what comes of it.
    """

    code: str
    name: str
    type: str
    brings: str
    first: int
    last: int
    status: str
    budget: int
    cost: int
    expected_revenue: int
    expected_response_pct: int
    objective: str
    pull: int = 0
    """How many more become customers in its wake, 0 to 8: 2 are twice as many as else."""


USERS: tuple[dict[str, str], ...] = (
    {
        "name": "Mara Quist",
        "email": "mara@quistcoffee.example",
        "region": "Key accounts",
        "commission_pct": "2",
        "capacity": "30",
        "active": "true",
    },
    {
        "name": "Sanne Duinker",
        "email": "sanne@quistcoffee.example",
        "manager": "Mara Quist",
        "region": "Benelux",
        "commission_pct": "4",
        "capacity": "60",
        "territories": "NL, BE",
        "active": "true",
    },
    {
        "name": "Jonas Feldmark",
        "email": "jonas@quistcoffee.example",
        "manager": "Mara Quist",
        "region": "Germany",
        "commission_pct": "4",
        "capacity": "60",
        "territories": "DE",
        "active": "true",
    },
    {
        "name": "Owen Prydder",
        "email": "owen@quistcoffee.example",
        "manager": "Mara Quist",
        "region": "United Kingdom",
        "commission_pct": "3.5",
        "capacity": "25",
        "territories": "GB",
        "active": "true",
    },
)
HEAD = "Mara Quist"
REGION = {"NL": "Benelux", "BE": "Benelux", "DE": "Germany", "GB": "United Kingdom"}
SELLER = {"NL": "Sanne Duinker", "BE": "Sanne Duinker", "DE": "Jonas Feldmark", "GB": "Owen Prydder"}

PRODUCTS = (
    Product("M-10", "Ostra Mini", "goods", "Machines", 1490, 820),
    Product("M-20", "Ostra Office", "goods", "Machines", 3890, 2180),
    Product("M-40", "Ostra Canteen", "goods", "Machines", 8450, 4900),
    Product("B-01", "House Blend Subscription", "goods", "Beans", 1680, 890),
    Product("B-02", "Single Farm Subscription", "goods", "Beans", 2400, 1390),
    Product("B-03", "Quiet Blend Subscription", "goods", "Beans", 1480, 820),
    Product("A-01", "Milk Cooler", "goods", "Accessories", 340, 190),
    Product("A-02", "Water Filter Set", "goods", "Accessories", 120, 45),
    Product("C-01", "Care Basic", "service", "Care plans", 480, 190),
    Product("C-02", "Care Plus", "service", "Care plans", 890, 360),
    Product("C-03", "Care Complete", "service", "Care plans", 1650, 690),
)
PRICES = {product.name: product.price for product in PRODUCTS}
TAX = {product.name: 9 if product.category == "Beans" else 21 for product in PRODUCTS}
"""Per cent of the price."""

CAMPAIGNS = (
    Campaign("SEARCH-1", "Search Ads for Machines", "advertising", "advertising", -1062, -905, "completed",
             8000, 8940, 60000, 3, "Be found by those who look for a machine for the first time", 8),
    Campaign("TASTE-1", "First Tasting", "event", "event", -1038, -1036, "completed", 3500, 3610, 20000,
             15, "Show that an office may have good coffee", 2),
    Campaign("FAIR", "Stand at the Office Fair", "event", "event", -884, -881, "completed", 5000, 5430, 30000,
             4, "Meet in three days whom it takes a year to call", 2),
    Campaign("TASTE-2", "Second Tasting", "event", "event", -604, -602, "completed", 4000, 3870, 25000,
             15, "Let those taste who asked in the year", 2),
    Campaign("SEARCH-2", "Search Ads for Offices", "advertising", "advertising", -815, -655, "completed",
             8500, 8260, 60000, 3, "Be found by those who furnish an office", 8),
    Campaign("FAIR-2", "Second Stand at the Office Fair", "event", "event", -519, -516, "completed", 5500, 5810,
             30000, 4, "Meet again whom we met there, and their neighbours", 2),
    Campaign("TASTING", "Open House Tasting", "event", "event", -318, -316, "completed", 4200, 3985, 30000,
             15, "Let facility managers taste before they compare prices", 2),
    Campaign("SEARCH", "Office Coffee Search Ads", "advertising", "advertising", -245, -125, "completed",
             6000, 6310, 45000, 3, "Be found by those who look for a machine today", 8),
    Campaign("REFER", "Refer a Neighbour", "other", "referral", -170, 55, "active", 2500, 1450, 25000, 8,
             "A free month of beans for each customer who names another"),
    Campaign("LETTER", "The Monday Cup", "email", "email", -90, 28, "active", 1800, 1120, 20000, 6,
             "A short letter a fortnight to everybody who ever asked"),
    Campaign("LETTER-1", "The Monday Cup, first year", "email", "email", -860, -500, "completed", 3000, 2890,
             30000, 6, "A short letter a fortnight to everybody who ever asked"),
    Campaign("LETTER-2", "The Monday Cup, second year", "email", "email", -455, -140, "completed", 3000, 2640,
             30000, 6, "A short letter a fortnight, with a recipe"),
    Campaign("ROADSHOW", "Roadshow Rhine and Maas", "event", "event", 34, 48, "planned", 9500, 0, 60000, 10,
             "Bring the new Canteen to eight business parks"),
)  # fmt: skip

COMPANIES = (
    Firm("Havenlicht Logistics", "NL", "Rotterdam", "Logistics", 420),
    Firm("Zilverreiger Notarissen", "NL", "Utrecht", "Legal", 28),
    Firm("Molenwiek Software", "NL", "Amsterdam", "Software", 95),
    Firm("Polderkwel Research", "NL", "Wageningen", "Research", 60),
    Firm("Kade 9 Coworking", "NL", "Amsterdam", "Coworking", 18),
    Firm("Tulpenveld Verzekeringen", "NL", "Den Haag", "Insurance", 310),
    Firm("Noordzout Shipping", "NL", "Rotterdam", "Logistics", 150),
    Firm("De Blauwe Brug Hotels", "NL", "Haarlem", "Hospitality", 240),
    Firm("Stadsgracht Makelaars", "NL", "Leiden", "Real estate", 35),
    Firm("Windveer Energie", "NL", "Groningen", "Energy", 130),
    Firm("Letterkast Uitgevers", "NL", "Utrecht", "Media", 44),
    Firm("Rijnoever Kliniek", "NL", "Arnhem", "Healthcare", 210),
    Firm("Ganzenpad Scholen", "NL", "Zwolle", "Education", 180),
    Firm("Bosuil Games", "NL", "Eindhoven", "Software", 52),
    Firm("Warmond & Dochters", "NL", "Breda", "Manufacturing", 75),
    Firm("Zonnedauw Cosmetics", "NL", "Almere", "Retail", 66),
    Firm("Saffraan Import", "NL", "Rotterdam", "Food trade", 22),
    Firm("Lantaarn Studio", "NL", "Eindhoven", "Design", 15),
    Firm("Hoogwater Engineers", "NL", "Delft", "Engineering", 110),
    Firm("Lindenhof Maschinenbau", "DE", "Stuttgart", "Manufacturing", 640),
    Firm("Größl & Söhne", "DE", "Nürnberg", "Manufacturing", 85),
    Firm("[square] Architekten", "DE", "Berlin", "Design", 24),
    Firm("Nebelhorn Medien", "DE", "München", "Media", 120),
    Firm("Kranichfelder Versicherung", "DE", "Erfurt", "Insurance", 380),
    Firm("Blaustern Software", "DE", "Berlin", "Software", 140),
    Firm("Hafenkante Spedition", "DE", "Hamburg", "Logistics", 260),
    Firm("Ulmental Kliniken", "DE", "Ulm", "Healthcare", 720),
    Firm("Wiesengrund Schulen", "DE", "Kassel", "Education", 95),
    Firm("Sonnenkamm Solar", "DE", "Freiburg", "Energy", 78),
    Firm("Tannert & Partner Anwälte", "DE", "Köln", "Legal", 40),
    Firm("Elsterbrück Druck", "DE", "Leipzig", "Media", 58),
    Firm("Rotdorn Immobilien", "DE", "Düsseldorf", "Real estate", 33),
    Firm("Kieselweg Coworking", "DE", "Köln", "Coworking", 14),
    Firm("Hummelbach Biotech", "DE", "Heidelberg", "Research", 170),
    Firm("Alsterlicht Hotels", "DE", "Hamburg", "Hospitality", 290),
    Firm("Fuchsbau Games", "DE", "Leipzig", "Software", 31),
    Firm("Steinmark Ingenieure", "DE", "Dortmund", "Engineering", 125),
    Firm("Mondsichel Mode", "DE", "Berlin", "Retail", 90),
    Firm("Birnbaum Bildung", "DE", "Dresden", "Education", 48),
    Firm("Scheldewind Rederij", "BE", "Antwerpen", "Logistics", 190),
    Firm("Crèvecour Avocats", "BE", "Liège", "Legal", 26),
    Firm("Brabançonne Assurances", "BE", "Bruxelles", "Insurance", 330),
    Firm("Leievallei Textiel", "BE", "Kortrijk", "Manufacturing", 145),
    Firm("Atelier Dubréaux", "BE", "Namur", "Design", 12),
    Firm("Blauwvoet Software", "BE", "Gent", "Software", 70),
    Firm("Clinique des Tilleuls", "BE", "Mons", "Healthcare", 220),
    Firm("Zandloper Consult", "BE", "Leuven", "Consulting", 54),
    Firm("Hôtels du Vieux Canal", "BE", "Brugge", "Hospitality", 160),
    Firm("Karthuis Immo", "BE", "Mechelen", "Real estate", 21),
    Firm("Pigeonnier Éditions", "BE", "Bruxelles", "Media", 37),
    Firm("Thistlewick Publishing", "GB", "Edinburgh", "Media", 45),
    Firm("Marrowbone & Pike", "GB", "London", "Legal", 88),
    Firm("Fenwright Analytics", "GB", "Cambridge", "Software", 62),
    Firm("Coldwharf Studios", "GB", "Bristol", "Design", 19),
    Firm("Larkmoor Care Homes", "GB", "Leeds", "Healthcare", 205),
    Firm("Kantoorgeluk Interiors", "NL", "Amsterdam", "Design", 30, "partner", "gold"),
    Firm("Ergowerk Büromöbel", "DE", "Hannover", "Retail", 55, "partner", "silver"),
    Firm("Ostra Apparatebau", "DE", "Bielefeld", "Manufacturing", 210, "supplier"),
    Firm("Zeven Zakken Roastery", "NL", "Deventer", "Food trade", 16, "supplier"),
    Firm("Bean and Lever", "GB", "Manchester", "Food trade", 140, "competitor"),
)
RIVALS = ("Bean and Lever", "Kaffeewerk Nordend", "Tasse & Co", "the caterer's own machines")

FIRST = {
    "NL": ("Femke", "Jasper", "Marijke", "Ruben", "Lotte", "Bram", "Yasmin", "Thijs", "Anouk", "Sander",
           "Hanneke", "Daan"),
    "DE": ("Jürgen", "Katrin", "Lukas", "Annelie", "Björn", "Friederike", "Emre", "Leonie", "Matthias",
           "Zoë", "Ulrich", "Dorothee"),
    "BE": ("Élodie", "Benoît", "Margaux", "Wouter", "Aurélie", "Pieter", "Noémie", "Cédric", "Lieve",
           "Maëlle", "Joris", "Inès"),
    "GB": ("Imogen", "Rowan", "Beatrix", "Callum", "Priya", "Gareth", "Orla", "Desmond", "Nadia", "Hugh",
           "Winifred", "Tobias"),
}  # fmt: skip
LAST = {
    "NL": ("van Duinkerk", "Polderink", "ter Horsting", "Kersenboom", "Waterlander", "de Rietgors",
           "Veldmaat", "Brouwenaar", "van der Molenkamp", "Zilverschoon", "Hazewind"),
    "DE": ("Lindenfelser", "Größl", "Weidenthaler", "Köhlberg", "Haselbrink", "Brückwald", "Ahornbach",
           "Sommerkorn", "Tannerling", "Müllgard", "Rabensteiner"),
    "BE": ("Delvaune", "Lambrecq", "Peeterborn", "Verhoolst", "Dubréaux", "Crèvecour", "Hélinart",
           "Montserein", "Vandewinkel", "Bastogneux", "Claesmans"),
    "GB": ("Thistlewick", "Ashgrover", "Wexcombe", "Pellowby", "Larkmoor", "Merriwell", "Dunmoore",
           "Fenwright", "Quillfeather", "Haddowsby", "Coldstream-Vane"),
}  # fmt: skip
LANGUAGE = {"NL": "Dutch", "DE": "German", "BE": "French", "GB": "English"}
# Who a word list cannot make: company, first name, last name, local part of the address, language.
PERSIAN = ("Saffraan Import", "نیلوفر", "آذرمهر", "niloufar.azarmehr", "Persian")
# Telephone numbers that are kept for fiction, or that no exchange can give out.
DIAL = {"NL": "+31 20 000 0", "DE": "+49 30 23125 ", "BE": "+32 2 000 0", "GB": "+44 20 7946 0"}
STREETS = {
    "NL": ("Havenstraat", "Molenweg", "Kerkplein", "Lange Gracht", "Stationsweg"),
    "DE": ("Lindenstraße", "Am Markt", "Gartenweg", "Bahnhofstraße", "Mühlgasse"),
    "BE": ("Rue des Tilleuls", "Vismarkt", "Place du Canal", "Stationsstraat", "Rue Haute"),
    "GB": ("Station Road", "Mill Lane", "Church Street", "Harbour Walk", "High Street"),
}
TITLES = ("Office Manager", "Facility Manager", "Head of Purchasing", "Managing Director", "HR Lead",
          "Team Assistant", "Operations Manager", "Canteen Manager", "Workplace Lead",
          "Finance Director")  # fmt: skip
TAGS = ("vip", "renewal", "multi-site", "pilot", "price-sensitive", "fair-trade", "references")
NEEDS = (
    "One invoice for beans and care",
    "A machine that staff can clean themselves",
    "Coffee that guests may be offered",
    "Shorter queues at nine in the morning",
    "Fair-trade beans every month",
    "A machine for the new floor",
    "Someone who comes within a day when it stops",
)
# The firms of those who are not customers yet: one word of each.
LEAD_FIRMS = ("Amber", "Bruin", "Elmwood", "Grauwacke", "Hertenkamp", "Hollow", "Kiebitz", "Lichtung",
              "Maple", "Oever", "Parelmoer", "Quarry", "Silberpfad", "Tidewater", "Veilchen",
              "Wildhof")  # fmt: skip
LEAD_TRADES = {
    "Logistics": "Logistics",
    "Software": "Software",
    "Media": "Media",
    "Clinic": "Healthcare",
    "Studio": "Design",
    "Energy": "Energy",
    "School": "Education",
    "Consulting": "Consulting",
}
"""The other word, and the industry it stands for."""
BUDGETS = (
    "about 3000 a year",
    "5000 approved",
    "to be agreed",
    "10000 for both sites",
    "none before next year",
)
AUTHORITIES = ("decides alone", "together with finance", "the managing director signs", "purchasing decides")
TIMEFRAMES = (
    "this month",
    "this quarter",
    "next quarter",
    "when the old lease ends",
    "before the office move",
)
