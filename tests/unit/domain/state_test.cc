// The state: transactions, confirmation, flushing, forgetting, faults of the store.
#include "domain/state/state.h"

#include <gtest/gtest.h>

#include "domain/state/keys.h"
#include "tests/support/domain_specification.h"

namespace daybook::test {
namespace {

const std::string kCompany = id("C1");

log::Event created(const std::string& name) {
  log::Event event;
  event.set_entity(ENTITY_COMPANY);
  event.set_id(kCompany);
  event.mutable_company()->mutable_created()->mutable_fields()->set_name(name);
  return event;
}
log::Event renamed(const std::string& name) {
  log::Event event = created("");
  event.mutable_company()->mutable_changed()->mutable_set()->set_name(name);
  return event;
}

class StateTest : public testing::Test {
 protected:
  State::ChangeSet commit(log::Event event) {
    state_.begin();
    EXPECT_TRUE(state_.apply(organization_, event, kNow).has_value());
    return state_.commit();
  }
  [[nodiscard]] std::string name() const { return name_in(state_); }
  [[nodiscard]] std::string name_in(const State& state) const {
    const auto* record = state.find(organization_, ENTITY_COMPANY, kCompany);
    return record == nullptr ? "none"
                             : static_cast<const company::Company&>(*record).fields().name();
  }
  [[nodiscard]] std::int64_t namesakes(const std::string& name) const {
    return state_.view(organization_)->count(Counter::kCompanyNameAndOwner, {name, ""});
  }

