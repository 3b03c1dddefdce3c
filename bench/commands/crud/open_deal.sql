\set n random(0, 1000000000)
\set contact random(0, :contacts - 1)
\set company :contact / 2
\set organization :company % :organizations
\set stage random(0, :stages - 1)
INSERT INTO crm.deals (id, title, value, currency, expected_close_date, probability, updated_at, company_id, contact_id,
  stage_id, owner_id, organization_id)
VALUES (gen_random_uuid(), 'Deal n' || :n, :n::int % 100000 + 1, 'EUR', date '2026-01-01' + :n::int % 365, 0.1,
  localtimestamp, md5('company' || :company)::uuid, md5('contact' || :contact)::uuid,
  md5('stage' || :organization || '/' || :stage)::uuid, md5('user' || :organization || '/0')::uuid,
  md5('organization' || :organization)::uuid);
