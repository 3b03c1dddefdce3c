DROP FUNCTION daybook.wait_for(text, interval);
