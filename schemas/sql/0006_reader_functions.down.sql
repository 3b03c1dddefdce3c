DROP POLICY reader_select ON crm.users;
DROP FUNCTION daybook.reader_sees_all();
DROP FUNCTION daybook.reader_user();
DROP FUNCTION daybook.reader_organization();
DROP FUNCTION daybook.reader_identity();
