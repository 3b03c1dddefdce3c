// A clock that stands until a test moves it. Thread-safe.
#pragma once

#include <atomic>

#include "commands/ports/clock.h"

namespace daybook::test {

class ManualClock final : public commands::Clock {
 public:
  explicit ManualClock(std::int64_t wall_ms) : wall_(wall_ms) {}

  [[nodiscard]] std::int64_t wall_ms() const override { return wall_; }
  [[nodiscard]] std::int64_t steady_ms() const override { return steady_; }

  // Time passes, on both.
  void pass(std::int64_t ms) {
    wall_ += ms;
    steady_ += ms;
  }
  // Somebody sets the wall clock.
  void set_wall_back(std::int64_t ms) { wall_ -= ms; }
  void set_wall_ahead(std::int64_t ms) { wall_ += ms; }

 private:
  std::atomic<std::int64_t> wall_;
  std::atomic<std::int64_t> steady_ = 1'000;
};

}  // namespace daybook::test
