-- list: id number company contact issued_on due_on paid_on amount paid open currency status owner
-- table: id number company contact issued_on due_on amount open status
SELECT
  invoice.id, invoice.number,
  (SELECT name FROM company WHERE company.id = invoice.company_id) AS company,
  (SELECT name FROM contact WHERE contact.id = invoice.contact_id) AS contact,
  invoice.issued_on, invoice.due_on,
  invoice.settled_on AS paid_on, -- day: The day it was paid in full
  invoice.amount, invoice.paid,
  CASE WHEN invoice.void_on IS NULL THEN invoice.amount - invoice.paid ELSE 0 END AS open, -- money: What is still to be paid
  invoice.currency,
  CASE WHEN invoice.void_on IS NOT NULL THEN 'void' WHEN invoice.settled_on IS NOT NULL THEN 'paid' WHEN invoice.paid <> 0 THEN 'partial' ELSE 'unpaid' END AS status, -- choice:InvoiceStatus: Where it stands
  (SELECT name FROM user WHERE user.id = invoice.owner_id) AS owner,
  invoice.tags,
  (SELECT name FROM deal WHERE deal.id = invoice.deal_id) AS deal,
  (SELECT number FROM quote WHERE quote.id = invoice.quote_id) AS quote,
  (SELECT region FROM user WHERE user.id = invoice.owner_id) AS region, -- text=owner.region: The owner's region
  (SELECT group_concat(name, ', ') FROM (SELECT p.name FROM invoice_line AS l JOIN product AS p ON p.id = l.product_id WHERE l.invoice_id = invoice.id ORDER BY l.position, l.id)) AS product, -- ref:product=lines.product: The products of its lines
  invoice.tax, invoice.rate, invoice.void_on, invoice.void_reason, invoice.reference, invoice.status_original, invoice.settled_on,
  (SELECT json_group_array(json_patch('{}', json_object('product', p.name, 'product_id', p.id, 'text', l.text, 'quantity', l.quantity, 'unit_price', l.unit_price, 'discount_pct', l.discount_pct, 'tax_pct', l.tax_pct, 'net', l.net, 'tax', l.tax))) FROM (SELECT * FROM invoice_line WHERE invoice_id = invoice.id ORDER BY position, id) AS l LEFT JOIN product AS p ON p.id = l.product_id) AS lines, -- parts:invoice_line: Lines: product or text, quantity, price
  (SELECT json_group_array(json_patch('{}', json_object('day', l.day, 'amount', l.amount, 'method', l.method, 'reference', l.reference))) FROM (SELECT * FROM payment WHERE invoice_id = invoice.id ORDER BY day, id) AS l) AS payments, -- parts:payment: Payments: day, amount, method
  invoice.company_id, invoice.contact_id, invoice.deal_id, invoice.quote_id,
  invoice.notes, invoice.owner_id, invoice.external_id, invoice.external_source, invoice.created_at, invoice.updated_at, invoice.uid
FROM invoice
