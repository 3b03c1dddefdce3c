#include "infra/postgres/schema_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/support/postgres_fixture.h"

namespace daybook::postgres {
namespace {

using daybook::testing::connect;
using daybook::testing::create_database;
using daybook::testing::create_migrated_database;
using daybook::testing::run;
using daybook::testing::TestDatabase;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> described(const SchemaReport& report) {
  std::vector<std::string> lines;
  for (const SchemaDifference& difference : report.differences) {
    lines.push_back(describe(difference));
  }
  return lines;
}

class SchemaCheckTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { database = create_migrated_database("schema"); }
  static TestDatabase database;

  // The differences that `sql` makes; taken back afterwards.
  std::vector<std::string> differences_after(const std::string& sql) {
    // check_schema uses a transaction of its own, so the change has to be undone by hand.
    const TestDatabase own = create_migrated_database("planted");
    Connection connection = connect(own.owner_url);
    run(connection, sql);
    const auto report = check_schema(connection);
    return report ? described(*report) : std::vector<std::string>{report.error().detail};
  }

  Connection connection_ = connect(database.owner_url);
};
TestDatabase SchemaCheckTest::database;

TEST_F(SchemaCheckTest, AFreshDatabaseIsAsDocumented) {
  const auto report = check_schema(connection_);
  ASSERT_TRUE(report.has_value()) << report.error().detail;
  EXPECT_THAT(described(*report), IsEmpty());
  std::map<std::string, int> counts;
  for (const SchemaGroup& group : report->groups) {
    EXPECT_EQ(group.matching, group.expected) << group.name;
    counts[group.name] = group.matching;
  }
  EXPECT_EQ(counts["enum"], 12);
  EXPECT_EQ(counts["table"], 14);
  EXPECT_EQ(counts["primary_key"], 13);
  EXPECT_EQ(counts["unique"], 5);
  EXPECT_EQ(counts["foreign_key"], 23);
  EXPECT_EQ(counts["index (documented)"], 44);
  EXPECT_EQ(counts["index (saved_filters)"], 8);
  EXPECT_EQ(counts["index (query)"], 10);
  EXPECT_EQ(counts["index (search)"], 4);
  EXPECT_EQ(counts["index (tenant)"], 14);
  EXPECT_EQ(counts["row_security"], 11);
}

TEST_F(SchemaCheckTest, NamesTheDecidedDifferencesAsKnown) {
  const auto report = check_schema(connection_);
  ASSERT_TRUE(report.has_value());
  int tenants = 0;
  int emails = 0;
  for (const KnownDifference& known : report->known) {
    tenants += known.object.ends_with(".organization_id") ? 1 : 0;
    emails += known.object == "unique crm.users (organization_id,email)" ? 1 : 0;
  }
  EXPECT_EQ(tenants, 11);
  EXPECT_EQ(emails, 1);
  EXPECT_EQ(report->known.size(), 12U);
}

TEST_F(SchemaCheckTest, NamesAChangedColumn) {
  EXPECT_THAT(
      differences_after("ALTER TABLE crm.companies ALTER COLUMN annual_revenue TYPE numeric(12,2)"),
      ElementsAre(
          "column crm.companies.annual_revenue: expected no. 13 numeric(14,2) null, found no. 13 "
          "numeric(12,2) null"));
  EXPECT_THAT(differences_after("ALTER TABLE crm.deals ALTER COLUMN currency SET DEFAULT 'EUR'"),
              ElementsAre("column crm.deals.currency: expected no. 5 varchar(3) not_null 'USD', "
                          "found no. 5 varchar(3) "
                          "not_null 'EUR'"));
  EXPECT_THAT(
      differences_after("ALTER TABLE crm.deals ALTER COLUMN stage_id DROP NOT NULL"),
      ElementsAre(
          "column crm.deals.stage_id: expected no. 18 uuid not_null, found no. 18 uuid null"));
}

TEST_F(SchemaCheckTest, NamesAnAddedAndAMissingColumn) {
  EXPECT_THAT(
      differences_after(
          "ALTER TABLE crm.sessions ADD COLUMN device text; ALTER TABLE crm.sessions DROP COLUMN "
          "expires"),
      ElementsAre("column crm.sessions.expires: missing; expected no. 4 timestamp(3) not_null",
                  "column crm.sessions.device: not documented; found no. 4 text null"));
}

TEST_F(SchemaCheckTest, NamesAMissingTable) {
  EXPECT_THAT(
      differences_after("DROP TABLE crm.verification_tokens"),
      ElementsAre(
          "column crm.verification_tokens.expires: missing; expected no. 3 timestamp(3) not_null",
          "column crm.verification_tokens.identifier: missing; expected no. 1 varchar(255) "
          "not_null",
          "column crm.verification_tokens.token: missing; expected no. 2 varchar(255) not_null",
          "table crm.verification_tokens: missing; expected present",
          "unique crm.verification_tokens (identifier,token): missing; expected present",
          "unique crm.verification_tokens (token): missing; expected present"));
}

TEST_F(SchemaCheckTest, NamesEnumValuesOutOfOrder) {
  EXPECT_THAT(differences_after("ALTER TYPE crm.priority ADD VALUE 'CRITICAL'"),
              ElementsAre("enum crm.priority: expected LOW MEDIUM HIGH URGENT, found LOW MEDIUM "
                          "HIGH URGENT CRITICAL"));
}

TEST_F(SchemaCheckTest, NamesAForeignKeyWithAnotherRule) {
  EXPECT_THAT(
      differences_after(
          "ALTER TABLE crm.deals DROP CONSTRAINT deals_stage_id_fkey, ADD FOREIGN KEY (stage_id) "
          "REFERENCES crm.pipeline_stages ON UPDATE CASCADE ON DELETE CASCADE"),
      ElementsAre("foreign_key crm.deals (stage_id): expected crm.pipeline_stages RESTRICT, found "
                  "crm.pipeline_stages CASCADE not deferred"));
}

TEST_F(SchemaCheckTest, NamesIndexes) {
  EXPECT_THAT(
      differences_after(
          "DROP INDEX crm.idx_deals_value; CREATE INDEX idx_deals_value ON crm.deals (value DESC); "
          "DROP INDEX crm.idx_users_email; CREATE INDEX mine ON crm.users (locale)"),
      ElementsAre("index idx_deals_value: expected crm.deals btree (value), found crm.deals btree "
                  "(value DESC)",
                  "index idx_users_email: missing; expected crm.users btree (email)",
                  "index mine: not documented; found crm.users btree (locale)"));
}

TEST_F(SchemaCheckTest, NamesConstraints) {
  EXPECT_THAT(differences_after(
                  "ALTER TABLE crm.users DROP CONSTRAINT users_organization_id_email_key, "
                  "ADD UNIQUE (email); ALTER TABLE crm.deals DROP CONSTRAINT chk_probability, "
                  "ADD CONSTRAINT chk_probability CHECK (probability <= 100)"),
              ElementsAre("check crm.deals chk_probability: expected probability >= 0.0 AND "
                          "probability <= 1.0, found "
                          "((probability <= (100)))",
                          "unique crm.users (organization_id,email): missing; expected deferred",
                          "unique crm.users (email): not documented; found present"));
}

TEST_F(SchemaCheckTest, NamesHolesInRowSecurity) {
  EXPECT_THAT(
      differences_after("ALTER TABLE crm.deals DISABLE ROW LEVEL SECURITY; "
                        "CREATE POLICY everybody ON crm.companies FOR SELECT USING (true)"),
      ElementsAre(
          "row_security crm.deals: missing; expected enabled",
          "policy crm.companies everybody: not documented; found SELECT for all roles of any "
          "organization"));
}

TEST_F(SchemaCheckTest, NamesWhatReadersMustNotRead) {
  EXPECT_THAT(
      differences_after("DO $$ BEGIN EXECUTE format('GRANT SELECT (password) ON crm.users TO %I', "
                        "daybook.role_name('readers')); END $$"),
      ElementsAre(::testing::MatchesRegex("column crm.users.password: expected readable by no "
                                          "reader, found readable by planted.*_readers")));
}

TEST_F(SchemaCheckTest, NamesAFunctionThatIsNotWhatItWas) {
  EXPECT_THAT(differences_after("ALTER FUNCTION daybook.wait_for(text, interval) SECURITY INVOKER; "
                                "DROP VIEW daybook.freshness"),
              ElementsAre("function daybook.wait_for(token text, timeout interval): expected "
                          "security_definer, found "
                          "present",
                          "view daybook.freshness: missing; expected present"));
}

TEST_F(SchemaCheckTest, AsksForTheMigrationsFirst) {
  Connection empty = connect(create_database("empty").owner_url);
  EXPECT_EQ(check_schema(empty).error().code, "schema.not_migrated");
}

}  // namespace
}  // namespace daybook::postgres
