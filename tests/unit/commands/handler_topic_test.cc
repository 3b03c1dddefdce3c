// A handler whose commands come from a topic: every record of it gets one outcome, in their order,
// and each outcome is told at least once.
#include "commands/codec/json.h"
#include "commands/intake.h"
#include "commands/routing.h"
#include "infra/log/record.h"
#include "tests/support/memory_command_topic.h"
#include "tests/unit/commands/handler_fixture.h"

namespace daybook::test {
namespace {

using commands::TopicRecord;
using log::Outcome;
using log::OutcomeKind;

TopicRecord record_of(const Command& command) {
  return {command.organization_id(), codec::encode_json(command), {}};
}

class HandlerTopic : public HandlerFixture {
 protected:
  ~HandlerTopic() override { stop(); }  // before its topic goes

  void start(commands::HandlerOptions options = {}) {
    static char letter = 'A';
    journal_ = std::make_unique<log::PartitionJournal>(log_, 0, owners(letter++));
    topic_ = std::make_unique<MemoryCommandTopic>(topics_, 0);
    handler_ = std::make_unique<commands::PartitionHandler>(*journal_, store_, clock_, options,
                                                            topic_.get());
    handler_->start();
    handler_->assign(true);
  }
  std::int64_t send(const Command& command) { return topics_.send(0, record_of(command)); }
  std::int64_t send(std::uint64_t number, const Act& act) { return send(command(number, act)); }
  // Until so many answers have been published.
  void await(std::size_t answers) {
    ASSERT_TRUE(wait_until([&] { return topics_.answers().size() >= answers; }))
        << topics_.answers().size() << " of " << answers << ", " << handler_->status().trouble;
  }
  [[nodiscard]] std::string kinds() const {
    std::string text;
    for (const Outcome& outcome : valid_outcomes()) {
      constexpr std::string_view kLetters = "?ARPFLC";  // P: repeated
      text.push_back(kLetters[static_cast<std::size_t>(outcome.kind())]);
    }
    return text;
  }
  [[nodiscard]] std::vector<std::int64_t> sources() const {
    std::vector<std::int64_t> offsets;
    log::ReaderRule rule(0);
    for (const log::RawRecord& record : log_.records()) {
      const auto judged = rule.judge(record.offset, record.bytes);
      if (judged->verdict == log::Verdict::kOutcome)
        offsets.push_back(judged->envelope.source().offset());
    }
    return offsets;
  }
  [[nodiscard]] Receipt result(const std::string& origin, std::size_t which = 0) const {
    Receipt receipt;
    const auto results = topics_.results_of(origin);
    EXPECT_GT(results.size(), which) << origin;
    if (results.size() > which) {
      EXPECT_TRUE(codec::decode_json(results[which], receipt).empty()) << results[which];
    }
    return receipt;
  }

