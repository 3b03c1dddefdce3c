\set contact random(0, :contacts - 1)
\set company :contact / 2
BEGIN;
UPDATE crm.contacts SET is_primary = false, updated_at = localtimestamp
WHERE company_id = md5('company' || :company)::uuid AND is_primary;
UPDATE crm.contacts SET is_primary = true, updated_at = localtimestamp
WHERE id = md5('contact' || :contact)::uuid;
COMMIT;
