// Compares a live database with the documented schema (schemas/sql/documented_schema.txt) and names
// each difference.
//
// Compared are enums with the order of their values; tables; columns with their order, types,
// nullability and defaults; primary keys, unique constraints, foreign keys with their rules,
// checks; indexes, the 44 documented ones counted apart from the other groups; row-level security
// with its policies; functions and views; and that no reader may read what the login system owns.
// Where Daybook differs from the documentation on purpose, that is a known difference with its
// reason.
//
// Reads only. Needs the right to read the system catalogues, which every login has, and the
// migrations to be there.
#pragma once

#include <string>
#include <vector>

#include "domain/core/result.h"
#include "infra/postgres/connection.h"

namespace daybook::postgres {

struct SchemaDifference {
  std::string object;    // "column crm.deals.value"
  std::string expected;  // "" when there should be no such object
  std::string found;     // "" when there is none
};

struct KnownDifference {
  std::string object;
  std::string found;
  std::string reason;
};

// How many of the objects of one kind are as documented.
struct SchemaGroup {
  std::string name;  // "table", "index (documented)", ...
  int expected = 0;
  int matching = 0;
};

struct SchemaReport {
  std::vector<SchemaGroup> groups;
  std::vector<SchemaDifference> differences;
  std::vector<KnownDifference> known;

  [[nodiscard]] bool matches() const { return differences.empty(); }
};

[[nodiscard]] Result<SchemaReport> check_schema(Connection& connection);

// For a person: "table crm.deals: missing; expected present".
[[nodiscard]] std::string describe(const SchemaDifference& difference);

}  // namespace daybook::postgres
