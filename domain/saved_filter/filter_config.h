// The filter tree of a saved filter, against the tables of filter_fields.h. The stored form is the
// two-level one of the list pages.
#pragma once

#include "domain/core/result.h"
#include "schemas/saved_filter.pb.h"

namespace daybook::saved_filter {

// Valid: at least one group, each with at least one condition, each with a field of the entity, an
// operator that the field takes, and as many values as the operator needs. A refusal of a field or
// an operator lists those that are known.
[[nodiscard]] Result<void> check_filter_config(FilterEntity entity, const FilterConfig& config);

}  // namespace daybook::saved_filter
