#include "infra/postgres/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "infra/postgres/sql_text.h"
#include "tests/support/postgres_fixture.h"

namespace daybook::postgres {
namespace {

using daybook::testing::connect;
using daybook::testing::create_database;
using daybook::testing::refusal;
using daybook::testing::run;
using daybook::testing::TestDatabase;
using daybook::testing::value;
using daybook::testing::values;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ConnectionTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { database = create_database("connection"); }
  static TestDatabase database;
  Connection connection_ = connect(database.owner_url);
};
TestDatabase ConnectionTest::database;

TEST_F(ConnectionTest, RunsInUtcWhateverTheRoleSays) {
  run(connection_, "ALTER ROLE CURRENT_USER SET TimeZone = 'America/New_York'");
  Connection other = connect(database.owner_url);
  run(connection_, "ALTER ROLE CURRENT_USER RESET TimeZone");
  EXPECT_EQ(value(other, "SHOW TimeZone"), "UTC");
}

TEST_F(ConnectionTest, KeepsNullApartFromEmptyText) {
  const auto rows =
      connection_.exec_params("SELECT $1::text, $2::text, $3::int + 1", {std::nullopt, "", "41"});
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->rows.at(0), (Row{std::nullopt, "", "42"}));
}

TEST_F(ConnectionTest, KeepsTheSqlstateAndSaysWhatTheCallerCanDo) {
  run(connection_, "CREATE TEMP TABLE t (id int PRIMARY KEY, v varchar(3))");
  const auto expect = [&](const char* sql, const char* state, ErrorKind kind, bool refused) {
    const auto outcome = connection_.exec(sql);
    ASSERT_FALSE(outcome.has_value()) << sql;
    EXPECT_EQ(sqlstate(outcome.error()), state);
    EXPECT_EQ(outcome.error().kind, kind) << sql;
    EXPECT_EQ(is_refused_data(outcome.error()), refused) << sql;
  };
  expect("INSERT INTO t VALUES (1, 'x'), (1, 'y')", "23505", ErrorKind::kRejected, true);
  expect("INSERT INTO t VALUES (1, 'long')", "22001", ErrorKind::kRejected, true);
  expect("SELECT * FROM nowhere", "42P01", ErrorKind::kInvalid, false);
  expect("SET statement_timeout = 1; SELECT pg_sleep(5)", "57014", ErrorKind::kUnavailable, false);
}

TEST_F(ConnectionTest, RefusesAServerThatIsNotThere) {
  const auto outcome = Connection::open("postgresql://nobody@127.0.0.1:1/nothing");
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(outcome.error().code, "sql.cannot_connect");
}

TEST_F(ConnectionTest, CopiesHostileTextUnchanged) {
  run(connection_, "CREATE TEMP TABLE t (id int, v text)");
  const std::string hostile = "tab\t line\n return\r back\\slash \\. \\N 'quote' \xC3\xA9";
  std::string lines;
  for (const std::optional<std::string_view> text :
       {std::optional<std::string_view>(hostile), {}, {""}}) {
    append_copy_value(lines, "1");
    lines += '\t';
    append_copy_value(lines, text);
    lines += '\n';
  }
  const auto count = connection_.copy_in({"", "t"}, std::vector<std::string>{"id", "v"}, lines);
  ASSERT_TRUE(count.has_value()) << count.error().detail;
  EXPECT_EQ(*count, 3);
  EXPECT_THAT(values(connection_, "SELECT v FROM t"), ElementsAre(hostile, "NULL", ""));
}

TEST_F(ConnectionTest, GoesOnAfterARefusedCopy) {
  run(connection_, "CREATE TEMP TABLE t (id int)");
  const auto refused = connection_.copy_in({"", "t"}, std::vector<std::string>{"id"}, "1\nx\n");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(sqlstate(refused.error()), "22P02");
  EXPECT_EQ(value(connection_, "SELECT count(*) FROM t"), "0");
}

