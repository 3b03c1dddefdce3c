// What a projector finds at its start, and what goes wrong while it writes: nothing is lost,
// nothing is written twice, and what cannot be right stops it before it writes.
#include <gtest/gtest.h>

#include "tests/integration/projections/bench.h"

namespace daybook::test {  // the domain's language
namespace {

using namespace testing;

class Recovery : public ::testing::Test {
 protected:
  // The tables stand at the end of the log, the state has been written, and nothing runs.
  void project_and_stop() {
    bench_.start();
    ASSERT_TRUE(bench_.await_end());
    bench_.stop();
  }
  void expect_healed() {
    bench_.start();
    ASSERT_TRUE(bench_.await_end());
    bench_.happens(patch("C1", "city: 'Oslo'"));
    ASSERT_TRUE(bench_.await_end());
    EXPECT_EQ(bench_.differences(), kNoDifference);
    EXPECT_EQ(bench_.projector().status().trouble, "");
  }
  std::string checkpoint() {
    return bench_.value("SELECT sequence || ' ' || position FROM daybook.checkpoint");
  }
  // Starts, and expects that it stops for this reason, naming this, with nothing written.
  void expect_stopped(const std::string& code, const std::string& named) {
    const std::string before = checkpoint();
    bench_.start();
    const std::string trouble = bench_.await_trouble();
    EXPECT_NE(trouble.find(code), std::string::npos) << trouble;
    EXPECT_NE(trouble.find(named), std::string::npos) << trouble;
    EXPECT_FALSE(bench_.projector().status().running);
    bench_.stop();
    EXPECT_EQ(checkpoint(), before);
  }

