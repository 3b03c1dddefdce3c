// Topics that two make at once, that strangers write to, that are deleted and made anew.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/faults/crm.h"
#include "tests/support/daybook_process.h"
#include "tests/support/kafka_topics.h"
#include "tests/support/log_records.h"

namespace daybook::testing {
namespace {

constexpr std::size_t kLoadMax = 20'000;
constexpr const char* kKcat = "/usr/bin/kcat";

std::string log_made_by(ChildProcess& process) {
  EXPECT_EQ(process.await_end(), 0) << process.said();
  const std::string said = process.said();
  const auto json = nlohmann::json::parse(said.substr(said.find('{')), nullptr, false);
  return json.is_object() ? json.value("log", "") : said;
}

TEST(TopicsThatTwoMakeAtOnce, AreOfOneLog) {
  Crm crm(0);
  std::vector<std::unique_ptr<ChildProcess>> makers;
  for (const char* name : {"one", "two", "three"})
    makers.push_back(crm.daybook(name, {"topics", "create", "--partitions", "3", "--json"}));
  const std::string log_id = log_made_by(*makers[0]);
  EXPECT_EQ(log_id.size(), 36U) << log_id;
  EXPECT_EQ(log_made_by(*makers[1]), log_id);
  EXPECT_EQ(log_made_by(*makers[2]), log_id);
  EXPECT_EQ(crm.run_daybook({"topics", "check"}).substr(0, 1), "0");
}

void write(Crm& crm, const std::string& value) {
  auto producer = kafka::Producer::open({.connection = crm.connection()});
  ASSERT_TRUE(producer);
  bool delivered = false;
  const auto taken = (*producer)->produce(
      crm.names().events, 0, {std::nullopt, value, {}},
      [&](const Result<std::uint64_t>& result) { delivered = result.has_value(); });
  ASSERT_TRUE(taken && (*producer)->flush(std::chrono::seconds(30)) && delivered);
}

TEST(StrayRecordsInTheLog, AreVoidAndHarmNothing) {
  Crm crm(1);
  auto handler = crm.handler();
  crm.await_owned({handler.get()});
  crm.client().begin(kLoadMax);
  crm.await_results(50);
  write(crm, "a stranger's");
  write(crm, "");
  write(crm, test::genesis());
  write(crm, test::fence(1, test::owner('Z')));
  write(crm, test::outcome_record(1, test::owner('Z'), 1, {}, "forged"));
  std::size_t foreign = 2;
  if (std::filesystem::exists(kKcat)) {
    const auto sent = run_program(
        {kKcat, "-P", "-b", crm.connection().brokers, "-t", crm.names().events, "-p", "0"}, {},
        "from kcat\nand again\n");
    ASSERT_EQ(sent.exit_code, 0) << sent.err;
    foreign += 2;
  }
  // Whoever could write this could do worse; even so, the owner takes it back.
  write(crm, test::fence(1'000, test::owner('Z')));
  handler->await_said("fenced_out");
  crm.client().end();
  handler->signal(SIGTERM);
  EXPECT_EQ(handler->await_end(), 0) << handler->said();
  handler = crm.handler();  // folds all of it
  crm.client().send(50);
  const TopicVerdict verdict = crm.expect_sound();
  EXPECT_EQ(verdict.foreign, foreign);
  EXPECT_GE(verdict.voids, 3U);
}

TEST(CommandsTopicThatWasMadeAnew, IsReadAgainOnlyWhenAnOperatorSaysSo) {
  Crm crm(1);
  auto handler = crm.handler();
  crm.client().send(100);
  crm.expect_sound();
  handler->signal(SIGTERM);
  EXPECT_EQ(handler->await_end(), 0) << handler->said();
  test::delete_topic(crm.names().commands);
  ASSERT_EQ(crm.run_daybook({"topics", "create"}).substr(0, 1), "0");

  handler = crm.handler();
  EXPECT_EQ(handler->await_end(), 1);
  EXPECT_NE(handler->said().find("the log is ahead of its commands"), std::string::npos)
      << handler->said();

  // Longer than the old one was; and what was done is asked for again.
  crm.client().reconnect();
  crm.client().use({.again = 100, .elsewhere = 0, .rubbish = 0});
  crm.client().send(100);
  crm.client().use({});
  crm.client().send(100);
  handler = crm.handler();
  handler->await_said("commands.other_topic");

  const std::string accepted = crm.run_daybook({"topics", "accept-commands"});
  EXPECT_EQ(accepted.substr(0, 1), "0") << accepted;
  crm.begin_generation(1);
  const TopicVerdict verdict = crm.expect_sound();
  EXPECT_GE(verdict.repeated, 100U);
  EXPECT_TRUE(handler->runs());
}

}  // namespace
}  // namespace daybook::testing