TEST_F(ConnectionTest, CopiesMoreThanOneChunk) {
  run(connection_, "CREATE TEMP TABLE t (v text)");
  std::string lines;
  for (int i = 0; i < 3000; ++i) {
    lines += std::string(1000, 'x') + "\n";
  }
  EXPECT_EQ(connection_.copy_in({"", "t"}, std::vector<std::string>{"v"}, lines).value_or(0), 3000);
}

TEST_F(ConnectionTest, RunsPreparedStatements) {
  ASSERT_TRUE(connection_.prepare("twice", "SELECT $1::int * 2").has_value());
  const std::vector<Value> params{"21"};
  EXPECT_EQ(connection_.exec_prepared("twice", params)->rows.at(0).at(0), "42");
}

std::vector<Statement> insert_then(const std::string& sql) {
  return {{.prepared = "put", .params = {"1"}}, {.sql = sql}, {.prepared = "put", .params = {"2"}}};
}

class StatementsTogether : public ConnectionTest {
 protected:
  StatementsTogether() {
    run(connection_, "CREATE TEMP TABLE t (id int)");
    EXPECT_TRUE(connection_.prepare("put", "INSERT INTO t VALUES ($1)"));
  }
};

TEST_F(StatementsTogether, AreAnsweredInTheirOrder) {
  const auto answers = connection_.exec_together(insert_then("UPDATE t SET id = 7 RETURNING id"));
  ASSERT_TRUE(answers) << answers.error().detail;
  ASSERT_EQ(answers->size(), 3U);
  EXPECT_EQ(answers->at(1).rows, (std::vector<Row>{{"7"}}));
  EXPECT_EQ(answers->at(2).affected, 1);
  EXPECT_THAT(values(connection_, "SELECT id FROM t ORDER BY id"), ElementsAre("2", "7"));
}

TEST_F(StatementsTogether, EndWithTheOneThatIsRefused) {
  for (const bool in_transaction : {true, false}) {
    if (in_transaction) {
      ASSERT_TRUE(connection_.begin());
    }
    const auto answers = connection_.exec_together(insert_then("SELECT 1 / 0"));
    ASSERT_FALSE(answers);
    EXPECT_EQ(sqlstate(answers.error()), "22012");
    EXPECT_EQ(connection_.in_transaction(), in_transaction);
    if (in_transaction) {
      ASSERT_TRUE(connection_.rollback());
    }
    EXPECT_EQ(value(connection_, "SELECT count(*) FROM t"), "0");
  }
}

TEST_F(StatementsTogether, MayBeginATransaction) {
  {
    const auto begun = Transaction::begin_with(connection_, insert_then("SELECT 7"));
    ASSERT_TRUE(begun) << begun.error().detail;
    EXPECT_EQ(begun->second.size(), 3U);
    EXPECT_EQ(begun->second.at(1).rows, (std::vector<Row>{{"7"}}));
    EXPECT_TRUE(connection_.in_transaction());
  }
  EXPECT_EQ(value(connection_, "SELECT count(*) FROM t"), "0");  // not committed
  auto begun = Transaction::begin_with(connection_, insert_then("SELECT 7"));
  ASSERT_TRUE(begun && begun->first.commit());
  EXPECT_EQ(value(connection_, "SELECT count(*) FROM t"), "2");
  EXPECT_FALSE(Transaction::begin_with(connection_, insert_then("SELECT 1 / 0")));
  EXPECT_FALSE(connection_.in_transaction());
  EXPECT_EQ(value(connection_, "SELECT count(*) FROM t"), "2");
}

TEST_F(StatementsTogether, MayBeMoreThanASocketHolds) {
  const std::vector<Statement> large(
      20, {.sql = "SELECT length($1)", .params = {std::string(1 << 20, 'x')}});
  const auto answers = connection_.exec_together(large);
  ASSERT_TRUE(answers) << answers.error().detail;
  EXPECT_EQ(answers->back().rows.front().front(), "1048576");
}

