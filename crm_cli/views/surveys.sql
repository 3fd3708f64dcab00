-- list: id kind score comment contact company touchpoint at owner
-- table: id kind score comment contact company touchpoint at
SELECT
  survey.id, survey.kind, survey.score, survey.comment,
  (SELECT name FROM contact WHERE contact.id = survey.contact_id) AS contact,
  (SELECT name FROM company WHERE company.id = survey.company_id) AS company,
  survey.touchpoint, survey.at,
  (SELECT name FROM user WHERE user.id = survey.owner_id) AS owner,
  survey.tags,
  (SELECT subject FROM "case" WHERE "case".id = survey.case_id) AS "case",
  (SELECT name FROM deal WHERE deal.id = survey.deal_id) AS deal,
  survey.contact_id, survey.company_id, survey.case_id, survey.deal_id,
  survey.notes, survey.owner_id, survey.external_id, survey.external_source, survey.created_at, survey.updated_at, survey.uid
FROM survey
