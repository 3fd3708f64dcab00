-- list: id name company title email phone lifecycle owner tags last_touch notes
-- table: id name company email phone title lifecycle owner last_touch
SELECT
  contact.id,
  contact.name,
  (SELECT name FROM company WHERE company.id = contact.company_id) AS company,
  contact.title,
  (SELECT value FROM contact_email AS e WHERE e.contact_id = contact.id ORDER BY e."primary" DESC, e.id LIMIT 1) AS email, -- email=emails.value: First e-mail address
  (SELECT value FROM contact_phone AS p WHERE p.contact_id = contact.id ORDER BY p."primary" DESC, p.id LIMIT 1) AS phone, -- phone=phones.value: First phone number
  contact.lifecycle,
  (SELECT name FROM user WHERE user.id = contact.owner_id) AS owner,
  contact.tags,
  (SELECT max(at) FROM touches WHERE touches.noun = 'contact' AND touches.record_id = contact.id) AS last_touch, -- instant: The last outgoing call or e-mail, or meeting held
  contact.notes,
  (SELECT sum(i.paid) FROM invoice AS i WHERE i.contact_id = contact.id AND i.void_on IS NULL AND i.currency = (SELECT l.currency FROM invoice AS l WHERE l.contact_id = contact.id ORDER BY l.issued_on DESC LIMIT 1)) AS paid_amount, -- money: What the person has paid, in the currency of the latest invoice
  (SELECT sum(i.amount - i.paid) FROM invoice AS i WHERE i.contact_id = contact.id AND i.void_on IS NULL AND i.currency = (SELECT l.currency FROM invoice AS l WHERE l.contact_id = contact.id ORDER BY l.issued_on DESC LIMIT 1)) AS open_amount, -- money: What the person owes, in the currency of the latest invoice
  coalesce((SELECT l.currency FROM invoice AS l WHERE l.contact_id = contact.id ORDER BY l.issued_on DESC LIMIT 1), (SELECT l.currency FROM deal AS l WHERE l.contact_id = contact.id ORDER BY l.id DESC LIMIT 1)) AS currency, -- currency: The currency of the person's latest invoice, else of the latest deal
  coalesce((SELECT sum(d.amount) FROM deal AS d WHERE d.contact_id = contact.id AND d.stage_id IN (SELECT id FROM stage WHERE kind = 'won') AND d.currency = coalesce((SELECT l.currency FROM invoice AS l WHERE l.contact_id = contact.id ORDER BY l.issued_on DESC LIMIT 1), (SELECT l.currency FROM deal AS l WHERE l.contact_id = contact.id ORDER BY l.id DESC LIMIT 1))), 0) AS won_amount, -- money: Deals won that name the person, in this currency
  CASE WHEN EXISTS (SELECT 1 FROM invoice) THEN (SELECT count(DISTINCT i.issued_on) FROM invoice AS i WHERE i.contact_id = contact.id AND i.void_on IS NULL) ELSE (SELECT count(DISTINCT d.closed_on) FROM deal AS d WHERE d.contact_id = contact.id AND d.stage_id IN (SELECT id FROM stage WHERE kind = 'won')) END AS purchases, -- integer: Days on which the person bought, by invoices, without any by deals won
  CASE WHEN EXISTS (SELECT 1 FROM invoice) THEN (SELECT max(i.issued_on) FROM invoice AS i WHERE i.contact_id = contact.id AND i.void_on IS NULL) ELSE (SELECT max(d.closed_on) FROM deal AS d WHERE d.contact_id = contact.id AND d.stage_id IN (SELECT id FROM stage WHERE kind = 'won')) END AS last_purchase, -- day: When the person last bought
  (SELECT count(*) FROM "case" AS k WHERE k.contact_id = contact.id AND k.status IN ('new', 'in_progress', 'waiting_on_customer', 'on_hold')) AS open_cases, -- integer: Cases of the person not yet settled
  contact.salutation, contact.first_name, contact.last_name,
  contact.company_id,
  (SELECT json_group_array(json_patch('{}', json_object('value', e.value, 'kind', e.kind, 'primary', json(iif(e."primary", 'true', 'false')), 'opted_out', json(iif(e.opted_out, 'true', 'false')), 'invalid', json(iif(e.invalid, 'true', 'false'))))) FROM (SELECT * FROM contact_email WHERE contact_id = contact.id ORDER BY "primary" DESC, id) AS e) AS emails, -- parts:contact_email: All e-mail addresses
  (SELECT json_group_array(json_patch('{}', json_object('value', p.value, 'kind', p.kind, 'primary', json(iif(p."primary", 'true', 'false')), 'opted_out', json(iif(p.opted_out, 'true', 'false')), 'invalid', json(iif(p.invalid, 'true', 'false'))))) FROM (SELECT * FROM contact_phone WHERE contact_id = contact.id ORDER BY "primary" DESC, id) AS p) AS phones, -- parts:contact_phone: All phone numbers
  (SELECT json_group_array(json_patch('{}', json_object('company', c.name, 'company_id', c.id, 'role', x.role, 'inactive', json(iif(x.inactive, 'true', 'false'))))) FROM contact_company AS x JOIN company AS c ON c.id = x.company_id WHERE x.contact_id = contact.id) AS companies, -- parts:contact_company: Further companies, with the role there
  contact.street, contact.city, contact.region, contact.postal_code, contact.country,
  contact.birthday, contact.national_id, contact.language, contact.timezone,
  contact.interests, contact.source, contact.social,
  contact.do_not_email, contact.do_not_bulk_email, contact.do_not_phone, contact.do_not_sms, contact.do_not_mail, contact.do_not_fax,
  contact.preferred_channel, contact.preferred_day, contact.best_time,
  contact.owner_id, contact.external_id, contact.external_source, contact.created_at, contact.updated_at, contact.uid
FROM contact
