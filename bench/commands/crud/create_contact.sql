\set n random(0, 1000000000)
\set company random(0, :companies - 1)
\set organization :company % :organizations
INSERT INTO crm.contacts (id, first_name, last_name, email, phone, job_title, updated_at, company_id, owner_id,
  organization_id)
VALUES (gen_random_uuid(), 'First' || :n::int % 1000, 'Last' || :n, 'contact-n' || :n || '@example.com', '+41-79-' || :n,
  'Buyer', localtimestamp, md5('company' || :company)::uuid, md5('user' || :organization || '/0')::uuid,
  md5('organization' || :organization)::uuid);
