DROP TABLE crm.deal_custom_fields;
DROP TABLE crm.contact_custom_fields;
DROP TABLE crm.company_custom_fields;
