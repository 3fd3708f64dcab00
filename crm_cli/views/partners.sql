-- list: id name partner_level territory industry country owner won_amount currency open_deals tags
-- table: id name partner_level territory country owner
SELECT
  company.id,
  company.name,
  company.industry,
  company.type,
  company.employees,
  company.annual_revenue,
  company.country,
  (SELECT name FROM user WHERE user.id = company.owner_id) AS owner,
  coalesce((SELECT sum(d.amount) FROM deal AS d WHERE d.company_id = company.id AND d.currency = company.default_currency AND d.stage_id IN (SELECT id FROM stage WHERE kind = 'won')), 0) AS won_amount, -- money: Deals won in the company's currency
  company.default_currency AS currency, -- currency: The company's currency
  (SELECT count(*) FROM deal AS d WHERE d.company_id = company.id AND d.stage_id IN (SELECT id FROM stage WHERE kind = 'open')) AS open_deals, -- integer: Deals not yet decided
  (SELECT count(*) FROM "case" AS k WHERE k.company_id = company.id AND k.status IN ('new', 'in_progress', 'waiting_on_customer', 'on_hold')) AS open_cases, -- integer: Cases not yet settled
  company.tags,
  (SELECT max(at) FROM (
    SELECT at FROM touches WHERE noun = 'company' AND record_id = company.id
    UNION ALL SELECT t.at FROM contact AS c CROSS JOIN touches AS t ON t.noun = 'contact' AND t.record_id = c.id WHERE c.company_id = company.id
    UNION ALL SELECT t.at FROM deal AS d CROSS JOIN touches AS t ON t.noun = 'deal' AND t.record_id = d.id WHERE d.company_id = company.id
    UNION ALL SELECT t.at FROM "case" AS k CROSS JOIN touches AS t ON t.noun = 'case' AND t.record_id = k.id WHERE k.company_id = company.id)) AS last_touch, -- instant: The last touch with the company, its people or its deals
  company.domain, company.website, company.phone, company.email,
  company.street, company.city, company.region, company.postal_code,
  company.shipping_street, company.shipping_city, company.shipping_region, company.shipping_postal_code, company.shipping_country,
  company.tax_number, company.needs, company.revenue_potential,
  (SELECT name FROM company AS p WHERE p.id = company.parent_id) AS parent,
  company.parent_id,
  (SELECT name FROM pricelist WHERE pricelist.id = company.pricelist_id) AS pricelist, company.pricelist_id,
  (SELECT name FROM sla WHERE sla.id = company.sla_policy_id) AS sla_policy, company.sla_policy_id,
  company.payment_terms_days, company.partner_level, company.territory, company.offers_paused, company.default_currency,
  company.notes, company.owner_id, company.external_id, company.external_source, company.created_at, company.updated_at, company.uid
FROM company
WHERE company.type = 'partner'
