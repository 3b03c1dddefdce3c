// Who may read what: two organizations side by side in one database, seen through reporting logins
// of every kind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "infra/postgres/readers.h"
#include "infra/postgres/roles.h"
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
using daybook::testing::temporary_folder;
using daybook::testing::TestDatabase;
using daybook::testing::value;
using daybook::testing::values;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr const char* kInsufficientPrivilege = "42501";

// Rows per table that a login can see, in one text.
std::string visible(Connection& reader) {
  return value(reader,
               "SELECT concat_ws(' ', 'users', (SELECT count(id) FROM crm.users), "
               "'companies', (SELECT count(*) FROM crm.companies), 'contacts', (SELECT count(*) "
               "FROM crm.contacts), "
               "'stages', (SELECT count(*) FROM crm.pipeline_stages), 'deals', (SELECT count(*) "
               "FROM crm.deals), "
               "'activities', (SELECT count(*) FROM crm.activities), "
               "'fields', (SELECT count(*) FROM crm.company_custom_fields), "
               "(SELECT count(*) FROM crm.contact_custom_fields), (SELECT count(*) FROM "
               "crm.deal_custom_fields), "
               "'filters', (SELECT count(*) FROM crm.saved_filters), 'uses', (SELECT count(*) FROM "
               "crm.saved_filter_usage), "
               "'organizations', (SELECT count(*) FROM daybook.organizations))");
}

constexpr const char* kWholeOrganization =
    "users 5 companies 2 contacts 2 stages 2 deals 2 activities 3 fields 2 2 2 filters 3 uses 3 "
    "organizations 1";
constexpr const char* kNothing =
    "users 0 companies 0 contacts 0 stages 0 deals 0 activities 0 fields 0 0 0 filters 0 uses 0 "
    "organizations 0";

class RowSecurityTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database = create_migrated_database("rows");
    folder = temporary_folder("readers");
    Connection owner = connect(database.owner_url);
    insert_organization(owner, "acme");
    insert_organization(owner, "globex");
  }
  static TestDatabase database;
  static std::string folder;

  Connection reader(const std::string& organization, const std::string& user = {}) {
    return connect(
        daybook::testing::reader_url(owner_, database.owner_url, folder, organization, user));
  }

  Connection owner_ = connect(database.owner_url);
};
TestDatabase RowSecurityTest::database;
std::string RowSecurityTest::folder;

TEST_F(RowSecurityTest, TheOwnerOfTheTablesSeesAll) {
  EXPECT_EQ(value(owner_, "SELECT count(*) FROM crm.companies"), "4");
}

TEST_F(RowSecurityTest, ALoginWithoutAUserSeesItsWholeOrganization) {
  Connection acme = reader("acme");
  EXPECT_EQ(visible(acme), kWholeOrganization);
  EXPECT_EQ(value(acme, "SELECT name FROM daybook.organizations"), "acme");
}

TEST_F(RowSecurityTest, AdminManagerAndViewerSeeTheirWholeOrganization) {
  for (const char* user : {"admin", "manager", "viewer"}) {
    Connection login = reader("acme", user);
    EXPECT_EQ(visible(login), kWholeOrganization) << user;
  }
}

TEST_F(RowSecurityTest, X6_AUserSeesWhatItOwnsOrIsAssigned) {
  Connection rep = reader("acme", "rep");
  EXPECT_EQ(visible(rep),
            "users 5 companies 1 contacts 1 stages 2 deals 1 activities 2 fields 1 1 1 filters 2 "
            "uses 2 organizations 1");
  EXPECT_EQ(value(rep, "SELECT name FROM crm.companies"), "Rep Company");
  EXPECT_THAT(values(rep, "SELECT subject FROM crm.activities"),
              UnorderedElementsAre("Rep call", "For the rep"));
  EXPECT_THAT(values(rep, "SELECT name FROM crm.saved_filters"),
              UnorderedElementsAre("Rep filter", "Public filter"));
}

TEST_F(RowSecurityTest, NobodySeesAnotherOrganization) {
  for (const char* user : {"", "admin", "manager", "rep", "viewer"}) {
    Connection login = reader("acme", user);
    for (const char* table : {"users", "companies", "contacts", "pipeline_stages", "deals",
                              "activities", "company_custom_fields", "contact_custom_fields",
                              "deal_custom_fields", "saved_filters", "saved_filter_usage"}) {
      EXPECT_EQ(value(login, std::string("SELECT count(id) FROM crm.") + table +
                                 " WHERE organization_id = '" + id("globex", "organization") + "'"),
                "0")
          << table << " for " << user;
    }
  }
}

