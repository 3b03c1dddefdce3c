#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "apps/daybook/engine.h"
#include "apps/daybook/subcommands.h"

namespace daybook::app {
namespace {

// Whoever sends SIGTERM is to see the end within five seconds.
constexpr std::chrono::microseconds kLastResort{4'300'000};

// Ends the process, whatever a part of it may still be waiting for: a disk or a database of
// somebody else's that hangs has no bound of its own. That loses nothing, as kill -9 loses nothing:
// what was acknowledged is in the log, and the next start folds the rest from there.
void end_by_the_last_resort() {
  ::signal(SIGALRM, [](int) {
    constexpr std::string_view kText = "stopped without what did not end in time\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, kText.data(), kText.size());
    ::_exit(kOk);
  });
  constexpr auto kSecond = std::chrono::microseconds(std::chrono::seconds(1)).count();
  const itimerval once{{0, 0}, {kLastResort.count() / kSecond, kLastResort.count() % kSecond}};
  ::setitimer(ITIMER_REAL, &once, nullptr);
}

// Waits for a signal to stop, at most this long; 0 if none came.
int await_signal(const sigset_t& signals, std::chrono::milliseconds wait) {
  const timespec limit{static_cast<time_t>(wait.count() / 1000),
                       static_cast<long>(wait.count() % 1000 * 1'000'000)};
  const int signal = ::sigtimedwait(&signals, nullptr, &limit);
  return signal > 0 ? signal : 0;
}

void log_progress(const std::string& message) { spdlog::info("{}", message); }

// Warns of what is in the way, once for each time that it changes.
class TroubleLog {
 public:
  void look(const Engine& engine) {
    std::string trouble = engine.trouble();
    if (trouble == told_) return;
    if (trouble.empty()) {
      spdlog::info("it works again");
    } else {
      spdlog::warn("{}", trouble);
    }
    told_ = std::move(trouble);
  }

 private:
  std::string told_;
};

// Tells what it waits for, and in the end that it is ready. False if a signal came first.
bool await_ready(Engine& engine, const sigset_t& signals, TroubleLog& troubles) {
  for (int waits = 1; !engine.caught_up(); ++waits) {
    if (await_signal(signals, std::chrono::milliseconds(20)) != 0) return false;
    troubles.look(engine);
    if (waits % 50 == 0) engine.tend(log_progress);
    if (waits % 250 == 50) spdlog::info("catching up with the log");
  }
  fmt::print("daybook is ready: http://{}\n", engine.address());
  std::fflush(stdout);
  return true;
}

}  // namespace

int run_up(const Settings& settings, Roles roles, std::optional<std::uint32_t> partitions,
           Wiring wiring) {
  // Only this user: commands and their data are in there.
  ::umask(0077);
  // Blocked before any thread is started, so that sigwait below is the one place where they arrive.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is a write that failed, and can be told

  auto engine = Engine::start(settings, roles, partitions, log_progress, std::move(wiring));
  if (!engine) return report(settings, engine.error());
  TroubleLog troubles;
  if (await_ready(**engine, signals, troubles)) {
    while (await_signal(signals, std::chrono::seconds(1)) == 0) {
      troubles.look(**engine);
      (*engine)->tend(log_progress);
    }
  }
  spdlog::info("stopping");
  // Whoever cannot wait asks once more: the next start folds what this one did not write down.
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  end_by_the_last_resort();
  (*engine)->stop(kStopLimit);
  spdlog::info("stopped");
  return kOk;
}

}  // namespace daybook::app
