-- What companies are at a moment.
SELECT facts.*,
  (SELECT count(*) FROM "case" AS k WHERE k.company_id = facts.id AND k.created_at BETWEEN strftime('%Y-%m-%dT%H:%M:%SZ', :now, '-12 months') AND :now) AS cases_12m -- integer: Inquiries of the last twelve months
FROM main.companies AS facts
