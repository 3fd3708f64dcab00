-- list: id contact lead purpose state basis source at expires
SELECT
  consent.id,
  (SELECT name FROM contact WHERE contact.id = consent.contact_id) AS contact,
  (SELECT name FROM lead WHERE lead.id = consent.lead_id) AS lead,
  consent.purpose, consent.state, consent.basis, consent.source, consent.at, consent.expires, consent.wording,
  (SELECT name FROM user WHERE user.id = consent.owner_id) AS owner,
  consent.tags,
  consent.contact_id, consent.lead_id,
  consent.notes, consent.owner_id, consent.external_id, consent.external_source, consent.created_at, consent.updated_at, consent.uid
FROM consent
