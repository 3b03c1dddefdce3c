CREATE TABLE crm.activities (
  id              UUID PRIMARY KEY,
  type            crm.activity_type NOT NULL,
  subject         VARCHAR(255) NOT NULL,
  description     TEXT,
  due_date        TIMESTAMP(3),
  completed_at    TIMESTAMP(3),
  duration        INTEGER,
  status          crm.activity_status NOT NULL DEFAULT 'PENDING',
  priority        crm.priority NOT NULL DEFAULT 'MEDIUM',
  location        VARCHAR(255),
  meeting_url     TEXT,
  is_deleted      BOOLEAN NOT NULL DEFAULT false,
  deleted_at      TIMESTAMP(3),
  created_at      TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at      TIMESTAMP(3) NOT NULL,
  company_id      UUID REFERENCES crm.companies (id)
    ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  contact_id      UUID REFERENCES crm.contacts (id)
    ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  deal_id         UUID REFERENCES crm.deals (id)
    ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  owner_id        UUID REFERENCES crm.users (id)
    ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  assigned_to_id  UUID REFERENCES crm.users (id)
    ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  organization_id UUID NOT NULL,
  CONSTRAINT chk_activity_duration CHECK (duration > 0),
  CONSTRAINT chk_activity_deleted_at CHECK (is_deleted OR deleted_at IS NULL)
);

ALTER TABLE crm.activities ENABLE ROW LEVEL SECURITY;

CREATE POLICY reader_select ON crm.activities FOR SELECT
  USING (organization_id = (SELECT daybook.reader_organization())
         AND ((SELECT daybook.reader_sees_all())
              OR owner_id = (SELECT daybook.reader_user())
              OR assigned_to_id = (SELECT daybook.reader_user())));

COMMENT ON TABLE crm.activities IS
  'Calls, meetings, tasks and notes. Rows with is_deleted are kept: every ordinary report '
  'filters on is_deleted = false.';
COMMENT ON COLUMN crm.activities.duration IS 'Minutes.';
COMMENT ON COLUMN crm.activities.status IS
  'OVERDUE is only stored when somebody says so; overdue as such is PENDING or IN_PROGRESS '
  'with due_date in the past.';
COMMENT ON COLUMN crm.activities.owner_id IS 'The user who recorded it.';
COMMENT ON COLUMN crm.activities.assigned_to_id IS
  'The user who has to do it; a USER sees what it owns or is assigned.';
COMMENT ON COLUMN crm.activities.organization_id IS 'The tenant that the row belongs to.';
