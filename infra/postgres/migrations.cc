#include "infra/postgres/migrations.h"

#include <charconv>
#include <map>
#include <string_view>
#include <utility>

#include "infra/postgres/embedded_files.h"

namespace daybook::postgres {
namespace {

constexpr std::string_view kUpSuffix = ".up.sql";
constexpr std::string_view kDownSuffix = ".down.sql";
constexpr std::size_t kNumberDigits = 4;

// Without it the database does not know its roles any more, so they go when it goes.
constexpr int kRoleNamesMigration = 2;

// Any number will do that nobody else takes for a lock of this database: "daybook" in ASCII.
constexpr const char* kAdvisoryLock = "28254671641472875";

// All names in the files are qualified, so the path must not matter; and a migration that waits for
// a long report should fail and be repeated rather than make everybody else wait behind it.
constexpr const char* kMigrationSettings =
    "SET LOCAL search_path = ''; SET LOCAL lock_timeout = '30s';";

constexpr const char* kCreateBookkeeping =
    "CREATE SCHEMA IF NOT EXISTS daybook;"
    "CREATE TABLE IF NOT EXISTS daybook.migration ("
    "  number integer PRIMARY KEY,"
    "  name text NOT NULL,"
    "  checksum text NOT NULL,"
    "  applied_at timestamptz NOT NULL DEFAULT clock_timestamp());"
    "COMMENT ON TABLE daybook.migration IS 'The numbered SQL files that made this database, kept "
    "by \"daybook migrate\".'";

struct Migration {
  std::string name;
  std::string_view up;
  std::string_view down;
  std::string_view checksum;
};
using Migrations = std::map<int, Migration>;

struct Applied {
  std::string name;
  std::string checksum;
  std::string applied_at;
};
using AppliedMigrations = std::map<int, Applied>;

int number_of(std::string_view file_name) {
  int number = 0;
  std::from_chars(file_name.data(), file_name.data() + kNumberDigits, number);
  return number;
}

Migrations read_known_migrations() {
  Migrations migrations;
  for (const EmbeddedFile& file : embedded_files()) {
    const bool up = file.name.ends_with(kUpSuffix);
    if (!up && !file.name.ends_with(kDownSuffix)) {
      continue;
    }
    Migration& migration = migrations[number_of(file.name)];
    const std::size_t suffix = up ? kUpSuffix.size() : kDownSuffix.size();
    migration.name =
        file.name.substr(kNumberDigits + 1, file.name.size() - kNumberDigits - 1 - suffix);
    (up ? migration.up : migration.down) = file.text;
    if (up) {
      migration.checksum = file.sha256;
    }
  }
  return migrations;
}

const Migrations& known_migrations() {
  static const Migrations migrations = read_known_migrations();
  return migrations;
}

std::string label(int number, const std::string& name) {
  return "migration " + std::to_string(number) + " (" + name + ")";
}

Result<AppliedMigrations> read_applied(Connection& connection) {
  AppliedMigrations applied;
  DAYBOOK_ASSIGN(table, connection.exec("SELECT to_regclass('daybook.migration')"));
  if (!table.rows.at(0).at(0)) {
    return applied;
  }
  DAYBOOK_ASSIGN(
      found,
      connection.exec("SELECT number, name, checksum, to_char(applied_at AT TIME ZONE 'UTC', "
                      "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM daybook.migration ORDER BY number"));
  for (const Row& row : found.rows) {
    applied[std::stoi(row[0].value_or("0"))] = {row[1].value_or(""), row[2].value_or(""),
                                                row[3].value_or("")};
  }
  return applied;
}

Result<AppliedMigrations> read_checked(Connection& connection) {
  DAYBOOK_ASSIGN(applied, read_applied(connection));
  for (const auto& [number, entry] : applied) {
    const auto known = known_migrations().find(number);
    if (known == known_migrations().end()) {
      return fail(ErrorKind::kConflict, "migration.newer_database",
                  "the database has " + label(number, entry.name) +
                      ", this binary knows only up to " + std::to_string(latest_migration()) +
                      ": use the newer binary");
    }
    if (known->second.checksum != entry.checksum) {
      return fail(ErrorKind::kConflict, "migration.changed",
                  label(number, entry.name) +
                      " was changed after it had been applied to this database: restore the "
                      "file and put the change into a new migration");
    }
  }
  return applied;
}

// Holds the advisory lock; the session's end gives it back in any case.
class MigrationLock {
 public:
  static Result<MigrationLock> take(Connection& connection) {
    DAYBOOK_TRY(connection.exec("SET lock_timeout = '120s'"));
    const auto locked =
        connection.exec(std::string("SELECT pg_advisory_lock(") + kAdvisoryLock + ")");
    (void)connection.exec("RESET lock_timeout");
    if (!locked && sqlstate(locked.error()) == "55P03") {
      return fail(ErrorKind::kUnavailable, "migration.locked",
                  "another migration of this database has been running for two minutes: try again "
                  "when it is done");
    }
    DAYBOOK_TRY(locked);
    return MigrationLock(connection);
  }
  MigrationLock(MigrationLock&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  MigrationLock& operator=(MigrationLock&&) = delete;
  ~MigrationLock() {
    if (connection_ != nullptr && connection_->is_open()) {
      (void)connection_->exec(std::string("SELECT pg_advisory_unlock(") + kAdvisoryLock + ")");
    }
  }

 private:
  explicit MigrationLock(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

Error with_label(Error error, int number, const std::string& name) {
  error.detail = label(number, name) + ": " + error.detail;
  return error;
}

Result<void> apply_up(Connection& connection, int number, const Migration& migration) {
  DAYBOOK_ASSIGN(transaction, Transaction::begin(connection));
  DAYBOOK_TRY(connection.exec(kMigrationSettings));
  DAYBOOK_TRY(connection.exec(std::string(migration.up)));
  DAYBOOK_TRY(connection.exec_params(
      "INSERT INTO daybook.migration (number, name, checksum) VALUES ($1, $2, $3)",
      {std::to_string(number), migration.name, std::string(migration.checksum)}));
  return transaction.commit();
}

Result<void> apply_down(Connection& connection, int number, const Migration& migration,
                        bool is_last) {
  DAYBOOK_ASSIGN(transaction, Transaction::begin(connection));
  DAYBOOK_TRY(connection.exec(kMigrationSettings));
  DAYBOOK_TRY(connection.exec(std::string(migration.down)));
  DAYBOOK_TRY(connection.exec_params("DELETE FROM daybook.migration WHERE number = $1",
                                     {std::to_string(number)}));
  if (is_last) {
    DAYBOOK_TRY(connection.exec("DROP TABLE daybook.migration; DROP SCHEMA daybook"));
  }
  return transaction.commit();
}

// A projector that works meanwhile may lock what comes next here, and wait for what is locked
// already: PostgreSQL then gives up one of the two. Each step is one transaction, begun again.
template <class Step>
auto repeated_after_deadlock(const Step& step) {
  constexpr int kTries = 5;
  auto done = step();
  for (int tries = 1; tries < kTries && !done && sqlstate(done.error()) == "40P01"; ++tries)
    done = step();
  return done;
}

Result<MigrationReport> migrate_down_locked(Connection& connection,
                                            const AppliedMigrations& applied, int target,
                                            const MigrationProgress& progress) {
  MigrationReport report;
  std::vector<std::string> roles;
  if (target < kRoleNamesMigration && applied.contains(kRoleNamesMigration)) {
    DAYBOOK_ASSIGN(owned, owned_roles(connection));
    roles = std::move(owned);
  }
  for (auto entry = applied.rbegin(); entry != applied.rend() && entry->first > target; ++entry) {
    const auto& [number, state] = *entry;
    if (progress) {
      progress(number, state.name, false);
    }
    const Result<void> undone = repeated_after_deadlock([&, number = number] {
      return apply_down(connection, number, known_migrations().at(number),
                        number == applied.begin()->first);
    });
    if (!undone) {
      return fail(with_label(undone.error(), number, state.name));
    }
    report.done.push_back({number, state.name, std::nullopt});
  }
  DAYBOOK_ASSIGN(notes, drop_roles(connection, roles));
  report.roles.notes = std::move(notes);
  return report;
}

}  // namespace

int latest_migration() {
  return known_migrations().empty() ? 0 : known_migrations().rbegin()->first;
}

Result<MigrationReport> migrate_up(Connection& connection, const MigrationProgress& progress) {
  DAYBOOK_ASSIGN(lock, MigrationLock::take(connection));
  DAYBOOK_ASSIGN(applied, read_checked(connection));
  if (applied.empty()) {
    DAYBOOK_TRY(connection.exec(kCreateBookkeeping));
  }
  MigrationReport report;
  for (const auto& [number, migration] : known_migrations()) {
    if (applied.contains(number)) {
      continue;
    }
    if (progress) {
      progress(number, migration.name, true);
    }
    const Result<void> done = repeated_after_deadlock([&, number = number, &migration = migration] {
      return apply_up(connection, number, migration);
    });
    if (!done) {
      return fail(with_label(done.error(), number, migration.name));
    }
    report.done.push_back({number, migration.name, std::nullopt});
  }
  DAYBOOK_ASSIGN(roles, repeated_after_deadlock([&] { return ensure_roles(connection); }));
  report.roles = std::move(roles);
  return report;
}

Result<MigrationReport> migrate_down(Connection& connection, int target,
                                     const MigrationProgress& progress) {
  DAYBOOK_ASSIGN(lock, MigrationLock::take(connection));
  DAYBOOK_ASSIGN(applied, read_checked(connection));
  return migrate_down_locked(connection, applied, target, progress);
}

Result<MigrationReport> migrate_down_one(Connection& connection,
                                         const MigrationProgress& progress) {
  DAYBOOK_ASSIGN(lock, MigrationLock::take(connection));
  DAYBOOK_ASSIGN(applied, read_checked(connection));
  if (applied.empty()) {
    return MigrationReport{};
  }
  return migrate_down_locked(connection, applied, applied.rbegin()->first - 1, progress);
}

Result<std::vector<MigrationState>> migration_status(Connection& connection) {
  DAYBOOK_ASSIGN(applied, read_checked(connection));
  std::vector<MigrationState> states;
  for (const auto& [number, migration] : known_migrations()) {
    MigrationState& state =
        states.emplace_back(MigrationState{number, migration.name, std::nullopt});
    if (const auto found = applied.find(number); found != applied.end()) {
      state.applied_at = found->second.applied_at;
    }
  }
  return states;
}

}  // namespace daybook::postgres
