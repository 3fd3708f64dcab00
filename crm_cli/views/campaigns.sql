-- list: id name code type status starts_on ends_on budget cost currency expected_revenue responses won_amount roi_pct tags
-- table: id name type status starts_on ends_on budget cost won_amount
SELECT
  campaign.id, campaign.name, campaign.code, campaign.type, campaign.status, campaign.starts_on, campaign.ends_on,
  campaign.budget, campaign.cost, campaign.currency, campaign.expected_revenue,
  coalesce((SELECT sum(d.amount) FROM deal AS d WHERE d.campaign_id = campaign.id AND d.currency = campaign.currency AND d.stage_id IN (SELECT id FROM stage WHERE kind = 'won')), 0) + coalesce((SELECT sum(r.amount) FROM result AS r WHERE r.campaign_id = campaign.id AND r.currency = campaign.currency), 0) AS won_amount, -- money: Deals won that name this campaign and amounts of its results, in its currency
  (SELECT count(*) FROM member WHERE member.campaign_id = campaign.id AND member.first_responded_at IS NOT NULL AND NOT coalesce(member.control, 0)) + coalesce((SELECT sum(r.responses) FROM result AS r WHERE r.campaign_id = campaign.id), 0) AS responses, -- integer: How many answered
  (SELECT CAST(round((won - spent) * 1000000.0 / spent) AS INTEGER) FROM (SELECT coalesce((SELECT sum(d.amount) FROM deal AS d WHERE d.campaign_id = campaign.id AND d.currency = campaign.currency AND d.stage_id IN (SELECT id FROM stage WHERE kind = 'won')), 0) + coalesce((SELECT sum(r.amount) FROM result AS r WHERE r.campaign_id = campaign.id AND r.currency = campaign.currency), 0) AS won, nullif(coalesce(campaign.cost, 0) + coalesce((SELECT sum(r.cost) FROM result AS r WHERE r.campaign_id = campaign.id AND r.currency = campaign.currency), 0), 0) AS spent)) AS roi_pct, -- percent: Won amount less cost, by cost; results included
  (SELECT count(*) FROM lead WHERE lead.campaign_id = campaign.id) AS leads, -- integer: Leads that name this campaign
  (SELECT count(*) FROM deal WHERE deal.campaign_id = campaign.id) AS deals, -- integer: Deals that name this campaign
  coalesce(campaign.cost, 0) + coalesce((SELECT sum(r.cost) FROM result AS r WHERE r.campaign_id = campaign.id AND r.currency = campaign.currency), 0) AS total_cost, -- money: What it cost, results included
  campaign.offer, campaign.promo_code, campaign.control_pct, campaign.seed, campaign.send_at,
  (SELECT name FROM company WHERE company.id = campaign.partner_id) AS partner, campaign.partner_id,
  (SELECT name FROM campaign AS p WHERE p.id = campaign.control_of_id) AS control_of, campaign.control_of_id,
  (SELECT json_group_array(json_patch('{}', json_object('segment', s.name, 'segment_id', s.id, 'excluded', x.excluded))) FROM campaign_segment AS x JOIN segment AS s ON s.id = x.segment_id WHERE x.campaign_id = campaign.id) AS segments, -- parts:campaign_segment: Segments it targets or leaves out
  (SELECT json_group_array(json_patch('{}', json_object('channel', m.channel, 'subject', m.subject, 'body', m.body, 'html', m.html, 'defaults', m.defaults))) FROM (SELECT * FROM campaign_message WHERE campaign_id = campaign.id ORDER BY id) AS m) AS messages, -- parts:campaign_message: What it says, by channel
  (SELECT json_group_array(json_patch('{}', json_object('product', p.name, 'product_id', p.id))) FROM campaign_product AS x JOIN product AS p ON p.id = x.product_id WHERE x.campaign_id = campaign.id) AS products, -- parts:campaign_product: What it offers
  (SELECT json_group_array(json_patch('{}', json_object('day', c.day, 'amount', c.amount, 'note', c.note))) FROM (SELECT * FROM campaign_cost WHERE campaign_id = campaign.id ORDER BY id) AS c) AS costs, -- parts:campaign_cost: What it cost, by day
  (SELECT json_group_array(json_patch('{}', json_object('step', t.step, 'planned_on', t.planned_on, 'done_on', t.done_on, 'note', t.note))) FROM (SELECT * FROM campaign_step WHERE campaign_id = campaign.id ORDER BY id) AS t) AS steps, -- parts:campaign_step: Its ten steps
  campaign.planned_start, campaign.planned_end, campaign.expected_response_pct, campaign.objective,
  (SELECT name FROM campaign AS p WHERE p.id = campaign.parent_id) AS parent,
  campaign.parent_id,
  (SELECT name FROM user WHERE user.id = campaign.owner_id) AS owner,
  campaign.tags, campaign.notes, campaign.owner_id, campaign.external_id, campaign.external_source, campaign.created_at, campaign.updated_at, campaign.uid
FROM campaign
