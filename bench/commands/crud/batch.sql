\set n random(0, 1000000000)
\set organization random(0, :organizations - 1)
\set stage random(0, :stages - 1)
BEGIN;
INSERT INTO crm.companies (id, name, industry, website, phone, city, country, employee_count, updated_at,
  organization_id)
VALUES (md5('n' || :n || :client_id)::uuid, 'Company n' || :n, 'Industry ' || :n::int % 40,
  'https://company-' || :n || '.example.com', '+41-44-' || :n, 'Zurich', 'Switzerland', :n::int % 500 + 1,
  localtimestamp, md5('organization' || :organization)::uuid);
INSERT INTO crm.contacts (id, first_name, last_name, email, phone, job_title, updated_at, company_id, organization_id)
VALUES (md5('n' || :n || :client_id)::uuid, 'First' || :n::int % 1000, 'Last' || :n, 'contact-n' || :n || '@example.com',
  '+41-79-' || :n, 'Buyer', localtimestamp, md5('n' || :n || :client_id)::uuid, md5('organization' || :organization)::uuid);
INSERT INTO crm.deals (id, title, value, currency, expected_close_date, probability, updated_at, company_id, contact_id,
  stage_id, organization_id)
VALUES (md5('n' || :n || :client_id)::uuid, 'Deal n' || :n, :n::int % 100000 + 1, 'EUR',
  date '2026-01-01' + :n::int % 365, 0.1, localtimestamp, md5('n' || :n || :client_id)::uuid,
  md5('n' || :n || :client_id)::uuid, md5('stage' || :organization || '/' || :stage)::uuid,
  md5('organization' || :organization)::uuid);
COMMIT;
