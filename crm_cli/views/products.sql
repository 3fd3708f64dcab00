-- list: id code name category list_price currency active kind cost tax_rate in_stock tags
-- table: id code name category list_price currency active
SELECT
  product.id, product.code, product.name, product.category, product.list_price, product.currency, product.active,
  product.kind, product.cost, product.tax_rate, product.in_stock, product.tags, product.notes,
  (SELECT name FROM user WHERE user.id = product.owner_id) AS owner,
  product.owner_id, product.external_id, product.external_source, product.created_at, product.updated_at, product.uid
FROM product
