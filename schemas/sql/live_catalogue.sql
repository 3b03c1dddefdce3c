-- What a database really has in the schemas crm and daybook, in the words of documented_schema.txt:
-- a row per object with
-- its kind, its name and its definition. Run with an empty search_path, so that all names come out
-- qualified.
WITH relations AS (
  SELECT c.oid, n.nspname || '.' || c.relname AS name, c.relkind, c.relrowsecurity
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname IN ('crm', 'daybook')
), tables AS (
  SELECT * FROM relations WHERE relkind IN ('r', 'p')
), columns AS (
  SELECT t.name AS table_name, a.attname, a.attrelid, a.attnum, a.attnotnull,
         row_number() OVER (PARTITION BY t.oid ORDER BY a.attnum) AS place,
         replace(replace(replace(format_type(a.atttypid, a.atttypmod), 'character varying', 'varchar'),
                         ' without time zone', ''), 'timestamp with time zone', 'timestamptz') AS type_name,
         pg_get_expr(d.adbin, d.adrelid) AS default_text
  FROM tables AS t
  JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
), constraints AS (
  SELECT k.*, t.name AS table_name,
         (SELECT string_agg(a.attname, ',' ORDER BY p.place)
          FROM unnest(k.conkey) WITH ORDINALITY AS p (attnum, place)
          JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = p.attnum) AS column_names,
         CASE WHEN k.condeferred THEN ' deferred' WHEN k.condeferrable THEN ' deferrable' ELSE '' END AS deferral,
         CASE WHEN k.convalidated THEN '' ELSE ' not validated' END AS validity
  FROM pg_constraint AS k JOIN tables AS t ON t.oid = k.conrelid
), objects AS (
SELECT 'enum' AS kind, n.nspname || '.' || t.typname AS name,
       string_agg(e.enumlabel, ' ' ORDER BY e.enumsortorder) AS definition
FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace JOIN pg_enum AS e ON e.enumtypid = t.oid
WHERE n.nspname IN ('crm', 'daybook') GROUP BY n.nspname, t.typname
UNION ALL
SELECT 'table', name, '' FROM tables
UNION ALL
SELECT 'view', name, '' FROM relations WHERE relkind IN ('v', 'm')
UNION ALL
SELECT 'column', table_name || '.' || attname,
       'no. ' || place || ' ' || type_name || CASE WHEN attnotnull THEN ' not_null' ELSE ' null' END
         || coalesce(' ' || default_text, '')
FROM columns
UNION ALL
SELECT 'primary_key', table_name, column_names || deferral FROM constraints WHERE contype = 'p'
UNION ALL
SELECT 'unique', table_name || ' (' || column_names || ')', trim(deferral) FROM constraints WHERE contype = 'u'
UNION ALL
SELECT 'foreign_key', table_name || ' (' || column_names || ')',
       r.name
         || CASE confdeltype WHEN 'n' THEN ' SET_NULL' WHEN 'c' THEN ' CASCADE' WHEN 'r' THEN ' RESTRICT'
                             WHEN 'd' THEN ' SET_DEFAULT' ELSE ' NO_ACTION' END
         || CASE WHEN confupdtype = 'c' THEN '' ELSE ' on update ' || confupdtype::text END
         || CASE WHEN condeferred THEN '' ELSE ' not deferred' END || validity
FROM constraints JOIN relations AS r ON r.oid = confrelid WHERE contype = 'f'
UNION ALL
SELECT 'check', table_name || ' ' || conname, substr(pg_get_constraintdef(oid), length('CHECK ') + 1)
FROM constraints WHERE contype = 'c'
UNION ALL
SELECT 'index', i.relname,
       t.name || ' ' || CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END
         || CASE WHEN x.indisvalid THEN '' ELSE 'INVALID ' END
         || substr(pg_get_indexdef(i.oid), strpos(pg_get_indexdef(i.oid), ' USING ') + length(' USING '))
FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN tables AS t ON t.oid = x.indrelid
WHERE NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'))
UNION ALL
SELECT 'row_security', name, 'enabled' FROM tables WHERE relrowsecurity
UNION ALL
-- The projector's own policies depend on its role, which may be missing; nobody else's may stand
-- beside the readers'.
SELECT 'policy', t.name || ' ' || p.polname,
       CASE p.polcmd WHEN 'r' THEN 'SELECT' ELSE p.polcmd::text END
         || CASE WHEN p.polroles = '{0}'::oid[] THEN ' for all roles' ELSE ' for some roles' END
         || CASE WHEN p.polpermissive THEN '' ELSE ' restrictive' END
         || CASE WHEN strpos(pg_get_expr(p.polqual, p.polrelid), 'daybook.reader_organization()') > 0
                 THEN ' of the reader''s organization' ELSE ' of any organization' END
FROM pg_policy AS p JOIN tables AS t ON t.oid = p.polrelid
WHERE NOT (p.polname = 'projector_all' AND EXISTS (
  SELECT FROM pg_roles AS r WHERE r.oid = ANY (p.polroles) AND r.rolname = daybook.role_name('projector')))
UNION ALL
SELECT 'function', n.nspname || '.' || f.proname || '(' || pg_get_function_identity_arguments(f.oid) || ')',
       CASE WHEN f.prosecdef THEN 'security_definer' ELSE '' END
FROM pg_proc AS f JOIN pg_namespace AS n ON n.oid = f.pronamespace
WHERE n.nspname IN ('crm', 'daybook')
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype = 'e')
UNION ALL
SELECT 'readable', c.table_name || '.' || c.attname, 'by ' || r.rolname
FROM columns AS c JOIN pg_roles AS r ON r.rolname IN (daybook.role_name('readers'), daybook.role_name('gateway'))
WHERE has_column_privilege(r.oid, c.attrelid, c.attnum, 'SELECT')
)
-- PostgreSQL prints casts that nobody wrote, and operator classes with the schema of their extension.
SELECT kind, name,
       regexp_replace(
         regexp_replace(definition, '::(character varying|"?[a-z_]+"?(\."?[a-z_]+"?)?)', '', 'g'),
         '("[^"]+"|[a-z0-9_]+)\.gin_trgm_ops', 'gin_trgm_ops', 'g') AS definition
FROM objects