  const std::string organization_{kOrganization};
  MemoryStateStore store_;
  State state_{store_};
};

TEST_F(StateTest, ChangesAreSeenAtOnceAndRolledBackTogether) {
  state_.begin();
  log::Event first = created("A");
  log::Event second = renamed("B");
  ASSERT_TRUE(state_.apply(organization_, first, kNow));
  ASSERT_TRUE(state_.apply(organization_, second, kNow));
  EXPECT_EQ(second.version(), 2U);
  EXPECT_EQ(name(), "B");
  EXPECT_EQ(namesakes("B"), 1);
  state_.rollback();
  EXPECT_EQ(name(), "none");
  EXPECT_EQ(namesakes("A"), 0);
  EXPECT_EQ(namesakes("B"), 0);
  EXPECT_TRUE(state_.commit().empty());
}

TEST_F(StateTest, ARollbackLeavesWhatWasCommitted) {
  commit(created("A"));
  state_.begin();
  log::Event event = renamed("B");
  ASSERT_TRUE(state_.apply(organization_, event, kNow));
  state_.rollback();
  EXPECT_EQ(name(), "A");
  EXPECT_EQ(namesakes("A"), 1);
}

TEST_F(StateTest, OnlyConfirmedChangesReachTheStore) {
  auto first = commit(created("A"));
  auto second = commit(renamed("B"));
  state_.confirm(std::move(first));
  ASSERT_TRUE(state_.flush({}));
  State other(store_);
  EXPECT_EQ(name_in(other), "A");
  EXPECT_EQ(name(), "B");
  state_.confirm(std::move(second));
  ASSERT_TRUE(state_.flush({}));
  State another(store_);
  EXPECT_EQ(name_in(another), "B");
}

TEST_F(StateTest, AFlushIsOneWrite) {
  state_.confirm(commit(created("A")));
  state_.confirm(commit(renamed("B")));
  EXPECT_GT(state_.confirmed_count(), 0U);
  ASSERT_TRUE(state_.flush({}));
  EXPECT_EQ(store_.writes(), 1U);
  EXPECT_EQ(state_.confirmed_count(), 0U);
}

TEST_F(StateTest, WhatIsNotConfirmedOutlivesAFullCache) {
  State small(store_, 0);
  small.begin();
  log::Event event = created("A");
  ASSERT_TRUE(small.apply(organization_, event, kNow));
  auto changes = small.commit();
  ASSERT_TRUE(small.flush({}));
  EXPECT_EQ(name_in(small), "A");
  small.confirm(std::move(changes));
  ASSERT_TRUE(small.flush({}));
  EXPECT_EQ(name_in(small), "A");
}

TEST_F(StateTest, WhatIsNotedIsReadAtOnceAndReachesTheStore) {
  const std::string receipt = keys::receipt(kOrganization, kCompany);
  EXPECT_EQ(state_.text(receipt), std::nullopt);
  state_.note(receipt, "first");
  EXPECT_EQ(state_.text(receipt), "first");
  EXPECT_EQ(store_.content().count(receipt), 0U);
  ASSERT_TRUE(state_.flush({}));
  EXPECT_EQ(store_.content().at(receipt), "first");
  EXPECT_EQ(state_.text(receipt), "first");
}

TEST_F(StateTest, WhatIsNotedIsForgottenWithTheRest) {
  const std::string receipt = keys::receipt(kOrganization, kCompany);
  state_.note(receipt, "first");
  ASSERT_TRUE(state_.resume());
  EXPECT_EQ(state_.text(receipt), std::nullopt);
  EXPECT_EQ(state_.confirmed_count(), 0U);
}

TEST_F(StateTest, AFullCacheGivesUpWhatTheStoreHas) {
  // Each time a part of the cache: so often that all of it has had its turn twice.
  constexpr int kRounds = 1'000;
  State small(store_, 0);
  small.begin();
  log::Event event = created("A");
  ASSERT_TRUE(small.apply(organization_, event, kNow));
  small.confirm(small.commit());
  for (int round = 0; round < kRounds; ++round) small.trim();
  store_.fail_reads(true);
  EXPECT_EQ(name_in(small), "A");
  EXPECT_TRUE(small.health());
  ASSERT_TRUE(small.flush({}));
  for (int round = 0; round < kRounds; ++round) small.trim();
  EXPECT_EQ(name_in(small), "none");
  EXPECT_FALSE(small.health());
}

TEST_F(StateTest, ResumingForgetsWhatTheStoreDoesNotHave) {
  log::Progress progress;
  progress.set_offset(7);
  state_.confirm(commit(created("A")));
  ASSERT_TRUE(state_.flush(progress));
  state_.confirm(commit(renamed("B")));
  const auto resumed = state_.resume();
  ASSERT_TRUE(resumed.has_value());
  ASSERT_TRUE(resumed->has_value());
  EXPECT_EQ((*resumed)->offset(), 7U);
  EXPECT_EQ(name(), "A");
  EXPECT_EQ(namesakes("A"), 1);
  EXPECT_EQ(state_.confirmed_count(), 0U);
}

TEST_F(StateTest, AnEmptyStoreBeginsAnew) {
  const auto resumed = state_.resume();
  ASSERT_TRUE(resumed.has_value());
  EXPECT_FALSE(resumed->has_value());
}

TEST_F(StateTest, AStoreFoldedByOtherRulesIsEmptied) {
  state_.confirm(commit(created("A")));
  ASSERT_TRUE(state_.flush({}));
  const std::string key("\0progress", 9);
  log::Progress progress;
  ASSERT_TRUE(progress.ParseFromString(store_.content().find(key)->second));
  ASSERT_GT(progress.fold_versions_size(), ENTITY_COMPANY);
  progress.set_fold_versions(ENTITY_COMPANY, 0);
  store_.overwrite(key, progress.SerializeAsString());
  const auto resumed = state_.resume();
  ASSERT_TRUE(resumed.has_value());
  EXPECT_FALSE(resumed->has_value());
  EXPECT_TRUE(store_.content().empty());
  EXPECT_EQ(name(), "none");
}

TEST_F(StateTest, AGapInTheVersionsIsCorruption) {
  commit(created("A"));
  for (const std::uint64_t wrong : {1U, 3U}) {
    state_.begin();
    log::Event event = renamed("B");
    event.set_version(wrong);
    const auto applied = state_.apply(organization_, event, kNow);
    ASSERT_FALSE(applied.has_value());
    EXPECT_EQ(applied.error().kind, ErrorKind::kCorrupt);
    EXPECT_EQ(applied.error().code, "log.version_gap");
    state_.rollback();
  }
  EXPECT_EQ(name(), "A");
}

TEST_F(StateTest, AFailedReadSticks) {
  state_.confirm(commit(created("A")));
  ASSERT_TRUE(state_.flush({}));
  State other(store_);
  store_.fail_reads(true);
  EXPECT_EQ(name_in(other), "none");
  store_.fail_reads(false);
  ASSERT_FALSE(other.health().has_value());
  EXPECT_EQ(other.health().error().code, "store.broken");
  ASSERT_TRUE(other.resume().has_value());
  EXPECT_TRUE(other.health().has_value());
  EXPECT_EQ(name_in(other), "A");
}

TEST_F(StateTest, AFailedScanSticks) {
  store_.fail_reads(true);
  EXPECT_TRUE(state_.view(organization_)->scan(Index::kStagePosition, {}).empty());
  EXPECT_FALSE(state_.health().has_value());
}

TEST_F(StateTest, ADamagedRecordIsCorruption) {
  store_.overwrite(keys::record(organization_, ENTITY_COMPANY, kCompany), "\xFF\xFF\xFF");
  EXPECT_EQ(name(), "none");
  ASSERT_FALSE(state_.health().has_value());
  EXPECT_EQ(state_.health().error().kind, ErrorKind::kCorrupt);
}

TEST_F(StateTest, AFailedFlushSticksUntilTheStateIsReadAgain) {
  state_.confirm(commit(created("A")));
  ASSERT_TRUE(state_.flush({}));
  state_.confirm(commit(renamed("B")));
  store_.fail_writes(true);
  EXPECT_FALSE(state_.flush({}).has_value());
  store_.fail_writes(false);
  ASSERT_FALSE(state_.health());
  EXPECT_EQ(state_.health().error().code, "store.broken");
  const std::size_t writes = store_.writes();
  EXPECT_FALSE(state_.flush({}).has_value());
  EXPECT_EQ(store_.writes(), writes);
  ASSERT_TRUE(state_.resume());
  EXPECT_TRUE(state_.health());
  EXPECT_EQ(name(), "A");
}

TEST_F(StateTest, OrderedIndexesMergeCacheAndStore) {
  auto spec = given(organization(), stage("S3"), stage("S1"), stage("S2"));
  const auto order = [&] {
    std::vector<std::string> names;
    for (const std::string& each : spec.view()->scan(Index::kStagePosition, {})) {
      names.push_back(each == id("S1") ? "S1" : each == id("S2") ? "S2" : "S3");
    }
    return names;
  };
  EXPECT_EQ(order(), (std::vector<std::string>{"S1", "S2", "S3"}));
  ASSERT_TRUE(spec.state().resume().has_value());
  spec.after(move_stage("S1", 9));
  EXPECT_EQ(order(), (std::vector<std::string>{"S2", "S3", "S1"}));
  spec.after(remove("S3"));
  EXPECT_EQ(order(), (std::vector<std::string>{"S2", "S1"}));
  EXPECT_EQ(spec.view()->first(Index::kStagePosition, {}), id("S2"));
  EXPECT_EQ(spec.view()->scan(Index::kStagePosition, {}, 1).size(), 1U);
}

TEST(StateKeys, SortByNumberAndComeApart) {
  EXPECT_LT(keys::ordered(-5), keys::ordered(-4));
  EXPECT_LT(keys::ordered(-1), keys::ordered(0));
  EXPECT_LT(keys::ordered(9), keys::ordered(10));
  const std::string key = keys::record(kOrganization, ENTITY_DEAL, kCompany);
  ASSERT_TRUE(keys::is_record(key));
  const keys::RecordKey parsed = keys::parse_record(key);
  EXPECT_EQ(parsed.organization_id, kOrganization);
  EXPECT_EQ(parsed.entity, ENTITY_DEAL);
  EXPECT_EQ(parsed.id, kCompany);
  EXPECT_LT(keys::history(kOrganization, ENTITY_DEAL, kCompany, 255),
            keys::history(kOrganization, ENTITY_DEAL, kCompany, 256));
}

}  // namespace
}  // namespace daybook::test
