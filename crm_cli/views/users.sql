-- list: id name email manager region commission_pct capacity active tags
-- table: id name email manager region active
SELECT
  user.id, user.name, user.email,
  (SELECT name FROM user AS m WHERE m.id = user.manager_id) AS manager,
  user.region, user.commission_pct, user.capacity, user.territories, user.active,
  (SELECT count(*) FROM deal WHERE deal.owner_id = user.id AND deal.stage_id IN (SELECT id FROM stage WHERE kind = 'open')) AS open_deals, -- integer: Deals not yet decided
  (SELECT count(*) FROM lead WHERE lead.owner_id = user.id AND lead.status IN ('new', 'contacted', 'nurturing', 'qualified')) AS open_leads, -- integer: Leads not yet converted or given up
  user.manager_id, user.tags, user.notes,
  (SELECT name FROM user AS o WHERE o.id = user.owner_id) AS owner,
  user.owner_id, user.external_id, user.external_source, user.created_at, user.updated_at, user.uid
FROM user
