// What senders are told, and when.
#include <future>

#include "tests/unit/commands/handler_fixture.h"

namespace daybook::test {
namespace {

using commands::HandlerOptions;

class HandlerAnswers : public HandlerFixture {};

TEST_F(HandlerAnswers, AnAcceptedCommandWithItsRecordsAndToken) {
  start_with_organization();
  const auto answer = sender_.ask(command(1, company("C1")));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->outcome(), "accepted");
  EXPECT_EQ(answer->command(), "createCompany");
  EXPECT_EQ(answer->command_id(), command_id(1));
  EXPECT_EQ(answer->decided_at(), kNow);
  ASSERT_EQ(answer->records_size(), 1);
  EXPECT_EQ(answer->records(0).id(), id("C1"));
  EXPECT_EQ(answer->records(0).version(), 1U);
  EXPECT_EQ(answer->token().compare(0, 41, std::string(kLogId) + ":0:3:"), 0) << answer->token();
}

TEST_F(HandlerAnswers, ARefusedCommandWithItsViolationsAndRecordsIt) {
  start();
  const auto answer = sender_.ask(command(1, company("C1")));
  EXPECT_EQ(text_of(answer), "rejected");
  ASSERT_EQ(answer->violations_size(), 1);
  EXPECT_EQ(answer->violations(0).code(), "organization.not_found");
  EXPECT_FALSE(answer->token().empty());
  EXPECT_EQ(outcomes_of_commands(), (std::map<std::string, int>{{command_id(1), 1}}));
}

TEST_F(HandlerAnswers, ARepeatWithTheFirstAnswerAndNoRecord) {
  start_with_organization();
  const auto first = sender_.ask(command(1, company("C1")));
  const auto refused = sender_.ask(command(2, company("C1")));  // its external id is taken
  const std::size_t records = log_.records().size();
  clock_.pass(1000);
  for (const auto& [number, answer] : {std::pair{1U, first}, std::pair{2U, refused}}) {
    auto again = sender_.ask(command(number, company("C1")));
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->repeated());
    again->set_repeated(false);
    EXPECT_EQ(again->SerializeAsString(), answer->SerializeAsString());
  }
  EXPECT_EQ(log_.records().size(), records);
}

TEST_F(HandlerAnswers, ARepeatAfterARestartAndWithoutTheStateToo) {
  start_with_organization();
  const auto first = sender_.ask(command(1, company("C1")));
  stop();
  start();
  EXPECT_EQ(sender_.ask(command(1, company("C1")))->token(), first->token());
  stop();
  ASSERT_TRUE(store_.clear());
  start();
  EXPECT_EQ(sender_.ask(command(1, company("C1")))->token(), first->token());
  EXPECT_EQ(outcomes_of_commands().at(command_id(1)), 1);
}

TEST_F(HandlerAnswers, AnotherCommandUnderTheSameIdWithAConflict) {
  start_with_organization();
  ASSERT_EQ(text_of(sender_.ask(command(1, company("C1")))), "accepted");
  const std::size_t records = log_.records().size();
  const auto conflict = sender_.ask(command(1, company("C2")));
  EXPECT_EQ(text_of(conflict), "rejected");
  EXPECT_EQ(conflict->violations(0).code(), "IDEMPOTENCY_CONFLICT");
  EXPECT_EQ(conflict->violations(0).path(), "commandId");
  EXPECT_EQ(log_.records().size(), records);
}

TEST_F(HandlerAnswers, NobodyBeforeTheOutcomeIsReadBack) {
  start_with_organization();
  log_.hold_durability(true);
  const std::size_t first = sender_.send(command(1, company("C1")));
  const std::size_t repeat = sender_.send(command(1, company("C1")));
  ASSERT_TRUE(wait_until([&] { return log_.held_count() > 0; }));
  const std::size_t later = sender_.send(command(2, company("C2")));
  ASSERT_TRUE(wait_until([&] { return log_.held_count() > 1; }));
  EXPECT_EQ(sender_.answered(), 1U);  // the organization
  log_.hold_durability(false);
  ASSERT_TRUE(sender_.wait_for_all());
  EXPECT_EQ(text_of(sender_.answer(first)), "accepted");
  EXPECT_EQ(text_of(sender_.answer(repeat)), "repeated accepted");
  EXPECT_EQ(text_of(sender_.answer(later)), "accepted");
  EXPECT_EQ(outcomes_of_commands().at(command_id(1)), 1);
}

