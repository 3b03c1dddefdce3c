DROP TABLE crm.saved_filter_usage;
DROP TABLE crm.saved_filters;
