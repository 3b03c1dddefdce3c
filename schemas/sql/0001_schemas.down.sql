DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
             WHERE e.extname = 'pg_trgm' AND n.nspname = 'daybook') THEN
    DROP EXTENSION pg_trgm;
  END IF;
END
$$;

COMMENT ON SCHEMA daybook IS NULL;

DROP SCHEMA crm;
