-- list: id company contact kind to_company to_contact
SELECT
  relationship.id,
  (SELECT name FROM company WHERE company.id = relationship.company_id) AS company,
  (SELECT name FROM contact WHERE contact.id = relationship.contact_id) AS contact,
  relationship.kind,
  (SELECT name FROM company WHERE company.id = relationship.to_company_id) AS to_company,
  (SELECT name FROM contact WHERE contact.id = relationship.to_contact_id) AS to_contact,
  (SELECT name FROM user WHERE user.id = relationship.owner_id) AS owner,
  relationship.tags,
  relationship.company_id, relationship.contact_id, relationship.to_company_id, relationship.to_contact_id,
  relationship.notes, relationship.owner_id, relationship.external_id, relationship.external_source, relationship.created_at, relationship.updated_at, relationship.uid
FROM relationship
