#include "apps/daybook/torture/torture_engine.h"

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>

#include <atomic>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>

#include "apps/daybook/faults/faulty_engine.h"
#include "apps/daybook/subcommands.h"

namespace daybook::torture {
namespace {

// So that what is done now and then is done often enough to be hit.
constexpr std::size_t kFlushChanges = 500;

class ShiftedClock final : public commands::Clock {
 public:
  [[nodiscard]] std::int64_t wall_ms() const override {
    return app::system_clock().wall_ms() + shift_;
  }
  [[nodiscard]] std::int64_t steady_ms() const override { return app::system_clock().steady_ms(); }
  void shift(std::int64_t milliseconds) { shift_ = milliseconds; }

 private:
  std::atomic<std::int64_t> shift_ = 0;
};

void obey(const std::string& line, faults::Faults& faults, ShiftedClock& clock) {
  std::istringstream words(line);
  std::string verb;
  words >> verb;
  if (verb == "kill") {
    faults::Plan plan;
    words >> plan.point >> plan.count;
    faults.arm(plan);
  } else if (verb == "clock") {
    std::int64_t shift = 0;
    words >> shift;
    clock.shift(shift);
  }
}

}  // namespace

int run_torture_engine(const app::Settings& settings) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // For ever: the thread that listens has no end of its own.
  static faults::Faults faults;
  static ShiftedClock clock;
  // Signals are for the engine's own thread.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread([] {
    for (std::string line; std::getline(std::cin, line);) obey(line, faults, clock);
  }).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  app::Wiring wiring = faults::faulty_wiring(faults);
  wiring.clock = &clock;
  wiring.handler.flush_changes_max = kFlushChanges;
  wiring.projector.flush_changes_max = kFlushChanges;
  return app::run_up(settings, {true, true}, std::nullopt, std::move(wiring));
}

}  // namespace daybook::torture
