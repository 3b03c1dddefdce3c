-- look-up | 25 | one deal by its id, with its company, contact, stage and owner
\timing off
SELECT id AS deal_id FROM crm.deals WHERE title LIKE 'CRM Implementation%' LIMIT 1 \gset
\timing on
SELECT d.*, c.name AS company, k.first_name, k.last_name, s.name AS stage, u.name AS owner
  FROM crm.deals AS d
  LEFT JOIN crm.companies AS c ON c.id = d.company_id
  LEFT JOIN crm.contacts AS k ON k.id = d.contact_id
  LEFT JOIN crm.pipeline_stages AS s ON s.id = d.stage_id
  LEFT JOIN crm.users AS u ON u.id = d.owner_id
 WHERE d.id = :'deal_id' AND NOT d.is_deleted;
