// How the projector cuts into batches what it reads, and what becomes of those that are under way.
#include <gtest/gtest.h>

#include <atomic>

#include "tests/support/wait_until.h"
#include "tests/unit/projections/projector_alone.h"

namespace daybook::test {
namespace {

TEST_F(ProjectorAlone, FoldsTheNextBatchWhileOneIsWritten) {
  world_.happens(organization());
  world_.let_writes_hang_from(1);
  projector_.start();
  ASSERT_TRUE(world_.await([&] { return world_.writes == 1; }));
  world_.happens(company("C1"));
  world_.happens(patch("C1", "city: 'Oslo'"));
  ASSERT_TRUE(world_.await_read());
  EXPECT_EQ(world_.writes, 1);
  world_.let_writes_go_on();
  ASSERT_TRUE(world_.await_end());
  projector_.stop();
  EXPECT_EQ(world_.checkpoints, (std::vector<std::uint64_t>{1, 3}));
  EXPECT_EQ(world_.rows.size(), 2U);
}

TEST_F(ProjectorAlone, WritesOneByOneWhatIsRefusedAndWhatWasFoldedMeanwhile) {
  world_.happens(organization());
  world_.happens(company("C1"));
  world_.fail_writes({{ErrorKind::kRejected, "refused", "", ""}});
  world_.let_writes_hang_from(1);
  projector_.start();
  ASSERT_TRUE(world_.await([&] { return world_.writes == 1; }));
  world_.happens(patch("C1", "city: 'Oslo'"));
  ASSERT_TRUE(world_.await_read());
  world_.let_writes_go_on();
  ASSERT_TRUE(world_.await_end());
  world_.happens(company("C2"));
  ASSERT_TRUE(world_.await_end());
  projector_.stop();
  EXPECT_EQ(world_.checkpoints, (std::vector<std::uint64_t>{1, 2, 3, 4}));
  EXPECT_EQ(world_.rows.size(), 3U);
  EXPECT_EQ(world_.claims, 1);
}

TEST_F(ProjectorAlone, WritesOneByOneNoRowAheadOfItsCheckpoint) {
  world_.parked_rows = {parked_company("C1"), parked_company("C2")};  // a claim tries them first
  ASSERT_NO_FATAL_FAILURE(start_with_a_hanging_write(projector_, "C7", 3));
  world_.happens(company("C1"));
  world_.happens(company("C2"));
  ASSERT_TRUE(world_.await_read());
  world_.fail_writes({{ErrorKind::kRejected, "refused", "", ""}});
  world_.let_writes_go_on();
  const std::set<std::string> both{id("C1"), id("C2")};
  ASSERT_TRUE(world_.await([&] { return world_.written.size() == 6; }));
  projector_.stop();
  EXPECT_EQ(world_.checkpoints, (std::vector<std::uint64_t>{0, 1, 2, 3, 4, 4}));
  EXPECT_EQ(world_.written[0], both) << "a claim tries what is parked";
  EXPECT_EQ(world_.written[3], std::set<std::string>{id("C1")});
  EXPECT_EQ(world_.written[4], std::set<std::string>{id("C2")});
  EXPECT_EQ(world_.written[5], both);
}

TEST_F(ProjectorAlone, LetsGoInTheMiddleOfWritingOneByOne) {
  world_.happens(organization());
  world_.happens(company("C1"));
  world_.fail_writes({{ErrorKind::kRejected, "refused", "", ""}});
  world_.let_writes_hang_from(2);
  projector_.start();
  ASSERT_TRUE(world_.await([&] { return world_.writes == 2; }));
  projector_.assign(false);
  world_.let_writes_go_on();
  ASSERT_TRUE(wait_until([&] { return !projector_.status().running; }));
  EXPECT_EQ(world_.checkpoints, std::vector<std::uint64_t>{1});
  projector_.assign(true);
  ASSERT_TRUE(world_.await_end());
  projector_.stop();
  EXPECT_EQ(world_.rows.size(), 2U);
}

// What comes of a write that touches one of them it hears when it has just lost the log.
TEST_F(ProjectorAlone, CountsNoRowAsParkedThatWasSoBefore) {
  ProjectorOptions options = quick();
  options.parked_per_minute_max = 2;
  Projector projector(0, world_, world_, store_, options);
  world_.parked_rows = {parked_company("C7"), parked_company("C8"), parked_company("C9")};
  ASSERT_NO_FATAL_FAILURE(start_with_a_hanging_write(projector, "C7", 3));
  world_.fail_next_read({ErrorKind::kUnavailable, "log.away", "", ""});
  ASSERT_TRUE(wait_until([&] { return !projector.status().running; }));
  world_.let_writes_go_on();
  world_.happens(company("C2"));
  ASSERT_TRUE(world_.await_end());
  projector.stop();
  EXPECT_EQ(projector.status().parked_total, 0U);
  EXPECT_EQ(projector.status().parked, 3U);
}

TEST_F(ProjectorAlone, ReadsNoMoreThanABatchOfBytesAhead) {
  ProjectorOptions options = quick();
  options.bytes_max = 1;
  Projector projector(0, world_, world_, store_, options);
  ASSERT_NO_FATAL_FAILURE(start_in_the_middle(projector));
  world_.happens(company("C3"));
  world_.let_writes_go_on();
  ASSERT_TRUE(world_.await_end());
  projector.stop();
  EXPECT_EQ(world_.checkpoints, (std::vector<std::uint64_t>{1, 2, 3, 4}));
}

// What has been folded and not been written is in no state: the tables would be behind it.
TEST_F(ProjectorAlone, WritesItsStateUpToWhatTheTablesHave) {
  ProjectorOptions options = quick();
  options.flush_changes_max = 1;
  Projector projector(0, world_, world_, store_, options);
  ASSERT_NO_FATAL_FAILURE(start_in_the_middle(projector));
  world_.let_writes_hang_from(3);
  int reads = 0;
  ASSERT_TRUE(world_.await([&] {
    reads = world_.reads;
    return world_.writes == 3;
  }));
  ASSERT_TRUE(world_.await([&] { return world_.reads > reads; }));  // so the state is written
  EXPECT_EQ(stored_sequence(), 2U);
  world_.let_writes_go_on();
  ASSERT_TRUE(world_.await_end());
  projector.stop();
  EXPECT_EQ(stored_sequence(), 3U);
  EXPECT_EQ(world_.rows.size(), 3U);
}

class WatchedStore final : public state::MemoryStateStore {
 public:
  explicit WatchedStore(std::function<void()> before_write)
      : before_write_(std::move(before_write)) {}
  Result<void> write_all(const Batches& batches) override {
    before_write_();
    return state::MemoryStateStore::write_all(batches);
  }

 private:
  std::function<void()> before_write_;
};

TEST_F(ProjectorAlone, TheTablesDoNotWaitForItsState) {
  ProjectorOptions options = quick();
  options.flush_changes_max = 1;
  std::atomic<bool> waited = false;
  // Of the state with C1: the rows of C2 are under way by then.
  WatchedStore store([&] {
    if (!world_.await([&] { return world_.rows.size() != 2 || world_.writes == 3; })) waited = true;
  });
  Projector projector(0, world_, world_, store, options);
  ASSERT_NO_FATAL_FAILURE(start_in_the_middle(projector));
  world_.let_writes_go_on();
  ASSERT_TRUE(world_.await_end());
  projector.stop();
  EXPECT_FALSE(waited);
}

}  // namespace
}  // namespace daybook::test
