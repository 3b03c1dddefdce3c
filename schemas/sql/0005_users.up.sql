CREATE TABLE crm.users (
  id              UUID PRIMARY KEY,
  email           VARCHAR(255) NOT NULL,
  name            VARCHAR(255),
  first_name      VARCHAR(100),
  last_name       VARCHAR(100),
  email_verified  TIMESTAMP(3),
  image           TEXT,
  timezone        VARCHAR(50) DEFAULT 'UTC',
  locale          VARCHAR(10) DEFAULT 'en',
  is_active       BOOLEAN NOT NULL DEFAULT true,
  role            crm.user_role NOT NULL DEFAULT 'USER',
  last_login_at   TIMESTAMP(3),
  created_at      TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at      TIMESTAMP(3) NOT NULL,
  password        VARCHAR(255),
  organization_id UUID NOT NULL,
  -- Deferred, because two users may swap their addresses in one batch; so it cannot be the target of ON CONFLICT.
  CONSTRAINT users_organization_id_email_key UNIQUE (organization_id, email) DEFERRABLE INITIALLY DEFERRED
);

ALTER TABLE crm.users ENABLE ROW LEVEL SECURITY;

COMMENT ON TABLE crm.users IS
  'The people of an organization. email_verified, image, last_login_at and password belong to '
  'the login system: the projector never writes them and no reporting login may read them.';
COMMENT ON COLUMN crm.users.email IS 'Login name, unique within the organization.';
COMMENT ON COLUMN crm.users.email_verified IS
  'Owned by the login system: when the address was confirmed.';
COMMENT ON COLUMN crm.users.image IS 'Owned by the login system: address of the avatar.';
COMMENT ON COLUMN crm.users.is_active IS
  'False: deactivated, cannot log in; its reporting login sees nothing.';
COMMENT ON COLUMN crm.users.last_login_at IS 'Owned by the login system: set at each login.';
COMMENT ON COLUMN crm.users.password IS
  'Owned by the login system: bcrypt hash, NULL for none yet.';
COMMENT ON COLUMN crm.users.organization_id IS 'The tenant that the row belongs to.';
