// What a saved filter may be made of: the fields that the lists of an entity offer, their types,
// and the operators that a type takes. Immutable tables, so thread-safe.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "schemas/saved_filter.pb.h"

namespace daybook::saved_filter {

enum class FieldType { kText, kSelect, kNumber, kDate, kBoolean };

struct FilterField {
  std::string_view name;  // "companySize", or one step to a parent: "company.name"
  FieldType type;
};

[[nodiscard]] const std::vector<FieldType>& field_types();
// "text"
[[nodiscard]] std::string_view name_of(FieldType type);

// The fields of an entity, in the documented order; none for an entity that is not known.
[[nodiscard]] const std::vector<FilterField>& fields_of(FilterEntity entity);
// Null if the entity has no such field.
[[nodiscard]] const FilterField* field_named(FilterEntity entity, std::string_view name);

[[nodiscard]] const std::vector<std::string_view>& operators_of(FieldType type);

// How many values an operator stands before: 0, 1 or 2.
[[nodiscard]] std::size_t values_needed(std::string_view op);

}  // namespace daybook::saved_filter
