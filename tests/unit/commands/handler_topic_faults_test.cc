// What a handler with a topic does when something goes wrong with the topic, the log or the clock:
// no record is decided twice or passed over, and each outcome is told at least once.
#include "infra/log/record.h"
#include "tests/unit/commands/handler_topic_fixture.h"

namespace daybook::test {
namespace {

using log::Outcome;

class HandlerTopicFaults : public HandlerTopic {};

TEST_F(HandlerTopicFaults, TellsAgainWhatWasNotKnownToBeToldWhenItTakesOver) {
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

TEST_F(HandlerTopicFaults, TellsRubbishAgainWithItsDeadLetter) {
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

TEST_F(HandlerTopicFaults, TellsAllOfThemWhenTheTopicCouldNotBeBegunAtOnce) {
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

TEST_F(HandlerTopicFaults, RecordsWhatRetentionTookAsLost) {
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
  EXPECT_TRUE(wait_until([&] { return handler_->status().lost == 3U; }));
  stop();
  start();
  send(6, company("C6"));
  await(4);
  EXPECT_EQ(kinds(), "ALAAA");
}

TEST_F(HandlerTopicFaults, StopsAtATopicThatWasMadeAnewUntilItIsAccepted) {
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

TEST_F(HandlerTopicFaults, WaitsWithoutNewFencesForATopicThatItMayNotRead) {
  start();
  send(0, organization());
  await(1);
  topics_.fail_reads(true);
  ASSERT_TRUE(wait_until([&] { return topics_.failed_reads() >= 3; }));
  EXPECT_NE(handler_->status().trouble.find("kafka.not_allowed"), std::string::npos);
  send(1, company("C1"));
  topics_.fail_reads(false);
  await(2);
  EXPECT_EQ(kinds(), "AA");
  EXPECT_EQ(handler_->status().claims, 1U);
  EXPECT_TRUE(wait_until([&] { return handler_->status().trouble.empty(); }));
}

TEST_F(HandlerTopicFaults, TellsWhatCouldNotGoOutWhenItCanAgain) {
  start();
  send(0, organization());
  await(1);
  topics_.fail_answers(true);
  for (std::uint64_t i = 1; i <= 20; ++i) send(i, company("C" + std::to_string(i)));
  ASSERT_TRUE(wait_until([&] { return handler_->status().accepted >= 2; }));
  ASSERT_TRUE(wait_until([&] { return !handler_->status().trouble.empty(); }));
  topics_.fail_answers(false);
  for (int i = 0; i <= 20; ++i) {
    const std::string origin = "0:" + std::to_string(i);
    ASSERT_TRUE(wait_until([&] { return topics_.results_of(origin).size() == 1; })) << origin;
  }
  EXPECT_EQ(kinds(), std::string(21, 'A'));
  EXPECT_EQ(handler_->status().claims, 1U);
}

TEST_F(HandlerTopicFaults, GivesUpItsPartitionWhenItIsNoLongerAssigned) {
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

TEST_F(HandlerTopicFaults, GoesOnWhenWhatItAppendedIsLost) {
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

TEST_F(HandlerTopicFaults, AnswersUnavailableWhileItsClockIsOffWithoutRememberingIt) {
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

TEST_F(HandlerTopicFaults, SaysThatItsClockIsOffAndIsReadyWhenEitherClockHasBeenSetRight) {
  log_.set_clock([] { return kNow + 6'000; });
  start();
  send(0, organization());
  await(1);
  EXPECT_EQ(result("0:0").violations(0).code(), "clock.off");
  // Since it has the partition it says that its clock is off; what it has answered, a moment later.
  ASSERT_TRUE(wait_until([&] { return handler_->status().unavailable == 1U; }));
  EXPECT_NE(handler_->status().trouble.find("clock.off"), std::string::npos);
  EXPECT_FALSE(handler_->status().decides);
  EXPECT_EQ(handler_->status().rejected, 0U);
  log_.set_clock([] { return kNow; });
  send(0, organization());  // tells the handler that the log's clock is right now
  await(2);
  EXPECT_TRUE(wait_until([&] { return handler_->status().decides; }));
  EXPECT_EQ(handler_->status().trouble, "");
  send(0, organization());
  await(3);
  EXPECT_EQ(result("0:2").outcome(), "accepted");
}

TEST_F(HandlerTopicFaults, SaysThatAnswersAreNotAcknowledged) {
  start();
  topics_.hold_acknowledgements(true);
  send(0, organization());
  await(1);
  ASSERT_TRUE(wait_until([&] { return handler_->status().unacknowledged == 1; }));
  EXPECT_EQ(handler_->status().trouble, "");
  clock_.pass(6'000);
  ASSERT_TRUE(wait_until([&] { return !handler_->status().trouble.empty(); }));
  EXPECT_NE(handler_->status().trouble.find("answers.waiting"), std::string::npos);
  topics_.hold_acknowledgements(false);
  EXPECT_TRUE(wait_until([&] { return handler_->status().trouble.empty(); }));
}

}  // namespace
}  // namespace daybook::test
