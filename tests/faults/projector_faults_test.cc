// Projectors that die before, in and after their COMMIT, and anywhere else: the read tables are the
// fold of the log all the same.
#include <gtest/gtest.h>
#include <signal.h>

#include <random>

#include "tests/faults/crm.h"
#include "tests/support/postgres_fixture.h"

namespace daybook::testing {
namespace {

constexpr std::size_t kLoadMax = 20'000;
constexpr int kKilled = 128 + SIGKILL;

void expect_tables(Crm& crm, const TestDatabase& database) {
  const TopicVerdict verdict = crm.expect_sound();
  EXPECT_EQ(table_faults(verdict.folded, database.owner_url), std::vector<std::string>());
  EXPECT_GT(verdict.folded.row_count(ENTITY_COMPANY), 10U);
}

class KilledProjector : public ::testing::TestWithParam<const char*> {};

TEST_P(KilledProjector, LeavesTablesThatTheNextOneBringsToTheEnd) {
  const TestDatabase database = create_migrated_database("projector");
  Crm crm;
  const auto handler = crm.handler();
  const auto doomed = crm.projector(database.owner_url, {"--fault", "kill", GetParam(), "6"});
  crm.client().begin(kLoadMax);
  EXPECT_EQ(doomed->await_end(), kKilled) << doomed->said();
  crm.client().end();
  const auto next = crm.projector(database.owner_url);
  expect_tables(crm, database);
}

INSTANTIATE_TEST_SUITE_P(Points, KilledProjector,
                         ::testing::Values("before-commit", "after-commit"), [](const auto& point) {
                           std::string name = point.param;
                           name[name.find('-')] = '_';
                           return name;
                         });

// That the point is where its name says: all of the batch is with PostgreSQL, and nobody sees it.
TEST(ProjectorStoppedBeforeItsCommit, HasItsRowsInAnOpenTransaction) {
  const TestDatabase database = create_migrated_database("stopped");
  postgres::Connection sql = connect(database.owner_url);
  Crm crm;
  const auto handler = crm.handler();
  const auto doomed = crm.projector(database.owner_url, {"--fault", "stop", "before-commit", "6"});
  crm.client().begin(kLoadMax);
  doomed->await_stopped();
  EXPECT_NE(value(sql,
                  "SELECT count(*) FROM pg_stat_activity JOIN pg_locks USING (pid)"
                  " WHERE application_name = 'daybook projector' AND datname = current_database()"
                  " AND state = 'idle in transaction' AND backend_xid IS NOT NULL"
                  " AND relation = 'daybook.checkpoint'::regclass AND mode = 'RowExclusiveLock'"),
            "0");
  doomed->signal(SIGKILL);
  EXPECT_EQ(doomed->await_end(), kKilled);
  crm.client().end();
  const auto next = crm.projector(database.owner_url);
  expect_tables(crm, database);
}

// Holds every COMMIT that moves a checkpoint, as long as this lives.
class HeldCommits {
 public:
  explicit HeldCommits(const std::string& owner_url) : connection_(connect(owner_url)) {
    run(connection_, "SELECT pg_advisory_lock(4711)");
  }
  ~HeldCommits() { (void)connection_.exec("SELECT pg_advisory_unlock(4711)"); }
  HeldCommits(const HeldCommits&) = delete;
  HeldCommits& operator=(const HeldCommits&) = delete;

  // Deferred: it waits in the COMMIT itself.
  static void prepare(const std::string& owner_url) {
    postgres::Connection connection = connect(owner_url);
    run(connection,
        "CREATE FUNCTION public.hold() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS"
        " 'BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NULL; END'");
    run(connection,
        "CREATE CONSTRAINT TRIGGER hold AFTER UPDATE ON daybook.checkpoint DEFERRABLE INITIALLY"
        " DEFERRED FOR EACH ROW WHEN (old.sequence <> new.sequence)"
        " EXECUTE FUNCTION public.hold()");
  }
  void await_held() {
    ASSERT_TRUE(await_condition([this] { return value(connection_, kHeld) != "0"; }));
  }
  void end_held_sessions() {
    run(connection_,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'advisory'");
    ASSERT_TRUE(await_condition([this] { return value(connection_, kHeld) == "0"; }));
  }

 private:
  static constexpr const char* kHeld =
      "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'"
      " AND query ILIKE 'commit%' AND datname = current_database()";

  postgres::Connection connection_;
};

// Whether PostgreSQL finishes the COMMIT after its client's death, or ends without it.
class ProjectorKilledInItsCommit : public ::testing::TestWithParam<bool> {};

TEST_P(ProjectorKilledInItsCommit, LeavesItToThePostgreSqlWhatBecomesOfIt) {
  const TestDatabase database = create_migrated_database("commit");
  HeldCommits::prepare(database.owner_url);
  Crm crm;
  const auto handler = crm.handler();
  auto doomed = crm.projector(database.owner_url);
  crm.client().send(100);
  expect_tables(crm, database);
  std::unique_ptr<ChildProcess> next;
  {
    HeldCommits held(database.owner_url);
    crm.client().send(50);
    held.await_held();
    doomed->signal(SIGKILL);
    EXPECT_EQ(doomed->await_end(), kKilled);
    if (!GetParam()) held.end_held_sessions();
    next = crm.projector(database.owner_url);
    crm.client().send(50);
  }
  expect_tables(crm, database);
}

INSTANTIATE_TEST_SUITE_P(Ends, ProjectorKilledInItsCommit, ::testing::Bool(),
                         [](const auto& end) { return end.param ? "committed" : "rolled_back"; });

// The projectors are those of the binary as a user runs it.
TEST(ProjectorsAndHandlers, MayBeKilledAtAnyMoment) {
  const TestDatabase database = create_migrated_database("random");
  Crm crm;
  std::minstd_rand random(seed());
  const auto project = [&] {
    return crm.daybook("projections", {"projections", "--http", "127.0.0.1:0"},
                       {"DATABASE_URL=" + database.owner_url});
  };
  postgres::Connection connection = connect(database.owner_url);
  const auto applied = [&] {
    return std::stoll(
        value(connection, "SELECT coalesce(sum(sequence), 0)::bigint FROM daybook.checkpoint"));
  };
  auto handler = crm.handler();
  for (int round = 0; round < 4; ++round) {
    crm.client().begin(600);
    const auto projectors = project();
    const auto goal = applied() + 20 + static_cast<long long>(random() % 200);
    ASSERT_TRUE(await_condition([&] { return applied() >= goal; })) << projectors->said();
    handler->signal(SIGKILL);
    projectors->signal(SIGKILL);
    EXPECT_EQ(projectors->await_end(), kKilled);
    EXPECT_EQ(handler->await_end(), kKilled);
    handler = crm.handler();
    crm.client().end();
  }
  const auto last = project();
  expect_tables(crm, database);
}

}  // namespace
}  // namespace daybook::testing
