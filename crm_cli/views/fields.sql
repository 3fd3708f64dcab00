-- list: id on name kind help words
-- table: id on name kind help words
SELECT
  custom_field.id, custom_field."on", custom_field.name, custom_field.kind, custom_field.help, custom_field.words,
  custom_field.tags, custom_field.notes,
  (SELECT name FROM user WHERE user.id = custom_field.owner_id) AS owner,
  custom_field.owner_id, custom_field.external_id, custom_field.external_source, custom_field.created_at, custom_field.updated_at, custom_field.uid
FROM custom_field
