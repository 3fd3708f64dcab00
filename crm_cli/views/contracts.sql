-- list: id number name company starts_on ends_on value currency status sla_policy renew_from owner
-- table: id number name company starts_on ends_on value status renew_from
SELECT
  contract.id, contract.number, contract.name,
  (SELECT name FROM company WHERE company.id = contract.company_id) AS company,
  (SELECT name FROM contact WHERE contact.id = contract.contact_id) AS contact,
  contract.starts_on, contract.ends_on, contract.value, contract.currency, contract.status,
  (SELECT name FROM sla WHERE sla.id = contract.sla_policy_id) AS sla_policy,
  date(contract.ends_on, '-' || coalesce(contract.renewal_reminder_days, 0) || ' days') AS renew_from, -- day: From when its renewal is due
  (SELECT name FROM user WHERE user.id = contract.owner_id) AS owner,
  contract.tags,
  (SELECT name FROM product WHERE product.id = contract.product_id) AS product,
  contract.renewal_reminder_days, contract.next_ends_on,
  (SELECT name FROM deal WHERE deal.id = contract.renewal_deal_id) AS renewal_deal,
  (SELECT name FROM contract AS p WHERE p.id = contract.renewed_from_id) AS renewed_from,
  (SELECT count(*) FROM "case" WHERE "case".contract_id = contract.id) AS cases, -- integer: Cases that fell under it
  contract.status_original,
  contract.company_id, contract.contact_id, contract.product_id, contract.sla_policy_id, contract.renewal_deal_id, contract.renewed_from_id,
  contract.notes, contract.owner_id, contract.external_id, contract.external_source, contract.created_at, contract.updated_at, contract.uid
FROM contract
