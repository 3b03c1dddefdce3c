#include "infra/postgres/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <thread>

#include "infra/postgres/schema_check.h"
#include "tests/support/postgres_fixture.h"
#include "tests/support/wait_until.h"

namespace daybook::postgres {
namespace {

using daybook::testing::connect;
using daybook::testing::create_database;
using daybook::testing::create_migrated_database;
using daybook::testing::run;
using daybook::testing::TestDatabase;
using daybook::testing::value;
using daybook::testing::values;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

// All that this database has of its own, and the server's roles: what must be the same after
// everything was undone.
std::vector<std::string> catalogue(Connection& connection) {
  return values(
      connection,
      "SELECT 'schema ' || nspname || coalesce(' ' || obj_description(oid, "
      "'pg_namespace'), '') FROM pg_namespace "
      "  WHERE nspname NOT LIKE 'pg_t%' "
      "UNION ALL SELECT 'relation ' || oid::regclass::text || ' ' || relkind::text || "
      "coalesce(relacl::text, '') "
      "  FROM pg_class WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE "
      "nspname LIKE 'pg_t%') "
      "UNION ALL SELECT 'type ' || oid::regtype::text FROM pg_type "
      "UNION ALL SELECT 'function ' || oid::regprocedure::text || md5(prosrc) FROM pg_proc "
      "UNION ALL SELECT 'extension ' || extname FROM pg_extension "
      "UNION ALL SELECT 'policy ' || polname FROM pg_policy "
      "UNION ALL SELECT 'operator class ' || opcname FROM pg_opclass "
      "UNION ALL SELECT 'role ' || rolname FROM pg_roles "
      "ORDER BY 1");
}

TEST(Migrations, GoUpDownAndUpAgain) {
  const TestDatabase database = create_database("migrations");
  Connection connection = connect(database.owner_url);
  const auto before = catalogue(connection);

  const auto first = migrate_up(connection);
  ASSERT_TRUE(first.has_value()) << first.error().detail;
  EXPECT_EQ(static_cast<int>(first->done.size()), latest_migration());
  EXPECT_TRUE(first->roles.complete);
  const auto after = catalogue(connection);

  const auto down = migrate_down(connection, 0);
  ASSERT_TRUE(down.has_value()) << down.error().detail;
  EXPECT_THAT(down->roles.notes, IsEmpty());
  EXPECT_EQ(catalogue(connection), before);

  ASSERT_TRUE(migrate_up(connection).has_value());
  EXPECT_EQ(catalogue(connection), after);
}

TEST(Migrations, EachGoesUpDownAndUpByItself) {
  const TestDatabase database = create_migrated_database("steps");
  Connection connection = connect(database.owner_url);
  const auto complete = catalogue(connection);
  for (int number = latest_migration(); number > 0; --number) {
    const auto with = catalogue(connection);
    const auto down = migrate_down_one(connection);
    ASSERT_TRUE(down.has_value()) << down.error().detail;
    ASSERT_EQ(down->done.size(), 1U);
    EXPECT_EQ(down->done[0].number, number);
    EXPECT_NE(catalogue(connection), with)
        << "migration " << number << " does nothing that can be seen";
  }
  EXPECT_THAT(migrate_down_one(connection)->done, IsEmpty());
  for (const int target : {18, 11, 5, 1}) {  // a part of the way down, then all the way up
    ASSERT_TRUE(migrate_up(connection).has_value());
    EXPECT_EQ(catalogue(connection), complete);
    ASSERT_TRUE(migrate_down(connection, target).has_value());
  }
}

TEST(Migrations, CanBeRepeated) {
  const TestDatabase database = create_migrated_database("again");
  Connection connection = connect(database.owner_url);
  const auto before = catalogue(connection);
  const auto again = migrate_up(connection);
  ASSERT_TRUE(again.has_value()) << again.error().detail;
  EXPECT_THAT(again->done, IsEmpty());
  EXPECT_EQ(catalogue(connection), before);
}

TEST(Migrations, TellWhatIsApplied) {
  const TestDatabase database = create_database("status");
  Connection connection = connect(database.owner_url);
  const auto none = migration_status(connection);
  ASSERT_TRUE(none.has_value());
  EXPECT_EQ(static_cast<int>(none->size()), latest_migration());
  EXPECT_TRUE(std::none_of(none->begin(), none->end(),
                           [](const auto& state) { return state.applied_at.has_value(); }));
  ASSERT_TRUE(migrate_up(connection).has_value());
  ASSERT_TRUE(migrate_down_one(connection).has_value());
  const auto most = migration_status(connection);
  EXPECT_TRUE(most->front().applied_at.has_value());
  EXPECT_FALSE(most->back().applied_at.has_value());
}

TEST(Migrations, RefuseADatabaseThatIsNewerThanTheBinary) {
  const TestDatabase database = create_migrated_database("newer");
  Connection connection = connect(database.owner_url);
  run(connection, "INSERT INTO daybook.migration VALUES (9999, 'of_the_future', 'x')");
  for (const auto& outcome : {migrate_up(connection), migrate_down(connection, 0)}) {
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().code, "migration.newer_database");
    EXPECT_THAT(outcome.error().detail, HasSubstr("9999 (of_the_future)"));
  }
}

TEST(Migrations, RefuseAMigrationThatWasChangedAfterwards) {
  const TestDatabase database = create_migrated_database("changed");
  Connection connection = connect(database.owner_url);
  run(connection, "UPDATE daybook.migration SET checksum = 'x' WHERE number = 7");
  const auto outcome = migrate_up(connection);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, "migration.changed");
  EXPECT_THAT(outcome.error().detail, HasSubstr("7 (companies)"));
}

