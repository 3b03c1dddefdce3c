-- The 8 indexes of saved filters and their use, documented apart from the 44.

CREATE INDEX idx_saved_filters_entity ON crm.saved_filters (entity);
CREATE INDEX idx_saved_filters_owner ON crm.saved_filters (owner_id);
CREATE INDEX idx_saved_filters_public ON crm.saved_filters (is_public);
CREATE INDEX idx_saved_filters_default ON crm.saved_filters (is_default);
CREATE INDEX idx_saved_filters_name ON crm.saved_filters (name);

CREATE INDEX idx_saved_filter_usage_filter ON crm.saved_filter_usage (saved_filter_id);
CREATE INDEX idx_saved_filter_usage_user ON crm.saved_filter_usage (user_id);
CREATE INDEX idx_saved_filter_usage_used_at ON crm.saved_filter_usage (used_at);
