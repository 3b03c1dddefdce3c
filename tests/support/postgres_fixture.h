// Real PostgreSQL for tests: one private cluster per test program, in a temporary folder, made at
// the first use and removed at the program's end. What a killed test program leaves behind is
// removed by the next one.
//
// Every function throws when PostgreSQL cannot be had or refuses what it is asked, which fails the
// test with the reason: these tests are never skipped.
#pragma once

#include <string>
#include <vector>

#include "infra/postgres/connection.h"

namespace daybook::testing {

struct TestDatabase {
  std::string name;
  std::string owner_url;
};

// An empty database of its own, with a name made from `hint` and a number.
[[nodiscard]] TestDatabase create_database(const std::string& hint);
// The same, migrated to the latest schema, with its roles.
[[nodiscard]] TestDatabase create_migrated_database(const std::string& hint);

[[nodiscard]] postgres::Connection connect(const std::string& url);

// Runs SQL that has to succeed.
postgres::Rows run(postgres::Connection& connection, const std::string& sql);
// The SQLSTATE that SQL is refused with, "" when it is accepted.
[[nodiscard]] std::string refusal(postgres::Connection& connection, const std::string& sql);
// The only value of the only row; "NULL" for NULL.
[[nodiscard]] std::string value(postgres::Connection& connection, const std::string& sql);
// The first column of all rows.
[[nodiscard]] std::vector<std::string> values(postgres::Connection& connection,
                                              const std::string& sql);

// A folder below the temporary one that the server's user can reach; removed at the end.
[[nodiscard]] std::string temporary_folder(const std::string& hint);

}  // namespace daybook::testing
