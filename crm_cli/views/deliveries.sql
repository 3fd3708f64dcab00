-- list: id to to_name subject status channel campaign sent_at error
-- table: id to subject status channel campaign sent_at error
SELECT
  delivery.id, delivery."to", delivery.to_name, delivery.subject, delivery.status, delivery.channel, delivery.purpose,
  (SELECT name FROM campaign WHERE campaign.id = delivery.campaign_id) AS campaign,
  delivery.send_at, delivery.sent_at, delivery.error, delivery.attempts, delivery.message_id,
  delivery.in_reply_to, delivery.override, delivery.body, delivery.html,
  (SELECT group_concat(json_extract(value, '$.name'), ', ') FROM json_each(delivery.attachments)) AS attached, -- text: Files that go with it
  (SELECT name FROM contact WHERE contact.id = delivery.contact_id) AS contact,
  (SELECT name FROM lead WHERE lead.id = delivery.lead_id) AS lead,
  (SELECT subject FROM "case" WHERE "case".id = delivery.case_id) AS "case",
  (SELECT name FROM user WHERE user.id = delivery.owner_id) AS owner,
  delivery.tags,
  delivery.campaign_id, delivery.member_id, delivery.contact_id, delivery.lead_id, delivery.case_id, delivery.activity_id,
  delivery.notes, delivery.owner_id, delivery.external_id, delivery.external_source, delivery.created_at, delivery.updated_at, delivery.uid
FROM delivery