TEST_F(HandlerAnswers, AConflictWithACommandThatIsStillOnItsWay) {
  start_with_organization();
  log_.hold_durability(true);
  const std::size_t first = sender_.send(command(1, company("C1")));
  const std::size_t conflict = sender_.send(command(1, company("C2")));
  ASSERT_TRUE(wait_until([&] { return handler_->status().queue == 0; }));
  EXPECT_FALSE(sender_.has_answer(first));
  EXPECT_FALSE(sender_.has_answer(conflict)) << "the first one may still come to nothing";
  log_.hold_durability(false);
  ASSERT_TRUE(sender_.wait_for_all());
  EXPECT_EQ(text_of(sender_.answer(first)), "accepted");
  EXPECT_EQ(sender_.answer(conflict)->violations(0).code(), "IDEMPOTENCY_CONFLICT");
}

// Companies that all wait when the handler begins to take them.
class HandlerGroups : public HandlerFixture {
 protected:
  // The appends that they took.
  std::size_t appends_of(std::size_t companies) {
    std::promise<void> is_busy;
    std::promise<void> all_wait;
    EXPECT_TRUE(handler_->query([&](const State&, commands::Journal&) {
      is_busy.set_value();
      all_wait.get_future().wait();
    }));
    is_busy.get_future().wait();
    const std::size_t before = log_.appends();
    for (std::uint64_t i = 1; i <= companies; ++i)
      sender_.send(command(i, company("C" + std::to_string(i))));
    log_.hold_durability(true);
    all_wait.set_value();
    EXPECT_TRUE(wait_until([&] { return log_.held_count() == companies; }));
    log_.hold_durability(false);
    EXPECT_TRUE(sender_.wait_for_all());
    EXPECT_EQ(valid_outcomes().size(), companies + 1);
    return log_.appends() - before;
  }
};

TEST_F(HandlerGroups, HaveOneAppendEach) {
  commands::HandlerOptions options;
  options.group_max = 10;
  start_with_organization(options);
  EXPECT_EQ(appends_of(30), 3U);
}

TEST_F(HandlerGroups, AreHalfOfWhatIsUnderWay) {
  start_with_organization();
  EXPECT_EQ(appends_of(40), 2U);
}

TEST_F(HandlerGroups, OfAFewCommandsAreNotDivided) {
  start_with_organization();
  EXPECT_EQ(appends_of(16), 1U);
}

TEST_F(HandlerAnswers, CommandsDecidedAheadOnWhatEarlierOnesLeave) {
  start_with_organization();
  log_.hold_durability(true);
  sender_.send(command(1, company("C1")));
  ASSERT_TRUE(wait_until([&] { return log_.held_count() == 1; }));
  const std::size_t second = sender_.send(command(2, patch("C1", "city: 'Bern'")));
  ASSERT_TRUE(wait_until([&] { return log_.held_count() == 2; }));
  log_.hold_durability(false);
  ASSERT_TRUE(sender_.wait_for_all());
  EXPECT_EQ(text_of(sender_.answer(second)), "accepted");
  EXPECT_EQ(sender_.answer(second)->records(0).version(), 2U);
}

TEST_F(HandlerAnswers, ACommandWithoutIdOrOrganizationWithoutARecord) {
  start_with_organization();
  const std::size_t records = log_.records().size();
  Command nameless = command(1, company("C1"));
  nameless.clear_command_id();
  nameless.set_organization_id("not an id");
  const auto answer = sender_.ask(nameless);
  EXPECT_EQ(text_of(answer), "rejected");
  ASSERT_EQ(answer->violations_size(), 2);
  EXPECT_EQ(answer->violations(0).code(), "field.required");
  EXPECT_EQ(answer->violations(1).code(), "id.malformed");
  EXPECT_EQ(answer->token(), "");
  EXPECT_EQ(log_.records().size(), records);
}

