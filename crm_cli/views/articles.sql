-- list: id name status product owner tags
SELECT
  article.id, article.name, article.status,
  (SELECT name FROM product WHERE product.id = article.product_id) AS product,
  (SELECT name FROM user WHERE user.id = article.owner_id) AS owner,
  article.tags, article.body,
  (SELECT json_group_array(json_patch('{}', json_object('case', c.subject, 'case_id', c.id))) FROM article_case AS x JOIN "case" AS c ON c.id = x.case_id WHERE x.article_id = article.id) AS cases, -- parts:article_case: Cases that it answers
  article.product_id,
  article.notes, article.owner_id, article.external_id, article.external_source, article.created_at, article.updated_at, article.uid
FROM article
