-- list | 50 | a page of companies with their contacts and deals counted and summed
\timing on
SELECT c.id, c.name, c.industry, c.status, u.name AS owner, k.contacts, d.deals, d.value
  FROM crm.companies AS c
  LEFT JOIN crm.users AS u ON u.id = c.owner_id
  LEFT JOIN LATERAL (SELECT count(*) AS contacts FROM crm.contacts
                      WHERE company_id = c.id AND NOT is_deleted) AS k ON true
  LEFT JOIN LATERAL (SELECT count(*) AS deals, sum(value) AS value FROM crm.deals
                      WHERE company_id = c.id AND NOT is_deleted) AS d ON true
 WHERE NOT c.is_deleted AND c.status IN ('PROSPECT', 'CUSTOMER')
 ORDER BY c.name
 LIMIT 20;
