// Appends that go wrong, others who take over, damaged state, short logs, wrong clocks.
#include <future>

#include "infra/log/record.h"
#include "infra/state/background_state_store.h"
#include "tests/unit/commands/handler_fixture.h"

namespace daybook::test {
namespace {

using commands::HandlerOptions;

class HandlerFaults : public HandlerFixture {
 protected:
  // Gives the n-th outcome that is handed over (from now on) this fate; everything else lands.
  void strike(int which, Fate fate) {
    log_.on_record([which, fate, count = 0](const std::string& bytes) mutable {
      const bool is_outcome = log::decode_record(bytes)->kind() == log::RECORD_KIND_OUTCOME;
      return is_outcome && ++count == which ? fate : Fate::kLands;
    });
  }
  // Sends companies C<from> ... C<to> in one group, if it can.
  void send_companies(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t i = from; i <= to; ++i)
      sender_.send(command(i, company("C" + std::to_string(i))));
  }
  void expect_each_answered_once(const std::string& text) {
    ASSERT_TRUE(sender_.wait_for_all());
    for (std::size_t place = 1; place < sender_.sent(); ++place)
      EXPECT_EQ(text_of(sender_.answer(place)), text);
    EXPECT_EQ(sender_.surplus(), 0U);
    for (const auto& [command, count] : outcomes_of_commands()) EXPECT_EQ(count, 1) << command;
    EXPECT_EQ(outcomes_of_commands().size(), sender_.sent());
  }
};

TEST_F(HandlerFaults, AreDecidedAgainAndAnsweredOnceWhateverBecomesOfAnAppend) {
  const std::vector<Fate> fates{Fate::kLost,        Fate::kLandsTwice,  Fate::kUnknownLanded,
                                Fate::kUnknownLost, Fate::kUnknownLate, Fate::kLate};
  start_with_organization();
  std::uint64_t next = 1;
  for (const Fate fate : fates) {
    for (int which = 1; which <= 3; ++which) {
      strike(which, fate);
      send_companies(next, next + 9);
      next += 10;
      ASSERT_TRUE(sender_.wait_for_all()) << static_cast<int>(fate) << " at " << which;
    }
  }
  while (log_.late_count() > 0) log_.land_late(0);
  expect_each_answered_once("accepted");  // and not "repeated": it is their own first outcome
  handler_->stop();
  EXPECT_EQ(folded(store_), fold_anew());
}

TEST_F(HandlerFaults, OfALogThatStandsStillEndInAnUnknownOutcomeNotInSilence) {
  HandlerOptions options;
  options.stall_max = std::chrono::milliseconds(5000);
  start_with_organization(options);
  strike(1, Fate::kLost);  // the last record: nothing behind it tells
  const std::size_t place = sender_.send(command(1, company("C1")));
  ASSERT_TRUE(wait_until([&] { return log_.appends() == 3; }));
  EXPECT_FALSE(sender_.has_answer(place));
  clock_.pass(5001);
  expect_each_answered_once("accepted");
}

TEST_F(HandlerFaults, OfAnotherWhoTakesOverAreHealedByTakingOverAgain) {
  start_with_organization();
  send_companies(1, 20);
  log::PartitionJournal other(log_, 0, owners('o'));
  const auto fold = [](const ReadOutcome&) -> Result<void> { return {}; };
  const auto rest = []() -> Result<void> { return {}; };
  (void)other.claim(nullptr, fold, rest);
  send_companies(21, 40);
  expect_each_answered_once("accepted");
  EXPECT_GE(handler_->status().claims, 1U);
}

TEST_F(HandlerFaults, OfALogThatCannotBeReachedAreToldAsNotTaken) {
  log_.fail_reads(true);
  start();
  const auto answer = sender_.ask(command(0, organization()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kUnavailable);
  EXPECT_FALSE(handler_->status().owns);
  EXPECT_TRUE(wait_until([&] { return !handler_->status().trouble.empty(); }));
  log_.fail_reads(false);
  ASSERT_TRUE(wait_until([&] { return handler_->status().owns; }));
  EXPECT_EQ(text_of(sender_.ask(command(0, organization()))), "accepted");
  EXPECT_EQ(handler_->status().trouble, "");
}

TEST_F(HandlerFaults, AfterAnAppendAreToldAsUnknownWhenTheLogStaysAway) {
  start_with_organization();
  log_.hold_durability(true);
  const std::size_t appended = sender_.send(command(1, company("C1")));
  ASSERT_TRUE(wait_until([&] { return log_.held_count() == 1; }));
  log_.fail_reads(true);
  ASSERT_TRUE(sender_.wait_for_all());
  EXPECT_EQ(sender_.answer(appended).error().kind, ErrorKind::kUnknownOutcome);
  log_.fail_reads(false);
  log_.hold_durability(false);
  ASSERT_TRUE(wait_until([&] { return handler_->status().owns; }));
  EXPECT_EQ(text_of(sender_.ask(command(1, company("C1")))), "repeated accepted");
}

TEST_F(HandlerFaults, AreToldByAHandlerThatSaysThatItOwnsNothing) {
  start_with_organization();
  log_.on_record([](const std::string& bytes) {
    const bool is_outcome = log::decode_record(bytes)->kind() == log::RECORD_KIND_OUTCOME;
    return is_outcome ? Fate::kUnknownLost : Fate::kLands;
  });
  std::promise<bool> owns_when_told;
  CommandSender sender([&](commands::Submission submission) {
    submission.answer = [&](const Result<Receipt>& answer) {
      EXPECT_EQ(text_of(answer), "handler.lost");
      owns_when_told.set_value(handler_->status().owns);
    };
    handler_->submit(std::move(submission));
  });
  sender.send(command(1, company("C1")));
  EXPECT_FALSE(owns_when_told.get_future().get());
  handler_->stop();  // before what its answers use is gone
}

TEST_F(HandlerFaults, DoNotKeepItFromStopping) {
  log_.fail_reads(true);
  start();
  send_companies(1, 3);
  EXPECT_FALSE(
      handler_->query([](const State&, commands::Journal&) { FAIL() << "without owning"; }));
  handler_->stop();
  EXPECT_EQ(sender_.answered(), 3U);
  for (std::size_t place = 0; place < 3; ++place) {
    EXPECT_EQ(sender_.answer(place).error().kind, ErrorKind::kUnavailable);
  }
}

TEST_F(HandlerFaults, OfTheStateAreHealedByFoldingTheLogAgain) {
  start_with_organization();
  ASSERT_TRUE(sender_.ask(command(1, company("C1"))));
  stop();
  ASSERT_TRUE(store_.clear());
  start();
  ASSERT_EQ(text_of(sender_.ask(command(2, patch("C1", "city: 'Bern'")))), "accepted");
  stop();
  // A record that does not parse is found when it is needed.
  for (const auto& [key, value] : folded(store_)) {
    if (key[0] == 'a') store_.overwrite(key, "\xff\xff damaged");
  }
  start();
  ASSERT_EQ(text_of(sender_.ask(command(3, patch("C1", "city: 'Chur'")))), "accepted");
  EXPECT_EQ(sender_.answer(sender_.sent() - 1)->records(0).version(), 3U);
  stop();
  EXPECT_EQ(folded(store_), fold_anew());
}

TEST_F(HandlerFaults, OfAStateThatCannotBeWrittenAreHealedWhenItCan) {
  start_with_organization();
  stop();
  store_.fail_writes(true);
  HandlerOptions options;
  options.group_max = 1;
  options.flush_changes_max = 1;
  start(options);
  send_companies(1, 50);
  ASSERT_TRUE(sender_.wait_for_all());
  EXPECT_EQ(text_of(sender_.answer(50)), "store.broken");
  store_.fail_writes(false);
  ASSERT_TRUE(wait_until([&] { return handler_->status().owns; }));
  EXPECT_EQ(text_of(sender_.ask(command(50, company("C50")))), "accepted");
  stop();
  EXPECT_EQ(folded(store_), fold_anew());
}

// Each write is taken, and told as lost by the next function: every loss costs a fence, so that
// they have to become rarer.
TEST_F(HandlerFaults, OfAStateThatLosesWhatItTookAreToldAfterAFewTries) {
  auto inner = std::make_unique<MemoryStateStore>();
  MemoryStateStore& broken = *inner;
  state::BackgroundStateStore store(std::move(inner));
  HandlerOptions options;
  options.flush_changes_max = 1;
  start_on(store, options);
  ASSERT_EQ(text_of(sender_.ask(command(0, organization()))), "accepted");
  broken.fail_writes(true);
  std::uint64_t number = 0;
  const auto ask = [&] {
    ++number;
    return text_of(sender_.ask(command(number, company("C" + std::to_string(number)))));
  };
  EXPECT_TRUE(wait_until([&] { return ask() == "store.broken"; }));
  broken.fail_writes(false);
  ASSERT_TRUE(wait_until([&] { return handler_->status().owns; }));
  EXPECT_TRUE(wait_until([&] { return ask() == "accepted"; }));  // a late loss may be told yet
  stop();
  ASSERT_TRUE(store.settle());
  EXPECT_EQ(folded(broken), fold_anew());
}

TEST_F(HandlerFaults, OfALogThatIsShorterThanTheStateStopIt) {
  start_with_organization();
  ASSERT_TRUE(sender_.ask(command(1, company("C1"))));
  stop();
  const std::size_t records = log_.records().size();
  log_.cut(0, records - 1);
  start();
  const auto answer = sender_.ask(command(2, company("C2")));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "log.shorter_than_witness");
  EXPECT_TRUE(wait_until([&] {
    return handler_->status().trouble.find("log.shorter_than_witness") != std::string::npos;
  }));
  EXPECT_EQ(log_.records().size(), records - 1);  // not even a fence
}

TEST_F(HandlerFaults, InTheLogsBytesStopIt) {
  start_with_organization();
  stop();
  ASSERT_TRUE(store_.clear());
  std::string damaged = log_.records()[2].bytes;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  log_.replace(0, 2, damaged);
  start();
  EXPECT_EQ(sender_.ask(command(2, company("C2"))).error().code, "log.damaged");
}

// ---- the clock
// ------------------------------------------------------------------------------------------------------

TEST_F(HandlerFaults, OfAClockSetBackALittleNeverMakeDecisionTimesGoBack) {
  start_with_organization();
  clock_.set_wall_back(4'000);
  const auto answer = sender_.ask(command(1, company("C1")));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->decided_at(), kNow);
}

TEST_F(HandlerFaults, OfAClockSetBackALotAreUnavailableUntilItIsRight) {
  start_with_organization();
  clock_.set_wall_back(6'000);
  const std::size_t records = log_.records().size();
  const auto refused = sender_.ask(command(1, company("C1")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "clock.off");
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(text_of(sender_.ask(command(0, organization()))),
            "repeated accepted");  // needs no clock
  EXPECT_EQ(log_.records().size(), records);
  clock_.set_wall_ahead(6'000);
  EXPECT_EQ(text_of(sender_.ask(command(1, company("C1")))),
            "accepted");  // not remembered as refused
}

TEST_F(HandlerFaults, OfAClockThatJumpsAheadAreUnavailableAlsoAfterTakingOverAgain) {
  start_with_organization();
  clock_.set_wall_ahead(3'600'000);
  EXPECT_EQ(text_of(sender_.ask(command(1, company("C1")))), "clock.off");
  log::PartitionJournal other(log_, 0, owners('o'));
  const auto fold = [](const ReadOutcome&) -> Result<void> { return {}; };
  const auto rest = []() -> Result<void> { return {}; };
  ASSERT_TRUE(other.claim(nullptr, fold, rest));
  EXPECT_EQ(text_of(sender_.ask(command(1, company("C1")))), "clock.off");
  clock_.set_wall_back(3'600'000);
  EXPECT_EQ(text_of(sender_.ask(command(1, company("C1")))), "accepted");
  EXPECT_EQ(sender_.answer(sender_.sent() - 1)->decided_at(), kNow);
}

TEST_F(HandlerFaults, OfAClockOffTheLogsOwnAreFoundWhenThePartitionIsTakenOver) {
  log_.set_clock([] { return kNow - 6'000; });
  start();
  EXPECT_EQ(text_of(sender_.ask(command(0, organization()))), "clock.off");
  stop();
  log_.set_clock([] { return kNow + 6'000; });
  start();
  EXPECT_EQ(text_of(sender_.ask(command(0, organization()))), "clock.off");
  clock_.set_wall_ahead(6'000);
  EXPECT_EQ(text_of(sender_.ask(command(0, organization()))), "accepted");
  clock_.pass(60'000);  // an old fence says nothing against a clock that goes on
  EXPECT_EQ(text_of(sender_.ask(command(1, company("C1")))), "accepted");
}

TEST_F(HandlerFaults, OfAClockALittleOffTheLogsOwnAreNone) {
  log_.set_clock([] { return kNow + 4'000; });
  start_with_organization();
  EXPECT_EQ(text_of(sender_.ask(command(1, company("C1")))), "accepted");
}

TEST_F(HandlerFaults, OfAClockBehindTheLogAreFoundByAFreshHandler) {
  start_with_organization();
  stop();
  ASSERT_TRUE(store_.clear());
  clock_.set_wall_back(10'000);
  start();
  EXPECT_EQ(text_of(sender_.ask(command(1, company("C1")))), "clock.off");
  clock_.pass(5'000);
  EXPECT_EQ(text_of(sender_.ask(command(1, company("C1")))), "accepted");
}

}  // namespace
}  // namespace daybook::test
