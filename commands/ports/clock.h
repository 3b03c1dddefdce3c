// Port: the time. The wall clock dates decisions; the steady clock, which no one can set, tells
// whether the wall clock has jumped. Thread-safe.
#pragma once

#include <cstdint>

namespace daybook::commands {

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual std::int64_t wall_ms() const = 0;  // since 1970-01-01T00:00:00Z
  [[nodiscard]] virtual std::int64_t steady_ms()
      const = 0;  // since some start; goes on while the machine sleeps
};

}  // namespace daybook::commands