TEST(Migrations, LeaveNothingOfAMigrationThatFails) {
  const TestDatabase database = create_migrated_database("failing");
  Connection connection = connect(database.owner_url);
  ASSERT_TRUE(migrate_down(connection, 23).has_value());
  run(connection, "CREATE VIEW daybook.freshness AS SELECT 1 AS in_the_way");
  const auto outcome = migrate_up(connection);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_THAT(outcome.error().detail, HasSubstr("migration 24 (freshness)"));
  EXPECT_EQ(value(connection, "SELECT to_regprocedure('daybook.is_owner()')"), "NULL");
  run(connection, "DROP VIEW daybook.freshness");
  EXPECT_TRUE(migrate_up(connection).has_value());
}

// As beside a projector: of the two that wait for each other PostgreSQL gives up the one that looks
// first, here the migration, and late enough to see what the writer waits for.
TEST(Migrations, AreBegunAgainAfterADeadlock) {
  const TestDatabase database = create_migrated_database("deadlock");
  Connection connection = connect(database.owner_url);
  ASSERT_TRUE(migrate_down(connection, 16).has_value());
  run(connection, "SET deadlock_timeout = '5s'");
  Connection writer = connect(database.owner_url);
  run(writer, "SET deadlock_timeout = '60s'");
  run(writer, "BEGIN; LOCK TABLE crm.contacts IN ROW EXCLUSIVE MODE");
  Connection observer = connect(database.owner_url);
  auto migration = std::async(std::launch::async, [&] { return migrate_up(connection); });
  EXPECT_TRUE(test::wait_until([&] {
    return value(observer,
                 "SELECT count(*) FROM pg_locks WHERE relation = 'crm.contacts'::regclass AND NOT "
                 "granted") == "1";
  }));
  run(writer, "LOCK TABLE crm.companies IN ROW EXCLUSIVE MODE; COMMIT");
  const auto report = migration.get();
  EXPECT_TRUE(report.has_value()) << report.error().detail;
  EXPECT_TRUE(test::wait_until([&] {
    return value(connection,
                 "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") ==
           "1";
  }));
}

TEST(Migrations, TwoAtOnceDoTheWorkOnce) {
  const TestDatabase database = create_database("two");
  std::vector<std::size_t> done(2);
  const auto migrate = [&](std::size_t which) {
    Connection connection = connect(database.owner_url);
    const auto report = migrate_up(connection);
    ASSERT_TRUE(report.has_value()) << report.error().detail;
    done[which] = report->done.size();
  };
  std::thread other(migrate, 0);
  migrate(1);
  other.join();
  EXPECT_EQ(static_cast<int>(done[0] + done[1]), latest_migration());
  EXPECT_TRUE(done[0] == 0 || done[1] == 0);
}

TEST(Migrations, UseAnExtensionThatIsThereAndLeaveIt) {
  const TestDatabase database = create_database("extension");
  Connection connection = connect(database.owner_url);
  run(connection,
      "CREATE SCHEMA \"Other Tools\"; CREATE EXTENSION pg_trgm WITH SCHEMA \"Other Tools\"");
  const auto up = migrate_up(connection);
  ASSERT_TRUE(up.has_value()) << up.error().detail;
  const auto report = check_schema(connection);
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->matches()) << describe(report->differences.front());
  ASSERT_TRUE(migrate_down(connection, 0).has_value());
  EXPECT_EQ(value(connection, "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"), "1");
}

}  // namespace
}  // namespace daybook::postgres
