#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "tests/integration/postgres/crm_data.h"
#include "tests/support/postgres_fixture.h"

namespace daybook::postgres {
namespace {

using daybook::testing::connect;
using daybook::testing::create_migrated_database;
using daybook::testing::id;
using daybook::testing::insert_organization;
using daybook::testing::run;
using daybook::testing::temporary_folder;
using daybook::testing::TestDatabase;
using daybook::testing::value;
using ::testing::HasSubstr;

constexpr const char* kLog = "11111111-2222-4333-8444-555555555555";
constexpr const char* kHash = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

std::string token(int sequence, const std::string& log = kLog, int partition = 0) {
  return log + ":" + std::to_string(partition) + ":" + std::to_string(sequence + 10) + ":" +
         std::to_string(sequence) + ":0011223344556677";
}

class WaitForTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    database = create_migrated_database("wait");
    Connection owner = connect(database.owner_url);
    insert_organization(owner, "acme");
    insert_organization(owner, "globex");
    reader_url = daybook::testing::reader_url(owner, database.owner_url,
                                              temporary_folder("readers"), "acme");
  }
  void SetUp() override {
    run(owner_, std::string("TRUNCATE daybook.checkpoint, daybook.parked; DELETE FROM "
                            "crm.companies WHERE name = 'New';"
                            "INSERT INTO daybook.checkpoint VALUES (0, '") +
                    kLog + "', 1, 15, 5, '\\x" + kHash + "', '2026-01-02 03:04:05')");
  }

  // What the projector does for the outcome with the next sequence: a row and the checkpoint,
  // together.
  void apply_next() {
    run(owner_,
        "BEGIN; INSERT INTO crm.companies (id, name, updated_at, organization_id) VALUES "
        "(gen_random_uuid(), "
        "'New', now(), '" +
            id("acme", "organization") +
            "'); UPDATE daybook.checkpoint SET position = position + "
            "1, sequence = sequence + 1, applied_at = clock_timestamp() WHERE partition = 0; "
            "COMMIT");
  }
  // Returns once another session is inside wait_for.
  void until_somebody_waits() {
    while (
        value(owner_,
              "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND query LIKE "
              "'SELECT daybook.wait_for%'") == "0") {
    }
  }
  Error error_of(const std::string& sql) {
    const auto outcome = reader_.exec(sql);
    EXPECT_FALSE(outcome.has_value()) << sql;
    return outcome ? Error{} : outcome.error();
  }

  static TestDatabase database;
  static std::string reader_url;
  Connection owner_ = connect(database.owner_url);
  Connection reader_ = connect(reader_url);
};
TestDatabase WaitForTest::database;
std::string WaitForTest::reader_url;

constexpr const char* kReport = "(SELECT count(*) FROM crm.companies WHERE name = 'New')";

TEST_F(WaitForTest, ReturnsAtOnceForWhatIsThere) {
  EXPECT_EQ(value(reader_, "SELECT daybook.wait_for('" + token(5) + "', '0 seconds')"), "t");
  EXPECT_EQ(value(reader_, "SELECT daybook.wait_for('" + token(4) + "')"), "t");
}

TEST_F(WaitForTest, I14_AsAStatementBeforeTheReportItMakesTheReportSeeTheChange) {
  auto waiting = std::async(std::launch::async, [&] {
    return value(reader_, "SELECT daybook.wait_for('" + token(6) + "', '60 seconds')");
  });
  until_somebody_waits();
  apply_next();
  EXPECT_EQ(waiting.get(), "t");
  EXPECT_EQ(value(reader_, std::string("SELECT ") + kReport), "1");
}

TEST_F(WaitForTest, InATransactionInReadCommittedItWorksToo) {
  run(reader_, "BEGIN");
  EXPECT_EQ(value(reader_, std::string("SELECT ") + kReport), "0");
  auto waiting = std::async(std::launch::async, [&] {
    return value(reader_, "SELECT daybook.wait_for('" + token(6) + "', '60 seconds')");
  });
  until_somebody_waits();
  apply_next();
  EXPECT_EQ(waiting.get(), "t");
  EXPECT_EQ(value(reader_, std::string("SELECT ") + kReport), "1");
  run(reader_, "COMMIT");
}

