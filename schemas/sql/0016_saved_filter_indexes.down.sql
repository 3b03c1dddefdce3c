DROP INDEX crm.idx_saved_filter_usage_used_at;
DROP INDEX crm.idx_saved_filter_usage_user;
DROP INDEX crm.idx_saved_filter_usage_filter;
DROP INDEX crm.idx_saved_filters_name;
DROP INDEX crm.idx_saved_filters_default;
DROP INDEX crm.idx_saved_filters_public;
DROP INDEX crm.idx_saved_filters_owner;
DROP INDEX crm.idx_saved_filters_entity;
