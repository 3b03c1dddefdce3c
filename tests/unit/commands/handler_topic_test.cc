// A handler whose commands come from a topic: every record of it gets one outcome, in their order,
// and an answer.
#include "commands/codec/json.h"
#include "commands/intake.h"
#include "commands/routing.h"
#include "tests/unit/commands/handler_topic_fixture.h"

namespace daybook::test {
namespace {

using commands::TopicRecord;
using log::Outcome;

TEST_F(HandlerTopic, RecordsAnOutcomeForEveryRecordInTheirOrder) {
  start();
  send(0, organization());
  for (std::uint64_t i = 1; i <= 50; ++i) send(i, company("C" + std::to_string(i)));
  await(51);
  EXPECT_EQ(kinds(), std::string(51, 'A'));
  const auto offsets = sources();
  for (std::size_t i = 0; i < offsets.size(); ++i)
    EXPECT_EQ(offsets[i], static_cast<std::int64_t>(i));
  EXPECT_EQ(result("0:7").command_id(), command_id(7));
  EXPECT_EQ(result("0:7").outcome(), "accepted");
  EXPECT_FALSE(result("0:7").token().empty());
}

TEST_F(HandlerTopic, TellsInTheOrderOfTheOutcomesUnderTheSameKey) {
  start();
  send(0, organization());
  for (std::uint64_t i = 1; i <= 20; ++i) send(i, company("C" + std::to_string(i)));
  await(21);
  std::uint64_t last = 0;
  for (const commands::Answer& answer : topics_.answers()) {
    EXPECT_EQ(answer.result.key, std::string(kOrganization));
    EXPECT_GT(answer.outcome_offset, last);
    last = answer.outcome_offset;
  }
}

TEST_F(HandlerTopic, GoesOnAfterTheLastRecordThatHasAnOutcome) {
  start();
  send(0, organization());
  send(1, company("C1"));
  await(2);
  stop();
  send(2, company("C2"));
  start();
  await(3);
  EXPECT_EQ(kinds(), "AAA");
  stop();
  ASSERT_TRUE(store_.clear());  // the log alone says it
  send(3, company("C3"));
  start();
  ASSERT_TRUE(wait_until([&] { return topics_.results_of("0:3").size() == 1; }));
  EXPECT_EQ(kinds(), "AAAA");
}

TEST_F(HandlerTopic, RecordsARepeatAndTellsTheFirstOutcomeAgain) {
  start();
  send(0, organization());
  send(1, company("C1"));
  send(1, company("C1"));  // perhaps while the first one is on its way
  await(3);
  send(1, company("C1"));
  await(4);
  EXPECT_EQ(kinds(), "AAPP");
  for (const char* origin : {"0:2", "0:3"}) {
    EXPECT_TRUE(result(origin).repeated());
    EXPECT_EQ(result(origin).token(), result("0:1").token());
    EXPECT_EQ(result(origin).records_size(), 1);
  }
  EXPECT_EQ(valid_outcomes()[3].first_offset(), topics_.answers()[1].outcome_offset);
}

TEST_F(HandlerTopic, RefusesAnotherCommandOfTheSameIdAndRemembersTheFirst) {
  start();
  send(0, organization());
  send(1, company("C1"));
  send(1, company("C2"));
  await(3);
  send(1, company("C3"));
  send(1, company("C1"));
  await(5);
  EXPECT_EQ(kinds(), "AARRP");
  EXPECT_EQ(result("0:2").violations(0).code(), "IDEMPOTENCY_CONFLICT");
  EXPECT_EQ(result("0:4").token(), result("0:1").token());
  handler_->stop();
  EXPECT_EQ(folded(store_), fold_anew());
}

TEST_F(HandlerTopic, AnswersRubbishAndKeepsItAsADeadLetter) {
  const std::string key(kOrganization);
  struct Case {
    TopicRecord record;
    std::string code;
  };
  const std::vector<Case> cases{
      {{std::nullopt, "{}", {}}, "key.missing"},
      {{"", "{}", {}}, "key.missing"},
      {{key, std::nullopt, {}}, "value.missing"},
      {{key, "", {}}, "value.missing"},
      {{key, "{\"commandId\": \"" + command_id(77) + "\", ", {}}, "json.malformed"},
      {{key, "\xff\xff", {}}, "protobuf.malformed"},
      {{key, "{}", {{"content-type", "text/csv"}}}, "content_type.unknown"},
      {{key, "{\"organizationId\": \"x\"}", {}}, "id.malformed"},
      {{key, "{}", {}}, "field.required"},
      {{std::string(kOtherOrganization), codec::encode_json(command(5, company("C1"))), {}},
       "key.not_the_organization"},
  };
  start();
  for (const Case& each : cases) topics_.send(0, each.record);
  await(cases.size());
  const auto answers = topics_.answers();
  ASSERT_EQ(answers.size(), cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Receipt receipt = result("0:" + std::to_string(i));
    EXPECT_EQ(receipt.outcome(), "rejected");
    ASSERT_GT(receipt.violations_size(), 0) << i;
    EXPECT_EQ(receipt.violations(0).code(), cases[i].code) << i;
    ASSERT_TRUE(answers[i].dead_letter) << i;
    EXPECT_EQ(answers[i].dead_letter->value, cases[i].record.value) << i;
    EXPECT_EQ(answers[i].dead_letter->key, cases[i].record.key) << i;
    EXPECT_EQ(answers[i].result.key, cases[i].record.key) << i;
    EXPECT_EQ(commands::find_header(answers[i].dead_letter->headers, "error-code"), cases[i].code);
  }
  EXPECT_EQ(result("0:4").command_id(), command_id(77));  // as far as it can be read
  EXPECT_EQ(kinds(), std::string(cases.size(), 'R'));
  EXPECT_TRUE(wait_until([&] { return handler_->status().dead_letters == cases.size(); }));
}

// A topic may take more than Daybook does.
TEST_F(HandlerTopic, PutsACommandThatIsTooLargeAsideAndGoesOn) {
  const auto padded = [](std::uint64_t number, std::size_t size) {
    std::string json = codec::encode_json(command(number, company("C" + std::to_string(number))));
    json.append(size - json.size(), ' ');
    return TopicRecord{std::string(kOrganization), json, {}};
  };
  start();
  send(0, organization());
  topics_.send(0, padded(1, commands::kValueBytesMax));
  topics_.send(0, padded(2, commands::kValueBytesMax + 1));
  topics_.send(0, padded(3, 20U << 20U));
  send(4, company("C4"));
  await(5);
  EXPECT_EQ(kinds(), "AARRA");
  for (const std::uint64_t number : {2, 3}) {
    const Receipt receipt = result("0:" + std::to_string(number));
    EXPECT_EQ(receipt.command_id(), command_id(number));
    ASSERT_EQ(receipt.violations_size(), 1);
    EXPECT_EQ(receipt.violations(0).code(), "command.too_large");
    EXPECT_NE(receipt.violations(0).message().find("1048576"), std::string::npos);
    const auto letter = topics_.answers()[number].dead_letter;
    ASSERT_TRUE(letter);
    EXPECT_EQ(commands::find_header(letter->headers, "error-code"), "command.too_large");
  }
}

TEST_F(HandlerTopic, TakesACommandWithoutAnIdOnceWhoeverForwardedItHowOften) {
  start();
  send(0, organization());
  Command nameless = command(1, company("C1"));
  nameless.clear_command_id();
  TopicRecord copy = record_of(nameless);
  copy.headers = {{"origin", "2:17"}, {"hops", "1"}};
  topics_.send(0, copy);
  topics_.send(0, copy);
  send(nameless);
  await(4);
  EXPECT_EQ(kinds(), "AAPR");  // the last one is another command: the company is there already
  EXPECT_EQ(topics_.results_of("2:17").size(), 2U);
  EXPECT_FALSE(result("2:17").command_id().empty());
}

TEST_F(HandlerTopic, BelievesOnlyItsOwnHeaders) {
  start();
  send(0, organization());
  for (int i = 1; i <= 2; ++i) {
    Command nameless = command(1, company("C" + std::to_string(i)));
    nameless.clear_command_id();
    TopicRecord record = record_of(nameless);
    record.headers = {{"origin", "web shop"}, {"outcome-offset", "7"}, {"settles", "0:0"}};
    topics_.send(0, record);
  }
  topics_.send(0, {std::string(kOrganization), "{", {{"settles", "0:0"}, {"error-code", "none"}}});
  await(4);
  EXPECT_EQ(kinds(), "AAAR");
  EXPECT_NE(result("0:1").command_id(), result("0:2").command_id());
  const auto letter = topics_.answers()[3].dead_letter;
  ASSERT_TRUE(letter);
  EXPECT_FALSE(commands::find_header(letter->headers, "settles"));
  EXPECT_EQ(commands::find_header(letter->headers, "error-code"), "json.malformed");
}

// ---- two partitions, two handlers ---------------------------------------------------------------

class HandlerForwarding : public HandlerTopic {
 protected:
  HandlerForwarding() { topics_2_ = std::make_unique<MemoryTopics>(2); }
  std::unique_ptr<MemoryTopics> topics_2_;
};

TEST_F(HandlerForwarding, SendsACopyToTheRightPartitionBeforeItSaysSo) {
  std::uint64_t number = 1;
  while (commands::partition_of(organization_id(number), 2) != 1) ++number;
  const std::string elsewhere = organization_id(number);
  MemoryCommandTopic topic(*topics_2_, 0);
  log::PartitionJournal journal(log_, 0, owners('f'));
  commands::PartitionHandler handler(journal, store_, clock_, {}, &topic);
  topics_2_->fail_forwards(true);
  handler.start();
  handler.assign(true);
  topics_2_->send(0, {elsewhere, "whatever it is", {{"mine", "yes"}}});
  ASSERT_TRUE(
      wait_until([&] { return handler.status().trouble.find("kafka.away") != std::string::npos; }));
  EXPECT_EQ(kinds(), "");
  topics_2_->fail_forwards(false);
  ASSERT_TRUE(wait_until([&] { return handler.status().forwarded == 1; }));
  EXPECT_EQ(kinds(), "F");
  const auto copies = topics_2_->commands(1);
  ASSERT_EQ(copies.size(), 1U);
  EXPECT_EQ(copies[0].key, elsewhere);
  EXPECT_EQ(copies[0].value, "whatever it is");
  const commands::Headers expected{{"mine", "yes"}, {"origin", "0:0"}, {"hops", "1"}};
  EXPECT_EQ(copies[0].headers, expected);
  EXPECT_TRUE(topics_2_->answers().empty());  // its own partition tells
  // One that was forwarded and is wrong again goes round no more.
  topics_2_->send(0, {elsewhere, "whatever it is", {{"origin", "1:0"}, {"hops", "1"}}});
  ASSERT_TRUE(wait_until([&] { return !topics_2_->results_of("1:0").empty(); }));
  EXPECT_EQ(kinds(), "FR");
  EXPECT_EQ(valid_outcomes()[1].violations(0).code(), "routing.wrong_partition");
}

TEST_F(HandlerForwarding, DecidesWhatItHasForwardedBeforeItGivesThePartitionUp) {
  std::uint64_t number = 1;
  while (commands::partition_of(organization_id(number), 2) != 1) ++number;
  MemoryCommandTopic topic(*topics_2_, 0);
  log::PartitionJournal journal(log_, 0, owners('g'));
  commands::HandlerOptions options;
  options.group_max = 4;  // so that many wait behind those that are being decided
  commands::PartitionHandler handler(journal, store_, clock_, options, &topic);
  handler.start();
  handler.assign(true);
  ASSERT_TRUE(wait_until([&] { return handler.status().decides; }));
  for (int i = 0; i < 400; ++i) topics_2_->send(0, {organization_id(number), "a command", {}});
  ASSERT_TRUE(wait_until([&] { return !topics_2_->commands(1).empty(); }));
  handler.assign(false);
  ASSERT_TRUE(wait_until([&] { return !handler.status().owns; }));
  EXPECT_EQ(kinds(), std::string(topics_2_->commands(1).size(), 'F'));
}

}  // namespace
}  // namespace daybook::test
