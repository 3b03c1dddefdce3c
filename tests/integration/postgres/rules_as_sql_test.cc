// The business rules that are questions, asked in SQL through reporting logins: row-level security
// and the query together give what the rule says.
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
using daybook::testing::temporary_folder;
using daybook::testing::TestDatabase;
using daybook::testing::value;
using daybook::testing::values;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class RulesAsSqlTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database = create_migrated_database("rules");
    folder = temporary_folder("rules");
    Connection owner = connect(database.owner_url);
    insert_organization(owner, "acme");
    insert_organization(owner, "globex");
    add_to_the_reps_company(owner);
    add_stages(owner);
  }

  // In the rep's company: contacts and deals of the rep and one of each of the administrator, and
  // twelve activities.
  static void add_to_the_reps_company(Connection& owner) {
    const std::string company = "'" + id("acme", "company", "rep") + "'";
    const std::string rep = "'" + id("acme", "user", "rep") + "'";
    const std::string admin = "'" + id("acme", "user", "admin") + "'";
    const std::string organization = "'" + id("acme", "organization") + "'";
    run(owner,
        "INSERT INTO crm.contacts (id, first_name, last_name, is_primary, is_deleted, updated_at, "
        "company_id, owner_id, "
        "organization_id) SELECT gen_random_uuid(), f, l, p, d, now(), " +
            company + ", o::uuid, " + organization +
            " FROM (VALUES ('Zoe', 'Adams', true, false, " + rep +
            "), ('Bea', 'Adams', false, false, " + rep + "), ('Al', 'Adams', false, false, " + rep +
            "), ('Deleted', 'One', false, true, " + rep +
            "), ('The', 'Administrators', false, false, " + admin + ")) AS c (f, l, p, d, o)");
    run(owner,
        "INSERT INTO crm.deals (id, title, value, status, is_deleted, created_at, updated_at, "
        "stage_id, company_id, owner_id, "
        "organization_id) SELECT gen_random_uuid(), t, v, s::crm.deal_status, d, c::timestamp, "
        "now(), '" +
            id("acme", "stage", "open") + "', " + company + ", o::uuid, " + organization +
            " FROM (VALUES ('Newest', 300, 'OPEN', false, '2099-01-01', " + rep +
            "), ('Won', 1000, 'WON', false, '2001-01-01', " + rep +
            "), ('Deleted', 7, 'OPEN', true, '2099-01-01', " + rep +
            "), ('Administrators', 50, 'OPEN', false, '2099-01-01', " + admin +
            ")) AS n (t, v, s, d, c, o)");
    run(owner,
        "INSERT INTO crm.activities (id, type, subject, created_at, updated_at, company_id, "
        "owner_id, organization_id) "
        "SELECT gen_random_uuid(), 'NOTE', 'note ' || n, '2090-01-01'::timestamp + n * interval '1 "
        "day', now(), " +
            company + ", " + rep + ", " + organization + " FROM generate_series(1, 12) AS n");
  }
  static void add_stages(Connection& owner) {
    const std::string organization = "'" + id("acme", "organization") + "'";
    run(owner,
        "INSERT INTO crm.pipeline_stages (id, name, position, updated_at, organization_id) VALUES "
        "(gen_random_uuid(), 'Empty', 2, now(), " +
            organization +
            "); "
            "INSERT INTO crm.deals (id, title, value, updated_at, stage_id, owner_id, "
            "organization_id) VALUES "
            "(gen_random_uuid(), 'In the retired stage', 60, now(), '" +
            id("acme", "stage", "retired") + "', '" + id("acme", "user", "rep") + "', " +
            organization + ")");
  }

  Connection login(const std::string& user) {
    return connect(daybook::testing::reader_url(owner_, database.owner_url, folder, "acme", user));
  }

  static TestDatabase database;
  static std::string folder;
  Connection owner_ = connect(database.owner_url);
};
TestDatabase RulesAsSqlTest::database;
std::string RulesAsSqlTest::folder;

