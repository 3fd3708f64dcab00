"""What customers of the demo business ask, miss and complain of, and what they are told: the words of its service."""

from typing import NamedTuple


class Trouble(NamedTuple):
    """Something that customers write about a product of a category, what they are asked, and how it ends."""

    type: str
    category: str
    subject: str
    description: str
    asked: str
    detail: str
    resolution: str


TROUBLES = (
    Trouble("problem", "Machines", "Grinder jams", "The grinder stops after two cups and hums.",
            "Which number is on the label below the tank?", "It says 0042-B.",
            "A bean had split the burr; the technician changed it."),
    Trouble("problem", "Machines", "Coffee is only lukewarm", "Since Monday the coffee comes out at 60 degrees.",
            "When was it descaled last?", "In spring, as far as we know.",
            "Descaled the boiler and reset the thermostat."),
    Trouble("problem", "Machines", "Display shows E14", "After the power cut it says E14 and does nothing.",
            "Does it say so after ten minutes without power too?", "Yes, the same.",
            "E14 is the door switch: bent it back, see the article."),
    Trouble("problem", "Machines", "Milk runs out below", "There is milk below the machine each morning.",
            "Could you send a photo of the hose?", "It is attached.",
            "The hose was cut; a new one is fitted."),
    Trouble("question", "Machines", "How often to descale", "How often should we descale with Rotterdam water?",
            "How many cups a day do you make?", "About ninety.",
            "Every six weeks at that hardness; the machine asks for it."),
    Trouble("question", "Beans", "Beans without caffeine", "Is the House Blend to be had without caffeine?",
            "How many kilos a month would it be?", "Two or three.",
            "Yes, the Quiet Blend; the next delivery brings two kilos of it."),
    Trouble("question", "Care plans", "What the care plan covers", "Are burrs part of Care Plus?",
            "Which machine is it for?", "The Ostra Office.",
            "Burrs are part of Care Plus once a year, tablets always."),
    Trouble("request", "Beans", "Deliver a day earlier", "We are closed on Fridays now; can you come on Thursday?",
            "From which week on?", "From next week.",
            "Deliveries come on Thursdays from now on."),
    Trouble("request", "Machines", "Move the machine to the third floor", "We move and the machine moves with us.",
            "Is there a tap and a drain?", "A tap, no drain.",
            "Moved it, with a waste tank of ten litres."),
    Trouble("complaint", "Beans", "Delivery came late again", "The third delivery in a row that came on a Tuesday.",
            "Was anybody told by the driver?", "No, nobody.",
            "Another driver, and a call the day before; one delivery is free."),
    Trouble("complaint", "Care plans", "Nobody came for the service", "The technician was to come on Monday at nine.",
            "Did you get a message that day?", "Nothing at all.",
            "The visit is made up for and this quarter of the plan is free."),
    Trouble("complaint", "Machines", "Broken for the third time", "It stands still again, two weeks after the repair.",
            "Is it the same noise as last time?", "The same.",
            "Replaced the machine by a new one."),
    Trouble("suggestion", "Machines", "A smaller cup", "Could the machine learn a size for espresso cups?",
            "Would 40 ml do?", "That would be fine.",
            "Showed how to teach it a size; it is called My Cup."),
)  # fmt: skip
MOANS = tuple(each for each in TROUBLES if each.type == "complaint")
OTHERS = tuple(each for each in TROUBLES if each.type != "complaint")
MIXED = (*TROUBLES, *OTHERS)
"""What customers write about who mean to stay: rather questions than complaints."""
# Title → its answer and the subject of the cases that it answers; the last one is not published yet.
ARTICLES = (
    ("Error E14: the door switch",
     "E14 says that the door is open. Bend the switch behind the left hinge towards you, close the door, wait.",
     "Display shows E14"),
    ("When and how to descale",
     "Below 90 cups a day every six weeks, above that every month. Two tablets, a full tank, forty minutes.",
     "How often to descale"),
    ("A grinder that jams", "Switch off, empty the hopper, turn the burr by hand with the key in the door.",
     "Grinder jams"),
    ("What each care plan covers", "Basic: tablets. Plus: tablets and burrs. Complete: all, within four hours.",
     "What the care plan covers"),
    ("Teaching it a size of cup", "Hold the cup key for five seconds, press again when the cup is full.",
     "A smaller cup"),
)  # fmt: skip
PRAISE = (
    "Quick and friendly",
    "The technician knew at once what it was",
    "Good coffee, good people",
    "",
    "",
    "",
)
BLAME = ("Had to write three times", "Took far too long", "Nobody called back", "")
NEUTRAL = ("Fine", "", "", "Could be quicker")
