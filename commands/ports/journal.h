// Port: the log of one partition as its owner sees it. Who implements it takes care of fences,
// sequences, hashes and the reader rule; the handler only decides, appends and waits to read its
// own outcomes back.
//
// Used by one thread, but for recorded_at().
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/core/position.h"
#include "domain/core/read_outcome.h"
#include "domain/core/result.h"
#include "schemas/log.pb.h"

namespace daybook::commands {

class Journal {
 public:
  using Progress = log::Progress;
  using Fold = std::function<Result<void>(const ReadOutcome&)>;
  using Rest = std::function<Result<void>()>;
  struct Entry {
    const log::Outcome* outcome = nullptr;
    log::Envelope envelope;
  };
  struct Recorded {
    log::Outcome outcome;
    log::Envelope envelope;
  };

  Journal() = default;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  virtual ~Journal() = default;

  // Takes the partition over: folds every valid outcome after `from` (nullptr: from the beginning)
  // and fences, until its own fence has been read back as the valid one. `rest` is called now and
  // then when everything up to `progress` has been folded, so that a long fold can be stored on the
  // way. Errors: kConflict "log.fenced_out" if another claimant was faster (try again, with
  // back-off), kCorrupt if `from` or the log is damaged, kUnavailable.
  [[nodiscard]] virtual Result<void> claim(const Progress* from, const Fold& fold,
                                           const Rest& rest) = 0;

  // Hands outcomes over for appending, in order; returns before they are durable.
  [[nodiscard]] virtual Result<void> append(const std::vector<Entry>& entries) = 0;

  // Waits up to `wait` for own outcomes to be read back as valid and gives their positions, in the
  // order appended. kConflict or kUnknownOutcome: something of ours is void or its fate unknown:
  // forget what was decided ahead and claim again; commands whose outcomes became valid are found
  // by their receipts.
  [[nodiscard]] virtual Result<std::vector<Position>> read_back(std::chrono::milliseconds wait) = 0;

  // What time it was, by the log's own clock if it has one, when the last claim or read_back ended:
  // milliseconds since 1970. It is not known exactly, because an append takes a while. Absent when
  // that call has learnt nothing of it.
  struct LogTime {
    std::int64_t earliest = 0;
    std::int64_t latest = 0;
  };
  [[nodiscard]] virtual std::optional<LogTime> log_time() const { return std::nullopt; }

  // How far this partition has been read.
  [[nodiscard]] virtual const Progress& progress() const = 0;

  // A valid outcome, by the offset that a receipt or history entry holds. From any thread.
  [[nodiscard]] virtual Result<Recorded> recorded_at(std::uint64_t offset) = 0;
};

}  // namespace daybook::commands