TEST_F(WaitForTest, InsideTheReportsOwnStatementTheReportCountsTheOldRows) {
  auto waiting = std::async(std::launch::async, [&] {
    return run(reader_, "SELECT daybook.wait_for('" + token(6) + "', '60 seconds'), " + kReport)
        .rows;
  });
  until_somebody_waits();
  apply_next();
  EXPECT_EQ(waiting.get().at(0), (Row{"t", "0"}));
  EXPECT_THAT(
      value(owner_,
            "SELECT obj_description('daybook.wait_for(text, interval)'::regprocedure, 'pg_proc')"),
      HasSubstr("one statement sees one snapshot"));
}

TEST_F(WaitForTest, RaisesInStricterIsolation) {
  for (const char* level : {"REPEATABLE READ", "SERIALIZABLE"}) {
    run(reader_, std::string("BEGIN ISOLATION LEVEL ") + level);
    const Error error = error_of("SELECT daybook.wait_for('" + token(5) + "')");
    EXPECT_EQ(sqlstate(error), "YD004");
    EXPECT_THAT(error.detail, HasSubstr(level));
    EXPECT_THAT(error.detail, HasSubstr("READ COMMITTED"));
    run(reader_, "ROLLBACK");
  }
}

TEST_F(WaitForTest, RefusesWhatIsNoToken) {
  const std::string good = token(5);
  for (const std::string& bad :
       {std::string("''"), std::string("NULL"), std::string("'hello'"), "'" + good + "0'",
        "' " + good + "'", "'" + good.substr(1) + "'", "'" + good.substr(0, 59) + "'",
        "'" + std::string(kLog) + ":-1:1:1:0011223344556677'"}) {
    EXPECT_EQ(sqlstate(error_of("SELECT daybook.wait_for(" + bad + ", '0 seconds')")), "YD001")
        << bad;
  }
  EXPECT_EQ(sqlstate(error_of("SELECT daybook.wait_for('" + good + "', NULL)")), "YD001");
}

TEST_F(WaitForTest, RefusesTheTokenOfAnotherLog) {
  const Error error = error_of("SELECT daybook.wait_for('" +
                               token(5, "99999999-2222-4333-8444-555555555555") + "')");
  EXPECT_EQ(sqlstate(error), "YD002");
  EXPECT_THAT(error.detail, HasSubstr(kLog));
  EXPECT_THAT(error.detail, HasSubstr("99999999-2222"));
}

TEST_F(WaitForTest, RefusesTheTokenOfAnotherHistory) {
  std::string other = token(5);
  other.back() = '0';
  EXPECT_EQ(sqlstate(error_of("SELECT daybook.wait_for('" + other + "')")), "YD002");
}

TEST_F(WaitForTest, GivesUpAfterItsTimeout) {
  const Error error = error_of("SELECT daybook.wait_for('" + token(6) + "', '20 milliseconds')");
  EXPECT_EQ(sqlstate(error), "YD003");
  EXPECT_THAT(error.detail, HasSubstr("reached sequence 5, not yet 6"));
  EXPECT_EQ(sqlstate(error_of("SELECT daybook.wait_for('" + token(1, kLog, 7) + "', '0 seconds')")),
            "YD003");
}

TEST_F(WaitForTest, FreshnessShowsHowFarTheTablesAre) {
  EXPECT_EQ(run(reader_,
                "SELECT partition, log_id, position, sequence, decided_at, parked_rows FROM "
                "daybook.freshness")
                .rows,
            (std::vector<Row>{{"0", kLog, "15", "5", "2026-01-02 03:04:05", "0"}}));
  EXPECT_EQ(value(reader_, "SELECT seconds_since_applied BETWEEN 0 AND 60 FROM daybook.freshness"),
            "t");
}

TEST_F(WaitForTest, FreshnessCountsOnlyTheOwnParkedRows) {
  for (const char* organization : {"acme", "globex", "globex"}) {
    run(owner_, "INSERT INTO daybook.parked VALUES ('" + id(organization, "organization") +
                    "', 'crm.deals', gen_random_uuid(), 0, 12, '23514', 'refused', '{}', now())");
  }
  EXPECT_EQ(value(reader_, "SELECT parked_rows FROM daybook.freshness"), "1");
  EXPECT_EQ(value(owner_, "SELECT parked_rows FROM daybook.freshness"), "3");
}

}  // namespace
}  // namespace daybook::postgres
