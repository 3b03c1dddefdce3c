// Whether the wall clock can date decisions: against the newest decision (a clock that was set
// back), against the log's clock when it was last told, if the log has one, and against the steady
// clock (one that has jumped since then; without a log's clock, since the partition was first
// owned).
//
// Used by one thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "commands/ports/clock.h"
#include "commands/ports/journal.h"
#include "domain/core/result.h"

namespace daybook::commands {

class ClockGuard {
 public:
  ClockGuard(const Clock& clock, std::chrono::milliseconds bound)
      : clock_(clock), bound_(bound.count()) {}

  // Remembers how the steady clock stands to the right time; asked of the log again and again,
  // because either of the clocks may be set right.
  void begin(const std::optional<Journal::LogTime>& log_time) {
    const std::int64_t wall = clock_.wall_ms();
    if (log_time) {
      offset_ = std::clamp(wall, log_time->earliest, log_time->latest) - clock_.steady_ms();
    } else if (!offset_) {
      offset_ = wall - clock_.steady_ms();
    }
  }
  [[nodiscard]] bool is_off(std::int64_t newest_decision) const {
    const std::int64_t wall = clock_.wall_ms();
    const std::int64_t offset = wall - clock_.steady_ms();
    const std::int64_t drift = offset - offset_.value_or(offset);
    return wall < newest_decision - bound_ || drift > bound_ || drift < -bound_;
  }

  [[nodiscard]] static Error error() {
    return {ErrorKind::kUnavailable, "clock.off",
            "not taken: this machine's clock differs from the log's, or from what it was, by more "
            "than five seconds; set them right",
            ""};
  }

 private:
  const Clock& clock_;
  std::int64_t bound_;
  std::optional<std::int64_t> offset_;  // the right time minus steady
};

}  // namespace daybook::commands
