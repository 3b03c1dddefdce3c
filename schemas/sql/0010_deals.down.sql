DROP TABLE crm.deals;
