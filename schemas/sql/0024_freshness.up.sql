-- Whether the session's login belongs to the owner of the tables, who sees all.
CREATE FUNCTION daybook.is_owner() RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp
AS $$ SELECT pg_has_role(session_user, current_user, 'USAGE') $$;

COMMENT ON FUNCTION daybook.is_owner() IS
  'Whether the session''s login may act as the owner of Daybook''s tables.';

REVOKE ALL ON FUNCTION daybook.is_owner() FROM PUBLIC;

-- security_barrier: no condition of the asker is tried on rows that it may not see. A parked row is
-- counted only for its
-- own organization and for the owner.
CREATE VIEW daybook.freshness WITH (security_barrier = true) AS
SELECT c.partition,
       c.log_id,
       c.position,
       c.sequence,
       c.decided_at,
       c.applied_at,
       extract(epoch FROM clock_timestamp() - c.applied_at)::numeric(15, 3) AS seconds_since_applied,
       extract(epoch FROM (clock_timestamp() AT TIME ZONE 'UTC') - c.decided_at)::numeric(15, 3)
         AS seconds_since_decided,
       (SELECT count(*) FROM daybook.parked AS p
         WHERE p.partition = c.partition
           AND (p.organization_id = (SELECT daybook.reader_organization()) OR (SELECT daybook.is_owner())))
         AS parked_rows
  FROM daybook.checkpoint AS c
 WHERE (SELECT daybook.reader_organization()) IS NOT NULL OR (SELECT daybook.is_owner());

COMMENT ON VIEW daybook.freshness IS
'How far the read tables are, per partition of the log. seconds_since_applied grows while nothing happens, too: it is lag
only when the log holds more than sequence says. parked_rows counts the asker''s own organization''s (for the owner: all).';
COMMENT ON COLUMN daybook.freshness.decided_at IS
  'When the newest outcome that the tables hold was decided (UTC).';
COMMENT ON COLUMN daybook.freshness.parked_rows IS
  'Rows that PostgreSQL refused and that are missing from the tables.';
