DROP TABLE crm.companies;
