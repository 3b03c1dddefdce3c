// Rows of the read tables from states: which columns, and how values are written.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "domain/core/schema.h"
#include "domain/state/columns.h"
#include "projections/rows.h"
#include "schemas/activity.pb.h"
#include "schemas/company.pb.h"
#include "schemas/custom_field.pb.h"
#include "schemas/deal.pb.h"
#include "schemas/organization.pb.h"
#include "schemas/saved_filter.pb.h"
#include "schemas/user.pb.h"

namespace daybook::projections {
namespace {

using Columns = std::multiset<std::string>;

constexpr std::int64_t kMoment = 1742032800007;  // 2025-03-15 10:00:00.007

// The documented columns of each table, without those of the login system.
std::map<std::string, Columns> documented_columns() {
  std::map<std::string, Columns> tables;
  std::ifstream file(std::string(DAYBOOK_SOURCE_DIR) + "/schemas/sql/documented_schema.txt");
  std::string line;
  std::string table;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string word;
    std::string name;
    words >> word >> name;
    if (word == "table") table = name;
    if (word == "column") tables[table].insert(name);
    if (word == "login_owned" && name == "*") tables.erase(table);
    if (word != "login_owned") continue;
    std::istringstream names(name);
    for (std::string each; std::getline(names, each, ',');) tables[table].erase(each);
  }
  return tables;
}

// The value of a column in the row that a state gives.
template <class Message>
std::string value(Entity entity, const Message& state, const std::string& column) {
  const auto& columns = columns_of(entity);
  const auto values = values_of(entity, state, Dialect::kSql);
  EXPECT_EQ(columns.size(), values.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] == column) return values[i].value_or("NULL");
  }
  return "no such column";
}

// What looks for references between records goes by these.
TEST(Rows, ReferToOtherRecordsInEveryColumnOfAnIdButTheOrganizations) {
  for (const Entity entity : schema::entities()) {
    Columns named;
    for (const std::string& column : columns_of(entity)) {
      if (column.ends_with("_id") && column != "organization_id") named.insert(column);
    }
    Columns references;
    for (const std::size_t place : reference_columns_of(entity))
      references.insert(columns_of(entity)[place]);
    EXPECT_EQ(references, named) << schema::entity_rule(entity).name();
  }
}

TEST(Rows, FillEveryDocumentedColumnButThoseOfTheLoginSystem) {
  const auto tables = documented_columns();
  std::set<std::string> filled;
  for (const Entity entity : schema::entities()) {
    const std::string& table = schema::entity_rule(entity).table();
    const auto& names = columns_of(entity);
    filled.insert(table);
    if (entity == ENTITY_ORGANIZATION) continue;  // the engine's own
    ASSERT_EQ(tables.count(table), 1U) << table;
    EXPECT_EQ(Columns(names.begin(), names.end()), tables.at(table)) << table;
  }
  for (const auto& [table, columns] : tables) {
    const bool projected = !columns.empty() && table.starts_with("crm.");
    if (projected) {
      EXPECT_EQ(filled.count(table), 1U) << table << " is filled from nothing";
    }
  }
}

TEST(Rows, OfOrganizationsHaveNoOrganizationOfTheirOwn) {
  EXPECT_EQ(columns_of(ENTITY_ORGANIZATION),
            (std::vector<std::string>{"id", "created_at", "updated_at", "name"}));
}

TEST(Rows, OfCustomFieldsNameTheirOwnParentOnly) {
  const std::map<Entity, std::string> parents{{ENTITY_COMPANY_CUSTOM_FIELD, "company_id"},
                                              {ENTITY_CONTACT_CUSTOM_FIELD, "contact_id"},
                                              {ENTITY_DEAL_CUSTOM_FIELD, "deal_id"}};
  custom_field::CustomField state;
  state.mutable_record()->set_id("x");
  state.set_company_id("company");
  state.set_contact_id("contact");
  state.set_deal_id("deal");
  state.mutable_fields()->set_field_type(custom_field::CUSTOM_FIELD_TYPE_MULTI_SELECT);
  for (const auto& [entity, parent] : parents) {
    for (const auto& [other, column] : parents) {
      EXPECT_EQ(value(entity, state, column) == "no such column", other != entity) << column;
    }
    EXPECT_EQ(value(entity, state, parent), parent.substr(0, parent.size() - 3));
    EXPECT_EQ(value(entity, state, "field_type"), "MULTI_SELECT");
    EXPECT_EQ(value(entity, state, "field_value"), "NULL");
  }
}

