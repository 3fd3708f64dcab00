-- list: id name kind on filter owner tags
-- table: id name kind on filter
SELECT
  segment.id, segment.name, segment.kind, segment."on", segment.filter, segment.description,
  (SELECT name FROM user WHERE user.id = segment.owner_id) AS owner,
  segment.tags,
  (SELECT json_group_array(json_patch('{}', json_object('noun', m.noun, 'record_id', m.record_id, 'name', m.name, 'address', m.address, 'added_at', m.added_at))) FROM (SELECT x.*, (SELECT name FROM called WHERE called.noun = x.noun AND called.id = x.record_id) AS name FROM segment_member AS x WHERE x.segment_id = segment.id ORDER BY x.id) AS m WHERE m.address IS NOT NULL OR m.name IS NOT NULL) AS members, -- parts:segment_member: Who was put into it
  segment.notes, segment.owner_id, segment.external_id, segment.external_source, segment.created_at, segment.updated_at, segment.uid
FROM segment
