\set n random(0, 1000000000)
\set organization random(0, :organizations - 1)
INSERT INTO crm.companies (id, name, industry, website, phone, city, country, employee_count, updated_at, owner_id,
  organization_id)
VALUES (gen_random_uuid(), 'Company n' || :n, 'Industry ' || :n::int % 40, 'https://company-' || :n || '.example.com',
  '+41-44-' || :n, 'Zurich', 'Switzerland', :n::int % 500 + 1, localtimestamp,
  md5('user' || :organization || '/0')::uuid, md5('organization' || :organization)::uuid);
