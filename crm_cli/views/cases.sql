-- list: id number subject company contact type status priority sla_state sla_policy first_response_due resolution_due owner created_at resolved_at closed_at
-- table: id number subject company sla_state resolution_due status priority type owner
SELECT
  "case".id, "case".number, "case".subject,
  (SELECT name FROM company WHERE company.id = "case".company_id) AS company,
  (SELECT name FROM contact WHERE contact.id = "case".contact_id) AS contact,
  "case".type, "case".status, "case".priority,
  (SELECT name FROM sla WHERE sla.id = "case".sla_policy_id) AS sla_policy,
  "case".first_response_due, "case".resolution_due,
  (SELECT name FROM user WHERE user.id = "case".owner_id) AS owner,
  "case".created_at, "case".resolved_at, "case".closed_at,
  "case".tags, "case".origin,
  (SELECT name FROM product WHERE product.id = "case".product_id) AS product,
  (SELECT name FROM deal WHERE deal.id = "case".deal_id) AS deal,
  (SELECT name FROM contract WHERE contract.id = "case".contract_id) AS contract,
  (SELECT subject FROM "case" AS p WHERE p.id = "case".parent_id) AS parent,
  "case".status IN ('new', 'in_progress', 'waiting_on_customer', 'on_hold') AS open, -- boolean: Is not yet settled
  "case".first_response_at, "case".first_response_warn, "case".first_response_left, "case".first_response_met,
  "case".resolution_warn, "case".resolution_left, "case".resolution_met, "case".sla_result, "case".sla_policy_pinned,
  "case".reopened_count, "case".satisfaction, "case".resolution, "case".description, "case".odd, "case".status_original,
  (SELECT count(*) FROM activity_about AS l JOIN activity AS a ON a.id = l.activity_id WHERE l.noun = 'case' AND l.record_id = "case".id AND a.kind IN ('email', 'call') AND a.direction = 'out' AND a.done_at IS NOT NULL) AS replies, -- integer: How often we answered
  (SELECT max(at) FROM touches WHERE touches.noun = 'case' AND touches.record_id = "case".id) AS last_touch, -- instant: The last outgoing call or e-mail, or meeting held
  (SELECT json_group_array(json_patch('{}', json_object('text', s.text, 'done_at', s.done_at))) FROM (SELECT * FROM case_step WHERE case_id = "case".id ORDER BY position, id) AS s) AS checklist, -- parts:case_step: Steps that guide how it is handled
  (SELECT json_group_array(json_patch('{}', json_object('from_status', h.from_status, 'status', h.status, 'at', h.at, 'reason', h.reason))) FROM (SELECT * FROM case_status WHERE case_id = "case".id ORDER BY at, id) AS h) AS statuses, -- parts:case_status: Every change of its status
  "case".company_id, "case".contact_id, "case".product_id, "case".deal_id, "case".contract_id, "case".parent_id, "case".sla_policy_id,
  "case".notes, "case".owner_id, "case".external_id, "case".external_source, "case".updated_at, "case".uid
FROM "case"
