// What a log says: its valid outcomes folded anew, in memory, with what must hold of them.
//
// Rows are those that the read tables must have; outcomes are what senders must have been told.
// Used by one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "apps/daybook/check/judgement.h"
#include "domain/core/position.h"
#include "domain/core/read_outcome.h"
#include "domain/state/state.h"
#include "infra/log/event_log.h"
#include "infra/state/memory_state_store.h"
#include "projections/ports/read_tables.h"

namespace daybook::check {

using Rows =
    std::map<std::string, projections::RowChange>;  // by record; removed ones without values

// Folds outcomes one by one, in memory, to the rows that they give.
class RowFold {
 public:
  // The rows that the outcome changes; kCorrupt if it cannot be folded.
  [[nodiscard]] Result<std::vector<projections::RowChange>> take(log::Outcome outcome);
  // The newest state of every row so far.
  [[nodiscard]] const Rows& rows() const { return rows_; }

 private:
  std::unique_ptr<state::MemoryStateStore> store_ = std::make_unique<state::MemoryStateStore>();
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

// Adds what a partition's valid outcomes give, up to a sequence, or all of them.
void fold(const Judgement& judged, FoldedLog& folded,
          std::optional<std::uint64_t> up_to = std::nullopt);

// The whole log, judged and folded; also what stopped a partition's readers is among the faults.
[[nodiscard]] FoldedLog fold_log(log::EventLog& log);

// Every record of a partition, void and foreign ones included.
[[nodiscard]] Result<std::vector<log::RawRecord>> read_partition(log::EventLog& log,
                                                                 std::uint32_t partition);

}  // namespace daybook::check
