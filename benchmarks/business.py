"""Fills a store of contacts up to a business with as many records of every other noun that reports are about.

`business.py STORE COUNT`: the store has its contacts; companies are a tenth of them, products 200, owners 50, campaigns
100. All is written in SQL with the triggers set aside, since nothing looks at its history, and dated by CRM_TODAY.
"""

import sys
from pathlib import Path

from data import OWNERS

from crm_cli import db, schema

PRODUCTS, USERS, CAMPAIGNS = 200, 50, 100
# The numbers 1 to :count, each with draws from it that look as if by chance and are the same every time.
DRAWN = """
CREATE TEMP TABLE drawn AS
WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :count)
SELECT n, printf('%032d', n) AS uid, (n * 7919) % :companies + 1 AS company, (n * 7907) % :count + 1 AS contact,
  (n * 104729) % :users + 1 AS owner, (n * 31337) % 100 AS fate, (n * 15485863) % 1800 AS age,
  (n * 48611) % 120 AS lasted, (n * 2750159) % 900000 + 1000 AS units, (n * 6151) % :products + 1 AS product,
  (n * 3571) % :campaigns + 1 AS campaign, date(:today, -((n * 15485863) % 1800) || ' days') AS day,
  strftime('%Y-%m-%dT%H:%M:%SZ', :today, -((n * 86028121) % 155520000) || ' seconds') AS at
FROM number
"""
SALES = """
INSERT INTO deal (uid, created_at, updated_at, folded, name_key, name, company_id, contact_id, owner_id, pipeline_id,
  stage_id, stage_since, amount, amount_pinned, currency, rate, probability, opened_on, expected_close, closed_on,
  push_count, source, campaign_id, lost_reason, unmet_need)
SELECT uid, at, at, 'deal ' || n, 'deal ' || n, 'Deal ' || n, company, contact, owner, 1, stage.id, day, units * 10000,
  1, 'EUR', '1', stage.probability, date(day, -lasted || ' days'), date(day, '60 days'),
  iif(stage.kind = 'open', NULL, day), 0, iif(fate % 2, 'website', 'referral'), iif(fate % 5, NULL, campaign),
  iif(stage.kind = 'lost', iif(fate % 2, 'price', 'no_decision'), NULL),
  iif(stage.kind = 'lost' AND fate % 3 = 0, 'need ' || product, NULL)
FROM drawn JOIN stage ON stage.position = CASE
  WHEN fate < 40 THEN 4 WHEN fate < 70 THEN 5 ELSE fate % 4 END AND stage.pipeline_id = 1 ORDER BY n;
INSERT INTO deal_line (deal_id, position, product_id, quantity, unit_price)
SELECT n, 1, product, 20000, units * 5000 FROM drawn;
INSERT INTO deal_stage (deal_id, from_stage_id, stage_id, at, day)
SELECT d.n, NULL, (SELECT id FROM stage WHERE pipeline_id = 1 AND position = 0), d.at, date(d.day, -lasted || ' days')
FROM drawn AS d;
INSERT INTO deal_stage (deal_id, from_stage_id, stage_id, at, day)
SELECT id, (SELECT id FROM stage WHERE pipeline_id = 1 AND position = 0), stage_id, created_at, closed_on FROM deal
WHERE closed_on IS NOT NULL;
INSERT INTO invoice (uid, created_at, updated_at, folded, number, company_id, owner_id, issued_on, due_on, amount, paid,
  settled_on, currency, rate)
SELECT uid, at, at, 'inv-' || n, 'INV-' || n, company, owner, day, date(day, '30 days'), units * 10000,
  CASE WHEN lasted > age OR fate < 5 THEN 0 WHEN fate < 10 THEN units * 4000 ELSE units * 10000 END,
  iif(lasted > age OR fate < 10, NULL, date(day, lasted || ' days')), 'EUR', '1'
FROM drawn;
INSERT INTO payment (invoice_id, day, amount)
SELECT id, coalesce(settled_on, issued_on), paid FROM invoice WHERE paid > 0;
INSERT INTO invoice_line (invoice_id, position, product_id, quantity, unit_price, net)
SELECT n, 1, product, 10000, units * 10000, units * 10000 FROM drawn;
"""
PEOPLE = """
INSERT INTO lead (uid, created_at, updated_at, folded, name_key, name, company_name, email, phone_key, source, status,
  rating, owner_id, campaign_id, first_touch_at, converted_at)
SELECT uid, at, at, 'lead ' || n, 'lead ' || n, 'Lead ' || n, 'Company ' || company, 'lead' || n || '@l.example', '',
  iif(fate % 2, 'website', 'referral'), iif(fate < 30, 'converted', iif(fate < 60, 'new', 'contacted')),
  iif(fate % 3, 'warm', 'hot'), owner, iif(fate % 5, NULL, campaign),
  iif(fate BETWEEN 30 AND 59, NULL, strftime('%Y-%m-%dT%H:%M:%SZ', at, units || ' seconds')),
  iif(fate < 30, strftime('%Y-%m-%dT%H:%M:%SZ', at, '10 days'), NULL)
FROM drawn;
INSERT INTO activity (uid, created_at, updated_at, folded, kind, subject, status, due, start, done_at, minutes,
  direction, owner_id)
SELECT uid, at, at, 'activity ' || n, iif(fate < 40, 'task', iif(fate < 70, 'call', 'meeting')), 'Activity ' || n,
  iif(fate < 5, 'not_started', 'done'), iif(fate < 40, substr(at, 1, 10), NULL), iif(fate < 40, NULL, at),
  iif(fate < 5, NULL, at), 30, 'out', owner
FROM drawn;
INSERT INTO activity_about (activity_id, noun, record_id)
SELECT n, iif(fate % 2, 'company', 'contact'), iif(fate % 2, company, contact) FROM drawn;
"""
SERVICE = """
INSERT INTO "case" (uid, created_at, updated_at, folded, name_key, number, subject, type, status, priority,
  company_id, contact_id, product_id, owner_id, sla_policy_id, resolved_at, closed_at, reopened_count,
  first_response_at, first_response_due, first_response_met, resolution_due, resolution_met, satisfaction)
SELECT uid, at, at, 'case ' || n, 'case ' || n, 'B-' || n, 'Case ' || n, iif(fate % 4, 'question', 'complaint'),
  iif(fate < 10, 'in_progress', 'closed'), CASE fate % 4 WHEN 0 THEN 'urgent' WHEN 1 THEN 'high' WHEN 2 THEN 'normal'
  ELSE 'low' END, company, contact, product, owner, 1, iif(fate < 10, NULL, done), iif(fate < 10, NULL, done),
  fate = 50, strftime('%Y-%m-%dT%H:%M:%SZ', at, '1 hour'), strftime('%Y-%m-%dT%H:%M:%SZ', at, '8 hours'), 1,
  strftime('%Y-%m-%dT%H:%M:%SZ', at, '8 days'), iif(fate < 10, NULL, units < 691200), fate % 5 + 1
FROM (SELECT *, min(:now, strftime('%Y-%m-%dT%H:%M:%SZ', at, units || ' seconds')) AS done FROM drawn);
INSERT INTO survey (uid, created_at, updated_at, folded, kind, score, comment, at, contact_id, company_id, case_id)
SELECT uid, at, at, 'survey ' || n, 'nps', units % 11, iif(fate % 10, NULL, 'It took ' || lasted || ' days'), at,
  contact, company, n FROM drawn;
"""
PARTNERS = """
INSERT INTO offer (uid, created_at, updated_at, folded, lead_id, partner_id, rank, state, offered_at, answered_at)
SELECT uid, at, at, '', n, product, 1, iif(fate < 70, 'accepted', 'declined'), at,
  strftime('%Y-%m-%dT%H:%M:%SZ', at, lasted || ' hours') FROM drawn;
INSERT INTO snapshot (uid, created_at, updated_at, folded, taken_on, period, owner_id, currency, pipeline_amount,
  best_case, "commit", closed, weighted)
SELECT uid, at, at, '', date(day, 'start of month'), substr(day, 1, 7), owner, 'EUR', units * 10000, units * 10000,
  units * 10000, units * 5000, units * 5000 FROM drawn WHERE n <= :users * 40;
INSERT INTO goal (uid, created_at, updated_at, folded, name_key, name, metric, period, starts_on, ends_on, owner_id,
  target, currency)
SELECT uid, at, at, '', 'goal ' || n, 'Goal ' || n,
  json_extract('["won_amount", "won_count", "leads", "calls", "meetings", "cases_resolved", "nps", "revenue"]',
  '$[' || (n % 8) || ']'), 'year', '2026-01-01', '2026-12-31', n, units * 100000, 'EUR'
FROM drawn WHERE n <= :users;
"""
CAMPAIGN = """
INSERT INTO campaign (uid, created_at, updated_at, folded, name_key, name, type, status, starts_on, budget, cost,
  currency) SELECT uid, :now, :now, 'campaign ' || n, 'campaign ' || n, 'Campaign ' || n, 'email', 'active', day,
  units * 10000, units * 9000, 'EUR' FROM drawn WHERE n <= :campaigns;
INSERT INTO campaign_cost (campaign_id, day, amount) SELECT n, day, units * 9000 FROM drawn WHERE n <= :campaigns;
INSERT INTO member (uid, created_at, updated_at, folded, name, campaign_id, contact_id, status, channel, address,
  control, sent_at, first_responded_at)
SELECT uid, at, at, '', 'Member ' || n, campaign, n, iif(fate < 20, 'responded', 'sent'), 'email',
  'person' || n || '@example.org', fate = 99, at, iif(fate < 20, at, NULL) FROM drawn;
"""


def fill(store: Path, count: int) -> None:
    """Make of a store of contacts a business of as many deals, invoices, leads, activities, cases and answers."""
    from crm_cli.rules import standard
    from crm_cli.rules.pipeline import default_pipeline

    with db.change(store, "benchmark") as change:
        default_pipeline(change)
        standard.default_policy(change)
        connection = change.connection
        found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = [tuple(row) for row in connection.execute(found)]
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        told = {
            "now": change.now, "today": change.today.isoformat(), "count": count, "companies": count // 10,
            "users": USERS, "products": PRODUCTS, "campaigns": CAMPAIGNS,
        }  # fmt: skip
        there = change.value("SELECT count(*) FROM company")
        for table, many in (("company", count // 10 - there), ("user", USERS), ("product", PRODUCTS)):
            if many > 0:
                connection.execute(OWNERS.format(table=table), told | {"count": many})
        connection.execute(DRAWN, told)
        for script in (CAMPAIGN, SALES, PEOPLE, SERVICE, PARTNERS):
            for statement in schema.statements(script):
                connection.execute(statement, told)
        for _, trigger in triggers:
            connection.execute(trigger)


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]))
