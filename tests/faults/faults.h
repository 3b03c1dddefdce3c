// Where a process hurts itself, and how. Thread-safe.
#pragma once

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <string_view>

namespace daybook::faults {

struct Plan {
  bool stops = false;  // SIGSTOP instead of SIGKILL
  std::string point;   // empty: nowhere
  int count = 1;       // the how-manieth time
};

// Says once when it is the how-manieth time.
class Countdown {
 public:
  explicit Countdown(int count) : left_(count) {}
  [[nodiscard]] bool is_now() { return --left_ == 0; }

 private:
  std::atomic<int> left_;
};

class Faults {
 public:
  explicit Faults(Plan plan) : plan_(std::move(plan)) {}

  // `before` is done first, if this is where it happens.
  template <class Before>
  void at(std::string_view point, const Before& before) {
    if (point != plan_.point || ++seen_ != plan_.count) return;
    before();
    ::kill(::getpid(), plan_.stops ? SIGSTOP : SIGKILL);
  }
  void at(std::string_view point) {
    at(point, [] {});
  }

 private:
  const Plan plan_;
  std::atomic<int> seen_ = 0;
};

}  // namespace daybook::faults
