DROP TABLE crm.verification_tokens;
DROP TABLE crm.sessions;
DROP TABLE crm.accounts;
