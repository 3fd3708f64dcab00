-- What the records are called that an activity can be about: noun, id, name.
SELECT 'contact' AS noun, id, name FROM contact
UNION ALL SELECT 'company', id, name FROM company
UNION ALL SELECT 'deal', id, name FROM deal
UNION ALL SELECT 'lead', id, name FROM lead
UNION ALL SELECT 'case', id, subject FROM "case"
UNION ALL SELECT 'contract', id, name FROM contract
UNION ALL SELECT 'campaign', id, name FROM campaign
UNION ALL SELECT 'product', id, name FROM product
