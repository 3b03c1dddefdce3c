#include "domain/saved_filter/filter_config.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "domain/core/text.h"
#include "domain/core/time.h"
#include "domain/saved_filter/filter_fields.h"

namespace daybook::saved_filter {
namespace {

using google::protobuf::Value;
// "equals, not_equals, contains"
void add_name(std::string& list, std::string_view name) {
  list.append(list.empty() ? "" : ", ").append(name);
}

bool fits(FieldType type, const Value& value) {
  switch (type) {
    case FieldType::kText:
    case FieldType::kSelect:
      return value.kind_case() == Value::kStringValue &&
             character_count(value.string_value()).has_value() &&
             value.string_value().find('\0') == std::string::npos;
    case FieldType::kNumber:
      return (value.kind_case() == Value::kNumberValue && std::isfinite(value.number_value())) ||
             (value.kind_case() == Value::kStringValue &&
              parse_hundredths(value.string_value()).has_value());
    case FieldType::kDate:
      return value.kind_case() == Value::kStringValue &&
             parse_date(value.string_value()).has_value();
    case FieldType::kBoolean:
      return value.kind_case() == Value::kBoolValue;
  }
  return false;
}

tl::unexpected<Error> invalid(std::string code, std::string detail, std::string path) {
  return fail(ErrorKind::kInvalid, std::move(code), std::move(detail), std::move(path));
}

Result<void> check_values(const FilterCondition& condition, FieldType type,
                          const std::string& path) {
  const std::size_t needed = values_needed(condition.operator_());
  const Value& value = condition.value();
  const bool absent = !condition.has_value() || value.kind_case() == Value::kNullValue ||
                      (value.kind_case() == Value::kStringValue && value.string_value().empty());
  if (needed == 0) {
    if (absent) return {};
    return invalid("filter.value_not_expected", "this operator takes no value; leave it out",
                   path + ".value");
  }
  if (needed == 1) {
    if (!absent && fits(type, value)) return {};
    return invalid("filter.value_malformed", "give one value that fits the field", path + ".value");
  }
  const auto& list = value.list_value().values();
  const bool pair = value.kind_case() == Value::kListValue && list.size() == 2 &&
                    fits(type, list[0]) && fits(type, list[1]);
  if (pair) return {};
  return invalid("filter.value_malformed", "give a list of exactly two values that fit the field",
                 path + ".value");
}

Result<void> check_logic(const std::string& logic, const std::string& path) {
  if (logic.empty() || logic == "AND" || logic == "OR") return {};
  return invalid("filter.operator_unknown", "logicalOperator is AND or OR",
                 path + ".logicalOperator");
}

Result<void> check_condition(FilterEntity entity, const FilterCondition& condition,
                             const std::string& path) {
  DAYBOOK_TRY(check_logic(condition.logical_operator(), path));
  const FilterField* field = field_named(entity, condition.field());
  if (field == nullptr) {
    std::string known;
    for (const FilterField& each : fields_of(entity)) add_name(known, each.name);
    return invalid("filter.field_unknown", "fields of this entity are " + known, path + ".field");
  }
  const std::vector<std::string_view>& operators = operators_of(field->type);
  if (std::find(operators.begin(), operators.end(), condition.operator_()) == operators.end()) {
    std::string allowed;
    for (const std::string_view each : operators) add_name(allowed, each);
    return invalid("filter.operator_unknown",
                   "a " + std::string(name_of(field->type)) + " field takes " + allowed,
                   path + ".operator");
  }
  return check_values(condition, field->type, path);
}

}  // namespace

Result<void> check_filter_config(FilterEntity entity, const FilterConfig& config) {
  if (config.groups().empty())
    return invalid("filter.empty", "give at least one group", "filterConfig.groups");
  for (int g = 0; g < config.groups_size(); ++g) {
    const FilterGroup& group = config.groups(g);
    const std::string group_path = "filterConfig.groups[" + std::to_string(g) + "]";
    DAYBOOK_TRY(check_logic(group.logical_operator(), group_path));
    if (group.conditions().empty()) {
      return invalid("filter.empty", "give at least one condition", group_path + ".conditions");
    }
    for (int c = 0; c < group.conditions_size(); ++c) {
      DAYBOOK_TRY(check_condition(entity, group.conditions(c),
                                  group_path + ".conditions[" + std::to_string(c) + "]"));
    }
  }
  return {};
}

}  // namespace daybook::saved_filter
