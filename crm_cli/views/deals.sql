-- list: id name company contact pipeline stage status amount currency probability weighted opened_on expected_close closed_on owner manager region product source campaign lost_reason
-- table: id name company stage amount expected_close probability owner
SELECT
  deal.id,
  deal.name,
  (SELECT name FROM company WHERE company.id = deal.company_id) AS company,
  (SELECT name FROM contact WHERE contact.id = deal.contact_id) AS contact,
  (SELECT name FROM pipeline WHERE pipeline.id = deal.pipeline_id) AS pipeline,
  (SELECT name FROM stage WHERE stage.id = deal.stage_id) AS stage,
  (SELECT kind FROM stage WHERE stage.id = deal.stage_id) AS status, -- choice:StageKind=stage.kind: open, won or lost, as its stage says
  deal.amount,
  deal.currency,
  deal.probability,
  deal.amount / 1000000 * deal.probability + (deal.amount % 1000000 * deal.probability + 500000) / 1000000 AS weighted, -- money: Amount times probability
  deal.opened_on,
  deal.expected_close,
  deal.closed_on,
  (SELECT name FROM user WHERE user.id = deal.owner_id) AS owner,
  (SELECT m.name FROM user AS u JOIN user AS m ON m.id = u.manager_id WHERE u.id = deal.owner_id) AS manager, -- ref:user=owner.manager: The owner's manager
  (SELECT region FROM user WHERE user.id = deal.owner_id) AS region, -- text=owner.region: The owner's region
  (SELECT group_concat(name, ', ') FROM (SELECT p.name FROM deal_line AS l JOIN product AS p ON p.id = l.product_id WHERE l.deal_id = deal.id ORDER BY l.position, l.id)) AS product, -- ref:product=lines.product: The products of its lines
  deal.source,
  (SELECT name FROM campaign WHERE campaign.id = deal.campaign_id) AS campaign,
  deal.lost_reason,
  (SELECT name FROM company WHERE company.id = deal.partner_id) AS partner, deal.partner_id,
  deal.tags,
  (SELECT industry FROM company WHERE company.id = deal.company_id) AS industry, -- text=company.industry: The company's industry
  deal.forecast_category, deal.type, deal.next_step, deal.push_count,
  coalesce(deal.stage_since, deal.opened_on) AS in_stage_since, -- day: The day it entered its stage, else the day it opened
  (SELECT max(at) FROM touches WHERE touches.noun = 'deal' AND touches.record_id = deal.id) AS last_touch, -- instant: The last outgoing call or e-mail, or meeting held
  deal.amount_pinned, deal.probability_pinned, deal.rate, deal.lost_note, deal.unmet_need, deal.competitor,
  deal.financing, deal.delivery_on, deal.delivered_on, deal.status_original,
  (SELECT json_group_array(json_patch('{}', json_object('product', p.name, 'product_id', p.id, 'quantity', l.quantity, 'unit_price', l.unit_price, 'discount_pct', l.discount_pct, 'tax_pct', l.tax_pct))) FROM (SELECT * FROM deal_line WHERE deal_id = deal.id ORDER BY position, id) AS l JOIN product AS p ON p.id = l.product_id) AS lines, -- parts:deal_line: Lines: product, quantity, price
  (SELECT json_group_array(json_patch('{}', json_object('contact', c.name, 'contact_id', c.id, 'role', x.role))) FROM deal_contact AS x JOIN contact AS c ON c.id = x.contact_id WHERE x.deal_id = deal.id) AS contacts, -- parts:deal_contact: Further people and their roles
  (SELECT json_group_array(json_patch('{}', json_object('from_stage', f.name, 'stage', t.name, 'at', h.at, 'day', h.day, 'days', h.days))) FROM (SELECT * FROM deal_stage WHERE deal_id = deal.id ORDER BY id) AS h JOIN stage AS t ON t.id = h.stage_id LEFT JOIN stage AS f ON f.id = h.from_stage_id) AS stages, -- parts:deal_stage: Every change of its stage
  deal.company_id, deal.contact_id, deal.pipeline_id, deal.stage_id, deal.campaign_id,
  deal.notes, deal.owner_id, deal.external_id, deal.external_source, deal.created_at, deal.updated_at, deal.uid
FROM deal
