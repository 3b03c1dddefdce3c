DROP TABLE crm.activities;
