"""The lives of the demo's customers: since when they buy, what they order year by year, who slows down and who leaves.

Who buys a machine mostly has a care plan from that day and renews it each year; beans come by subscription, billed
in parts.
How many fare how is fixed; the British ones are told apart, so that there are some of each in pounds too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from crm_cli.demo import marketing, names
from crm_cli.demo.days import busy_day, workday
from crm_cli.demo.story import Item, Order, Story

YEAR = 365
# How customers fare: how many, and how many days ago the last and the first of them bought for the first time.
FATES = {
    "regular": (19, 100, 1040),
    "slowing": (5, 420, 1000),
    "left": (9, 480, 1000),
    "new": (10, 6, 190),
}
BRITISH = ("regular", "left", "slowing", "regular", "new")
ENDING = (9, 24)
"""Days until the care plans of two regular customers end, which nobody has begun to renew."""
RENEWING = 75  # days before a care plan ends that its renewal is talked about
AWAY = 100  # days that those who left have been gone, at least
QUARTERS = 4
MACHINES = tuple(product.name for product in names.PRODUCTS if product.category == "Machines")
BEANS = tuple(product.name for product in names.PRODUCTS if product.category == "Beans")
CARE = tuple(product.name for product in names.PRODUCTS if product.category == "Care plans")
COOLER, FILTERS = (product.name for product in names.PRODUCTS if product.category == "Accessories")
DISCOUNTS = (0, 0, 0, 5, 8, 10)


_WAKES = [
    (each.first + 20, each.last + 50, each.pull)
    for each in (*names.CAMPAIGNS, *marketing.MORE) if each.pull
]  # fmt: skip


class Means(NamedTuple):
    """What suits a firm of a size: its machine, the care plan of that, and how many machines it may come to."""

    machine: str
    care: str
    most: int


@dataclass(frozen=True, slots=True)
class Life:
    """A customer: how it fares, when it first bought, how many machines, with care or not, and when it left."""

    firm: str
    fate: str
    joined: date
    machines: int
    left: date | None = None
    care: bool = True


def tell(story: Story) -> None:
    """Add the customers, then what they ordered and are about to order."""
    firms = [firm for firm in names.COMPANIES if firm.type == "prospect"]
    others = [firm.name for firm in firms if firm.country != "GB"]
    story.dice.shuffle(others)
    told = [(fate, number, many) for fate, (many, _, _) in FATES.items() for number in range(many)]
    told += [(fate, 1, 3) for fate in BRITISH]
    others[len(told) - len(BRITISH) :] = [firm.name for firm in firms if firm.country == "GB"]
    for place, (firm, (fate, number, many)) in enumerate(zip(others, told, strict=True)):
        life = _life(story, firm, fate, number / many, 1 / many)
        if place < len(ENDING):
            life = replace(life, care=True, joined=workday(story.today + timedelta(ENDING[place] - 2 * YEAR)))
        story.joined[firm] = life.joined
        if life.left:
            story.left[firm] = life.left
        story.orders += _orders(story, life, ending=place < len(ENDING))


def means(story: Story, firm: str) -> Means:
    """What suits a firm."""
    employees = int(story.companies[firm]["employees"])
    size = sum(employees >= bound for bound in (40, 150))
    return Means(MACHINES[size], CARE[size], max(1, min(4, employees // (25, 50, 120)[size])))


def machine(story: Story, suits: Means, many: int, *, care: bool = True) -> tuple[Item, ...]:
    """Machines with their care, and what is often taken with them: a cooler for the milk, filters."""
    less = story.dice.choice(DISCOUNTS)
    items = [Item(suits.machine, many, less), *([Item(suits.care, many)] if care else [])]
    if suits.machine != MACHINES[0] and story.chance(55):
        items.append(Item(COOLER, many, less))
    if story.chance(45):
        items.append(Item(FILTERS, many, less))
    return tuple(items)


def beans(story: Story, machines: int) -> tuple[Item, ...]:
    """A year of beans: mostly the house blend; whoever takes it without caffeine takes it beside."""
    less = story.dice.choice(DISCOUNTS)
    if not story.chance(75):
        return (Item(BEANS[1], machines, less),)
    items = [Item(BEANS[0], 2 * machines, less)]
    if story.chance(45):
        items.append(Item(BEANS[2], machines, less))
    elif story.chance(15):
        items.append(Item(BEANS[1], machines, less))
    return tuple(items)


def _life(story: Story, firm: str, fate: str, place: float, share: float) -> Life:
    """A life that begins in a share of the time in which such lives begin, or somewhat beside it."""
    _, last, first = FATES[fate]
    least = last + int((first - last) * max(0.0, place - share / 2))
    most = last + int((first - last) * min(1.0, place + 3 * share / 2))
    joined = busy_day(story.today, least, most, story.dice, lambda day: _drawn(story.today, day))
    many = story.dice.randint(1, means(story, firm).most)
    if fate != "left":
        return Life(firm, fate, joined, many, care=story.chance(75))
    years = story.dice.randint(1, min(2, ((story.today - joined).days - AWAY) // YEAR))
    return Life(firm, fate, joined, many, joined + timedelta(YEAR * years))


def _drawn(today: date, day: date) -> int:
    """How many more become customers on a day in the wake of campaigns."""
    ago = (day - today).days
    return max((pull for first, last, pull in _WAKES if first <= ago <= last), default=0)


def _orders(story: Story, life: Life, *, ending: bool) -> Iterator[Order]:
    """All that a customer has ordered, the renewals that were refused, and those that are talked about."""
    suits = means(story, life.firm)
    called = f"{life.machines} {suits.machine}" if life.machines > 1 else suits.machine
    first = machine(story, suits, life.machines, care=life.care)
    since = life.joined if life.care else None
    yield Order(life.firm, life.joined, called, "new_business", first, care=since)
    blend = beans(story, life.machines)
    begun = workday(life.joined + timedelta(story.dice.randint(5, 40)))
    for year in range((story.today - life.joined).days // YEAR + 2):
        anniversary = life.joined + timedelta(YEAR * year)
        if year and life.care:
            yield from _renewed(story, life, suits, anniversary, open_too=not ending)
        if life.left == anniversary:
            break
        yield from _subscribed(story, life, blend, year, begun + timedelta(YEAR * year))
    if life.fate == "regular" and story.chance(45) and (story.today - life.joined).days > YEAR // 2:
        day = busy_day(story.today, 4, (story.today - life.joined).days - 90, story.dice)
        yield Order(life.firm, day, suits.machine, "existing", machine(story, suits, 1, care=life.care))


def _renewed(story: Story, life: Life, suits: Means, anniversary: date, *, open_too: bool) -> Iterator[Order]:
    """The care of another year: ordered, refused by who leaves, or not decided yet."""
    day = workday(anniversary - timedelta(story.dice.randint(4, 25)))
    order = Order(life.firm, day, f"{suits.care} {anniversary.year}", "renewal",
                  (Item(suits.care, life.machines),), care=anniversary)  # fmt: skip
    if life.left == anniversary:
        yield order._replace(outcome="Lost", care=None)
    elif anniversary < story.today:
        yield order
    elif open_too and anniversary <= story.today + timedelta(RENEWING):
        yield order._replace(outcome="", day=anniversary)


def _subscribed(story: Story, life: Life, blend: tuple[Item, ...], year: int, begun: date) -> Iterator[Order]:
    """The beans of a year; of who slows down half as many each year, billed more seldom."""
    day = workday(begun - timedelta(story.dice.randint(2, 12) if year else 0))
    if day >= story.today - timedelta(1):
        return
    bills, items = QUARTERS, blend
    if life.fate == "slowing" and year:
        bills = QUARTERS // 2 if year == 1 else 1
        items = tuple(each._replace(quantity=max(1, each.quantity // 2**year)) for each in blend)
    yield Order(
        life.firm, day, f"Beans {begun.year}", "existing" if year == 0 else "renewal", items, bills=bills
    )
