-- What this installation's roles may do. Run after the migrations, by the owner of the tables, once
-- the roles exist; takes
-- back what an earlier version gave, so that it can be run again at any time. The login system's
-- tables and columns appear
-- nowhere here.
DO $$
DECLARE
  readers   CONSTANT name := daybook.role_name('readers');
  projector CONSTANT name := daybook.role_name('projector');
  gateway   CONSTANT name := daybook.role_name('gateway');
  -- Every projected table but users, which has columns of the login system.
  projected CONSTANT text[] := ARRAY[
    'companies', 'contacts', 'pipeline_stages', 'deals', 'activities', 'company_custom_fields',
    'contact_custom_fields', 'deal_custom_fields', 'saved_filters', 'saved_filter_usage'];
  user_columns CONSTANT text :=
    'id, email, name, first_name, last_name, timezone, locale, is_active, role, created_at, updated_at, organization_id';
  asker text;
  item  text;
BEGIN
  EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA crm FROM %I, %I, %I', readers, projector, gateway);
  EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA daybook FROM %I, %I, %I', readers, projector, gateway);
  EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA daybook FROM %I, %I, %I', readers, projector, gateway);
  EXECUTE format('GRANT USAGE ON SCHEMA crm, daybook TO %I, %I, %I', readers, projector, gateway);

  FOREACH asker IN ARRAY ARRAY[readers, gateway] LOOP
    FOREACH item IN ARRAY projected LOOP
      EXECUTE format('GRANT SELECT ON crm.%I TO %I', item, asker);
    END LOOP;
    EXECUTE format('GRANT SELECT (%s) ON crm.users TO %I', user_columns, asker);
    EXECUTE format('GRANT SELECT ON daybook.organizations, daybook.freshness TO %I', asker);
    EXECUTE format(
      'GRANT EXECUTE ON FUNCTION daybook.reader_organization(), daybook.reader_user(), daybook.reader_sees_all(), '
      'daybook.is_owner(), daybook.wait_for(text, interval) TO %I', asker);
  END LOOP;

  FOREACH item IN ARRAY projected LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON crm.%I TO %I', item, projector);
  END LOOP;
  EXECUTE format('GRANT SELECT (%1$s), INSERT (%1$s), UPDATE (%1$s) ON crm.users TO %2$I', user_columns, projector);
  EXECUTE format(
    'GRANT SELECT, INSERT, UPDATE, DELETE ON daybook.checkpoint, daybook.parked, daybook.organizations TO %I', projector);
  -- Its policies are tried together with those for readers, which ask these functions.
  EXECUTE format(
    'GRANT EXECUTE ON FUNCTION daybook.reader_organization(), daybook.reader_user(), daybook.reader_sees_all() TO %I',
    projector);

  -- The projector writes for every organization. Made once, because a policy locks its table against readers.
  FOREACH item IN ARRAY projected || ARRAY['users'] LOOP
    IF NOT EXISTS (SELECT FROM pg_policies
                   WHERE schemaname = 'crm' AND tablename = item AND policyname = 'projector_all') THEN
      EXECUTE format('CREATE POLICY projector_all ON crm.%I TO %I USING (true) WITH CHECK (true)', item, projector);
    END IF;
  END LOOP;
  IF NOT EXISTS (SELECT FROM pg_policies
                 WHERE schemaname = 'daybook' AND tablename = 'organizations' AND policyname = 'projector_all') THEN
    EXECUTE format('CREATE POLICY projector_all ON daybook.organizations TO %I USING (true) WITH CHECK (true)', projector);
  END IF;
END
$$;
