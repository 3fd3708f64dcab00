"""Made-up data of any size for the benchmarks, the same every time.

`data.py contacts|cards|deals|inquiries|served FILE COUNT` writes the file.
"""

import csv
import sys
from pathlib import Path
from random import Random

from crm_cli import db

FIRST = (
    "Ada",
    "Bruno",
    "Chiara",
    "Dmitri",
    "Élise",
    "Farid",
    "Greta",
    "Hiro",
    "Inés",
    "Jonas",
    "Kavya",
    "Leila",
)
LAST = (
    "Almeida",
    "Brandt",
    "Çelik",
    "Dubois",
    "Eriksen",
    "Fischer",
    "García",
    "Hansen",
    "Ivanova",
    "Smith",
    "Kaya",
)
TITLES = ("Buyer", "Head of Sales", "Engineer", "Owner", "Office Manager", "CFO")
CITIES = (("Lyon", "FR"), ("Porto", "PT"), ("Graz", "AT"), ("Gent", "BE"), ("Turin", "IT"), ("Malmö", "SE"))
STREETS = ("Main Street", "Rue de la Gare", "Bahnhofstraße", "Via Roma", "Storgatan", "Kerkstraat")
SOURCES = ("Website", "Referral", "Trade Show", "Email Campaign", "Cold Call", "Partner")
HEADER = ("First Name", "Last Name", "Email", "Phone", "Company", "Job Title", "Street", "City", "Postal Code",
          "Country", "Lead Source", "Create Date")  # fmt: skip
COMPANIES = 5_000
DEALS = """
WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count),
drawn AS (
  SELECT n, (n * 7919) % 20000 + 1 AS company, (n * 104729) % 50 + 1 AS owner, (n * 31337) % 100 AS fate,
    (n * 15485863) % 1800 AS age, (n * 48611) % 120 AS lasted, (n * 2750159) % 900000 + 1000 AS units
  FROM number)
INSERT INTO deal (uid, created_at, updated_at, folded, name_key, name, company_id, owner_id, pipeline_id, stage_id,
  stage_since, amount, amount_pinned, currency, rate, probability, opened_on, expected_close, closed_on, push_count)
SELECT printf('%032d', n), :now, :now, 'deal ' || n, 'deal ' || n, 'Deal ' || n, company, owner, 1, stage.id,
  date(:today, -age || ' days'), units * 10000, 1, 'EUR', '1', stage.probability,
  date(:today, (-age - lasted) || ' days'), date(:today, (60 - age) || ' days'),
  iif(stage.kind = 'open', NULL, date(:today, -age || ' days')), 0
FROM drawn JOIN stage ON stage.position = CASE
  WHEN fate < 40 THEN 4 WHEN fate < 70 THEN 5 ELSE fate % 4 END AND stage.pipeline_id = 1
"""
INQUIRY = """
INSERT INTO "case" (uid, created_at, updated_at, number, subject, description, resolution, product_id, status, folded,
  name_key)
VALUES (?1, '{now}', '{now}', ?2, ?3, ?4, ?5, ?6, iif(?6 % 10, 'closed', 'new'),
  lower(?2) || ' ' || ?3 || ' ' || ?4 || ' ' || ?5, ?3)
"""
SERVED = """
WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count),
drawn AS (
  SELECT n, (n * 7919) % 5000 + 1 AS company, (n * 104729) % 50 + 1 AS owner, (n * 31337) % 100 AS fate,
    (n * 15485863) % 94608000 AS age, (n * 48611) % 2000000 + 60 AS lasted, (n * 27644437) % 4 AS rank
  FROM number),
timed AS (
  SELECT *, strftime('%Y-%m-%dT%H:%M:%SZ', :now, -age || ' seconds') AS came,
    strftime('%Y-%m-%dT%H:%M:%SZ', :now, min(0, lasted - age) || ' seconds') AS done
  FROM drawn)
INSERT INTO "case" (uid, created_at, updated_at, folded, name_key, number, subject, type, status, priority,
  company_id, owner_id, sla_policy_id, resolved_at, closed_at, reopened_count, first_response_at,
  first_response_due, first_response_met, resolution_due, resolution_met)
SELECT printf('%032d', n), came, came, 'case ' || n, 'case ' || n, 'B-' || n, 'Case ' || n, 'question',
  iif(fate < 10, 'in_progress', 'closed'), CASE rank WHEN 0 THEN 'urgent' WHEN 1 THEN 'high' WHEN 2 THEN 'normal'
  ELSE 'low' END, company, owner, 1, iif(fate < 10, NULL, done), iif(fate < 10, NULL, done), fate = 50,
  done, came, 1, strftime('%Y-%m-%dT%H:%M:%SZ', came, '8 days'), iif(fate < 10, NULL, lasted < 691200)
FROM timed
"""
INVOICES = """
WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count),
drawn AS (
  SELECT n, (n * 7919) % 20000 + 1 AS company, (n * 104729) % 50 + 1 AS owner, (n * 31337) % 100 AS fate,
    (n * 15485863) % 1800 AS age, (n * 48611) % 60 AS lasted, (n * 2750159) % 900000 + 1000 AS units
  FROM number)
INSERT INTO invoice (uid, created_at, updated_at, folded, number, company_id, owner_id, issued_on, due_on, amount, paid,
  settled_on, currency, rate)
SELECT printf('%032d', n), :now, :now, 'inv-' || n, 'INV-' || n, company, owner, date(:today, -age || ' days'),
  date(:today, (30 - age) || ' days'), units * 10000,
  CASE WHEN lasted > age OR fate < 5 THEN 0 WHEN fate < 10 THEN units * 4000 ELSE units * 10000 END,
  iif(lasted > age OR fate < 10, NULL, date(:today, (lasted - age) || ' days')), 'EUR', '1'
FROM drawn
"""
PAYMENTS = """
INSERT INTO payment (invoice_id, day, amount)
SELECT id, coalesce(settled_on, issued_on), paid FROM invoice WHERE paid > 0
"""
USUAL = "the machine does not work and we need help please it is a problem with our order since last week"
OWNERS = """
WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count)
INSERT INTO {table} (uid, created_at, updated_at, folded, name_key, name)
SELECT printf('{table}%026d', n), :now, :now, '{table} ' || n, '{table} ' || n, '{table} ' || n FROM number
"""


