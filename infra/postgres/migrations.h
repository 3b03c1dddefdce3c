// Brings a database to the schema that this binary knows, and back.
//
// Migrations are the numbered files of schemas/sql (NNNN_name.up.sql, NNNN_name.down.sql), embedded
// in the binary. Each runs in a transaction of its own together with its line in daybook.migration.
// Two migrators wait for one another (advisory lock). Refused, before anything is touched: a
// database that a newer binary has migrated, and a migration that was changed after it had been
// applied.
//
// After the last migration the roles are made and granted what they may do (roles.h); where the
// connected role may not create roles, the report holds the SQL for an administrator, and the
// engine goes on as the owner of the tables.
//
// The Connection must be the owner of the tables (or of an empty database) and outside a
// transaction. Threading: as the Connection's. Errors: what PostgreSQL says, with the migration's
// number and name before it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/core/result.h"
#include "infra/postgres/connection.h"
#include "infra/postgres/roles.h"

namespace daybook::postgres {

struct MigrationState {
  int number = 0;
  std::string name;                       // "companies"
  std::optional<std::string> applied_at;  // ISO, UTC; nullopt: not applied
};

struct MigrationReport {
  std::vector<MigrationState> done;  // in the order in which they were run
  RolesReport roles;                 // after an upward run; empty otherwise
};

// Called before each migration is run.
using MigrationProgress = std::function<void(int number, const std::string& name, bool up)>;

[[nodiscard]] Result<MigrationReport> migrate_up(Connection& connection,
                                                 const MigrationProgress& progress = {});

// Undoes every migration above `target`; 0 undoes all and leaves nothing of Daybook in the
// database, nor its roles.
[[nodiscard]] Result<MigrationReport> migrate_down(Connection& connection, int target,
                                                   const MigrationProgress& progress = {});

// Undoes the newest migration; nothing happens when there is none.
[[nodiscard]] Result<MigrationReport> migrate_down_one(Connection& connection,
                                                       const MigrationProgress& progress = {});

// Every migration that this binary knows. Changes nothing.
[[nodiscard]] Result<std::vector<MigrationState>> migration_status(Connection& connection);

// The number of the newest migration that this binary knows.
[[nodiscard]] int latest_migration();

}  // namespace daybook::postgres
