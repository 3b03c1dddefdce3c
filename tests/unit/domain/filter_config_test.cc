// The filter tree of a saved filter: the fields of 8.2 and 8.3, the operators of 8.2, the values
// that each needs.
#include "domain/saved_filter/filter_config.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace daybook::saved_filter {
namespace {

using Names = std::vector<std::string>;

const std::map<std::string, Names>& operators() {
  static const std::map<std::string, Names> table{
      {"text",
       {"equals", "not_equals", "contains", "not_contains", "starts_with", "ends_with", "is_empty",
        "is_not_empty"}},
      {"select", {"equals", "not_equals", "is_empty", "is_not_empty"}},
      {"number",
       {"greater_than", "less_than", "greater_than_or_equal", "less_than_or_equal", "between",
        "not_between", "equals", "not_equals"}},
      {"date",
       {"before", "after", "on_or_before", "on_or_after", "date_between", "date_is", "is_today",
        "is_yesterday", "is_this_week", "is_last_week", "is_this_month", "is_last_month",
        "is_this_year", "is_last_year"}},
      {"boolean", {"is_true", "is_false"}}};
  return table;
}

struct Field {
  FilterEntity entity;
  std::string name;
  std::string type;
};

// The UI fields of 8.2 (numbers of children as <child>Count, relationships by dotted path).
std::vector<Field> documented_fields() {
  std::vector<Field> fields;
  const auto add = [&](FilterEntity entity, const std::string& type, const Names& names) {
    for (const std::string& name : names) fields.push_back({entity, name, type});
  };
  add(FILTER_ENTITY_COMPANIES, "text", {"name", "website"});
  add(FILTER_ENTITY_COMPANIES, "select", {"industry", "companySize", "status"});
  add(FILTER_ENTITY_COMPANIES, "date", {"createdAt", "updatedAt"});
  add(FILTER_ENTITY_COMPANIES, "number", {"contactCount", "dealCount", "activityCount"});
  add(FILTER_ENTITY_CONTACTS, "text",
      {"firstName", "lastName", "email", "phone", "jobTitle", "company.name", "company.industry"});
  add(FILTER_ENTITY_CONTACTS, "boolean", {"isPrimary"});
  add(FILTER_ENTITY_CONTACTS, "date", {"createdAt", "updatedAt"});
  add(FILTER_ENTITY_CONTACTS, "number", {"dealCount", "activityCount"});
  add(FILTER_ENTITY_DEALS, "text",
      {"title", "stage.name", "company.name", "contact.firstName", "contact.lastName"});
  add(FILTER_ENTITY_DEALS, "number", {"value", "probability", "activityCount"});
  add(FILTER_ENTITY_DEALS, "date", {"expectedCloseDate", "createdAt", "updatedAt"});
  return fields;
}

// Those that only 8.3 names.
const std::map<FilterEntity, Names>& fields_of_the_recursive_model() {
  static const std::map<FilterEntity, Names> table{
      {FILTER_ENTITY_COMPANIES, {"annualRevenue", "employeeCount", "city", "state", "country"}},
      {FILTER_ENTITY_CONTACTS, {"department", "status", "preferredContact"}},
      {FILTER_ENTITY_DEALS, {"status", "priority", "source", "stage.stageType"}},
      {FILTER_ENTITY_ACTIVITIES,
       {"subject", "type", "status", "priority", "company.name", "contact.firstName", "deal.title",
        "dueDate", "completedAt", "createdAt"}}};
  return table;
}

std::string value_for(const std::string& type, const std::string& op) {
  if (op.rfind("is_", 0) == 0) return "";
  const std::string one = type == "number" ? "number_value: 5"
                          : type == "date" ? "string_value: '2025-03-15'"
                                           : "string_value: 'x'";
  const bool two = op == "between" || op == "not_between" || op == "date_between";
  if (!two) return "value { " + one + " }";
  return "value { list_value { values { " + one + " } values { " + one + " } } }";
}

std::string condition(const std::string& field, const std::string& op, const std::string& value) {
  return "groups { conditions { field: '" + field + "' operator: '" + op + "' " + value + " } }";
}

// "" if the configuration is accepted, else code and path of the refusal.
std::string check(FilterEntity entity, const std::string& text) {
  FilterConfig config;
  if (!google::protobuf::TextFormat::ParseFromString(text, &config)) return "does not parse";
  const auto result = check_filter_config(entity, config);
  return result ? "" : result.error().code + " " + result.error().path;
}

TEST(FilterConfig, EveryDocumentedFieldTakesExactlyTheOperatorsOfItsType) {
  std::set<std::string> all;
  for (const auto& [type, list] : operators()) all.insert(list.begin(), list.end());
  for (const Field& field : documented_fields()) {
    const Names& own = operators().at(field.type);
    for (const std::string& op : all) {
      SCOPED_TRACE(FilterEntity_Name(field.entity) + " " + field.name + " " + op);
      const bool takes = std::find(own.begin(), own.end(), op) != own.end();
      EXPECT_EQ(
          check(field.entity, condition(field.name, op, value_for(field.type, op))),
          takes ? "" : "filter.operator_unknown filterConfig.groups[0].conditions[0].operator");
    }
  }
}

TEST(FilterConfig, TheFieldsOfTheRecursiveModelAreKnownToo) {
  for (const auto& [entity, names] : fields_of_the_recursive_model()) {
    for (const std::string& name : names) {
      SCOPED_TRACE(name);
      EXPECT_EQ(check(entity, condition(name, "no_such_operator", "")),
                "filter.operator_unknown filterConfig.groups[0].conditions[0].operator");
    }
  }
}

TEST(FilterConfig, OtherFieldsAreRefused) {
  for (const char* name : {"", "password", "title", "owner.name", "Name", "name "}) {
    EXPECT_EQ(
        check(FILTER_ENTITY_COMPANIES, condition(name, "equals", "value { string_value: 'x' }")),
        "filter.field_unknown filterConfig.groups[0].conditions[0].field");
  }
}

// The explanation of the refusal, which has to be there.
std::string explanation(FilterEntity entity, const std::string& text) {
  FilterConfig config;
  if (!google::protobuf::TextFormat::ParseFromString(text, &config)) return "does not parse";
  const auto result = check_filter_config(entity, config);
  return result ? "accepted" : result.error().detail;
}

TEST(FilterConfig, ARefusalListsWhatIsKnown) {
  EXPECT_EQ(explanation(FILTER_ENTITY_DEALS, condition("stage.stageType", "contains", "")),
            "a select field takes equals, not_equals, is_empty, is_not_empty");
  EXPECT_EQ(explanation(FILTER_ENTITY_CONTACTS, condition("isPrimary", "equals", "")),
            "a boolean field takes is_true, is_false");
  EXPECT_EQ(explanation(FILTER_ENTITY_ACTIVITIES, condition("title", "equals", "")),
            "fields of this entity are subject, type, status, priority, company.name, "
            "contact.firstName, deal.title, dueDate, completedAt, createdAt");
}

TEST(FilterConfig, HasAtLeastOneGroupEachWithACondition) {
  EXPECT_EQ(check(FILTER_ENTITY_DEALS, ""), "filter.empty filterConfig.groups");
  const std::string good = condition("title", "is_empty", "");
  EXPECT_EQ(check(FILTER_ENTITY_DEALS, good + " groups {}"),
            "filter.empty filterConfig.groups[1].conditions");
}

TEST(FilterConfig, AnOperatorTakesTheValuesThatItNeeds) {
  const std::string malformed = "filter.value_malformed filterConfig.groups[0].conditions[0].value";
  const auto value = [](const std::string& op, const std::string& text) {
    return check(FILTER_ENTITY_DEALS, condition("value", op, text));
  };
  EXPECT_EQ(value("greater_than", ""), malformed);
  EXPECT_EQ(value("greater_than", "value { null_value: NULL_VALUE }"), malformed);
  EXPECT_EQ(value("greater_than", "value { string_value: '' }"), malformed);
  EXPECT_EQ(value("greater_than", "value { string_value: 'much' }"), malformed);
  EXPECT_EQ(value("greater_than", "value { bool_value: true }"), malformed);
  EXPECT_EQ(value("greater_than", "value { list_value { values { number_value: 1 } } }"),
            malformed);
  EXPECT_EQ(value("greater_than", "value { string_value: '85000.50' }"), "");
  EXPECT_EQ(value("between", "value { number_value: 1 }"), malformed);
  EXPECT_EQ(value("between", "value { list_value { values { number_value: 1 } } }"), malformed);
  EXPECT_EQ(check(FILTER_ENTITY_CONTACTS,
                  condition("isPrimary", "is_true", "value { bool_value: true }")),
            "filter.value_not_expected filterConfig.groups[0].conditions[0].value");
  EXPECT_EQ(check(FILTER_ENTITY_DEALS,
                  condition("createdAt", "before", "value { string_value: 'today' }")),
            malformed);
}

TEST(FilterConfig, NumbersAreFinite) {
  for (const double number : {std::numeric_limits<double>::quiet_NaN(), HUGE_VAL, -HUGE_VAL}) {
    FilterConfig config;
    auto* added = config.add_groups()->add_conditions();
    added->set_field("value");
    added->set_operator_("greater_than");
    added->mutable_value()->set_number_value(number);
    EXPECT_FALSE(check_filter_config(FILTER_ENTITY_DEALS, config));
  }
}

TEST(FilterConfig, GroupsAndConditionsAreJoinedByAndOrOr) {
  const std::string where = "filterConfig.groups[0]";
  for (const char* logic : {"AND", "OR", ""}) {
    const std::string joined = "logical_operator: '" + std::string(logic) + "'";
    EXPECT_EQ(check(FILTER_ENTITY_DEALS, "groups { " + joined +
                                             " conditions { field: 'title' operator: "
                                             "'is_empty' " +
                                             joined + " } }"),
              "");
  }
  EXPECT_EQ(check(FILTER_ENTITY_DEALS,
                  "groups { logical_operator: 'XOR' conditions { field: 'title' operator: "
                  "'is_empty' } }"),
            "filter.operator_unknown " + where + ".logicalOperator");
  EXPECT_EQ(check(FILTER_ENTITY_DEALS,
                  "groups { conditions { field: 'title' operator: 'is_empty' "
                  "logical_operator: 'and' } }"),
            "filter.operator_unknown " + where + ".conditions[0].logicalOperator");
}

TEST(FilterConfig, TextHasNoNul) {
  FilterConfig config;
  auto* added = config.add_groups()->add_conditions();
  added->set_field("title");
  added->set_operator_("equals");
  added->mutable_value()->set_string_value(std::string("a\0b", 3));
  EXPECT_FALSE(check_filter_config(FILTER_ENTITY_DEALS, config));
}

}  // namespace
}  // namespace daybook::saved_filter