  ProjectionBench bench_;
};

TEST_F(Recovery, GoesOnWhereItStopped) {
  bench_.two_organizations_happen();
  project_and_stop();
  bench_.happens(patch("C1", "city: 'Bergen'"));
  bench_.start();
  ASSERT_TRUE(bench_.await_end());
  EXPECT_EQ(bench_.differences(), kNoDifference);
  EXPECT_GT(bench_.source().starts().back(), 30U) << "the state that was written is used";
}

TEST_F(Recovery, KeepsItsStateWhenOnlyFencesCame) {
  bench_.two_organizations_happen();
  bench_.source().add_fence();
  project_and_stop();
  bench_.source().add_fence();
  project_and_stop();
  bench_.start();
  ASSERT_TRUE(bench_.await_end());
  EXPECT_GT(bench_.source().starts().back(), 30U) << "the state was thrown away";
}

TEST_F(Recovery, HealsWhenItsStateWasRemoved) {
  bench_.two_organizations_happen();
  project_and_stop();
  bench_.use_store(std::make_unique<MemoryStateStore>());
  expect_healed();
}

TEST_F(Recovery, HealsWhenItsStateIsBehindTheTables) {
  bench_.two_organizations_happen();
  project_and_stop();
  auto older = copy_of(bench_.store());
  bench_.happens(patch("C1", "industry: 'Retail'"));
  bench_.happens(move("D1", "S2"));
  project_and_stop();
  bench_.use_store(std::move(older));
  expect_healed();
}

TEST_F(Recovery, HealsWhenTheTablesAreAnOlderCopy) {
  bench_.two_organizations_happen();
  project_and_stop();
  const TestDatabase older = copy_of(bench_.database(), "older_tables");
  bench_.use_database(bench_.database());  // the copy ended all sessions
  bench_.happens(patch("C1", "industry: 'Retail'"));
  bench_.happens(remove("F1"));
  bench_.happens(move("D1", "S2"));
  project_and_stop();
  bench_.use_database(older);
  expect_healed();
}

TEST_F(Recovery, HealsWhenTheDatabaseIsNew) {
  bench_.two_organizations_happen();
  project_and_stop();
  bench_.use_database(fresh_database("fresh"));
  expect_healed();
}

TEST_F(Recovery, StopsAtACheckpointBeyondTheLog) {
  bench_.two_organizations_happen();
  project_and_stop();
  const std::string sequence = std::to_string(bench_.source().end().sequence);
  auto cut = std::make_unique<HandFedSource>(bench_.bell());
  cut->copy_from(bench_.source(), 10);
  bench_.use_source(std::move(cut));
  bench_.use_store(std::make_unique<MemoryStateStore>());
  expect_stopped("checkpoint.beyond_log", "sequence " + sequence);
}

TEST_F(Recovery, StopsAtACutLogThatItsStateKnew) {
  bench_.two_organizations_happen();
  project_and_stop();
  auto cut = std::make_unique<HandFedSource>(bench_.bell());
  cut->copy_from(bench_.source(), 10);
  bench_.use_source(std::move(cut));
  expect_stopped("log.shorter_than_witness", "");
}

TEST_F(Recovery, StopsAtTheTablesOfAnotherLog) {
  bench_.two_organizations_happen();
  project_and_stop();
  auto other = std::make_unique<HandFedSource>(bench_.bell(), kOtherLogId);
  other->copy_from(bench_.source(), bench_.source().records());
  bench_.use_source(std::move(other));
  expect_stopped("checkpoint.other_log", kLogId);
}

TEST_F(Recovery, StopsAtTheTablesOfAnotherHistoryOfTheSameLog) {
  bench_.two_organizations_happen();
  project_and_stop();
  auto other = std::make_unique<HandFedSource>(bench_.bell(), kLogId, std::uint8_t{1});
  other->copy_from(bench_.source(), bench_.source().records());
  const std::string token = token_of(bench_.source().end());
  bench_.use_source(std::move(other));
  bench_.use_store(std::make_unique<MemoryStateStore>());
  expect_stopped("checkpoint.other_log", token);
}

TEST_F(Recovery, SettlesACommitWhoseAnswerWasLost) {
  bench_.two_organizations_happen();
  bench_.tables().lose_next_answer();
  expect_healed();
  EXPECT_EQ(bench_.value("SELECT use_count FROM crm.saved_filters WHERE id = '" + id("F1") + "'"),
            "2");
}

TEST_F(Recovery, GoesOnAfterItsSessionWasEndedInTheMiddleOfACommit) {
  // Deferred, so that it runs inside COMMIT; the sequence is not rolled back, so it ends the first
  // two sessions only.
  run(bench_.sql(), R"(
    CREATE SEQUENCE public.commits;
    CREATE FUNCTION public.end_session() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      IF nextval('public.commits') <= 2 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
      RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER end_session AFTER INSERT OR UPDATE ON crm.companies
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.end_session())");
  bench_.two_organizations_happen();
  expect_healed();
  EXPECT_GT(std::stoi(bench_.value("SELECT last_value FROM public.commits")), 2);
  EXPECT_EQ(bench_.value("SELECT count(*) FROM crm.saved_filter_usage"), "4");
}

TEST_F(Recovery, GoesOnAfterItsSessionsWereEndedBetweenTransactions) {
  bench_.two_organizations_happen();
  bench_.start();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(bench_.await_end());
    run(bench_.sql(),
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'daybook "
        "projector'");
    bench_.happens(patch("C1", "city: 'City " + std::to_string(i) + "'"));
  }
  ASSERT_TRUE(bench_.await_end());
  EXPECT_EQ(bench_.differences(), kNoDifference);
}

TEST_F(Recovery, LeavesTheTablesToWhoeverClaimedThemLast) {
  bench_.two_organizations_happen();
  // It is to find out by writing: so it must have nothing to do while it rests.
  projections::ProjectorOptions options;
  options.flush_changes_max = 1;
  options.check_wait = std::chrono::hours(100 * 365 * 24);  // since the machine was started
  bench_.start(options);
  ASSERT_TRUE(bench_.await_end());
  bench_.source().hold(true);
  bench_.happens(patch("C1", "city: 'Oslo'"));
  read_tables::PostgresReadTables successor(bench_.database().owner_url);
  ASSERT_TRUE(successor.claim(0, kLogId));
  bench_.source().hold(false);
  // The first one's write is refused; it claims the tables again, as the newest claimant, and loses
  // nothing.
  ASSERT_TRUE(bench_.await_end());
  const auto writes = bench_.tables().writes();
  EXPECT_TRUE(
      std::any_of(writes.begin(), writes.end(), [](const auto& write) { return !write.written; }));
  EXPECT_EQ(bench_.differences(), kNoDifference);
}

}  // namespace
}  // namespace daybook::test
