// What the read tables must hold, computed from the log alone: every valid outcome folded anew, in
// memory, and compared with PostgreSQL row by row. Rows that are parked are left out; everything
// else must be there, and nothing more.
//
// Shared by tests that end with a log and tables. Used by one thread.
#pragma once

#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "domain/core/position.h"
#include "domain/core/read_outcome.h"
#include "infra/log/event_log.h"
#include "projections/ports/read_tables.h"

namespace daybook::testing {

struct FoldedLog {
  using CommandKey = std::pair<std::string, std::string>;  // organization and command

  std::map<std::string, projections::RowChange> rows;  // by record; removed ones without values
  std::map<CommandKey, ReadOutcome> outcomes;          // of the commands that were decided
  std::map<std::uint32_t, Position> last_outcomes;     // by partition
  std::map<std::uint32_t, Position> ends;              // the same, fences included
  std::vector<std::string> faults;  // version gaps, commands with two outcomes, unreadable records

  // Rows that the tables of this entity must have.
  [[nodiscard]] std::size_t row_count(Entity entity) const;
};

[[nodiscard]] FoldedLog fold_log(log::EventLog& log);

// What differs between the fold and the tables, a line for each row; nothing when they are equal.
// Compares every table that is filled from events, in all its columns, and the checkpoints.
[[nodiscard]] std::vector<std::string> differences(const FoldedLog& folded,
                                                   const std::string& owner_url);

// The same of rows alone, for tests that feed outcomes by hand.
[[nodiscard]] std::vector<std::string> row_differences(
    const std::map<std::string, projections::RowChange>& rows, const std::string& owner_url);

}  // namespace daybook::testing
