CREATE TABLE daybook.reader (
  role_name       NAME PRIMARY KEY,
  organization_id UUID NOT NULL,
  user_id         UUID
);

COMMENT ON TABLE daybook.reader IS
  'What each reporting login may read. Only the owner of the tables may change it; a login '
  'without a row sees nothing.';
COMMENT ON COLUMN daybook.reader.role_name IS 'The login, as session_user gives it.';
COMMENT ON COLUMN daybook.reader.organization_id IS 'The one organization that the login sees.';
COMMENT ON COLUMN daybook.reader.user_id IS
  'The user whose eyes the login has: by its role all of the organization or what it owns; '
  'NULL sees all of the organization.';