def contacts(file: Path, count: int) -> None:
    """Write what another CRM exports: contacts with addresses of their own, several at each of 5,000 companies."""
    dice = Random(1)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for number in range(count):
            city, country = dice.choice(CITIES)
            company = dice.randrange(COMPANIES)
            day = f"20{dice.randrange(18, 26)}-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}"
            writer.writerow(
                (
                    dice.choice(FIRST),
                    dice.choice(LAST),
                    f"person{number}@example{company}.org",
                    f"+33 4 {dice.randrange(10**8):08d}",
                    f"Company {company}",
                    dice.choice(TITLES),
                    f"{dice.choice(STREETS)} {dice.randrange(1, 200)}",
                    city,
                    f"{dice.randrange(1000, 10_000)}",
                    country,
                    dice.choice(SOURCES),
                    f"{day} {dice.randrange(8, 19):02d}:{dice.randrange(60):02d}",
                )
            )


def cards(file: Path, count: int) -> None:
    """Write a file of vCards 3.0 as address books write them: addresses of several kinds, a folded note."""
    dice = Random(1)
    with file.open("w", encoding="utf-8", newline="") as out:
        for number in range(count):
            first, last = dice.choice(FIRST), dice.choice(LAST)
            city, country = dice.choice(CITIES)
            lines = (
                "BEGIN:VCARD",
                "VERSION:3.0",
                f"UID:card-{number}",
                f"N:{last};{first};;;",
                f"FN:{first} {last}",
                f"ORG:Company {dice.randrange(count // 10 + 1)}",
                f"TITLE:{dice.choice(TITLES)}",
                f"EMAIL;TYPE=INTERNET,WORK,PREF:person{number}@example{number % 977}.org",
                f"EMAIL;TYPE=INTERNET,HOME:person.{number}@home.example",
                f"TEL;TYPE=CELL:+33 6 {dice.randrange(10**8):08d}",
                f"TEL;TYPE=WORK,VOICE:+33 4 {dice.randrange(10**8):08d}",
                f"ADR;TYPE=WORK:;;{dice.randrange(200)} Grande Rue;{city};;{dice.randrange(10**5):05d};{country}",
                f"BDAY:{dice.randrange(1950, 2005)}-04-15",
                "CATEGORIES:vip,press",
                "NOTE:Met at the fair\\, wants to hear of the new model as soon as it can b",
                " e had.",
                "REV:2026-03-01T22:11:10Z",
                "END:VCARD",
            )
            out.write("\r\n".join(lines) + "\r\n")


