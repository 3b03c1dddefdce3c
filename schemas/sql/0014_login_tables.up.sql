-- Owned by the login system: Daybook creates them, never writes them, and grants them to none of
-- its roles.
CREATE TABLE crm.accounts (
  id                  UUID PRIMARY KEY,
  user_id             UUID NOT NULL REFERENCES crm.users (id)
    ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  type                VARCHAR(50) NOT NULL,
  provider            VARCHAR(100) NOT NULL,
  provider_account_id VARCHAR(255) NOT NULL,
  refresh_token       TEXT,
  access_token        TEXT,
  expires_at          INTEGER,
  token_type          TEXT,
  scope               TEXT,
  id_token            TEXT,
  session_state       TEXT,
  CONSTRAINT accounts_provider_provider_account_id_key UNIQUE (provider, provider_account_id)
);

COMMENT ON TABLE crm.accounts IS 'Owned by the login system: accounts at other providers.';
COMMENT ON COLUMN crm.accounts.expires_at IS 'Seconds since 1970.';

CREATE TABLE crm.sessions (
  id            UUID PRIMARY KEY,
  session_token VARCHAR(255) NOT NULL,
  user_id       UUID NOT NULL REFERENCES crm.users (id)
    ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  expires       TIMESTAMP(3) NOT NULL,
  CONSTRAINT sessions_session_token_key UNIQUE (session_token)
);

COMMENT ON TABLE crm.sessions IS 'Owned by the login system: who is logged in.';

CREATE TABLE crm.verification_tokens (
  identifier VARCHAR(255) NOT NULL,
  token      VARCHAR(255) NOT NULL,
  expires    TIMESTAMP(3) NOT NULL,
  CONSTRAINT verification_tokens_token_key UNIQUE (token),
  CONSTRAINT verification_tokens_identifier_token_key UNIQUE (identifier, token)
);

COMMENT ON TABLE crm.verification_tokens IS
  'Owned by the login system: addresses waiting to be confirmed.';
