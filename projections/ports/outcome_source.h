// Port: the valid outcomes of one partition, in order. Used by one thread, but for the end offsets.
#pragma once

#include <chrono>
#include <vector>

#include "domain/core/read_outcome.h"
#include "domain/core/result.h"

namespace daybook::projections {

class OutcomeSource {
 public:
  OutcomeSource() = default;
  OutcomeSource(const OutcomeSource&) = delete;
  OutcomeSource& operator=(const OutcomeSource&) = delete;
  virtual ~OutcomeSource() = default;

  // Starts after `from` (nullptr: at the beginning). kCorrupt if the log is shorter or other than
  // `from` says.
  [[nodiscard]] virtual Result<void> start(const log::Progress* from) = 0;
  // The next valid outcomes, at most `outcomes_max`; waits up to `wait` for the first. May be
  // empty.
  [[nodiscard]] virtual Result<std::vector<ReadOutcome>> read(std::size_t outcomes_max,
                                                              std::chrono::milliseconds wait) = 0;
  // How far it has read, fences and void records included.
  [[nodiscard]] virtual const log::Progress& progress() const = 0;
  // The offset after the last durable record of the partition: what the lag is measured against.
  // From any thread.
  [[nodiscard]] virtual Result<std::uint64_t> end_offset() = 0;
  // The same as it was a moment ago; hardly ever waits.
  [[nodiscard]] virtual std::uint64_t recent_end_offset() { return end_offset().value_or(0); }
};

}  // namespace daybook::projections
