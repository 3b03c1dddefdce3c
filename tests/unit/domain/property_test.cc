// Properties of any history: random commands over all actions, valid and invalid, of two
// organizations.
//
// The seed is printed; DAYBOOK_SEED replays one run, DAYBOOK_COMMANDS makes it longer or shorter.
#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <iostream>
#include <map>
#include <set>

#include "domain/core/schema.h"
#include "domain/decide/command.h"
#include "domain/state/keys.h"
#include "tests/support/domain_specification.h"
#include "tests/unit/domain/random_commands.h"
#include "tests/unit/domain/state_checks.h"

namespace daybook::test {
namespace {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// A state with its store, as a handler keeps one: decisions ahead, confirmed later, flushed now and
// then.
struct Partition {
  explicit Partition(std::size_t cached_entries_max) : state(store, cached_entries_max) {}

  void flush() { ASSERT_TRUE(state.flush({}).has_value()); }
  void fold(const log::Outcome& outcome) {
    state.begin();
    for (log::Event event : outcome.events()) {
      const auto applied = state.apply(outcome.organization_id(), event, outcome.decided_at());
      ASSERT_TRUE(applied.has_value()) << applied.error().detail;
    }
    state.confirm(state.commit());
  }

  MemoryStateStore store;
  State state;
};

class RandomHistory {
 public:
  explicit RandomHistory(std::uint64_t seed) : commands_(seed), ahead_(16), follower_(16) {
    for (const Act& each : {organization(), organization().in_other_organization()}) {
      Command command;
      command.set_command_id(each.organization);
      command.set_organization_id(each.organization);
      command.set_actor("integration");
      *command.mutable_action() = each.action;
      send(command);
    }
  }

  void go(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      send(commands_.next(now_));
      now_ += static_cast<std::int64_t>(commands_.below(300));
      if (commands_.below(40) == 0) compare();
      if (testing::Test::HasFailure()) return;
    }
    compare();
  }

  // Folding the outcomes from nothing, flushed and forgotten at other points, gives the same bytes.
  void fold_again(std::size_t flush_every, bool resume, std::size_t cached_entries_max) {
    Partition fresh(cached_entries_max);
    std::size_t folded = 0;
    for (const log::Outcome& outcome : history_) {
      fresh.fold(outcome);
      if (flush_every == 0 || ++folded % flush_every != 0) continue;
      fresh.flush();
      if (!resume) continue;
      ASSERT_TRUE(fresh.state.resume().has_value());
    }
    fresh.flush();
    EXPECT_EQ(fresh.store.content() == follower_.store.content(), true)
        << "folding with a flush every " << flush_every << " outcomes gives another state";
  }

  [[nodiscard]] const std::set<std::string>& accepted() const { return accepted_; }
  [[nodiscard]] std::size_t refused() const { return refused_; }

 private:
  void send(const Command& command) {
    const log::Outcome outcome = decide_command(command, "hash", ahead_.state, now_);
    if (outcome.kind() == log::OUTCOME_KIND_REJECTED) return check_refused(command, outcome);
    pending_.push_back(ahead_.state.commit());
    check_versions(outcome);
    note(command);
    commands_.learn(outcome);
    // As it comes back from the log.
    log::Outcome read;
    ASSERT_TRUE(read.ParseFromString(outcome.SerializeAsString()));
    history_.push_back(std::move(read));
    while (pending_.size() > commands_.below(6)) confirm_oldest();
    if (commands_.below(20) == 0) ahead_.flush();
  }

  void check_refused(const Command& command, const log::Outcome& outcome) {
    ++refused_;
    EXPECT_TRUE(outcome.events().empty());
    EXPECT_FALSE(outcome.violations().empty());
    EXPECT_TRUE(ahead_.state.commit().empty()) << command.ShortDebugString();
    for (const log::Violation& violation : outcome.violations()) {
      EXPECT_NE(violation.kind(), "corrupt") << violation.ShortDebugString();
    }
    // Nothing changed: it is refused again for the same reasons.
    const log::Outcome again = decide_command(command, "hash", ahead_.state, now_);
    EXPECT_EQ(again.SerializeAsString(), outcome.SerializeAsString());
  }

  void check_versions(const log::Outcome& outcome) {
    for (const log::Event& event : outcome.events()) {
      std::uint64_t& version = versions_[event.id()];
      EXPECT_EQ(event.version(), version + 1) << event.ShortDebugString();
      version = event.version();
    }
  }

  void note(const Command& command) {
    if (!command.has_action()) return;
    accepted_.insert(schema::action_info(command.action().action_case()).field->name());
  }

  void confirm_oldest() {
    ahead_.state.confirm(std::move(pending_.front()));
    pending_.pop_front();
  }

  // The handler's state, and one that only follows the log, hold the same; and what they hold is
  // consistent.
  void compare() {
    while (!pending_.empty()) confirm_oldest();
    ahead_.flush();
    for (; followed_ < history_.size(); ++followed_) follower_.fold(history_[followed_]);
    follower_.flush();
    ASSERT_EQ(ahead_.store.content() == follower_.store.content(), true)
        << "deciding ahead differs from folding";
    for (const std::string& fault : faults_of(follower_.store.content())) ADD_FAILURE() << fault;
    for (const auto& [key, bytes] : follower_.store.content()) check_cached(key, bytes);
  }

  // What the handler's cache answers is what the store holds.
  void check_cached(const std::string& key, const std::string& bytes) {
    if (key.front() == '\0') return;
    if (!keys::is_record(key)) {
      EXPECT_EQ(ahead_.state.text(key), bytes);
      return;
    }
    const keys::RecordKey record = keys::parse_record(key);
    const auto* cached = ahead_.state.find(record.organization_id, record.entity, record.id);
    ASSERT_NE(cached, nullptr);
    EXPECT_EQ(cached->SerializeAsString(), bytes);
  }

  RandomCommands commands_;
  Partition ahead_;
  Partition follower_;
  std::deque<State::ChangeSet> pending_;
  std::vector<log::Outcome> history_;
  std::size_t followed_ = 0;
  std::map<std::string, std::uint64_t> versions_;
  std::set<std::string> accepted_;
  std::size_t refused_ = 0;
  std::int64_t now_ = kNow;
};

std::vector<std::uint64_t> seeds() {
  const std::uint64_t one = setting("DAYBOOK_SEED", 0);
  if (one != 0) return {one};
  return {1, 2, 3, 4};
}

TEST(AnyHistory, IsGaplessConsistentAndFoldsToTheSameState) {
  std::set<std::string> accepted;
  for (const std::uint64_t seed : seeds()) {
    SCOPED_TRACE("DAYBOOK_SEED=" + std::to_string(seed));
    std::cout << "DAYBOOK_SEED=" << seed << std::endl;
    RandomHistory history(seed);
    history.go(setting("DAYBOOK_COMMANDS", 4000));
    if (HasFailure()) return;
    history.fold_again(0, false, 400'000);
    history.fold_again(1, true, 16);
    history.fold_again(7, true, 16);
    history.fold_again(13, false, 16);
    accepted.insert(history.accepted().begin(), history.accepted().end());
    EXPECT_GT(history.refused(), 100U);
  }
  if (seeds().size() == 1) return;
  // The commands are not all nonsense: every action was accepted at least once.
  for (const schema::ActionInfo& info : schema::actions()) {
    EXPECT_EQ(accepted.count(info.field->name()), 1U) << info.field->name();
  }
}

}  // namespace
}  // namespace daybook::test