TEST_F(StatementsTogether, DidNothingIfTheSessionIsLost) {
  Connection killer = connect(database.owner_url);
  for (const bool before : {true, false}) {
    Connection doomed = connect(database.owner_url);
    const std::string kill =
        "SELECT pg_terminate_backend(" + std::to_string(doomed.backend_pid()) + ", 5000)";
    if (before) run(killer, kill);
    const auto answers = doomed.exec_together(
        std::vector<Statement>{{.sql = "SELECT 1"}, {.sql = before ? "SELECT 2" : kill}});
    ASSERT_FALSE(answers);
    EXPECT_EQ(answers.error().kind, ErrorKind::kUnavailable) << answers.error().detail;
    EXPECT_FALSE(doomed.is_open());
  }
}

TEST_F(ConnectionTest, RollsBackWhatIsNotCommitted) {
  run(connection_, "CREATE TEMP TABLE t (id int)");
  {
    auto transaction = Transaction::begin(connection_);
    ASSERT_TRUE(transaction.has_value());
    run(connection_, "INSERT INTO t VALUES (1)");
    EXPECT_TRUE(connection_.in_transaction());
  }
  EXPECT_FALSE(connection_.in_transaction());
  EXPECT_EQ(value(connection_, "SELECT count(*) FROM t"), "0");
}

TEST_F(ConnectionTest, TellsThatACommitOfAFailedTransactionDidNothing) {
  ASSERT_TRUE(connection_.begin().has_value());
  EXPECT_EQ(refusal(connection_, "SELECT 1 / 0"), "22012");
  const auto outcome = connection_.commit();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, "sql.rolled_back");
}

TEST_F(ConnectionTest, TellsThatADeferredConstraintRefusedTheCommit) {
  run(connection_, "CREATE TEMP TABLE t (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)");
  ASSERT_TRUE(connection_.begin().has_value());
  run(connection_, "INSERT INTO t VALUES (1), (1)");
  const auto outcome = connection_.commit();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(sqlstate(outcome.error()), "23505");
  EXPECT_TRUE(connection_.is_open());
  EXPECT_FALSE(connection_.in_transaction());
}

TEST_F(ConnectionTest, TellsThatTheFateOfACommitIsUnknown) {
  // A deferred trigger ends the session in the middle of COMMIT: no answer ever comes.
  run(connection_,
      "CREATE FUNCTION end_session() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10); RETURN NULL; "
      "END $$;"
      "CREATE TABLE doomed (id int);"
      "CREATE CONSTRAINT TRIGGER t AFTER INSERT ON doomed DEFERRABLE INITIALLY DEFERRED FOR EACH "
      "ROW "
      "EXECUTE FUNCTION end_session()");
  ASSERT_TRUE(connection_.begin().has_value());
  run(connection_, "INSERT INTO doomed VALUES (1)");
  const auto outcome = connection_.commit();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().kind, ErrorKind::kUnknownOutcome);
  EXPECT_FALSE(connection_.is_open());
}

TEST_F(ConnectionTest, TellsThatALostSessionDidNothing) {
  Connection killer = connect(database.owner_url);
  ASSERT_TRUE(connection_.begin().has_value());
  run(killer,
      "SELECT pg_terminate_backend(" + std::to_string(connection_.backend_pid()) + ", 5000)");
  const auto outcome = connection_.exec("SELECT 1");
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().kind, ErrorKind::kUnavailable);
  EXPECT_FALSE(connection_.is_open());
  EXPECT_EQ(connection_.commit().error().kind, ErrorKind::kUnavailable);
  EXPECT_TRUE(connection_.rollback().has_value());
}

TEST(SqlText, QuotesNamesAndTexts) {
  EXPECT_EQ(quote_identifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(quote_literal("it's"), "'it''s'");
  EXPECT_EQ(quote_literal("a\\'"), "E'a\\\\'''");
}

}  // namespace
}  // namespace daybook::postgres