TEST(Rows, WriteAmountsAsDecimals) {
  const std::map<std::int64_t, std::string> amounts{{0, "0.00"},
                                                    {1, "0.01"},
                                                    {99, "0.99"},
                                                    {100, "1.00"},
                                                    {8'500'000, "85000.00"},
                                                    {99'999'999'999'900, "999999999999.00"}};
  for (const auto& [hundredths, text] : amounts) {
    company::Company company;
    company.mutable_fields()->set_annual_revenue(hundredths);
    EXPECT_EQ(value(ENTITY_COMPANY, company, "annual_revenue"), text);
    deal::Deal deal;
    deal.mutable_fields()->set_value(hundredths);
    EXPECT_EQ(value(ENTITY_DEAL, deal, "value"), text);
  }
  deal::Deal deal;
  deal.mutable_fields()->set_probability(25);
  EXPECT_EQ(value(ENTITY_DEAL, deal, "probability"), "0.25");
}

TEST(Rows, WriteTimesInUtcWithMilliseconds) {
  activity::Activity state;
  state.mutable_record()->set_created_at(kMoment);
  state.mutable_fields()->set_due_date(-1);
  EXPECT_EQ(value(ENTITY_ACTIVITY, state, "created_at"), "2025-03-15 10:00:00.007");
  EXPECT_EQ(value(ENTITY_ACTIVITY, state, "due_date"), "1969-12-31 23:59:59.999");
  EXPECT_EQ(value(ENTITY_ACTIVITY, state, "completed_at"), "NULL");
}

TEST(Rows, WriteDates) {
  deal::Deal state;
  state.mutable_fields()->set_expected_close_date(20162);
  state.set_actual_close_date(0);
  EXPECT_EQ(value(ENTITY_DEAL, state, "expected_close_date"), "2025-03-15");
  EXPECT_EQ(value(ENTITY_DEAL, state, "actual_close_date"), "1970-01-01");
}

TEST(Rows, WriteEnumsAndBooleansAsPostgresReadsThem) {
  user::User state;
  state.set_role(user::USER_ROLE_VIEWER);
  EXPECT_EQ(value(ENTITY_USER, state, "role"), "VIEWER");
  EXPECT_EQ(value(ENTITY_USER, state, "is_active"), "f");
  state.set_is_active(true);
  EXPECT_EQ(value(ENTITY_USER, state, "is_active"), "t");
}

TEST(Rows, TellAnEmptyValueFromNone) {
  company::Company state;
  EXPECT_EQ(value(ENTITY_COMPANY, state, "city"), "NULL");
  EXPECT_EQ(value(ENTITY_COMPANY, state, "company_size"), "NULL");
  EXPECT_EQ(value(ENTITY_COMPANY, state, "owner_id"), "NULL");
  EXPECT_EQ(value(ENTITY_COMPANY, state, "deleted_at"), "NULL");
  EXPECT_EQ(value(ENTITY_COMPANY, state, "is_deleted"), "f");
  state.mutable_fields()->set_city("");
  EXPECT_EQ(value(ENTITY_COMPANY, state, "city"), "");
}

TEST(Rows, WriteTextAsItIs) {
  const std::string hostile = "tab\t \\. \\N 'x' \"y\" $1 \n 漢字 😀";
  company::Company state;
  state.mutable_fields()->set_name(hostile);
  EXPECT_EQ(value(ENTITY_COMPANY, state, "name"), hostile);
}

TEST(Rows, WriteAFilterAsJson) {
  saved_filter::SavedFilter state;
  auto& condition =
      *state.mutable_fields()->mutable_filter_config()->add_groups()->add_conditions();
  condition.set_field("value");
  condition.set_operator_("greater_than");
  condition.mutable_value()->set_number_value(10000);
  state.set_use_count(3);
  EXPECT_EQ(
      value(ENTITY_SAVED_FILTER, state, "filter_config"),
      R"({"groups":[{"conditions":[{"field":"value","operator":"greater_than","value":10000}]}]})");
  EXPECT_EQ(value(ENTITY_SAVED_FILTER, state, "use_count"), "3");
}

TEST(Rows, AreRemovedForWhatIsGoneOrATombstone) {
  EXPECT_FALSE(row_of(ENTITY_COMPANY, "o", "c", nullptr).values);
  saved_filter::SavedFilter tombstone;
  tombstone.mutable_record()->set_removed(true);
  const RowChange removal = row_of(ENTITY_SAVED_FILTER, "o", "f", &tombstone);
  EXPECT_FALSE(removal.values);
  EXPECT_EQ(removal.entity, ENTITY_SAVED_FILTER);
  EXPECT_EQ(removal.organization_id, "o");
  EXPECT_EQ(removal.id, "f");
  tombstone.mutable_record()->set_removed(false);
  EXPECT_TRUE(row_of(ENTITY_SAVED_FILTER, "o", "f", &tombstone).values);
  const saved_filter::FilterUse use;  // has no version and no tombstone
  EXPECT_TRUE(row_of(ENTITY_SAVED_FILTER_USE, "o", "u", &use).values);
}

}  // namespace
}  // namespace daybook::projections
