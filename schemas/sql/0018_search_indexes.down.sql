DROP INDEX crm.idx_activities_trigram;
DROP INDEX crm.idx_deals_trigram;
DROP INDEX crm.idx_contacts_trigram;
DROP INDEX crm.idx_companies_trigram;
