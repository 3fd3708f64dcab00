-- list: id code name category list_price currency active kind cost tax_rate in_stock tags
-- table: id code name category list_price currency active
SELECT
  product.id, product.code, product.name, product.category, product.list_price, product.currency, product.active,
  product.kind, product.cost, product.tax_rate, product.in_stock, product.tags, product.notes,
  (SELECT name FROM user WHERE user.id = product.owner_id) AS owner,
  (SELECT json_group_array(json_patch('{}', json_object('part', p.name, 'part_id', p.id, 'quantity', x.quantity))) FROM product_part AS x JOIN product AS p ON p.id = x.part_id WHERE x.product_id = product.id) AS parts, -- parts:product_part: What the bundle holds
  product.owner_id, product.external_id, product.external_source, product.created_at, product.updated_at, product.uid
FROM product