TEST_F(RowSecurityTest, AnInactiveUserSeesNothing) {
  Connection gone = reader("acme", "gone");
  EXPECT_EQ(visible(gone), kNothing);
  EXPECT_EQ(value(gone, "SELECT count(*) FROM daybook.freshness"), "0");
}

TEST_F(RowSecurityTest, DeactivationAndRolesCountAtOnce) {
  Connection viewer = reader("globex", "viewer");
  const std::string row = " WHERE id = '" + id("globex", "user", "viewer") + "'";
  run(owner_, "UPDATE crm.users SET role = 'USER'" + row);
  EXPECT_EQ(value(viewer, "SELECT count(*) FROM crm.companies"), "0");
  EXPECT_EQ(value(viewer, "SELECT count(*) FROM crm.pipeline_stages"), "2");
  run(owner_, "UPDATE crm.users SET is_active = false" + row);
  EXPECT_EQ(visible(viewer), kNothing);
  run(owner_, "UPDATE crm.users SET role = 'VIEWER', is_active = true" + row);
  EXPECT_EQ(visible(viewer), kWholeOrganization);
}

TEST_F(RowSecurityTest, ALoginThatIsNotMappedSeesNothing) {
  Connection login = reader("acme", "admin");
  run(owner_,
      "DELETE FROM daybook.reader WHERE role_name = daybook.role_name('reader_acme_admin')");
  EXPECT_EQ(visible(login), kNothing);
}

TEST_F(RowSecurityTest, AUserOfAnotherOrganizationSeesNothing) {
  Readers readers(owner_, database.owner_url, folder);
  const auto url =
      readers.ensure({"mixed", id("acme", "organization"), id("globex", "user", "admin")});
  ASSERT_TRUE(url.has_value()) << url.error().detail;
  Connection mixed = connect(*url);
  EXPECT_EQ(visible(mixed), kNothing);
}

TEST_F(RowSecurityTest, NoReaderReadsWhatTheLoginSystemOwns) {
  for (const char* user : {"", "admin", "rep"}) {
    Connection login = reader("acme", user);
    for (const char* column : {"password", "email_verified", "image", "last_login_at", "*"}) {
      EXPECT_EQ(refusal(login, std::string("SELECT ") + column + " FROM crm.users"),
                kInsufficientPrivilege)
          << column;
    }
    for (const char* table : {"accounts", "sessions", "verification_tokens"}) {
      EXPECT_EQ(refusal(login, std::string("SELECT count(*) FROM crm.") + table),
                kInsufficientPrivilege)
          << table;
    }
    for (const char* table : {"checkpoint", "parked", "reader", "migration"}) {
      EXPECT_EQ(refusal(login, std::string("SELECT count(*) FROM daybook.") + table),
                kInsufficientPrivilege)
          << table;
    }
  }
}

TEST_F(RowSecurityTest, NoReaderWrites) {
  Connection login = reader("acme", "admin");
  EXPECT_EQ(refusal(login, "UPDATE crm.companies SET name = 'x'"), kInsufficientPrivilege);
  EXPECT_EQ(refusal(login, "DELETE FROM crm.activities"), kInsufficientPrivilege);
  EXPECT_EQ(refusal(login, "INSERT INTO daybook.reader VALUES (current_user, gen_random_uuid())"),
            kInsufficientPrivilege);
  EXPECT_EQ(refusal(login, "CREATE TABLE crm.mine (id int)"), kInsufficientPrivilege);
  EXPECT_EQ(refusal(login, "ALTER TABLE crm.companies DISABLE ROW LEVEL SECURITY"),
            kInsufficientPrivilege);
}

TEST_F(RowSecurityTest, AUserCannotChangeItsMapping) {
  Connection rep = reader("acme", "rep");
  const std::string before = visible(rep);
  run(rep, "SET daybook.organization_id = '" + id("globex", "organization") +
               "'; SET daybook.user_id = ''");
  EXPECT_EQ(visible(rep), before);
  run(rep, "SET ROLE \"" + database.name + "_readers\"");
  EXPECT_EQ(visible(rep), before);
  run(rep, "RESET ROLE; SET row_security = off");
  EXPECT_EQ(refusal(rep, "SELECT count(*) FROM crm.companies"), kInsufficientPrivilege);
  run(rep, "RESET row_security");
  for (const std::string& other : {database.name + "_reader_globex", database.name + "_projector",
                                   database.name + "_gateway", std::string("daybook")}) {
    (void)reader("globex");  // so that the role exists
    EXPECT_EQ(refusal(rep, "SET ROLE \"" + other + "\""), kInsufficientPrivilege) << other;
    EXPECT_EQ(refusal(rep, "SET SESSION AUTHORIZATION \"" + other + "\""), kInsufficientPrivilege)
        << other;
  }
  EXPECT_EQ(visible(rep), before);
}

