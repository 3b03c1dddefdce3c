// Starting and stopping: SIGTERM under load, two engines on one machine, one folder for one engine.
#include <signal.h>

#include <chrono>
#include <iostream>
#include <map>

#include "apps/daybook/check/tables.h"
#include "infra/http/client.h"
#include "tests/e2e/load.h"
#include "tests/e2e/shared.h"
#include "tests/e2e/stream.h"
#include "tests/support/postgres_fixture.h"

namespace daybook::testing {
namespace {

using check::differences;
using check::fold_log;
using check::FoldedLog;

std::vector<std::string> own_database(const std::string& hint) {
  return {"DATABASE_URL=" + create_database(hint).owner_url};
}

void send_all(const Installation& daybook, const std::vector<std::string>& commands) {
  http::Client client(daybook.address());
  for (const std::string& command : commands) {
    ASSERT_EQ(client.post("/v1/commands", "application/json", command)->status, 200) << command;
  }
}

// Whether somebody who got no receipt knows that his command was not taken: he was told so in
// words, or the connection ended before anything came back. An answer that ends in its middle, or
// says something else, is neither.
bool tells_not_taken(const std::string& refusal) {
  for (const char* words : {"not taken", "Connection refused", "Connection reset by peer",
                            "end of stream", "Broken pipe"}) {
    if (contains(refusal, words)) return true;
  }
  return false;
}

// Whoever got a receipt finds his command in the log; whoever got none, in none of his tries, does
// not. There is nothing between: no client is cut off from a command that was taken.
void expect_truth(const std::vector<Exchange>& exchanges, const FoldedLog& folded) {
  std::map<FoldedLog::CommandKey, bool> answered;
  for (const Exchange& exchange : exchanges) {
    const FoldedLog::CommandKey key{exchange.organization_id, exchange.command_id};
    answered[key] = answered[key] || exchange.receipt.has_value();
    if (!exchange.receipt) {
      EXPECT_TRUE(tells_not_taken(exchange.refusal)) << exchange.refusal;
    }
  }
  for (const Exchange& exchange : exchanges) {
    const FoldedLog::CommandKey key{exchange.organization_id, exchange.command_id};
    EXPECT_EQ(folded.outcomes.contains(key), answered[key]) << exchange.json << exchange.refusal;
  }
}

// SIGTERM, and the end that has to come in time.
void expect_end_in_time(Installation& daybook) {
  const auto begun = std::chrono::steady_clock::now();
  daybook.terminate();
  EXPECT_EQ(daybook.await_end(std::chrono::seconds(5)), 0);
  std::cout << "ended after "
            << std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::steady_clock::now() - begun)
                   .count()
            << " ms" << std::endl;
}

// What was answered last may not be in the tables yet; the next start brings it.
void expect_tables_after_another_start(Installation& daybook) {
  daybook.up();
  EXPECT_EQ(daybook.stop(), 0);
  EXPECT_EQ(differences(fold_log(*daybook.open_log()), daybook.owner_url()),
            std::vector<std::string>());
}

// On an engine that has just been started.
void stop_under_load(Installation& daybook, unsigned seed) {
  send_all(daybook, organization_commands(kFirstOrganization));
  send_all(daybook, organization_commands(kSecondOrganization));
  Load load(seed, 100, daybook.address());
  Stream stream(daybook.address());
  ASSERT_TRUE(stream.await_answers());
  ASSERT_TRUE(load.await_answers(500 * seed));
  expect_end_in_time(daybook);
  ASSERT_TRUE(load.await_interruption());
  std::vector<Exchange> exchanges = load.finish();
  for (Exchange& line : stream.finish()) exchanges.push_back(std::move(line));
  const FoldedLog folded = fold_log(*daybook.open_log());
  EXPECT_EQ(folded.faults, std::vector<std::string>());
  expect_truth(exchanges, folded);
  expect_tables_after_another_start(daybook);
}

// Fills PostgreSQL's buffers with pages that are not on the disk: its checkpoint at the end has to
// write them. Not by CREATE TABLE AS, which uses a few buffers again and again.
void dirty_buffers(const Installation& daybook) {
  postgres::Connection connection = connect(daybook.owner_url());
  run(connection, "CREATE SCHEMA filler; CREATE TABLE filler.pages (number int, content text)");
  run(connection,
      "INSERT INTO filler.pages SELECT n, repeat(md5(n::text), 30) FROM generate_series(1, 140000) "
      "n");
}

// Stops the process of the server that the condition on pg_stat_activity names, as a disk that
// hangs would; it goes on when this ends.
class Frozen {
 public:
  Frozen(const std::string& url, const std::string& condition) {
    postgres::Connection connection = connect(url);
    process_ = std::stoi(value(connection, "SELECT pid FROM pg_stat_activity WHERE " + condition));
    ::kill(process_, SIGSTOP);
  }
  ~Frozen() { ::kill(process_, SIGCONT); }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;

