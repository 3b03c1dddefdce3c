// Starting and stopping: SIGTERM under load, two engines on one machine, one folder for one engine.
#include <chrono>
#include <future>
#include <map>
#include <thread>

#include "apps/daybook/check/tables.h"
#include "infra/http/client.h"
#include "tests/e2e/load.h"
#include "tests/e2e/shared.h"
#include "tests/support/postgres_fixture.h"
#include "tests/support/raw_client.h"

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

std::uint16_t port_of(const std::string& address) {
  return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

// A client that sends lines of one stream, some at a time, until the engine ends it.
class Stream {
 public:
  explicit Stream(const std::string& address)
      : connection_(port_of(address)), thread_([this] { run(); }) {}
  ~Stream() {
    connection_.finish_sending();  // so that it ends in any case
    if (thread_.joinable()) thread_.join();
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Until the first lines have been answered; false if that takes too long.
  [[nodiscard]] bool await_answers() {
    return running_.get_future().wait_for(std::chrono::seconds(60)) == std::future_status::ready;
  }
  // When the engine has ended it: all that was sent.
  [[nodiscard]] std::vector<Exchange> finish() {
    thread_.join();
    return std::move(exchanges_);
  }

 private:
  void run() {
    connection_.send(
        "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    send_some();
    if (!connection_.receive_head()) return;
    for (bool first = true; receive_some(); first = false) {
      if (first) running_.set_value();
      send_some();
    }
  }
  void send_some() {
    std::string lines;
    for (int i = 0; i < kLinesAtOnce; ++i) {
      const int number = static_cast<int>(exchanges_.size());
      const Json json = command(number, create_company("s" + std::to_string(number), "Streamed"),
                                kFirstOrganization);
      exchanges_.push_back({kFirstOrganization, json["commandId"], json.dump(), {}, "no answer"});
      lines += json.dump() + "\n";
    }
    connection_.send(http::chunk(lines));
  }
  // False when the stream has ended: what it says then holds for all lines that are left.
  bool receive_some() {
    for (; answered_ < exchanges_.size(); ++answered_) {
      const auto line = connection_.receive_line();
      if (line && is_receipt(*line)) {
        exchanges_[answered_].receipt = *line;
        continue;
      }
      EXPECT_TRUE(line && contains(*line, "server.stopping")) << line.value_or("cut");
      for (; answered_ < exchanges_.size(); ++answered_)
        exchanges_[answered_].refusal = line.value_or("");
      return false;
    }
    return true;
  }

  static constexpr int kLinesAtOnce = 20;

  http::RawClient connection_;
  std::vector<Exchange> exchanges_;
  std::size_t answered_ = 0;
  std::promise<void> running_;
  std::thread thread_;  // last: uses the others
};

// Answered commands are in the log; of those that were told "not taken" there is none.
void expect_truth(const std::vector<Exchange>& exchanges, const FoldedLog& folded) {
  std::map<FoldedLog::CommandKey, bool> answered;
  for (const Exchange& exchange : exchanges) {
    const FoldedLog::CommandKey key{exchange.organization_id, exchange.command_id};
    answered[key] = answered[key] || exchange.receipt.has_value();
  }
  for (const Exchange& exchange : exchanges) {
    const FoldedLog::CommandKey key{exchange.organization_id, exchange.command_id};
    const bool recorded = folded.outcomes.count(key) != 0;
    if (exchange.receipt) {
      EXPECT_TRUE(recorded) << exchange.json;
    }
    if (!answered[key] && contains(exchange.refusal, "not taken")) {
      EXPECT_FALSE(recorded) << exchange.refusal;
    }
  }
}

TEST(Stop, AnswersWhatItTookAndEndsInTime) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    Installation daybook(own_database("stop"));
    daybook.up();
    send_all(daybook, organization_commands(kFirstOrganization));
    send_all(daybook, organization_commands(kSecondOrganization));
    Load load(seed, 100, daybook.address());
    Stream stream(daybook.address());
    ASSERT_TRUE(stream.await_answers());
    ASSERT_TRUE(load.await_answers(500 * seed));
    daybook.terminate();
    EXPECT_EQ(daybook.await_end(std::chrono::seconds(5)), 0);
    ASSERT_TRUE(load.await_interruption());
    std::vector<Exchange> exchanges = load.finish();
    for (Exchange& line : stream.finish()) exchanges.push_back(std::move(line));
    const FoldedLog folded = fold_log(*daybook.open_log());
    EXPECT_EQ(folded.faults, std::vector<std::string>());
    expect_truth(exchanges, folded);
    // What was answered last may not be in the tables yet; the next start brings it.
    daybook.up();
    EXPECT_EQ(daybook.stop(), 0);
    EXPECT_EQ(differences(fold_log(*daybook.open_log()), daybook.owner_url()),
              std::vector<std::string>());
  }
}

TEST(Stop, IsQuickWhenNothingHappens) {
  Installation daybook(own_database("stop"));
  daybook.up();
  daybook.terminate();
  EXPECT_EQ(daybook.await_end(std::chrono::seconds(5)), 0);
  EXPECT_FALSE(std::filesystem::exists(daybook.folder() / "up.address"));
}

TEST(Stop, TakesItsPrivateDatabaseAlongAndBringsItBack) {
  Installation daybook;
  daybook.up();
  send_all(daybook, organization_commands(kFirstOrganization));
  daybook.terminate();
  EXPECT_EQ(daybook.await_end(std::chrono::seconds(5)), 0);
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
