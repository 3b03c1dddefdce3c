// Where a process hurts itself, and how: something between the engine and its ports says which
// point it has come to, and there the process is killed or stopped if that was asked for.
//
// Points, in the life of a command: before-fence, after-fence, before-append, after-append (it is
// durable), before-read-back (the handler does not know it yet), before-answer, after-answer,
// before-commit (the rows are in an open transaction), after-commit, before-state (the rows are
// durable, the projector's state is not written). Thread-safe.
#pragma once

#include <signal.h>

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

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
  explicit Faults(Plan plan = {}) : plan_(std::move(plan)) {}

  // From now on this, counted from now.
  void arm(Plan plan) {
    const std::lock_guard lock(mutex_);
    plan_ = std::move(plan);
    seen_ = 0;
  }
  // `before` is done first, if this is where it happens.
  template <class Before>
  void at(std::string_view point, const Before& before) {
    bool stops = false;
    {
      const std::lock_guard lock(mutex_);
      if (point != plan_.point || ++seen_ != plan_.count) return;
      stops = plan_.stops;
    }
    before();
    // To this very thread: what is sent to the process may be taken by another one, and until that
    // one has stopped all, this one goes on.
    (void)::raise(stops ? SIGSTOP : SIGKILL);
  }
  void at(std::string_view point) {
    at(point, [] {});
  }

 private:
  std::mutex mutex_;
  Plan plan_;
  int seen_ = 0;
};

}  // namespace daybook::faults
