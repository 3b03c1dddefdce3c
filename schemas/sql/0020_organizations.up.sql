CREATE TABLE daybook.organizations (
  id         UUID PRIMARY KEY,
  name       TEXT NOT NULL,
  created_at TIMESTAMP(3) NOT NULL,
  updated_at TIMESTAMP(3) NOT NULL
);

ALTER TABLE daybook.organizations ENABLE ROW LEVEL SECURITY;

CREATE POLICY reader_select ON daybook.organizations FOR SELECT
  USING (id = (SELECT daybook.reader_organization()));

COMMENT ON TABLE daybook.organizations IS 'The tenants; a reporting login sees its own.';
