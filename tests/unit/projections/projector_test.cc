// The projector when tables or log do not behave.
#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/projections/projector_alone.h"

namespace daybook::test {
namespace {

TEST_F(ProjectorAlone, TriesAgainUntilTheTablesAnswer) {
  world_.happens(organization());
  world_.happens(company("C1"));
  world_.fail_writes({{ErrorKind::kUnavailable, "a", "", ""},
                      {ErrorKind::kUnknownOutcome, "b", "", ""},
                      {ErrorKind::kConflict, "c", "", ""}});
  projector_.start();
  ASSERT_TRUE(world_.await_end());
  world_.happens(patch("C1", "city: 'Oslo'"));
  ASSERT_TRUE(world_.await_end());
  projector_.stop();
  EXPECT_EQ(world_.rows.size(), 2U);
  EXPECT_GE(world_.claims, 3);
  EXPECT_EQ(projector_.status().lag_records, 0U);
}

// To have begun a write is not to have got something done.
TEST_F(ProjectorAlone, TriesLessAndLessOftenAndSaysSo) {
  ProjectorOptions options = quick();
  options.retry_max = std::chrono::hours(1);
  Projector projector(0, world_, world_, store_, options);
  world_.happens(organization());
  world_.fail_writes(std::vector<Error>(3, {ErrorKind::kUnavailable, "away", "", ""}));
  world_.let_writes_hang_from(4);
  projector.start();
  ASSERT_TRUE(world_.await([&] { return world_.writes == 4; }));
  const ProjectorStatus status = projector.status();
  EXPECT_GE(status.stuck, std::chrono::milliseconds(10 + 20 + 40));
  EXPECT_EQ(status.trouble, "away: ");
  world_.let_writes_go_on();
  ASSERT_TRUE(world_.await_end());
  projector.stop();
  EXPECT_EQ(projector.status().trouble, "");
}

TEST_F(ProjectorAlone, WritesItsStateWhenItStops) {
  world_.happens(organization());
  projector_.start();
  ASSERT_TRUE(world_.await_end());
  projector_.stop();
  EXPECT_FALSE(store_.content().empty());
}

TEST_F(ProjectorAlone, GoesOnWhenItsStateCannotBeWritten) {
  store_.fail_writes(true);
  world_.happens(organization());
  projector_.start();
  ASSERT_TRUE(world_.await_end());
  world_.happens(company("C1"));
  ASSERT_TRUE(world_.await_end());
  projector_.stop();
  EXPECT_EQ(world_.rows.size(), 2U);
}

TEST_F(ProjectorAlone, FoldsAgainWhenTheTablesWereMadeAnewBesideIt) {
  world_.happens(organization());
  world_.happens(company("C1"));
  projector_.start();
  ASSERT_TRUE(world_.await_end());
  world_.make_tables_anew();
  ASSERT_TRUE(world_.await_end());  // without another outcome
  projector_.stop();
  EXPECT_EQ(world_.rows.size(), 2U);
}

TEST_F(ProjectorAlone, ShowsItsLagAlsoWhileItHangs) {
  world_.happens(organization());
  world_.let_writes_hang_from(1);
  projector_.start();
  ASSERT_TRUE(world_.await([&] { return world_.writes > 0; }));
  world_.happens(company("C1"));
  EXPECT_GE(projector_.status().lag_records, 2U);
  const auto stuck = projector_.status().stuck;
  const auto limit = std::chrono::steady_clock::now() + kLimit;
  while (projector_.status().stuck <= stuck && std::chrono::steady_clock::now() < limit)
    std::this_thread::yield();
  EXPECT_GT(projector_.status().stuck, stuck);
  world_.let_writes_go_on();
  ASSERT_TRUE(world_.await_end());
  projector_.stop();
  EXPECT_EQ(projector_.status().lag_records, 0U);
  EXPECT_EQ(projector_.status().stuck.count(), 0);
}

TEST_F(ProjectorAlone, StopsAlsoWhileTheLogHasNotEvenBegun) {
  world_.begin_nowhere();
  projector_.start();
  ASSERT_TRUE(world_.await([&] { return world_.reads > 2; }));
  projector_.stop();  // returns
  EXPECT_EQ(world_.claims, 0);
}

}  // namespace
}  // namespace daybook::test