TEST_F(HandlerAnswers, AnOutcomeThatIsTooLargeWithARejectionThatChangesNothing) {
  HandlerOptions options;
  options.outcome_bytes_max = 2000;
  start_with_organization(options);
  Command large = command(1, company("C1"));
  large.mutable_batch();
  for (int i = 0; i < 40; ++i)
    *large.mutable_batch()->add_members() = company("C" + std::to_string(i)).action;
  const auto answer = sender_.ask(large);
  EXPECT_EQ(text_of(answer), "rejected");
  EXPECT_EQ(answer->violations(0).code(), "outcome.too_large");
  EXPECT_EQ(text_of(sender_.ask(command(2, company("C0")))), "accepted");
  EXPECT_EQ(text_of(sender_.ask(large)), "repeated rejected");
  stop();
  EXPECT_EQ(folded(store_), fold_anew());
}

class HandlerBounds : public HandlerFixture, public testing::WithParamInterface<HandlerOptions> {};

TEST_P(HandlerBounds, AnswerUnavailableWhenTooMuchWaits) {
  HandlerOptions options = GetParam();
  options.queue_max = 3;
  start_with_organization(options);
  log_.hold_durability(true);
  sender_.send(command(1, company("C1")));
  ASSERT_TRUE(wait_until([&] { return log_.held_count() == 1; }));
  for (std::uint64_t i = 2; i <= 4; ++i) sender_.send(command(i, company("C" + std::to_string(i))));
  const auto refused = sender_.ask(command(5, company("C5")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(refused.error().code, "handler.overloaded");
  log_.hold_durability(false);
  ASSERT_TRUE(sender_.wait_for_all());
  EXPECT_EQ(valid_outcomes().size(), 5U);
}

HandlerOptions few_in_flight() {
  HandlerOptions options;
  options.in_flight_max = 1;
  return options;
}

HandlerOptions little_in_flight() {
  HandlerOptions options;
  options.in_flight_bytes_max = 1;
  return options;
}

INSTANTIATE_TEST_SUITE_P(Of, HandlerBounds, testing::Values(few_in_flight(), little_in_flight()),
                         [](const auto& each) { return each.index == 0 ? "Number" : "Bytes"; });

TEST_F(HandlerAnswers, EverythingItTookBeforeItStops) {
  start_with_organization();
  for (std::uint64_t i = 1; i <= 200; ++i)
    sender_.send(command(i, company("C" + std::to_string(i))));
  handler_->stop();
  EXPECT_EQ(sender_.answered(), sender_.sent());
  for (std::size_t place = 0; place < sender_.sent(); ++place)
    EXPECT_EQ(text_of(sender_.answer(place)), "accepted");
  EXPECT_EQ(text_of(sender_.ask(command(999, company("C999")))), "handler.stopping");
  EXPECT_EQ(folded(store_), fold_anew());
}

TEST_F(HandlerAnswers, ThoseWhoWaitForAHandlerThatNeverStarted) {
  journal_ = std::make_unique<log::PartitionJournal>(log_, 0, owners('n'));
  handler_ = std::make_unique<commands::PartitionHandler>(*journal_, store_, clock_);
  const std::size_t place = sender_.send(command(1, company("C1")));
  handler_.reset();
  ASSERT_TRUE(sender_.has_answer(place));
  EXPECT_EQ(sender_.answer(place).error().kind, ErrorKind::kUnavailable);
}

TEST_F(HandlerAnswers, QueriesFromWhatHasBeenReadBack) {
  start_with_organization();
  ASSERT_TRUE(sender_.ask(command(1, company("C1"))));
  std::atomic<bool> found = false;
  ASSERT_TRUE(handler_->query([&](const State& state, commands::Journal&) {
    found = state.find(std::string(kOrganization), ENTITY_COMPANY, id("C1")) != nullptr;
  }));
  EXPECT_TRUE(wait_until([&] { return found.load(); }));
  handler_->stop();
  EXPECT_FALSE(handler_->query([](const State&, commands::Journal&) {}));
}

}  // namespace
}  // namespace daybook::test