TEST_F(RowSecurityTest, AConditionOfTheReaderCannotSpyOnHiddenRows) {
  Connection rep = reader("acme", "rep");
  // It would divide by zero for every row that it is tried on and that the reader may not see.
  EXPECT_EQ(refusal(rep, "SELECT 1 FROM crm.companies WHERE 1 / (name = 'Rep Company')::int = 1"),
            "");
}

TEST_F(RowSecurityTest, TheGatewayAloneFollowsASetting) {
  const std::string gateway = database.name + "_gateway";
  run(owner_, "ALTER ROLE \"" + gateway + "\" PASSWORD 'for this test'");
  std::string url = database.owner_url;
  const std::size_t user = url.find("//") + 2;
  url.replace(user, url.find('@') - user, gateway + ":for%20this%20test");
  Connection connection = connect(url);
  EXPECT_EQ(visible(connection), kNothing);
  run(connection, "SET daybook.organization_id = '" + id("acme", "organization") + "'");
  EXPECT_EQ(visible(connection), kWholeOrganization);
  run(connection, "SET daybook.user_id = '" + id("acme", "user", "rep") + "'");
  EXPECT_EQ(value(connection, "SELECT name FROM crm.companies"), "Rep Company");
}

TEST_F(RowSecurityTest, PoliciesAreAskedOncePerStatement) {
  Connection rep = reader("acme", "rep");
  std::string plan;
  for (const std::string& line : values(rep, "EXPLAIN SELECT * FROM crm.deals")) {
    plan += line + "\n";
  }
  EXPECT_THAT(plan, ::testing::HasSubstr("InitPlan"));
  EXPECT_THAT(plan, ::testing::Not(::testing::HasSubstr("reader_organization() =")));
}

TEST_F(RowSecurityTest, TheProjectorWritesWhatIsProjectedAndNothingElse) {
  Connection connection = connect(database.owner_url);
  const auto assumed = assume_projector(connection);
  ASSERT_TRUE(assumed.has_value()) << assumed.error().detail;
  ASSERT_TRUE(*assumed);
  run(connection, "BEGIN");
  EXPECT_EQ(value(connection, "SELECT count(*) FROM crm.companies"), "4");
  run(connection,
      "CREATE TEMP TABLE staged (LIKE crm.companies) ON COMMIT DROP;"
      "INSERT INTO staged SELECT * FROM crm.companies;"
      "INSERT INTO crm.companies SELECT * FROM staged ON CONFLICT (id) DO UPDATE SET name = "
      "excluded.name;"
      "INSERT INTO crm.users (id, email, updated_at, organization_id) VALUES (gen_random_uuid(), "
      "'new@example.com', now(), "
      "gen_random_uuid()) ON CONFLICT (id) DO UPDATE SET email = excluded.email;"
      "DELETE FROM crm.saved_filter_usage;"
      "INSERT INTO daybook.checkpoint VALUES (9, gen_random_uuid(), 1, 0, 0, '', NULL, now());"
      "INSERT INTO daybook.organizations VALUES (gen_random_uuid(), 'new', now(), now());"
      "INSERT INTO daybook.parked VALUES (gen_random_uuid(), 'crm.deals', gen_random_uuid(), 0, 0, "
      "'23514', '', '{}', now())");
  run(connection, "ROLLBACK");
  EXPECT_EQ(refusal(connection, "UPDATE crm.users SET password = ''"), kInsufficientPrivilege);
  EXPECT_EQ(refusal(connection, "UPDATE crm.users SET last_login_at = now()"),
            kInsufficientPrivilege);
  EXPECT_EQ(refusal(connection, "DELETE FROM crm.users"), kInsufficientPrivilege);
  EXPECT_EQ(refusal(connection, "DELETE FROM crm.sessions"), kInsufficientPrivilege);
  EXPECT_EQ(refusal(connection, "INSERT INTO daybook.reader VALUES ('x', gen_random_uuid())"),
            kInsufficientPrivilege);
}

}  // namespace
}  // namespace daybook::postgres
