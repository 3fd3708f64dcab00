-- The lines of all deals: so many of a product at a price.
SELECT
  l.id, -- id: Our number for the line
  l.deal_id, -- id: Its deal
  (SELECT name FROM product WHERE product.id = l.product_id) AS product, -- ref:product: The product
  l.quantity, -- decimal: How many
  l.unit_price, -- money: Price of one
  l.discount_pct, -- percent: Discount on the line
  l.tax_pct, -- percent: Tax on the line
  (SELECT currency FROM deal WHERE deal.id = l.deal_id) AS currency, -- currency: The deal's currency
  l.position, -- integer: Its place in the deal
  l.product_id -- id: The product's id
FROM deal_line AS l
