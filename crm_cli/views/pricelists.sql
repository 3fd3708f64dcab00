-- list: id name currency starts_on ends_on active owner
SELECT
  pricelist.id, pricelist.name, pricelist.currency, pricelist.starts_on, pricelist.ends_on, pricelist.active,
  (SELECT name FROM user WHERE user.id = pricelist.owner_id) AS owner,
  pricelist.tags,
  (SELECT json_group_array(json_patch('{}', json_object('product', p.name, 'product_id', p.id, 'from_quantity', l.from_quantity, 'unit_price', l.unit_price))) FROM (SELECT * FROM price WHERE pricelist_id = pricelist.id ORDER BY id) AS l JOIN product AS p ON p.id = l.product_id) AS prices, -- parts:price: Prices by product, from a quantity on
  pricelist.notes, pricelist.owner_id, pricelist.external_id, pricelist.external_source, pricelist.created_at, pricelist.updated_at, pricelist.uid
FROM pricelist
