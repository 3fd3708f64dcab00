-- list: id name code type status starts_on ends_on budget cost currency expected_revenue won_amount tags
-- table: id name type status starts_on ends_on budget cost won_amount
SELECT
  campaign.id, campaign.name, campaign.code, campaign.type, campaign.status, campaign.starts_on, campaign.ends_on,
  campaign.budget, campaign.cost, campaign.currency, campaign.expected_revenue,
  coalesce((SELECT sum(d.amount) FROM deal AS d WHERE d.campaign_id = campaign.id AND d.currency = campaign.currency AND d.stage_id IN (SELECT id FROM stage WHERE kind = 'won')), 0) AS won_amount, -- money: Deals won that name this campaign, in its currency
  (SELECT count(*) FROM lead WHERE lead.campaign_id = campaign.id) AS leads, -- integer: Leads that name this campaign
  (SELECT count(*) FROM deal WHERE deal.campaign_id = campaign.id) AS deals, -- integer: Deals that name this campaign
  campaign.planned_start, campaign.planned_end, campaign.expected_response_pct, campaign.objective,
  (SELECT name FROM campaign AS p WHERE p.id = campaign.parent_id) AS parent,
  campaign.parent_id,
  (SELECT name FROM user WHERE user.id = campaign.owner_id) AS owner,
  campaign.tags, campaign.notes, campaign.owner_id, campaign.external_id, campaign.external_source, campaign.created_at, campaign.updated_at, campaign.uid
FROM campaign
