-- The statements by which a role with CREATEROLE makes what is missing of this installation's
-- roles, one a row, in order.
-- Read by the migrator, which runs them or prints them for an administrator. By hand: psql -f, or
-- end it with \gexec.
-- Not "safe": the role exists but does not carry our mark, so only a person can say whether it may
-- be used.
WITH wanted (line, suffix, options) AS (
  VALUES (1, 'readers', 'NOLOGIN'),
         (2, 'projector', 'NOLOGIN'),
         -- A login, because what the gateway may see follows the session's user; without a password nobody can use it.
         (3, 'gateway', 'LOGIN')
), state AS (
  SELECT w.*, daybook.role_name(w.suffix) AS role_name, r.oid, shobj_description(r.oid, 'pg_authid') AS mark
  FROM wanted AS w LEFT JOIN pg_roles AS r ON r.rolname = daybook.role_name(w.suffix)
), statements (step, line, safe, statement) AS (
  SELECT 1, line, true, format('CREATE ROLE %I %s NOSUPERUSER NOCREATEDB NOCREATEROLE', role_name, options)
    FROM state WHERE oid IS NULL
  UNION ALL
  SELECT 2, line, oid IS NULL, format('COMMENT ON ROLE %I IS %L', role_name, daybook.role_mark())
    FROM state WHERE mark IS DISTINCT FROM daybook.role_mark()
  UNION ALL
  -- The engine connects as the owner of the tables and works with the projector's rights.
  SELECT 3, line, oid IS NULL OR mark = daybook.role_mark(), format('GRANT %I TO %I', role_name, current_user)
    FROM state
   WHERE suffix = 'projector' AND NOT coalesce(pg_has_role(oid, 'MEMBER'), false)
     AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
)
SELECT statement, safe FROM statements ORDER BY step, line
