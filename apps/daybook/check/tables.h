// The read tables beside what the log says that they must hold: row by row, in all their columns.
//
// Rows that are parked are left out; everything else must be there, and nothing more. What differs
// comes as lines of text, at most a few for each table; that the tables cannot be read is such a
// line too. Used by one thread.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "apps/daybook/check/fold.h"
#include "infra/postgres/connection.h"

namespace daybook::check {

// The tables as one transaction sees them, while a projector may go on writing.
class TableSnapshot {
 public:
  struct Checkpoint {
    std::string log_id;
    std::uint64_t sequence = 0;
    std::string hash;  // in hexadecimal
  };

  // kUnavailable if PostgreSQL does not answer.
  [[nodiscard]] static Result<TableSnapshot> open(const std::string& owner_url);

  // By partition.
  [[nodiscard]] const std::map<std::uint32_t, Checkpoint>& checkpoints() const {
    return checkpoints_;
  }
  // "<table> <record>: <reason>" of each row that is parked.
  [[nodiscard]] const std::vector<std::string>& parked() const { return parked_; }
  [[nodiscard]] std::vector<std::string> differences(const Rows& rows);
  // The records of those of these rows that they have exactly so.
  [[nodiscard]] Result<std::set<std::string>> held(const Rows& rows);

 private:
  explicit TableSnapshot(postgres::Connection connection) : connection_(std::move(connection)) {}
  [[nodiscard]] Result<void> read_standing();

  postgres::Connection connection_;
  std::map<std::uint32_t, Checkpoint> checkpoints_;
  std::vector<std::string> parked_;
};

// What differs between a folded log and tables that have got to its end: rows and checkpoints.
[[nodiscard]] std::vector<std::string> differences(const FoldedLog& folded,
                                                   const std::string& owner_url);

// The same of rows alone, whatever the checkpoints say.
[[nodiscard]] std::vector<std::string> row_differences(const Rows& rows,
                                                       const std::string& owner_url);

}  // namespace daybook::check
