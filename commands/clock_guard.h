// Whether the wall clock can date decisions: against the newest decision (a clock that was set
// back) and against the steady clock (one that has jumped since the partition was first owned).
//
// Used by one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "commands/ports/clock.h"

namespace daybook::commands {

class ClockGuard {
 public:
  ClockGuard(const Clock& clock, std::chrono::milliseconds bound)
      : clock_(clock), bound_(bound.count()) {}

  // Remembers how the two clocks stand to each other, the first time.
  void begin() {
    if (!offset_) offset_ = clock_.wall_ms() - clock_.steady_ms();
  }
  [[nodiscard]] bool is_off(std::int64_t newest_decision) const {
    const std::int64_t wall = clock_.wall_ms();
    const std::int64_t offset = wall - clock_.steady_ms();
    const std::int64_t drift = offset - offset_.value_or(offset);
    return wall < newest_decision - bound_ || drift > bound_ || drift < -bound_;
  }

 private:
  const Clock& clock_;
  std::int64_t bound_;
  std::optional<std::int64_t> offset_;  // wall minus steady
};

}  // namespace daybook::commands
