// Handlers that die or stand still in the worst moments, on a real broker: whatever happens, every
// command gets one outcome, each outcome is told, and in its order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/faults/crm.h"

namespace daybook::testing {
namespace {

constexpr std::size_t kLoadMax = 20'000;
constexpr int kKilled = 128 + SIGKILL;

class KilledHandler : public ::testing::TestWithParam<const char*> {};

TEST_P(KilledHandler, IsTakenOverByAnotherProcessThatLosesAndRepeatsNothing) {
  Crm crm;
  crm.client().use({.elsewhere = 40});  // enough of them, however soon it dies
  const auto doomed = crm.handler({"--fault", "kill", GetParam(), "7"});
  const auto other = crm.handler();
  crm.await_owned({doomed.get(), other.get()});
  crm.client().begin(kLoadMax);
  EXPECT_EQ(doomed->await_end(), kKilled);
  crm.client().end();
  crm.client().send(100);
  const TopicVerdict verdict = crm.expect_sound();
  EXPECT_GT(verdict.repeated, 0U);
  EXPECT_GT(verdict.forwarded, 0U);
  EXPECT_TRUE(other->runs());
}

INSTANTIATE_TEST_SUITE_P(Points, KilledHandler,
                         ::testing::Values("before-append", "after-append", "before-answer",
                                           "after-answer"),
                         [](const auto& point) {
                           std::string name = point.param;
                           name[name.find('-')] = '_';
                           return name;
                         });

TEST(KilledHandlerWhileClaiming, LeavesAFenceThatNobodyMinds) {
  Crm crm;
  const auto doomed = crm.handler({"--by-hand", "--fault", "kill", "after-fence", "2"});
  crm.client().send(50);
  EXPECT_EQ(doomed->await_end(), kKilled);
  const auto other = crm.handler();
  crm.client().send(50);
  crm.expect_sound();
}

class StoppedHandler : public ::testing::TestWithParam<const char*> {};

// What it had decided comes after the other's fence.
TEST_P(StoppedHandler, WritesOnlyVoidRecordsOnceItIsAwakeAndThenWorksOn) {
  Crm crm(1);
  auto sleeper = crm.handler({"--fault", "stop", GetParam(), "7"});
  crm.await_owned({sleeper.get()});
  crm.client().begin(kLoadMax);
  sleeper->await_stopped();
  crm.client().end();
  auto other = crm.handler();
  crm.client().send(200);
  crm.await_answered();
  sleeper->signal(SIGCONT);
  crm.client().send(100);
  const TopicVerdict awake = crm.expect_sound();
  if (std::string(GetParam()) == "before-append") {
    EXPECT_GT(awake.voids, 0U);
  }

  other->signal(SIGKILL);
  EXPECT_EQ(other->await_end(), kKilled);
  crm.client().send(100);
  crm.expect_sound();
  EXPECT_TRUE(sleeper->runs());
}

INSTANTIATE_TEST_SUITE_P(Points, StoppedHandler,
                         ::testing::Values("before-append", "after-append", "before-answer"),
                         [](const auto& point) {
                           std::string name = point.param;
                           name[name.find('-')] = '_';
                           return name;
                         });

TEST(TwoHandlersOfOnePartition, FenceEachOtherAndGetAllDoneWhenOneStops) {
  Crm crm(1);
  const auto one = crm.handler({"--by-hand"});
  crm.await_owned({one.get()});
  const auto two = crm.handler({"--by-hand"});
  crm.await_owned({two.get()});
  crm.client().begin(kLoadMax);
  for (ChildProcess* each : {one.get(), two.get()}) each->await_said("fenced_out", 2);
  crm.client().end();
  two->signal(SIGTERM);
  EXPECT_EQ(two->await_end(), 0);
  crm.client().send(50);
  const TopicVerdict verdict = crm.expect_sound();
  EXPECT_GE(verdict.fences, 5U);
  EXPECT_TRUE(one->runs());
}

// As if the broker had lost it and nobody had said so: the results behind it are acknowledged.
TEST(ResultThatIsLostBetweenOthers, IsToldAfterTheTakeOver) {
  Crm crm(1);
  const auto doomed = crm.handler({"--drop-answer", "20", "--fault", "kill", "after-answer", "60"});
  crm.await_owned({doomed.get()});
  crm.client().begin(kLoadMax);
  EXPECT_EQ(doomed->await_end(), kKilled);
  crm.client().end();
  const auto other = crm.handler();
  // It alone is told too late, which could not be otherwise.
  const TopicVerdict verdict = crm.check();
  EXPECT_THAT(verdict.faults, ::testing::ElementsAre(::testing::HasSubstr("tells of outcome")));
  EXPECT_GT(verdict.told_again, 0U);
}

TEST(TakeOver, KeepsRepeatsAndForwardedCommandsRight) {
  Crm crm(3);
  crm.client().use({.again = 40, .elsewhere = 40, .rubbish = 5});
  auto doomed = crm.handler();
  auto other = crm.handler();
  crm.await_owned({doomed.get(), other.get()});
  crm.client().begin(kLoadMax);
  crm.await_results(100);
  doomed->signal(SIGKILL);
  EXPECT_EQ(doomed->await_end(), kKilled);
  crm.client().end();
  crm.client().send(200);
  // The next one dies on the way into what the first one has left.
  crm.await_owned({other.get()});
  other->signal(SIGKILL);
  EXPECT_EQ(other->await_end(), kKilled);
  const auto last = crm.handler();
  crm.client().send(100);
  const TopicVerdict verdict = crm.expect_sound();
  EXPECT_GT(verdict.forwarded, 20U);
  EXPECT_GT(verdict.repeated, 20U);
}

}  // namespace
}  // namespace daybook::testing
