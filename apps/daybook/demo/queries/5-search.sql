-- search | 200 | "tech" anywhere in the names of companies, contacts and deals
\timing on
(SELECT 'company' AS found, id, name FROM crm.companies
  WHERE NOT is_deleted AND (name ILIKE '%tech%' OR industry ILIKE '%tech%') LIMIT 10)
UNION ALL
(SELECT 'contact', id, first_name || ' ' || last_name FROM crm.contacts
  WHERE NOT is_deleted AND (first_name ILIKE '%tech%' OR last_name ILIKE '%tech%' OR email ILIKE '%tech%') LIMIT 10)
UNION ALL
(SELECT 'deal', id, title FROM crm.deals
  WHERE NOT is_deleted AND (title ILIKE '%tech%' OR description ILIKE '%tech%') LIMIT 10);
