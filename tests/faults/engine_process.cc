// The engine's command side, or its projectors, in a process that hurts itself where it is told to.
// Only for tests of faults: everything is wired as in apps/daybook, but for what stands between the
// engine and its ports.
//
//   fault_engine commands|projections [--fault kill|stop POINT COUNT] [--drop-append COUNT]
//                                     [--drop-answer COUNT] [--by-hand] [--append-timeout
//                                     MILLISECONDS]
//
// Points: before-fence, after-fence, before-append, after-append, before-answer, after-answer,
// before-commit, after-commit. The rest comes from the environment, as for daybook. What each
// partition does is said on stdout, a line for each change.
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "apps/daybook/engine.h"
#include "apps/daybook/faults/faulty_tables.h"
#include "tests/faults/faulty_backend.h"

namespace daybook::faults {
namespace {

constexpr timespec kLookInterval{0, 10'000'000};

struct Wanted {
  std::string role;
  Plan plan;
  BackendOptions backend;
};

Wanted parse(const std::vector<std::string>& arguments) {
  Wanted wanted;
  wanted.role = arguments.at(0);
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string& option = arguments[i];
    if (option == "--fault") {
      wanted.plan.stops = arguments.at(i + 1) == "stop";
      wanted.plan.point = arguments.at(i + 2);
      wanted.plan.count = std::stoi(arguments.at(i + 3));
      i += 3;
    } else if (option == "--drop-answer") {
      wanted.backend.drop_answer = std::stoi(arguments.at(++i));
    } else if (option == "--drop-append") {
      wanted.backend.drop_append = std::stoi(arguments.at(++i));
    } else if (option == "--append-timeout") {
      wanted.backend.append_timeout = std::chrono::milliseconds(std::stoi(arguments.at(++i)));
    } else if (option == "--by-hand") {
      wanted.backend.by_hand = true;
    } else {
      throw std::invalid_argument(option);
    }
  }
  return wanted;
}

template <class T>
T needed(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().code + ": " + result.error().detail);
  return *std::move(result);
}

// With the seconds of the clock, to see what took long.
void say(const std::string& line) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  std::printf("%.3f %s\n", static_cast<double>(ms % 1'000'000) / 1'000, line.c_str());
  std::fflush(stdout);
}

// Says what changes until a signal asks to stop.
template <class Lines>
void watch(const sigset_t& signals, const Lines& lines) {
  std::vector<std::string> said;
  while (::sigtimedwait(&signals, nullptr, &kLookInterval) < 0) {
    const std::vector<std::string> now = lines();
    said.resize(now.size());
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now[i] != said[i]) say("partition " + std::to_string(i) + " " + now[i]);
    }
    said = now;
  }
}

void run_commands(FaultyBackend& backend, const sigset_t& signals) {
  const auto side = needed(app::CommandSide::open(backend));
  watch(signals, [&] {
    std::vector<std::string> lines;
    for (const commands::HandlerStatus& status : side->engine().status()) {
      lines.push_back((status.owns ? "owned, claims " : "free, claims ") +
                      std::to_string(status.claims) + " " + status.trouble);
    }
    return lines;
  });
  side->stop();
}

void run_projections(FaultyBackend& backend, Faults& faults, const std::string& database_url,
                     const sigset_t& signals) {
  app::Wiring wiring;
  put_around_tables(wiring, faults);
  const auto side = needed(app::ProjectionSide::open(
      backend, [database_url] { return database_url; }, read_tables::Tidying::kAsAnybody, wiring));
  watch(signals, [&] {
    std::vector<std::string> lines;
    for (const projections::ProjectorStatus& status : side->status())
      lines.push_back((status.running ? "follows " : "waits ") + status.trouble);
    return lines;
  });
  side->stop();
}

int run(const std::vector<std::string>& arguments) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  Wanted wanted = parse(arguments);
  // A projector that was killed is followed at once, not when the group has missed it.
  if (wanted.role == "projections") wanted.backend.by_hand = true;
  const auto settings = needed(app::settings_from_environment());
  Faults faults(wanted.plan);
  FaultyBackend backend(needed(app::Backend::open(settings, std::nullopt)), settings, faults,
                        wanted.backend);
  if (wanted.role == "projections") {
    run_projections(backend, faults, settings.database_url, signals);
  } else {
    run_commands(backend, signals);
  }
  say("ended");
  return 0;
}

}  // namespace
}  // namespace daybook::faults

int main(int argc, char** argv) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // not to outlive the test program
  spdlog::set_default_logger(spdlog::stderr_logger_mt("fault_engine"));
  try {
    return daybook::faults::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fault_engine: %s\n", error.what());
    return 1;
  }
}
