#include "domain/saved_filter/filter_fields.h"

#include <algorithm>
#include <map>

namespace daybook::saved_filter {
namespace {

using Fields = std::vector<FilterField>;
using Operators = std::vector<std::string_view>;

Fields company_fields() {
  using enum FieldType;
  return {{"name", kText},
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
          {"updatedAt", kDate}};
}

Fields contact_fields() {
  using enum FieldType;
  return {{"firstName", kText},       {"lastName", kText},         {"email", kText},
          {"phone", kText},           {"jobTitle", kText},         {"department", kText},
          {"status", kSelect},        {"isPrimary", kBoolean},     {"preferredContact", kSelect},
          {"company.name", kText},    {"company.industry", kText}, {"dealCount", kNumber},
          {"activityCount", kNumber}, {"createdAt", kDate},        {"updatedAt", kDate}};
}

Fields deal_fields() {
  using enum FieldType;
  return {{"title", kText},
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
          {"updatedAt", kDate}};
}

Fields activity_fields() {
  using enum FieldType;
  return {{"subject", kText},    {"type", kSelect},       {"status", kSelect},
          {"priority", kSelect}, {"company.name", kText}, {"contact.firstName", kText},
          {"deal.title", kText}, {"dueDate", kDate},      {"completedAt", kDate},
          {"createdAt", kDate}};
}

}  // namespace

const std::vector<FieldType>& field_types() {
  using enum FieldType;
  static const std::vector<FieldType> all{kText, kSelect, kNumber, kDate, kBoolean};
  return all;
}

std::string_view name_of(FieldType type) {
  switch (type) {
    case FieldType::kText:
      return "text";
    case FieldType::kSelect:
      return "select";
    case FieldType::kNumber:
      return "number";
    case FieldType::kDate:
      return "date";
    case FieldType::kBoolean:
      return "boolean";
  }
  return {};
}

const std::vector<FilterField>& fields_of(FilterEntity entity) {
  static const std::map<int, Fields> table{{FILTER_ENTITY_COMPANIES, company_fields()},
                                           {FILTER_ENTITY_CONTACTS, contact_fields()},
                                           {FILTER_ENTITY_DEALS, deal_fields()},
                                           {FILTER_ENTITY_ACTIVITIES, activity_fields()}};
  static const Fields none;
  const auto found = table.find(entity);
  return found == table.end() ? none : found->second;
}

const FilterField* field_named(FilterEntity entity, std::string_view name) {
  const Fields& fields = fields_of(entity);
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const FilterField& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

const std::vector<std::string_view>& operators_of(FieldType type) {
  static const std::map<FieldType, Operators> table{
      {FieldType::kText,
       {"equals", "not_equals", "contains", "not_contains", "starts_with", "ends_with", "is_empty",
        "is_not_empty"}},
      {FieldType::kSelect, {"equals", "not_equals", "is_empty", "is_not_empty"}},
      {FieldType::kNumber,
       {"equals", "not_equals", "greater_than", "less_than", "greater_than_or_equal",
        "less_than_or_equal", "between", "not_between"}},
      {FieldType::kDate,
       {"before", "after", "on_or_before", "on_or_after", "date_between", "date_is", "is_today",
        "is_yesterday", "is_this_week", "is_last_week", "is_this_month", "is_last_month",
        "is_this_year", "is_last_year"}},
      {FieldType::kBoolean, {"is_true", "is_false"}}};
  return table.at(type);
}

std::size_t values_needed(std::string_view op) {
  if (op.starts_with("is_")) return 0;
  return op == "between" || op == "not_between" || op == "date_between" ? 2 : 1;
}

}  // namespace daybook::saved_filter
