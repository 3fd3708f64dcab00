"""The campaigns of the demo: what they say and cost, whom they went to, and how far each person came.

One of each kind: some are over, some run, some wait to go out. Advertisements name nobody and have figures by month.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, pairwise

from crm_cli.demo import names
from crm_cli.demo.days import moment, next_workday, workday
from crm_cli.demo.names import Campaign
from crm_cli.demo.story import Row, Story, json_text

MONTH = 30
ALL = 100  # of a hundred: nobody sees whether a letter or a call is opened
LADDER = ("sent", "delivered", "opened", "clicked", "responded", "converted")

MORE = (
    Campaign("BYPOST-1", "Beans in a Box", "direct_mail", "", -760, -752, "completed", 2400, 2310, 15000, 4,
             "A bag of the new roast for whoever asked and did not buy"),
    Campaign("BYPOST", "Beans by Post", "direct_mail", "", -205, -198, "completed", 2600, 2480, 16000, 4,
             "A bag of the new roast on the desk of whoever has gone quiet"),
    Campaign("RING", "A Call after a Year", "phone", "", -64, -30, "completed", 1500, 1340, 12000, 12,
             "Ask customers of a year how it goes"),
    Campaign("LUNCH", "Lunch Hour", "sms", "", -20, -18, "completed", 400, 372, 3000, 5,
             "Remind of the tasting round the corner"),
    Campaign("LATTE", "Latte Art Clips", "social", "", -75, 20, "active", 1800, 900, 8000, 1,
             "Be seen by those who make the coffee"),
    Campaign("WEBINAR", "Coffee at Scale", "web", "", 12, 12, "planned", 700, 0, 9000, 20,
             "Show large offices what a canteen needs"),
)  # fmt: skip


@dataclass(frozen=True)
class Effort:
    """How a campaign fared with its people: so many, and of a hundred of each rung how many reached the next."""

    code: str
    people: int
    channel: str
    climbs: tuple[int, ...]
    control: int = 0
    by_itself: int = 0
    """How many of a hundred who were left alone ordered all the same."""
    leads: int = 0


EFFORTS = (
    Effort("LETTER-1", 72, "email", (100, 95, 50, 38, 36, 22)),
    Effort("FAIR", 24, "mail", (100, 95, 100, 100, 21, 30)),
    Effort("BYPOST-1", 46, "mail", (100, 94, 100, 100, 8, 40)),
    Effort("TASTE-2", 32, "email", (100, 97, 100, 100, 28, 22)),
    Effort("FAIR-2", 26, "mail", (100, 95, 100, 100, 24, 30)),
    Effort("LETTER-2", 116, "email", (100, 96, 56, 44, 60, 25), control=36, by_itself=8),
    Effort("TASTING", 46, "email", (100, 97, 100, 100, 31, 22), leads=8),
    Effort("BYPOST", 84, "mail", (100, 95, 100, 100, 19, 40), control=32, by_itself=12),
    Effort("REFER", 38, "email", (100, 98, 63, 40, 45, 30)),
    Effort("LETTER", 134, "email", (100, 96, 64, 52, 84, 25), control=38, by_itself=8, leads=20),
    Effort("RING", 30, "phone", (100, 78, 100, 100, 40, 30)),
    Effort("LUNCH", 40, "sms", (100, 96, 100, 100, 14, 20)),
    Effort("ROADSHOW", 52, "email", (0,), leads=12),
)
SEEN = {
    "SEARCH-1": (11_000, 2.2, 5),
    "SEARCH-2": (10_000, 2.5, 6),
    "SEARCH": (9_000, 2.6, 6),
    "LATTE": (21_000, 0.9, 3),
}  # a month: impressions, clicks and answers in a hundred
_LETTER = (
    "Dear {{ first_name }},\n\n{0}.\n\n{{ offer }}{% if promo_code %} Name {{ promo_code }}.{% endif %}\n\n"
    "Yours,\n{{ sender|default('your coffee people') }}\n\n{{ unsubscribe|default('') }}\n"
)
_SAYS = {
    "mail": "Dear {{ salutation|default('') }} {{ last_name|default(name) }},\n\n{{ offer }}\n",
    "phone": "Ask {{ first_name }} of {{ company|default('the firm') }} how it goes. {{ offer }}\n",
    "sms": "{{ first_name|default('Hello') }}, {{ offer }} {{ promo_code }}",
}
_ANSWERS = ("Asks for a visit", "Wants to taste it", "Has a question on prices")
_OFFERS = {
    "TASTE-2": ("Four roasts to compare.", "", ()),
    "FAIR": ("A cup at our stand, and a place to sit.", "", ()),
    "FAIR-2": ("A cup at our stand, and a place to sit.", "", ()),
    "LETTER-1": ("The roast of the fortnight at a tenth less.", "MONDAY", ("beans",)),
    "LETTER-2": ("A recipe, and its beans at a tenth less.", "RECIPE", ("beans",)),
    "BYPOST-1": ("This bag is yours.", "BOX", ("beans",)),
    "TASTING": ("Three roasts to compare, and lunch.", "", ()),
    "LETTER": ("The roast of the fortnight at a tenth less.", "MONDAY", ("beans",)),
    "REFER": ("A month of beans for every neighbour you name.", "NEIGHBOUR", ("beans",)),
    "ROADSHOW": ("See the new Canteen at your door.", "", ("machine",)),
    "BYPOST": ("This bag is yours; the next costs half.", "DESK", ("beans",)),
    "RING": ("A free check of the machine.", "", ()),
    "LUNCH": ("a cup on us today:", "LUNCH", ()),
}


def tell(story: Story) -> None:
    """Complete the campaigns, and add their members, figures and segments."""
    story.segments = _segments()
    for effort in EFFORTS:
        campaign = next(each for each in story.campaigns if each["code"] == effort.code)
        _say(story, campaign, effort)
        story.members += _members(story, campaign, effort)
    for code in SEEN:
        campaign = next(each for each in story.campaigns if each["code"] == code)
        story.results += _results(story, campaign)
    for campaign in story.campaigns:
        campaign["costs"] = json_text(_costs(story, campaign))
        campaign["steps"] = json_text(_steps(story, campaign))


def rows(today: date) -> list[Row]:
    """The campaigns of the firm as they stand on a day."""
    return [_row(each, today) for each in (*names.CAMPAIGNS, *MORE)]


def _row(each: Campaign, today: date) -> Row:
    start, end = (str(today + timedelta(days)) for days in (each.first, each.last))
    begun = each.first <= 0
    return {
        "name": each.name,
        "code": each.code,
        "type": each.type,
        "status": each.status,
        "planned_start": start,
        "planned_end": end,
        "starts_on": start if begun else "",
        "ends_on": end if begun else "",
        "budget": f"{each.budget}.00",
        "cost": f"{each.cost}.00" if begun else "",
        "expected_revenue": f"{each.expected_revenue}.00",
        "currency": "EUR",
        "expected_response_pct": str(each.expected_response_pct),
        "objective": each.objective,
        "owner": names.HEAD,
    }


def _segments() -> list[Row]:
    return [
        {"name": "Customers", "kind": "dynamic", "on": "contact", "filter": "lifecycle=customer,evangelist",
         "description": "People at firms that have bought", "owner": names.HEAD},
        {"name": "Everybody we may write to", "kind": "dynamic", "on": "contact", "filter": "do_not_bulk_email=no",
         "description": "Whoever takes letters", "owner": names.HEAD},
        {"name": "Open leads", "kind": "dynamic", "on": "lead", "filter": "status=new,contacted,nurturing",
         "description": "Who asked and has not bought yet", "owner": names.HEAD},
        {"name": "Logistics and offices", "kind": "dynamic", "on": "company", "filter": "industry=Logistics,Coworking",
         "description": "Where many drink at once", "owner": names.HEAD},
        {"name": "Never again", "kind": "suppression", "on": "contact", "filter": "",
         "description": "Who has asked for silence", "owner": names.HEAD},
    ]  # fmt: skip


def _say(story: Story, campaign: Row, effort: Effort) -> None:
    """What a campaign offers and says, and whom it is for."""
    offer, code, categories = _OFFERS[effort.code]
    body = _SAYS.get(effort.channel, _LETTER.replace("{0}", campaign["objective"]))
    message = {"channel": effort.channel, "body": body, "defaults": json_text({"first_name": "reader"})}
    if effort.channel in ("email", "mail"):
        message["subject"] = campaign["name"]
    kinds = {each["category"].lower().removesuffix("s") for each in story.products}
    wanted = [word.removesuffix("s") for word in categories if word.removesuffix("s") in kinds]
    goods = [each["name"] for each in story.products if each["category"].lower().removesuffix("s") in wanted]
    targets = ["Everybody we may write to", *["Open leads"] * bool(effort.leads)]
    campaign |= {
        "offer": offer,
        "promo_code": code,
        "messages": json_text([message]),
        "products": json_text([{"product": name} for name in goods[:2]]),
        "segments": json_text([{"segment": name, "excluded": False} for name in targets]),
        "control_pct": "10" if effort.control else "",
    }


def _members(story: Story, campaign: Row, effort: Effort) -> list[Row]:
    """The people of a campaign: some excluded, some left alone, the others as far as they came."""
    dice = story.dice
    day = date.fromisoformat(campaign["planned_start"])
    made = min(workday(day - timedelta(4)), story.today - timedelta(1))
    known = [each for each in story.contacts if each["created_at"][:10] < str(made)]
    people = [("contact", each) for each in dice.sample(known, min(effort.people - effort.leads, len(known)))]
    open_ = [each for each in story.leads if not each.get("converted_at")]
    people += [("lead", each) for each in dice.sample(open_, min(effort.leads, len(open_)))]
    rows = []
    for number, (noun, person) in enumerate(people):
        at = moment(made, dice)
        row = {"campaign": campaign["name"], noun: person["name"], "name": person["name"], "channel": effort.channel,
               "status": "targeted", "currency": campaign["currency"], "created_at": at,
               "owner": campaign["owner"]}  # fmt: skip
        history = [{"status": "targeted", "at": at}]
        if number < effort.control:
            row["control"] = "true"
            if campaign["starts_on"] and story.chance(effort.by_itself):
                _alone(story, row, history, next_workday(day + timedelta(dice.randint(3, 20))))
        elif reason := _objection(person, effort.channel):
            row |= {"status": "excluded", "reason": reason}
            history = [{"status": "excluded", "at": at}]
        elif campaign["starts_on"]:
            _fare(story, row, history, effort, next_workday(day))
        row["statuses"] = json_text(history)
        rows.append(row)
    return rows


def _objection(person: Row, channel: str) -> str:
    if channel == "email" and person.get("do_not_bulk_email") == "true":
        return "wants no mass e-mail (do_not_bulk_email)"
    flags = {
        "phone": ("do_not_phone", "calls"),
        "mail": ("do_not_mail", "letters"),
        "sms": ("do_not_sms", "text messages"),
    }
    flag, called = flags.get(channel, ("do_not_email", "e-mail"))
    return f"wants no {called} at all ({flag})" if person.get(flag) == "true" else ""


def _fare(story: Story, row: Row, history: list[dict[str, str]], effort: Effort, day: date) -> None:
    """How far a campaign came with one person; whoever is not reached bounced."""
    dice = story.dice
    day = min(day, story.today - timedelta(3))
    unseen = ("opened", "clicked") if effort.climbs[2:3] == (ALL,) else ()
    for rung, chance in zip(LADDER, effort.climbs, strict=True):
        if dice.randrange(100) >= chance:
            if rung == "delivered" and effort.channel != "phone":
                history.append({"status": "bounced", "at": max(moment(day, dice), history[-1]["at"])})
                row["status"] = "bounced"
            break
        if rung in unseen:
            continue
        at = moment(day, dice)
        history.append({"status": rung, "at": max(at, history[-1]["at"])})
        row["status"] = rung
        if rung == "sent":
            row["sent_at"] = history[-1]["at"]
        if rung == "responded":
            row |= {"first_responded_at": history[-1]["at"], "response": dice.choice(_ANSWERS)}
        if rung == "converted":
            row["amount"] = f"{dice.randrange(40, 400, 5)}.00"
        day = min(workday(day + timedelta(dice.randrange(0, 4))), story.today - timedelta(1))


def _alone(story: Story, row: Row, history: list[dict[str, str]], day: date) -> None:
    """Somebody who was left alone orders what the campaign offers all the same."""
    at = moment(min(day, workday(story.today - timedelta(1))), story.dice)
    history.append({"status": "responded", "at": at})
    row |= {"status": "responded", "first_responded_at": at, "response": "Ordered unasked"}
    row["amount"] = f"{story.dice.randrange(40, 400, 5)}.00"


def _results(story: Story, campaign: Row) -> list[Row]:
    """What came of advertisements, month by month."""
    seen, clicked, answered = SEEN[campaign["code"]]
    first, dice = date.fromisoformat(campaign["starts_on"]), story.dice
    last = min(date.fromisoformat(campaign["ends_on"]), story.today)
    made = []
    for number in range((last - first).days // 30 + 1):
        impressions = seen * dice.randint(80, 125) // 100
        clicks = round(impressions * clicked / 100)
        day = first + timedelta(30 * number)
        made.append(
            {"campaign": campaign["name"], "name": f"{campaign['name']} {day:%Y-%m}", "day": str(day),
             "impressions": str(impressions), "clicks": str(clicks), "responses": str(clicks * answered // 100),
             "currency": campaign["currency"], "owner": campaign["owner"],
             "created_at": moment(min(workday(day + timedelta(29)), story.today - timedelta(1)), dice)}
        )  # fmt: skip
    return made


def _costs(story: Story, campaign: Row) -> list[dict[str, str]]:
    """The cost in three bills; of what goes on for months, in one a month."""
    if not campaign["cost"]:
        return []
    whole, first = int(float(campaign["cost"])), date.fromisoformat(campaign["starts_on"])
    last = min(date.fromisoformat(campaign["ends_on"]), story.today)
    notes: tuple[str, ...] = ("Material", "People", "Postage and rooms")
    shares: tuple[int, ...] = (5, 3, 2)
    if (last - first).days > 3 * MONTH:
        months = (last - first).days // MONTH + 1
        notes = tuple(f"Month {number}" for number in range(1, months + 1))
        shares = tuple(story.dice.randint(3, 7) for _ in notes)
    bounds = [whole * each // sum(shares) for each in (0, *accumulate(shares))]
    step = (last - first) / max(1, len(notes) - 1)
    return [
        {"day": str(first + number * step), "amount": f"{to - since}.00", "note": note}
        for number, ((since, to), note) in enumerate(zip(pairwise(bounds), notes, strict=True))
    ]


def _steps(story: Story, campaign: Row) -> list[dict[str, str]]:
    """The ten steps: done one after the other, as far as the campaign has come."""
    start, end = (date.fromisoformat(campaign[name]) for name in ("planned_start", "planned_end"))
    days = {"create": start - timedelta(30), "target": start - timedelta(20), "offer": start - timedelta(18),
            "budget": start - timedelta(18), "message": start - timedelta(9), "send": start,
            "responses": start + timedelta(7), "measure": end + timedelta(14), "roi": end + timedelta(14),
            "next": end + timedelta(21)}  # fmt: skip
    rows = []
    for step, day in days.items():
        planned = workday(day)
        done = {"done_on": str(planned)} if planned <= story.today - timedelta(2) else {}
        rows.append({"step": step, "planned_on": str(planned)} | done)
    return rows
