#include <signal.h>
#include <fmt/format.h>
#include <pthread.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <cstdio>

#include "apps/daybook/engine.h"
#include "apps/daybook/subcommands.h"

namespace daybook::app {
namespace {

constexpr std::chrono::seconds kStopDeadline{3};

}  // namespace

int run_up(const Settings& settings, std::uint32_t partitions) {
  // Only this user: commands and their data are in there.
  ::umask(0077);
  // Blocked before any thread is started, so that sigwait below is the one place where they arrive.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  auto engine = Engine::start(settings, partitions, [](const std::string& message) { spdlog::info("{}", message); });
  if (!engine) return report(settings, engine.error());
  fmt::print("daybook is ready: http://{}\n", (*engine)->address());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("stopping");
  (*engine)->stop(kStopDeadline);
  spdlog::info("stopped");
  return kOk;
}

}  // namespace daybook::app