  MemoryTopics topics_;
  std::unique_ptr<MemoryCommandTopic> topic_;
};

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
  EXPECT_EQ(handler_->status().dead_letters, cases.size());
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

TEST_F(HandlerTopic, TellsAgainWhatWasNotKnownToBeToldWhenItTakesOver) {
  start();
  send(0, organization());
  await(1);
  topics_.hold_acknowledgements(true);
  send(1, company("C1"));
  send(2, company("C2"));
  await(3);
  stop();
  topics_.hold_acknowledgements(false);  // as if what was on its way were lost
  start();
  await(5);
  EXPECT_EQ(topics_.results_of("0:1").size(), 2U);
  EXPECT_EQ(topics_.results_of("0:1")[0], topics_.results_of("0:1")[1]);
  EXPECT_EQ(topics_.results_of("0:2").size(), 2U);
  stop();
  ASSERT_TRUE(store_.clear());  // once more from the log alone, which nobody has written to since
  start();
  await(7);
  EXPECT_EQ(topics_.results_of("0:2").size(), 3U);
  send(3, company("C3"));  // says that all before it have been told
  await(8);
  stop();
  start();  // and of itself the state knows it
  send(4, company("C4"));
  await(9);
  EXPECT_EQ(topics_.results_of("0:2").size(), 3U);
  EXPECT_EQ(topics_.results_of("0:3").size(), 1U);
  EXPECT_EQ(kinds(), "AAAAA");
}

TEST_F(HandlerTopic, TellsRubbishAgainWithItsDeadLetter) {
  topics_.hold_acknowledgements(true);
  start();
  topics_.send(0, {std::string(kOrganization), "{", {{"mine", "yes"}}});
  await(1);
  stop();
  topics_.hold_acknowledgements(false);
  start();
  await(2);
  const auto answers = topics_.answers();
  EXPECT_EQ(answers[0].result.value, answers[1].result.value);
  ASSERT_TRUE(answers[1].dead_letter);
  EXPECT_EQ(answers[1].dead_letter->value, "{");
  EXPECT_EQ(answers[0].dead_letter->headers, answers[1].dead_letter->headers);
}

TEST_F(HandlerTopic, TellsAllOfThemWhenTheTopicCouldNotBeBegunAtOnce) {
  topics_.hold_acknowledgements(true);
  start();
  send(0, organization());
  for (std::uint64_t i = 1; i <= 3; ++i) send(i, company("C" + std::to_string(i)));
  await(4);
  stop();
  topics_.hold_acknowledgements(false);
  topics_.fail_look_ups_after(2);  // in the middle of telling again
  start();
  ASSERT_TRUE(wait_until([&] { return handler_->status().decides; }));
  for (int i = 0; i <= 3; ++i)
    EXPECT_GE(topics_.results_of("0:" + std::to_string(i)).size(), 2U) << i;
  // What was handed over before the failure went with the producer: it was told once more after it.
  EXPECT_EQ(topics_.results_of("0:0").size(), 3U);
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

TEST_F(HandlerTopic, RecordsWhatRetentionTookAsLost) {
  start();
  send(0, organization());
  await(1);
  stop();
  for (std::uint64_t i = 1; i <= 5; ++i) send(i, company("C" + std::to_string(i)));
  topics_.expire(0, 4);
  start();
  await(3);
  EXPECT_EQ(kinds(), "ALAA");
  EXPECT_EQ(valid_outcomes()[1].lost_from(), 1U);
  EXPECT_EQ(valid_outcomes()[1].lost_to(), 3U);
  EXPECT_EQ(handler_->status().lost, 3U);
  stop();
  start();
  send(6, company("C6"));
  await(4);
  EXPECT_EQ(kinds(), "ALAAA");
}

TEST_F(HandlerTopic, StopsAtATopicThatWasMadeAnewUntilItIsAccepted) {
  start();
  send(0, organization());
  send(1, company("C1"));
  await(2);
  stop();
  topics_.make_anew();
  send(2, company("C2"));
  send(3, company("C3"));
  start();
  ASSERT_TRUE(wait_until([&] {
    return handler_->status().trouble.find("commands.other_topic") != std::string::npos;
  }));
  const std::size_t records = log_.records().size();
  ASSERT_TRUE(wait_until([&] { return handler_->status().owns; }));
  EXPECT_EQ(log_.records().size(), records);  // fences do not pile up
  EXPECT_EQ(kinds(), "AA");
  // As `daybook topics accept-commands` does.
  log::PartitionJournal operators(log_, 0, owners('o'));
  const auto fold = [](const ReadOutcome&) -> Result<void> { return {}; };
  ASSERT_TRUE(operators.claim(nullptr, fold, []() -> Result<void> { return {}; }));
  Outcome accepted;
  accepted.set_kind(log::OUTCOME_KIND_COMMANDS_ACCEPTED);
  log::Envelope envelope;
  *envelope.mutable_source() = operators.progress().source();
  envelope.mutable_source()->set_generation(1);
  envelope.mutable_source()->set_offset(-1);
  ASSERT_TRUE(operators.append({{&accepted, envelope}}));
  await(4);
  EXPECT_EQ(kinds(), "AACAA");
}

TEST_F(HandlerTopic, GivesUpItsPartitionWhenItIsNoLongerAssigned) {
  start();
  send(0, organization());
  await(1);
  handler_->assign(false);
  ASSERT_TRUE(wait_until([&] { return !handler_->status().owns; }));
  const std::size_t records = log_.records().size();
  send(1, company("C1"));
  EXPECT_EQ(text_of(sender_.ask(command(9, company("C9")))), "partition.elsewhere");
  EXPECT_EQ(log_.records().size(), records);
  handler_->assign(true);
  await(2);
  EXPECT_EQ(kinds(), "AA");
}

TEST_F(HandlerTopic, GoesOnWhenWhatItAppendedIsLost) {
  start();
  send(0, organization());
  await(1);
  for (int round = 0; round < 3; ++round) {
    log_.on_record([count = 0](const std::string& bytes) mutable {
      const bool is_outcome = log::decode_record(bytes)->kind() == log::RECORD_KIND_OUTCOME;
      return is_outcome && ++count == 2 ? Fate::kLost : Fate::kLands;
    });
    const auto first = static_cast<std::uint64_t>(1 + round * 10);
    for (std::uint64_t i = first; i < first + 10; ++i) send(i, company("C" + std::to_string(i)));
    await(first + 10);
  }
  for (int i = 0; i <= 30; ++i)
    EXPECT_GE(topics_.results_of("0:" + std::to_string(i)).size(), 1U) << i;
  const auto offsets = sources();
  ASSERT_EQ(offsets.size(), 31U);
  for (std::size_t i = 0; i < offsets.size(); ++i)
    EXPECT_EQ(offsets[i], static_cast<std::int64_t>(i));
}

TEST_F(HandlerTopic, AnswersUnavailableWhileItsClockIsOffWithoutRememberingIt) {
  start();
  send(0, organization());
  await(1);
  clock_.set_wall_ahead(3'600'000);
  send(1, company("C1"));
  await(2);
  EXPECT_EQ(result("0:1").violations(0).code(), "clock.off");
  EXPECT_EQ(result("0:1").violations(0).kind(), "unavailable");
  EXPECT_EQ(result("0:1").decided_at(), kNow);
  clock_.set_wall_back(3'600'000);
  send(1, company("C1"));
  await(3);
  EXPECT_EQ(result("0:2").outcome(), "accepted");
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

}  // namespace
}  // namespace daybook::test
