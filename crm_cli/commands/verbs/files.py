"""Files beside tables: the formats a noun is exported as, and what the help of import and export says of them."""

_CARDS = ("vcf", "vcf3"), "CSV, JSON or vCards, also a folder of cards", ", or as vCards with -o vcf or vcf3"
FILES = {
    "contact": _CARDS,
    "company": _CARDS,
    "task": (("ics",), "CSV, JSON or a calendar (.ics)", ", or as a calendar with -o ics"),
    "activity": (
        ("ics",),
        "CSV, JSON, mail (mbox, .eml) or a calendar (.ics)",
        ", or as a calendar with -o ics",
    ),
}
TABLES = (), "CSV, TSV, JSON, JSON lines or .xlsx", " unless told otherwise"
