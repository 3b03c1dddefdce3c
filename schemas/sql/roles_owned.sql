-- This installation's roles, reporting logins first: those that carry its mark.
SELECT r.rolname
FROM pg_roles AS r
WHERE shobj_description(r.oid, 'pg_authid') = daybook.role_mark()
ORDER BY r.rolcanlogin DESC, r.rolname
