-- The schema "daybook" itself is made by the migrator, which keeps its own table there.
CREATE SCHEMA crm;

COMMENT ON SCHEMA crm IS
  'The CRM read tables. Written by Daybook''s projector alone, from the log; read them through '
  'a reporting login.';

COMMENT ON SCHEMA daybook IS
  'Daybook''s own tables: how far the read tables are, who may read them, and what PostgreSQL '
  'refused.';

-- An extension that somebody else installed here is used as it is, and stays when Daybook goes.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
    CREATE EXTENSION pg_trgm WITH SCHEMA daybook;
  END IF;
END
$$;
