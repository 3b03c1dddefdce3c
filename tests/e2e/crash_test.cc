// kill -9 at random moments under load: nothing acknowledged is lost, nothing happens twice, and
// the read tables are the fold of the log. The seed is printed; DAYBOOK_TEST_SEED gives one.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "apps/daybook/check/tables.h"
#include "infra/http/client.h"
#include "infra/postgres/connection.h"
#include "tests/e2e/load.h"
#include "tests/support/daybook_process.h"

namespace daybook::testing {
namespace {

using check::differences;
using check::fold_log;
using check::FoldedLog;

using Json = nlohmann::json;

constexpr int kClients = 4;
constexpr int kKills = 5;

unsigned chosen_seed() {
  const char* given = std::getenv("DAYBOOK_TEST_SEED");
  return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                          : std::random_device()();
}

// What has to be the same whenever a command's outcome is told.
Json essence(const std::string& receipt) {
  Json json = Json::parse(receipt);
  json.erase("repeated");
  return json;
}

class Crash : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    std::cout << "seed " << seed_ << " (DAYBOOK_TEST_SEED)" << std::endl;
    random_.seed(seed_);
  }

  void send_all(const std::vector<std::string>& commands) {
    http::Client client(daybook_.address());
    for (const std::string& command : commands) {
      const auto response = client.post("/v1/commands", "application/json", command);
      ASSERT_TRUE(response && response->status == 200) << command;
    }
  }

  // Several rounds of load and kill; with PostgreSQL killed too in one of them.
  std::vector<Exchange> crash_under_load() {
    Load load(seed_, kClients, daybook_.address());
    for (int kill = 0; kill < kKills; ++kill) {
      EXPECT_TRUE(load.await_answers(20 + random_() % 300));
      if (kill == 2) {
        daybook_.kill_database();
        EXPECT_TRUE(load.await_answers(50)) << "commands need no tables";
      }
      daybook_.kill_up();
      EXPECT_TRUE(load.await_interruption());
      if (kill == 3) {
        daybook_.up_until_logged(
            "opening the log");  // said before: so this start ends in its middle
        daybook_.kill_up();
      }
      daybook_.up();
      load.resume(daybook_.address());
    }
    EXPECT_TRUE(load.await_answers(100));
    return load.finish();
  }

  // Sends again what was not answered, twice: there is one outcome.
  void settle(std::vector<Exchange>& exchanges) {
    http::Client client(daybook_.address());
    for (Exchange& exchange : exchanges) {
      if (exchange.receipt) continue;
      ++unanswered_;
      const auto first = client.post("/v1/commands", "application/json", exchange.json);
      const auto second = client.post("/v1/commands", "application/json", exchange.json);
      ASSERT_TRUE(first && second);
      ASSERT_TRUE(is_receipt(first->body)) << first->body;
      EXPECT_EQ(essence(first->body), essence(second->body));
      exchange.receipt = first->body;
    }
  }

  void expect_same_receipts(const std::vector<Exchange>& exchanges) {
    http::Client client(daybook_.address());
    for (const Exchange& exchange : exchanges) {
      const auto response = client.get("/v1/organizations/" + exchange.organization_id +
                                       "/commands/" + exchange.command_id);
      ASSERT_TRUE(response) << response.error().detail;
      ASSERT_EQ(response->status, 200) << response->body << exchange.json;
      ASSERT_EQ(essence(response->body), essence(*exchange.receipt)) << exchange.json;
    }
  }

  void expect_readable_at_tokens(const std::vector<Exchange>& exchanges) {
    auto connection = postgres::Connection::open(daybook_.owner_url());
    ASSERT_TRUE(connection);
    for (const Exchange& exchange : exchanges) {
      const Json receipt = Json::parse(*exchange.receipt);
      if (receipt["outcome"] != "accepted") continue;
      const auto waited = connection->exec_params("SELECT daybook.wait_for($1)",
                                                  {receipt["token"].get<std::string>()});
      ASSERT_TRUE(waited) << waited.error().detail;
      for (const Json& record : receipt.value("records", Json::array())) {
        if (record["entity"] != "COMPANY") continue;
        const auto rows = connection->exec_params("SELECT FROM crm.companies WHERE id = $1",
                                                  {record["id"].get<std::string>()});
        ASSERT_TRUE(rows);
        ASSERT_EQ(rows->rows.size(), 1U) << *exchange.receipt;
      }
    }
  }

  void expect_no_lag() {
    http::Client client(daybook_.address());
    const auto status = client.get("/v1/status");
    ASSERT_TRUE(status);
    for (const Json& partition : Json::parse(status->body)["partitions"]) {
      EXPECT_EQ(partition["projection"]["lagRecords"], 0) << status->body;
      EXPECT_EQ(partition["projection"]["parked"], 0) << status->body;
      EXPECT_TRUE(partition["projection"]["running"]) << status->body;
    }
    EXPECT_EQ(client.get("/readyz")->status, 200);
  }

  static void expect_in_log(const FoldedLog& folded, const std::vector<Exchange>& exchanges) {
    std::set<FoldedLog::CommandKey> sent;
    for (const Exchange& exchange : exchanges) {
      const FoldedLog::CommandKey key{exchange.organization_id, exchange.command_id};
      const auto found = folded.outcomes.find(key);
      ASSERT_NE(found, folded.outcomes.end()) << exchange.json;
      const Json receipt = Json::parse(*exchange.receipt);
      EXPECT_EQ(receipt["outcome"] == "accepted",
                found->second.outcome.kind() == log::OUTCOME_KIND_ACCEPTED);
      EXPECT_EQ(receipt["token"], token_of(found->second.position));
      sent.insert(key);
    }
    EXPECT_EQ(sent.size() + organization_commands(kFirstOrganization).size() * 2,
              folded.outcomes.size())
        << "the log has outcomes of commands that nobody sent";
  }

  unsigned seed_ = chosen_seed();
  std::minstd_rand random_;
  std::size_t unanswered_ = 0;
  Installation daybook_;
};

TEST_P(Crash, LosesNothingAndRepeatsNothing) {
  daybook_.up({"--partitions", GetParam()});
  send_all(organization_commands(kFirstOrganization));
  send_all(organization_commands(kSecondOrganization));
  std::vector<Exchange> exchanges = crash_under_load();
  settle(exchanges);
  expect_same_receipts(exchanges);
  expect_readable_at_tokens(exchanges);
  expect_no_lag();
  std::cout << exchanges.size() << " commands, " << unanswered_ << " of them unanswered at first"
            << std::endl;

  daybook_.kill_up();
  const FoldedLog folded = fold_log(*daybook_.open_log());
  EXPECT_EQ(folded.faults, std::vector<std::string>());
  expect_in_log(folded, exchanges);
  EXPECT_GT(folded.row_count(ENTITY_COMPANY), 50U);
  EXPECT_EQ(differences(folded, daybook_.owner_url()), std::vector<std::string>());
}

INSTANTIATE_TEST_SUITE_P(Partitions, Crash, ::testing::Values("1", "3"));

}  // namespace
}  // namespace daybook::testing
