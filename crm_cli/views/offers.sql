-- list: id lead deal partner rank state offered_at respond_by answered_at reason
SELECT
  offer.id,
  (SELECT name FROM lead WHERE lead.id = offer.lead_id) AS lead,
  (SELECT name FROM deal WHERE deal.id = offer.deal_id) AS deal,
  (SELECT name FROM company WHERE company.id = offer.partner_id) AS partner,
  offer.rank, offer.state, offer.offered_at, offer.respond_by, offer.answered_at, offer.reason,
  (SELECT name FROM user WHERE user.id = offer.owner_id) AS owner,
  offer.tags,
  offer.lead_id, offer.deal_id, offer.partner_id,
  offer.notes, offer.owner_id, offer.external_id, offer.external_source, offer.created_at, offer.updated_at, offer.uid
FROM offer