std::string of_company(const std::string& select, const std::string& order) {
  return select + " WHERE company_id = '" + id("acme", "company", "rep") +
         "' AND NOT is_deleted ORDER BY " + order;
}

TEST_F(RulesAsSqlTest, CO4_ACompanysContactsArePrimaryFirstThenByNameAndOnlyTheUsersOwn) {
  const std::string sql = of_company("SELECT first_name || ' ' || last_name FROM crm.contacts",
                                     "is_primary DESC, last_name, first_name");
  Connection rep = login("rep");
  EXPECT_THAT(values(rep, sql), ElementsAre("Zoe Adams", "Al Adams", "Bea Adams", "Ann Rep"));
  Connection manager = login("manager");
  EXPECT_THAT(values(manager, sql),
              ElementsAre("Zoe Adams", "Al Adams", "Bea Adams", "The Administrators", "Ann Rep"));
}

TEST_F(RulesAsSqlTest, CO4_ACompanysDealsAreNewestFirstAndOnlyTheUsersOwn) {
  Connection rep = login("rep");
  EXPECT_THAT(values(rep, of_company("SELECT title FROM crm.deals", "created_at DESC")),
              ElementsAre("Newest", "Rep Deal", "Won"));
}

TEST_F(RulesAsSqlTest, CO4_ACompanysActivitiesAreItsNewestTen) {
  Connection rep = login("rep");
  const auto newest =
      values(rep, of_company("SELECT subject FROM crm.activities", "created_at DESC LIMIT 10"));
  ASSERT_EQ(newest.size(), 10U);
  EXPECT_EQ(newest.front(), "note 12");
  EXPECT_EQ(newest.back(), "note 3");
}

TEST_F(RulesAsSqlTest, CO4_CountsInsideACompanyAreTheUsersOwn) {
  const std::string counts =
      "SELECT concat_ws(' ', (SELECT count(*) FROM crm.contacts WHERE company_id = c.id AND NOT "
      "is_deleted), "
      "(SELECT count(*) FROM crm.deals WHERE company_id = c.id AND NOT is_deleted), "
      "(SELECT count(*) FROM crm.activities WHERE company_id = c.id AND NOT is_deleted)) "
      "FROM crm.companies AS c WHERE c.id = '" +
      id("acme", "company", "rep") + "'";
  Connection rep = login("rep");
  Connection manager = login("manager");
  EXPECT_EQ(value(rep, counts), "4 3 13");
  EXPECT_EQ(value(manager, counts), "5 4 13");
}

constexpr const char* kStageList =
    "SELECT concat_ws('|', s.name, count(d.id), count(d.id) FILTER (WHERE d.status = 'OPEN'), "
    "coalesce(sum(d.value) FILTER (WHERE d.status = 'OPEN'), 0), "
    "round(coalesce(avg(d.value) FILTER (WHERE d.status = 'OPEN'), 0), 2)) "
    "FROM crm.pipeline_stages AS s LEFT JOIN crm.deals AS d ON d.stage_id = s.id AND NOT "
    "d.is_deleted "
    "WHERE s.is_active OR {inactive} GROUP BY s.id, s.name, s.position ORDER BY s.position";

std::string stage_list(bool with_inactive) {
  std::string sql = kStageList;
  const std::string mark = "{inactive}";
  return sql.replace(sql.find(mark), mark.size(), with_inactive ? "true" : "false");
}

TEST_F(RulesAsSqlTest, PS1_ActiveStagesByPositionWithTheirLiveAndOpenDealsEmptyOnesIncluded) {
  Connection manager = login("manager");
  EXPECT_THAT(values(manager, stage_list(false)),
              ElementsAre("Lead|5|4|550.00|137.50", "Empty|0|0|0|0.00"));
  Connection rep = login("rep");
  EXPECT_THAT(values(rep, stage_list(false)),
              ElementsAre("Lead|3|2|400.00|200.00", "Empty|0|0|0|0.00"));
}

