#include "domain/saved_filter/filter_config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>

#include "domain/core/text.h"
#include "domain/core/time.h"

namespace daybook::saved_filter {
namespace {

using google::protobuf::Value;
enum class FieldType { kText, kSelect, kNumber, kDate, kBoolean };
using Fields = std::map<std::string_view, FieldType>;

const Fields& fields_of(FilterEntity entity) {
  using enum FieldType;
  static const std::map<int, Fields> table{{FILTER_ENTITY_COMPANIES,
                                            {{"name", kText},
                                             {"industry", kSelect},
                                             {"companySize", kSelect},
                                             {"status", kSelect},
                                             {"website", kText},
                                             {"annualRevenue", kNumber},
                                             {"employeeCount", kNumber},
                                             {"city", kText},
                                             {"state", kText},
                                             {"country", kText},
                                             {"contactCount", kNumber},
                                             {"dealCount", kNumber},
                                             {"activityCount", kNumber},
                                             {"createdAt", kDate},
                                             {"updatedAt", kDate}}},
                                           {FILTER_ENTITY_CONTACTS,
                                            {{"firstName", kText},
                                             {"lastName", kText},
                                             {"email", kText},
                                             {"phone", kText},
                                             {"jobTitle", kText},
                                             {"department", kText},
                                             {"status", kSelect},
                                             {"isPrimary", kBoolean},
                                             {"preferredContact", kSelect},
                                             {"company.name", kText},
                                             {"company.industry", kText},
                                             {"dealCount", kNumber},
                                             {"activityCount", kNumber},
                                             {"createdAt", kDate},
                                             {"updatedAt", kDate}}},
                                           {FILTER_ENTITY_DEALS,
                                            {{"title", kText},
                                             {"value", kNumber},
                                             {"probability", kNumber},
                                             {"status", kSelect},
                                             {"priority", kSelect},
                                             {"source", kText},
                                             {"stage.name", kText},
                                             {"stage.stageType", kSelect},
                                             {"company.name", kText},
                                             {"contact.firstName", kText},
                                             {"contact.lastName", kText},
                                             {"expectedCloseDate", kDate},
                                             {"activityCount", kNumber},
                                             {"createdAt", kDate},
                                             {"updatedAt", kDate}}},
                                           {FILTER_ENTITY_ACTIVITIES,
                                            {{"subject", kText},
                                             {"type", kSelect},
                                             {"status", kSelect},
                                             {"priority", kSelect},
                                             {"company.name", kText},
                                             {"contact.firstName", kText},
                                             {"deal.title", kText},
                                             {"dueDate", kDate},
                                             {"completedAt", kDate},
                                             {"createdAt", kDate}}}};
  static const Fields none;
  const auto found = table.find(entity);
  return found == table.end() ? none : found->second;
}

template <std::size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool takes(FieldType type, std::string_view op) {
  static constexpr std::array<std::string_view, 8> kText{"equals",       "not_equals",  "contains",
                                                         "not_contains", "starts_with", "ends_with",
                                                         "is_empty",     "is_not_empty"};
  static constexpr std::array<std::string_view, 4> kSelect{"equals", "not_equals", "is_empty",
                                                           "is_not_empty"};
  static constexpr std::array<std::string_view, 8> kNumber{"equals",
                                                           "not_equals",
                                                           "greater_than",
                                                           "less_than",
                                                           "greater_than_or_equal",
                                                           "less_than_or_equal",
                                                           "between",
                                                           "not_between"};
  static constexpr std::array<std::string_view, 14> kDate{
      "before",        "after",         "on_or_before", "on_or_after",  "date_between",
      "date_is",       "is_today",      "is_yesterday", "is_this_week", "is_last_week",
      "is_this_month", "is_last_month", "is_this_year", "is_last_year"};
  static constexpr std::array<std::string_view, 2> kBoolean{"is_true", "is_false"};
  switch (type) {
    case FieldType::kText:
      return one_of(op, kText);
    case FieldType::kSelect:
      return one_of(op, kSelect);
    case FieldType::kNumber:
      return one_of(op, kNumber);
    case FieldType::kDate:
      return one_of(op, kDate);
    case FieldType::kBoolean:
      return one_of(op, kBoolean);
  }
  return false;
}

std::size_t values_needed(std::string_view op) {
  if (op.rfind("is_", 0) == 0) return 0;
  return op == "between" || op == "not_between" || op == "date_between" ? 2 : 1;
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
  const Fields& fields = fields_of(entity);
  const auto field = fields.find(condition.field());
  if (field == fields.end()) {
    std::string known;
    for (const auto& [name, type] : fields) known.append(known.empty() ? "" : ", ").append(name);
    return invalid("filter.field_unknown", "fields of this entity are " + known, path + ".field");
  }
  if (!takes(field->second, condition.operator_())) {
    return invalid("filter.operator_unknown",
                   "the field does not take the operator \"" + condition.operator_() + "\"",
                   path + ".operator");
  }
  return check_values(condition, field->second, path);
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
