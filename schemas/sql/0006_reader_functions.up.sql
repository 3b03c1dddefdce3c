-- Who is asking. Keyed by session_user, which neither SET ROLE nor any setting changes; only for
-- the gateway's own login
-- does a setting count. SECURITY DEFINER, because readers may see neither daybook.reader nor all of
-- crm.users.
CREATE FUNCTION daybook.reader_identity(
  OUT organization_id uuid, OUT user_id uuid, OUT sees_all boolean) RETURNS SETOF record
  LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE ROWS 1
  SET search_path = pg_catalog, pg_temp
AS $$
  WITH mapped AS (
    SELECT r.organization_id, r.user_id FROM daybook.reader AS r WHERE r.role_name = session_user
    UNION ALL
    SELECT nullif(current_setting('daybook.organization_id', true), '')::uuid,
           nullif(current_setting('daybook.user_id', true), '')::uuid
    WHERE session_user = daybook.role_name('gateway')
  )
  SELECT m.organization_id, m.user_id, m.user_id IS NULL OR u.role IN ('ADMIN', 'MANAGER', 'VIEWER')
  FROM mapped AS m
  LEFT JOIN crm.users AS u ON u.id = m.user_id AND u.organization_id = m.organization_id
  WHERE m.organization_id IS NOT NULL AND (m.user_id IS NULL OR u.is_active)
$$;

COMMENT ON FUNCTION daybook.reader_identity() IS
  'What the session''s login may see; no row when it is not mapped or its user is inactive or '
  'unknown.';

CREATE FUNCTION daybook.reader_organization() RETURNS uuid
  LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp
AS $$ SELECT i.organization_id FROM daybook.reader_identity() AS i $$;

COMMENT ON FUNCTION daybook.reader_organization() IS
  'The organization that the session''s login sees; NULL when it sees nothing.';

CREATE FUNCTION daybook.reader_user() RETURNS uuid
  LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp
AS $$ SELECT i.user_id FROM daybook.reader_identity() AS i $$;

COMMENT ON FUNCTION daybook.reader_user() IS
  'The user whose eyes the session''s login has; NULL for a login of the whole organization, '
  'or of nothing.';

CREATE FUNCTION daybook.reader_sees_all() RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp
AS $$ SELECT coalesce((SELECT i.sees_all FROM daybook.reader_identity() AS i), false) $$;

COMMENT ON FUNCTION daybook.reader_sees_all() IS
  'Whether the session''s login sees all of its organization: it has no user, or an ADMIN, '
  'MANAGER or VIEWER.';

REVOKE ALL ON FUNCTION daybook.reader_identity() FROM PUBLIC;
REVOKE ALL ON FUNCTION daybook.reader_organization() FROM PUBLIC;
REVOKE ALL ON FUNCTION daybook.reader_user() FROM PUBLIC;
REVOKE ALL ON FUNCTION daybook.reader_sees_all() FROM PUBLIC;

-- "(SELECT f())" makes the planner ask once per statement, not once per row; so do all policies.
CREATE POLICY reader_select ON crm.users FOR SELECT
  USING (organization_id = (SELECT daybook.reader_organization()));
