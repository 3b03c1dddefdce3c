-- What is there before the measurement, as bench/commands/mix.cc makes it for the engine. Ids are derived as there, only
-- by another hash: company 7's is md5('company7').
TRUNCATE daybook.organizations, crm.users, crm.pipeline_stages, crm.companies, crm.contacts, crm.deals, crm.activities
CASCADE;

INSERT INTO daybook.organizations (id, name, created_at, updated_at)
SELECT md5('organization' || o)::uuid, 'Bench', localtimestamp, localtimestamp
FROM generate_series(0, current_setting('bench.organizations')::int - 1) AS o;

INSERT INTO crm.users (id, email, first_name, last_name, role, updated_at, organization_id)
SELECT md5('user' || o || '/' || n)::uuid, 'user-' || n || '@example.com', 'User', n, 'MANAGER', localtimestamp,
  md5('organization' || o)::uuid
FROM generate_series(0, current_setting('bench.organizations')::int - 1) AS o,
  generate_series(0, current_setting('bench.users')::int - 1) AS n;

INSERT INTO crm.pipeline_stages (id, name, position, probability, updated_at, organization_id)
SELECT md5('stage' || o || '/' || n)::uuid, 'Stage ' || n, n, 0.1 + 0.1 * n, localtimestamp,
  md5('organization' || o)::uuid
FROM generate_series(0, current_setting('bench.organizations')::int - 1) AS o,
  generate_series(0, current_setting('bench.stages')::int - 1) AS n;

INSERT INTO crm.companies (id, name, industry, website, phone, city, country, employee_count, updated_at,
  organization_id)
SELECT md5('company' || n)::uuid, 'Company ' || n, 'Industry ' || n % 40, 'https://company-' || n || '.example.com',
  '+41-44-' || lpad(n::text, 7, '0'), 'Zurich', 'Switzerland', n % 500 + 1, localtimestamp,
  md5('organization' || n % current_setting('bench.organizations')::int)::uuid
FROM generate_series(0, current_setting('bench.companies')::int - 1) AS n;

INSERT INTO crm.contacts (id, first_name, last_name, email, phone, job_title, updated_at, company_id, organization_id)
SELECT md5('contact' || n)::uuid, 'First' || n % 1000, 'Last' || n, 'contact-' || n || '@example.com',
  '+41-79-' || lpad(n::text, 7, '0'), 'Buyer', localtimestamp, md5('company' || n / 2)::uuid,
  md5('organization' || n / 2 % current_setting('bench.organizations')::int)::uuid
FROM generate_series(0, 2 * current_setting('bench.companies')::int - 1) AS n;

INSERT INTO crm.deals (id, title, value, currency, expected_close_date, probability, updated_at, company_id, contact_id,
  stage_id, organization_id)
SELECT md5('deal' || n)::uuid, 'Deal ' || n, n % 100000 + 1, 'EUR', date '2026-01-01' + n % 365, 0.1, localtimestamp,
  md5('company' || n / 2)::uuid, md5('contact' || n)::uuid,
  md5('stage' || n / 2 % current_setting('bench.organizations')::int || '/'
    || n % current_setting('bench.stages')::int)::uuid,
  md5('organization' || n / 2 % current_setting('bench.organizations')::int)::uuid
FROM generate_series(0, 2 * current_setting('bench.companies')::int - 1) AS n;