TEST_F(RulesAsSqlTest, PS5_ARetiredStageIsLeftOutButItsDealsStayVisible) {
  Connection rep = login("rep");
  EXPECT_THAT(values(rep, stage_list(true)),
              ElementsAre("Lead|3|2|400.00|200.00", "Old|1|1|60.00|60.00", "Empty|0|0|0|0.00"));
  EXPECT_EQ(value(rep,
                  "SELECT s.name FROM crm.deals AS d JOIN crm.pipeline_stages AS s ON s.id = "
                  "d.stage_id WHERE d.title "
                  "= 'In the retired stage'"),
            "Old");
}

TEST_F(RulesAsSqlTest, SF3_OwnAndPublicFiltersMostUsedThenMostRecentlyChangedFirst) {
  run(owner_,
      "UPDATE crm.saved_filters SET use_count = 3 WHERE name = 'Rep filter'; "
      "UPDATE crm.saved_filters SET updated_at = '2022-01-01' WHERE name = 'Admin filter'; "
      "INSERT INTO crm.saved_filters (id, name, entity, filter_config, is_public, use_count, "
      "updated_at, owner_id, "
      "organization_id) SELECT gen_random_uuid(), n, e::crm.filter_entity, '{}', true, 1, "
      "u::timestamp, NULL, '" +
          id("acme", "organization") +
          "' FROM (VALUES ('Older', 'CONTACTS', '2020-01-01'), ('Newer', 'DEALS', "
          "'2021-01-01')) AS f (n, e, u)");
  const std::string list =
      "SELECT name FROM crm.saved_filters WHERE (is_public OR owner_id = daybook.reader_user())";
  const std::string order = " ORDER BY use_count DESC, updated_at DESC";
  Connection rep = login("rep");
  EXPECT_THAT(values(rep, list + order),
              ElementsAre("Rep filter", "Newer", "Older", "Public filter"));
  EXPECT_THAT(values(rep, list + " AND entity = 'CONTACTS'" + order), ElementsAre("Older"));
  EXPECT_THAT(values(rep, list + " AND NOT is_public" + order), ElementsAre("Rep filter"));
  EXPECT_THAT(values(rep, list + " AND name ILIKE '%ER'" + order),
              ElementsAre("Rep filter", "Newer", "Older", "Public filter"));
  Connection admin = login("admin");
  EXPECT_THAT(values(admin, list + order),
              ElementsAre("Newer", "Older", "Public filter", "Admin filter"));
  Connection manager = login("manager");
  EXPECT_THAT(values(manager, list + order), ElementsAre("Newer", "Older", "Public filter"));
  // Who may assign any filter has to see it; the list above still shows only own and public ones.
  EXPECT_EQ(value(manager, "SELECT count(*) FROM crm.saved_filters"), "5");
}

TEST_F(RulesAsSqlTest,
       US1_UsersAreListedByEverybodyWhoIsActiveInTheOrganizationWithoutWhatTheLoginSystemOwns) {
  const std::string list = "SELECT email FROM crm.users ORDER BY email";
  for (const char* user : {"admin", "manager", "viewer", "rep", ""}) {
    Connection reader = login(user);
    EXPECT_THAT(values(reader, list),
                ElementsAre("admin@example.com", "gone@example.com", "manager@example.com",
                            "rep@example.com", "viewer@example.com"));
    EXPECT_EQ(refusal(reader, "SELECT email, last_login_at FROM crm.users"), "42501");
  }
  Connection gone = login("gone");
  EXPECT_THAT(values(gone, list), IsEmpty());
}

TEST_F(RulesAsSqlTest, US1_AUserViewsItselfAndNobodyOfAnotherOrganization) {
  Connection rep = login("rep");
  EXPECT_EQ(
      value(rep, "SELECT email || ' ' || role FROM crm.users WHERE id = daybook.reader_user()"),
      "rep@example.com USER");
  EXPECT_THAT(
      values(rep, "SELECT email FROM crm.users WHERE id = '" + id("globex", "user", "rep") + "'"),
      IsEmpty());
}

}  // namespace
}  // namespace daybook::postgres