 private:
  pid_t process_;
};

TEST(Stop, AnswersWhatItTookAndEndsInTime) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    Installation daybook(own_database("stop"));
    daybook.up();
    stop_under_load(daybook, seed);
  }
}

TEST(Stop, EndsInTimeWithAPrivateDatabaseThatHasMuchToWrite) {
  Installation daybook;
  daybook.up();
  dirty_buffers(daybook);
  stop_under_load(daybook, 4);
}

TEST(Stop, DoesNotWaitForAPrivateDatabaseThatDoesNotEnd) {
  Installation daybook;
  daybook.up();
  send_all(daybook, organization_commands(kFirstOrganization));
  const Frozen frozen(daybook.owner_url(), "backend_type = 'checkpointer'");
  expect_end_in_time(daybook);
  expect_tables_after_another_start(daybook);
}

TEST(Stop, DoesNotWaitForADatabaseOfSomebodyElseThatHangs) {
  Installation daybook(own_database("hangs"));
  daybook.up();
  const Frozen frozen(daybook.owner_url(),
                      "application_name = 'daybook projector' AND datname = current_database()");
  send_all(daybook, organization_commands(kFirstOrganization));
  expect_end_in_time(daybook);
}

TEST(Stop, IsQuickWhenNothingHappens) {
  Installation daybook(own_database("stop"));
  daybook.up();
  expect_end_in_time(daybook);
  EXPECT_FALSE(std::filesystem::exists(daybook.folder() / "up.address"));
}

TEST(Stop, TakesItsPrivateDatabaseAlongAndBringsItBack) {
  Installation daybook;
  daybook.up();
  send_all(daybook, organization_commands(kFirstOrganization));
  expect_end_in_time(daybook);
  EXPECT_EQ(daybook.run({"url", "--owner"}).exit_code, 0);
  EXPECT_EQ(daybook.run({"migrate", "status"}).exit_code, 3) << "PostgreSQL ended with the engine";
  daybook.up();
  EXPECT_EQ(daybook.run({"migrate", "status"}).exit_code, 0);
}

TEST(Start, IsRefusedOnAFolderThatIsInUse) {
  Installation daybook(own_database("start"));
  daybook.up();
  const ProgramResult second = daybook.run({"up", "--http", "127.0.0.1:0"});
  EXPECT_EQ(second.exit_code, 3);
  EXPECT_TRUE(contains(second.err, "log.locked") && contains(second.err, daybook.folder().string()))
      << second.err;
  EXPECT_EQ(daybook.run({"status"}).exit_code, 0) << "the first one is not disturbed";
}

TEST(Start, IsRefusedOnAPortThatIsInUse) {
  Installation first(own_database("start"));
  first.up();
  const Installation second(own_database("start"));
  const ProgramResult refused = second.run({"up", "--http", first.address()});
  EXPECT_EQ(refused.exit_code, 3) << refused.err;
  EXPECT_TRUE(contains(refused.err, "http.cannot_listen")) << refused.err;
}

TEST(Start, IsRefusedWithTheTablesOfAnotherLog) {
  const auto database = own_database("start");
  {
    Installation first(database);
    first.up();
    EXPECT_EQ(first.stop(), 0);
  }
  Installation second(database);
  second.up_until_logged("another log");
  EXPECT_EQ(second.stop(), 0);
}

TEST(Start, KeepsTwoFoldersApart) {
  Installation first;
  Installation second;
  first.up();
  second.up({"--partitions", "3"});
  EXPECT_NE(first.address(), second.address());
  send_all(first, organization_commands(kFirstOrganization));
  send_all(second, organization_commands(kSecondOrganization));
  const Json status = Json::parse(second.run({"status", "--json"}).out);
  EXPECT_EQ(status["log"]["partitions"], 3);
  EXPECT_NE(status["log"]["id"], Json::parse(first.run({"status", "--json"}).out)["log"]["id"]);
  EXPECT_NE(first.run({"url", "--owner"}).out, second.run({"url", "--owner"}).out);
  EXPECT_EQ(first.stop(), 0);
  EXPECT_EQ(second.run({"status"}).exit_code, 0);
  EXPECT_EQ(second.stop(), 0);
  EXPECT_EQ(differences(fold_log(*first.open_log()), first.owner_url()),
            std::vector<std::string>());
  EXPECT_EQ(differences(fold_log(*second.open_log()), second.owner_url()),
            std::vector<std::string>());
}

}  // namespace
}  // namespace daybook::testing
