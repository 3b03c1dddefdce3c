// What the read tables must hold, computed from the log alone: every valid outcome folded anew, in
// memory, and compared with PostgreSQL row by row. Rows that are parked are left out; everything
// else must be there, and nothing more.
//
// Shared by tests that end with a log and tables. Used by one thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "domain/core/position.h"
#include "domain/core/read_outcome.h"
#include "domain/state/state.h"
#include "infra/log/event_log.h"
#include "projections/ports/read_tables.h"
#include "tests/support/memory_state_store.h"

namespace daybook::testing {

using Rows =
    std::map<std::string, projections::RowChange>;  // by record; removed ones without values

// Folds outcomes one by one, in memory, to the rows that they give.
class RowFold {
 public:
  // The rows that the outcome changes; throws if it cannot be folded.
  std::vector<projections::RowChange> take(log::Outcome outcome);
  // The newest state of every row so far.
  [[nodiscard]] const Rows& rows() const { return rows_; }

 private:
  std::unique_ptr<test::MemoryStateStore> store_ = std::make_unique<test::MemoryStateStore>();
  std::unique_ptr<State> state_ = std::make_unique<State>(*store_);
  Rows rows_;
};

struct FoldedLog {
  using CommandKey = std::pair<std::string, std::string>;  // organization and command

  Rows rows;
  std::map<CommandKey, ReadOutcome> outcomes;       // of the commands that were decided
  std::map<std::uint32_t, Position> last_outcomes;  // by partition
  std::map<std::uint32_t, Position> ends;           // the same, fences included
  std::vector<std::string> faults;  // version gaps, commands with two outcomes, unreadable records

  // Rows that the tables of this entity must have.
  [[nodiscard]] std::size_t row_count(Entity entity) const;
};

// Adds one partition's outcomes, with what must hold of them beside the rows.
class PartitionFold {
 public:
  // `folded` must outlive it.
  explicit PartitionFold(FoldedLog& folded) : folded_(folded) {}

  void take(const ReadOutcome& read);
  // After the last one.
  void finish();

 private:
  void check_version(const log::Outcome& outcome, const log::Event& event);

  FoldedLog& folded_;
  RowFold fold_;
  std::map<std::tuple<std::string, int, std::string>, std::uint64_t> versions_;
};

[[nodiscard]] FoldedLog fold_log(log::EventLog& log);

// What differs between the fold and the tables, a line for each row; nothing when they are equal.
// Compares every table that is filled from events, in all its columns, and the checkpoints.
[[nodiscard]] std::vector<std::string> differences(const FoldedLog& folded,
                                                   const std::string& owner_url);

// The same of rows alone, for tests that feed outcomes by hand.
[[nodiscard]] std::vector<std::string> row_differences(const Rows& rows,
                                                       const std::string& owner_url);

}  // namespace daybook::testing
