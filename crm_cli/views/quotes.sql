-- list: id number revision deal company contact status issued_on valid_until total currency owner
-- table: id number revision deal company status valid_until total
SELECT
  quote.id, quote.number, quote.revision,
  (SELECT name FROM deal WHERE deal.id = quote.deal_id) AS deal,
  (SELECT name FROM company WHERE company.id = quote.company_id) AS company,
  (SELECT name FROM contact WHERE contact.id = quote.contact_id) AS contact,
  quote.status, quote.issued_on, quote.valid_until, quote.total, quote.currency,
  (SELECT name FROM user WHERE user.id = quote.owner_id) AS owner,
  quote.tags,
  quote.net, quote.tax, quote.discount_pct, quote.discount, quote.shipping, quote.shipping_tax_pct, quote.terms,
  quote.sent_at, quote.decided_on, quote.reason, quote.rate, quote.status_original,
  (SELECT json_group_array(json_patch('{}', json_object('product', p.name, 'product_id', p.id, 'text', l.text, 'quantity', l.quantity, 'unit_price', l.unit_price, 'discount_pct', l.discount_pct, 'tax_pct', l.tax_pct, 'net', l.net, 'tax', l.tax))) FROM (SELECT * FROM quote_line WHERE quote_id = quote.id ORDER BY position, id) AS l LEFT JOIN product AS p ON p.id = l.product_id) AS lines, -- parts:quote_line: Lines: product or text, quantity, price
  quote.deal_id, quote.company_id, quote.contact_id,
  quote.notes, quote.owner_id, quote.external_id, quote.external_source, quote.created_at, quote.updated_at, quote.uid
FROM quote