def deals(store: Path, count: int) -> None:
    """Make a store of deals over five years: 30 in 100 open, 40 won, 30 lost.

    They are written in SQL, with the triggers set aside, since no question looks at their history.
    """
    from crm_cli.rules.pipeline import default_pipeline

    with db.change(store, "benchmark") as change:
        default_pipeline(change)
        connection, said = change.connection, {"now": change.now, "today": change.today.isoformat()}
        found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = [tuple(row) for row in connection.execute(found)]
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(OWNERS.format(table="company"), said | {"count": 20_000})
        connection.execute(OWNERS.format(table="user"), said | {"count": 50})
        connection.execute(DEALS, said | {"count": count})
        for _, trigger in triggers:
            connection.execute(trigger)


def inquiries(store: Path, count: int) -> None:
    """Make a store of cases that people describe in forty words: most are in all of them, some in one of 200.

    They go through the search index as typed ones do; their history is left out.
    """
    dice = Random(1)
    topics, rare = [f"topic{number}" for number in range(200)], [f"word{number}" for number in range(30_000)]
    kinds = (USUAL.split(), topics, rare)

    def words(number: int) -> str:
        return " ".join(dice.choice(each) for each in dice.choices(kinds, (60, 28, 12), k=number))

    with db.change(store, "benchmark") as change:
        connection = change.connection
        found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'log_%'"
        triggers = [tuple(row) for row in connection.execute(found)]
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(OWNERS.format(table="product"), {"now": change.now, "count": 20})
        rows = (
            (f"c{number}", f"C-2026-{number:06}", words(6), words(40), words(20), number % 20 + 1)
            for number in range(1, count + 1)
        )
        connection.executemany(INQUIRY.format(now=change.now), rows)
        for _, trigger in triggers:
            connection.execute(trigger)


def served(store: Path, count: int) -> None:
    """Make a store of cases over three years, of 5,000 customers, of which 10 in 100 are open.

    They are written in SQL, with the triggers set aside, since no question looks at their history.
    """
    from crm_cli.rules import standard

    with db.change(store, "benchmark") as change:
        connection, said = change.connection, {"now": change.now}
        standard.default_policy(change)
        found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = [tuple(row) for row in connection.execute(found)]
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(OWNERS.format(table="company"), said | {"count": 5_000})
        connection.execute(OWNERS.format(table="user"), said | {"count": 50})
        connection.execute(SERVED, said | {"count": count})
        for _, trigger in triggers:
            connection.execute(trigger)


def invoices(store: Path, count: int) -> None:
    """Make a store of invoices over five years, to 20,000 customers: 5 in 100 unpaid, 5 paid in part.

    They are written in SQL, with the triggers set aside, since no question looks at their history.
    """
    with db.change(store, "benchmark") as change:
        connection, said = change.connection, {"now": change.now, "today": change.today.isoformat()}
        found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = [tuple(row) for row in connection.execute(found)]
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(OWNERS.format(table="company"), said | {"count": 20_000})
        connection.execute(OWNERS.format(table="user"), said | {"count": 50})
        connection.execute(INVOICES, said | {"count": count})
        connection.execute(PAYMENTS)
        for _, trigger in triggers:
            connection.execute(trigger)


if __name__ == "__main__":
    made = {
        "contacts": contacts, "cards": cards, "deals": deals, "inquiries": inquiries, "served": served,
        "invoices": invoices,
    }  # fmt: skip
    made[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
