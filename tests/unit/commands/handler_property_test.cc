// Random commands under random faults: in the end every command was answered once and truthfully,
// has one valid outcome at most, and the state is the fold of the log. DAYBOOK_TEST_SEED replays a
// run.
#include <cstdlib>
#include <random>
#include <set>

#include "infra/log/record.h"
#include "tests/unit/commands/handler_fixture.h"

namespace daybook::test {
namespace {

constexpr int kRuns = 30;
constexpr int kCommands = 400;

std::uint32_t seed() {
  const char* given = std::getenv("DAYBOOK_TEST_SEED");
  return given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10))
                          : std::random_device{}();
}

class HandlerProperty : public HandlerFixture {
 protected:
  void run(std::uint32_t seed) {
    random_.seed(seed);
    start_faults(static_cast<std::uint32_t>(random_()));
    commands::HandlerOptions options;
    options.group_max = 16;
    options.flush_changes_max = 50;
    start(options);
    sender_.send(command(0, organization()));
    for (int i = 0; i < kCommands; ++i) {
      sender_.send(any_command());
      if (random_() % 20 == 0) disturb();
    }
    log_.on_record({});
    // Time passes, so that a last record that was lost is given up.
    // All may have been answered, some as unavailable, while the partition is not owned: only who
    // owns it stores what was folded.
    ASSERT_TRUE(wait_until([this] {
      clock_.pass(10);
      return sender_.answered() == sender_.sent() && handler_->status().owns;
    }));
    while (log_.late_count() > 0) log_.land_late(random_() % log_.late_count());
    stop();
  }

  void check() {
    EXPECT_EQ(sender_.surplus(), 0U);
    std::map<std::string, Receipt> outcomes;
    log::ReaderRule rule(0);
    for (const log::RawRecord& record : log_.records()) {
      const auto judged = rule.judge(record.offset, record.bytes);
      ASSERT_TRUE(judged);
      if (judged->verdict != log::Verdict::kOutcome) continue;
      const auto outcome = log::outcome_of(judged->record, record.offset);
      Receipt receipt;
      receipt.set_token(token_of(rule.position()));
      receipt.set_outcome(outcome->kind() == log::OUTCOME_KIND_ACCEPTED ? "accepted" : "rejected");
      EXPECT_TRUE(outcomes.emplace(outcome->command_id(), receipt).second)
          << "two outcomes of " << outcome->command_id();
    }
    for (std::size_t place = 0; place < sender_.sent(); ++place) check_answer(place, outcomes);
    EXPECT_EQ(folded(store_), fold_anew());
  }

 private:
  // Faults hit outcomes in all ways, fences only in those that are noticed at once.
  void start_faults(std::uint32_t seed) {
    log_.on_record([random = std::mt19937(seed)](const std::string& bytes) mutable {
      const bool fence = log::decode_record(bytes)->kind() == log::RECORD_KIND_FENCE;
      switch (random() % (fence ? 6 : 60)) {
        case 0:
          return Fate::kUnknownLanded;
        case 1:
          return Fate::kUnknownLost;
        case 2:
          return fence ? Fate::kLandsTwice : Fate::kLost;
        case 3:
          return fence ? Fate::kUnknownLate : Fate::kLate;
        case 4:
          return fence ? Fate::kLands : Fate::kUnknownLate;
        case 5:
          return fence ? Fate::kLands : Fate::kLandsTwice;
        default:
          return Fate::kLands;
      }
    });
  }

  Command any_command() {
    const std::uint64_t number = 1 + random_() % kCommands;  // many are sent more than once
    const std::string name = "C" + std::to_string(number % 40);
    switch (number % 3) {
      case 0:
        return command(number, company(name));
      case 1:
        return command(number, patch(name, "city: 'City " + std::to_string(number) + "'"));
      default:
        return command(number, remove(name));
    }
  }

  void disturb() {
    switch (random_() % 4) {
      case 0:
        log_.hold_durability(true);
        log_.hold_durability(false);
        break;
      case 1:
        if (log_.late_count() > 0) log_.land_late(random_() % log_.late_count());
        break;
      case 2: {
        log::PartitionJournal other(log_, 0, owners(static_cast<char>('a' + others_++ % 20)));
        const auto fold = [](const ReadOutcome&) -> Result<void> { return {}; };
        (void)other.claim(nullptr, fold, []() -> Result<void> { return {}; });
        break;
      }
      default:
        log_.inject(0, "foreign bytes");
    }
  }

  void check_answer(std::size_t place, const std::map<std::string, Receipt>& outcomes) {
    ASSERT_TRUE(sender_.has_answer(place));
    const auto answer = sender_.answer(place);
    if (!answer) {
      const ErrorKind kind = answer.error().kind;
      EXPECT_TRUE(kind == ErrorKind::kUnknownOutcome || kind == ErrorKind::kUnavailable)
          << answer.error().code;
      return;
    }
    const auto outcome = outcomes.find(answer->command_id());
    ASSERT_NE(outcome, outcomes.end()) << "answered, but not in the log: " << answer->command_id();
    EXPECT_EQ(answer->token(), outcome->second.token());
    EXPECT_EQ(answer->outcome(), outcome->second.outcome());
  }

  std::mt19937 random_;
  int others_ = 0;
};

class HandlerPropertyRun : public HandlerProperty, public testing::WithParamInterface<int> {};

TEST_P(HandlerPropertyRun, EveryCommandIsAnsweredOnceAndTruthfully) {
  const std::uint32_t used = seed() + static_cast<std::uint32_t>(GetParam());
  SCOPED_TRACE("replay with DAYBOOK_TEST_SEED=" + std::to_string(used));
  RecordProperty("seed", std::to_string(used));
  run(used);
  check();
}

INSTANTIATE_TEST_SUITE_P(Runs, HandlerPropertyRun, testing::Range(0, kRuns));

}  // namespace
}  // namespace daybook::test
