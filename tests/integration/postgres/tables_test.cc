// What the read tables themselves refuse and allow, as the projector needs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/postgres/crm_data.h"
#include "tests/support/postgres_fixture.h"

namespace daybook::postgres {
namespace {

using daybook::testing::connect;
using daybook::testing::create_migrated_database;
using daybook::testing::id;
using daybook::testing::insert_organization;
using daybook::testing::refusal;
using daybook::testing::run;
using daybook::testing::TestDatabase;
using daybook::testing::value;
using daybook::testing::values;
using ::testing::ElementsAre;

constexpr const char* kCheckViolation = "23514";
constexpr const char* kForeignKeyViolation = "23503";
constexpr const char* kUniqueViolation = "23505";

class TablesTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database = create_migrated_database("tables");
    Connection owner = connect(database.owner_url);
    insert_organization(owner, "acme");
  }
  void SetUp() override { run(owner_, "BEGIN"); }
  void TearDown() override { (void)owner_.exec("ROLLBACK"); }

  // What one statement, with the deferred checks at its end, is refused with; nothing of it stays.
  std::string refused(const std::string& sql) {
    run(owner_, "SAVEPOINT before");
    const std::string state = refusal(owner_, sql + "; SET CONSTRAINTS ALL IMMEDIATE");
    run(owner_, "ROLLBACK TO before");
    return state;
  }
  static std::string update(const std::string& table, const std::string& change) {
    return "UPDATE crm." + table + " SET " + change;
  }

  static TestDatabase database;
  Connection owner_ = connect(database.owner_url);
};
TestDatabase TablesTest::database;

TEST_F(TablesTest, RowsMayComeInAnyOrderWithinATransaction) {
  const std::string organization = id("acme", "organization");
  run(owner_,
      "INSERT INTO crm.deals (id, title, updated_at, stage_id, company_id, organization_id) VALUES "
      "(gen_random_uuid(), 'x', now(), '" +
          id("new", "stage") + "', '" + id("new", "company") + "', '" + organization + "')");
  run(owner_, "INSERT INTO crm.companies (id, name, updated_at, organization_id) VALUES ('" +
                  id("new", "company") + "', 'c', now(), '" + organization +
                  "'); INSERT INTO crm.pipeline_stages (id, name, position, updated_at, "
                  "organization_id) VALUES ('" +
                  id("new", "stage") + "', 's', 9, now(), '" + organization + "')");
  run(owner_, "SET CONSTRAINTS ALL IMMEDIATE");
}

TEST_F(TablesTest, AReferenceToNothingIsRefusedAtTheEnd) {
  EXPECT_EQ(refused(update("deals", "company_id = gen_random_uuid()")), kForeignKeyViolation);
  EXPECT_EQ(refused(update("deals", "stage_id = gen_random_uuid()")), kForeignKeyViolation);
}

TEST_F(TablesTest, TwoUsersMaySwapTheirAddresses) {
  EXPECT_EQ(
      refused(
          "UPDATE crm.users SET email = 'manager@example.com' WHERE email = 'admin@example.com'; "
          "UPDATE crm.users SET email = 'admin@example.com' WHERE id = '" +
          id("acme", "user", "manager") + "'"),
      "");
  EXPECT_EQ(refused("UPDATE crm.users SET email = 'same@example.com'"), kUniqueViolation);
}

TEST_F(TablesTest, OneAddressMayBeUsedInTwoOrganizations) {
  EXPECT_EQ(refused("INSERT INTO crm.users (id, email, updated_at, organization_id) VALUES "
                    "(gen_random_uuid(), 'admin@example.com', now(), gen_random_uuid())"),
            "");
}

TEST_F(TablesTest, PS4_AStageThatADealUsesCannotBeRemovedDeletedDealsIncluded) {
  const std::string removal =
      "DELETE FROM crm.pipeline_stages WHERE id = '" + id("acme", "stage", "open") + "'";
  EXPECT_EQ(refusal(owner_, "SAVEPOINT s"), "");
  EXPECT_EQ(refusal(owner_, removal), kForeignKeyViolation);  // at once, not at the end
  run(owner_, "ROLLBACK TO s; UPDATE crm.deals SET is_deleted = true");
  EXPECT_EQ(refusal(owner_, removal), kForeignKeyViolation);
}

