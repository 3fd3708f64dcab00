-- list: id name company_name email phone source status rating score owner created_at converted_at
-- table: id name company_name email source status rating score owner
SELECT
  lead.id, lead.name, lead.company_name, lead.email, lead.phone, lead.source, lead.status, lead.rating, lead.score,
  (SELECT name FROM user WHERE user.id = lead.owner_id) AS owner,
  lead.created_at, lead.converted_at,
  lead.converted_at IS NOT NULL AS converted, -- boolean: Has become a customer record
  lead.tags,
  lead.salutation, lead.first_name, lead.last_name, lead.title, lead.website, lead.industry, lead.status_original,
  lead.est_amount, lead.currency, lead.need, lead.budget, lead.authority, lead.timeframe, lead.interests,
  (SELECT name FROM campaign WHERE campaign.id = lead.campaign_id) AS campaign,
  lead.first_touch_at,
  (SELECT max(at) FROM touches WHERE touches.noun = 'lead' AND touches.record_id = lead.id) AS last_touch, -- instant: The last outgoing call or e-mail, or meeting held
  lead.score_reasons,
  lead.disqualify_reason, lead.disqualify_note, lead.unmet_need,
  (SELECT name FROM company WHERE company.id = lead.partner_id) AS partner, lead.partner_id,
  (SELECT name FROM company WHERE company.id = lead.company_id) AS company,
  (SELECT name FROM contact WHERE contact.id = lead.contact_id) AS contact,
  (SELECT name FROM deal WHERE deal.id = lead.deal_id) AS deal,
  lead.do_not_email, lead.do_not_bulk_email, lead.do_not_phone, lead.do_not_sms, lead.do_not_mail, lead.do_not_fax,
  lead.preferred_channel, lead.preferred_day, lead.best_time,
  lead.street, lead.city, lead.region, lead.postal_code, lead.country, lead.notes,
  lead.campaign_id, lead.company_id, lead.contact_id, lead.deal_id,
  lead.owner_id, lead.external_id, lead.external_source, lead.updated_at, lead.uid
FROM lead
