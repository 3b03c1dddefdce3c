DROP TABLE crm.users;
