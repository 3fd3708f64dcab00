-- list: id lead deal partner rank state offered_at respond_by answered_at reason
-- table: id lead deal partner rank state respond_by answered_at reason
SELECT
  offer.id,
  (SELECT name FROM lead WHERE lead.id = offer.lead_id) AS lead,
  (SELECT name FROM deal WHERE deal.id = offer.deal_id) AS deal,
  (SELECT name FROM company WHERE company.id = offer.partner_id) AS partner,
  offer.rank, offer.state, offer.offered_at, offer.respond_by, offer.answered_at, offer.reason,
  (SELECT partner_level FROM company WHERE company.id = offer.partner_id) AS level, -- choice:PartnerLevel=partner.partner_level: The partner's standing
  (SELECT territory FROM company WHERE company.id = offer.partner_id) AS territory, -- text=partner.territory: The partner's territory
  (SELECT amount FROM deal WHERE deal.id = coalesce(offer.deal_id, (SELECT l.deal_id FROM lead AS l WHERE l.id = offer.lead_id))) AS amount, -- money: What the deal is worth, or the one that the lead became
  (SELECT currency FROM deal WHERE deal.id = coalesce(offer.deal_id, (SELECT l.deal_id FROM lead AS l WHERE l.id = offer.lead_id))) AS currency, -- currency: Currency of the amount
  (SELECT rate FROM deal WHERE deal.id = coalesce(offer.deal_id, (SELECT l.deal_id FROM lead AS l WHERE l.id = offer.lead_id))) AS rate, -- text: One unit of the currency in the base currency, as fixed on the deal
  (SELECT json_group_array(json_patch('{}', json_object('rank', x.rank, 'partner', c.name, 'partner_id', c.id, 'reason', x.reason))) FROM (SELECT * FROM offer_candidate WHERE offer_id = coalesce(offer.first_id, offer.id) AND rank > coalesce(offer.rank, 0) ORDER BY rank, id) AS x JOIN company AS c ON c.id = x.partner_id) AS candidates, -- parts:offer_candidate: Who is asked after this partner
  (SELECT subject FROM delivery WHERE delivery.id = offer.delivery_id) AS delivery,
  (SELECT f.state FROM offer AS f WHERE f.id = offer.first_id) AS first,
  (SELECT name FROM user WHERE user.id = offer.owner_id) AS owner,
  offer.tags,
  offer.lead_id, offer.deal_id, offer.partner_id, offer.delivery_id, offer.first_id,
  offer.notes, offer.owner_id, offer.external_id, offer.external_source, offer.created_at, offer.updated_at, offer.uid
FROM offer
