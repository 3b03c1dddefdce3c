// The roles of one installation. They belong to the whole server, so their names carry the
// database's:
// - <database>_readers, no login: what every reporting login may read; row-level security decides
//   which rows.
// - <database>_projector, no login: writes the projected tables and columns; the engine assumes it
//   after connecting.
// - <database>_gateway, a login without a password until it is given one: for a gateway that reads
//   for one organization at a time; its settings daybook.organization_id and daybook.user_id count.
// - <database>_reader_<name>: a reporting login (readers.h).
// Each carries a mark in its comment; a role of such a name without the mark is somebody else's and
// is not touched.
#pragma once

#include <string>
#include <vector>

#include "domain/core/result.h"
#include "infra/postgres/connection.h"

namespace daybook::postgres {

struct RolesReport {
  // All roles exist and have their grants.
  bool complete = false;
  // What somebody with CREATEROLE has to run; then migrate up again.
  std::vector<std::string> administrator_sql;
  // What could not be done and why, for a person.
  std::vector<std::string> notes;
};

// Makes what is missing as far as the connected role may, and grants. Can be repeated. Needs all
// migrations.
[[nodiscard]] Result<RolesReport> ensure_roles(Connection& connection);

// Whether the roles exist; the SQL that would make them otherwise. Changes nothing.
[[nodiscard]] Result<RolesReport> check_roles(Connection& connection);

// The names of this installation's roles, reporting logins first.
[[nodiscard]] Result<std::vector<std::string>> owned_roles(Connection& connection);

// Drops the roles that own nothing any more; what could not be dropped is noted.
[[nodiscard]] Result<std::vector<std::string>> drop_roles(Connection& connection,
                                                          const std::vector<std::string>& roles);

// The full name for "readers", "projector", "gateway" or "reader_<name>".
[[nodiscard]] Result<std::string> role_name(Connection& connection, const std::string& suffix);

// Lets the session go on with the projector's rights. False where that role is missing or not
// granted: then the session stays the owner of the tables. Undone by RESET ROLE.
[[nodiscard]] Result<bool> assume_projector(Connection& connection);

}  // namespace daybook::postgres