TEST_F(TablesTest, SF4_TheUsesOfAFilterGoWithIt) {
  run(owner_, "DELETE FROM crm.saved_filters WHERE name = 'Rep filter'");
  EXPECT_EQ(value(owner_, "SELECT count(*) FROM crm.saved_filter_usage"), "2");
}

TEST_F(TablesTest, OwnersAreSetToNullAndCustomFieldsGoWithTheirRecord) {
  run(owner_, "DELETE FROM crm.users WHERE email = 'rep@example.com'");
  EXPECT_EQ(value(owner_, "SELECT count(*) FROM crm.companies WHERE owner_id IS NULL"), "1");
  EXPECT_EQ(value(owner_, "SELECT count(*) FROM crm.accounts"), "0");
  run(owner_, "DELETE FROM crm.companies WHERE owner_id IS NULL");
  EXPECT_EQ(value(owner_, "SELECT count(*) FROM crm.company_custom_fields"), "1");
  EXPECT_EQ(value(owner_, "SELECT count(*) FROM crm.contacts WHERE company_id IS NULL"), "1");
}

TEST_F(TablesTest, ChecksRefuseWhatNoCommandAccepts) {
  for (const auto& [table, change] : {std::pair("deals", "probability = 1.01"),
                                      {"deals", "probability = -0.01"},
                                      {"deals", "value = -0.01"},
                                      {"deals", "deleted_at = now()"},
                                      {"companies", "annual_revenue = -1"},
                                      {"companies", "employee_count = -1"},
                                      {"companies", "deleted_at = now()"},
                                      {"contacts", "email = 'no address'"},
                                      {"contacts", "email = ''"},
                                      {"contacts", "deleted_at = now()"},
                                      {"pipeline_stages", "probability = 2"},
                                      {"pipeline_stages", "position = -1"},
                                      {"pipeline_stages", "color = '#12345'"},
                                      {"pipeline_stages", "color = 'red'"},
                                      {"activities", "duration = 0"},
                                      {"activities", "deleted_at = now()"}}) {
    EXPECT_EQ(refused(update(table, change)), kCheckViolation) << table << " " << change;
  }
}

TEST_F(TablesTest, ChecksAllowWhatEveryCommandMayGive) {
  for (const auto& [table, change] :
       {std::pair("deals", "probability = 1, value = 9999999999.99"),
        {"deals", "probability = 0, value = 0.01"},
        {"deals", "probability = NULL, value = NULL"},
        {"deals", "is_deleted = true, deleted_at = now()"},
        {"deals", "is_deleted = true"},
        {"companies", "annual_revenue = 999999999999, employee_count = 10000000"},
        {"contacts", "email = 'a.b_c%d+e-f@sub-domain.example.museum'"},
        {"contacts", "email = NULL"},
        {"pipeline_stages", "color = '#aBcDeF', position = 0, probability = 1"},
        {"activities", "duration = 1"}}) {
    EXPECT_EQ(refused(update(table, change)), "") << table << " " << change;
  }
}

TEST_F(TablesTest, PrioritySortsByUrgency) {
  run(owner_,
      "INSERT INTO crm.activities (id, type, subject, priority, updated_at, organization_id) "
      "SELECT "
      "gen_random_uuid(), 'TASK', p::text, p, now(), gen_random_uuid() FROM unnest(ARRAY['LOW', "
      "'URGENT', 'HIGH', "
      "'MEDIUM']::crm.priority[]) AS p");
  EXPECT_THAT(values(owner_,
                     "SELECT subject FROM crm.activities WHERE subject = priority::text ORDER BY "
                     "priority DESC"),
              ElementsAre("URGENT", "HIGH", "MEDIUM", "LOW"));
}

}  // namespace
}  // namespace daybook::postgres
