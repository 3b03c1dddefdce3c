DROP FUNCTION daybook.role_mark();
DROP FUNCTION daybook.role_name(text);
