-- Takes from the read tables what makes each change dear: foreign keys, and indexes that belong to no key.
DO $$
DECLARE
  each record;
BEGIN
  FOR each IN SELECT conrelid::regclass AS name, conname FROM pg_constraint
      WHERE contype = 'f' AND connamespace IN ('crm'::regnamespace, 'daybook'::regnamespace) LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', each.name, each.conname);
  END LOOP;
  FOR each IN SELECT indexrelid::regclass AS name FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
      WHERE relnamespace = 'crm'::regnamespace AND NOT indisprimary
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) LOOP
    EXECUTE format('DROP INDEX %s', each.name);
  END LOOP;
END $$;
