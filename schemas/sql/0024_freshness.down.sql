DROP VIEW daybook.freshness;
DROP FUNCTION daybook.is_owner();
