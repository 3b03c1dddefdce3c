-- Roles belong to the whole server, so their names carry the database's: two installations on one
-- server do not meet.
CREATE FUNCTION daybook.role_name(suffix text) RETURNS name
  LANGUAGE sql STABLE PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp
AS $$
  -- PostgreSQL would silently cut a name at 63 bytes, and two databases with long names could then share a role.
  SELECT CASE
    WHEN octet_length(current_database() || '_' || suffix) <= 63 THEN current_database() || '_' || suffix
    ELSE 'daybook_' || left(md5(current_database()), 16) || '_' || suffix
  END::name
$$;

COMMENT ON FUNCTION daybook.role_name(text) IS
  'The name of this installation''s role: readers, projector, gateway, or reader_<name> for a '
  'reporting login.';

-- A role of the same name may be somebody else's: ours say so in their comment.
CREATE FUNCTION daybook.role_mark() RETURNS text
  LANGUAGE sql STABLE PARALLEL SAFE
  SET search_path = pg_catalog, pg_temp
AS $$ SELECT 'Daybook, database ' || current_database() $$;

COMMENT ON FUNCTION daybook.role_mark() IS 'The comment that this installation puts on its roles.';
