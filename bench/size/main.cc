// ./dev bench size: what `daybook up` takes, when it has nothing to do and over a soak.
#include <fmt/format.h>

#include <csignal>
#include <string>
#include <vector>

#include "apps/daybook/torture/database.h"
#include "apps/daybook/torture/engine_under_test.h"
#include "bench/commands/mix.h"
#include "bench/commands/over_http.h"
#include "bench/disk_folder.h"
#include "bench/figures.h"
#include "bench/must.h"
#include "bench/size/footprint.h"
#include "infra/postgres/postmaster.h"

namespace daybook::bench {
namespace {

constexpr double kIdleMb = 150;
constexpr double kFlat = 1.25;
constexpr double kHandles = 1024;  // what a process may open unless the system is told otherwise
constexpr std::size_t kSamples = 50;
constexpr std::chrono::seconds kReadyLimit{120};
constexpr std::chrono::hours kCatchUpLimit{2};
constexpr std::chrono::seconds kStopLimit{60};

// `daybook up` as a user has it, its private PostgreSQL included.
class Up {
 public:
  explicit Up(const DiskFolder& folder)
      : data_(folder.path() / "data"),
        engine_({DAYBOOK_BENCH_PROGRAM, data_, folder.path() / "up.log", address(folder), "up"}) {
    must(engine_.start());
    must(engine_.await_ready(kReadyLimit));
  }
  ~Up() {
    engine_.signal(SIGTERM);
    (void)engine_.await_end(kStopLimit);
    torture::Database(data_).stop();
  }
  Up(const Up&) = delete;
  Up& operator=(const Up&) = delete;

  [[nodiscard]] const std::string& address() const { return engine_.place().address; }
  [[nodiscard]] Footprint footprint(std::size_t commands) const {
    return bench::footprint(engine_.process(), data_, commands);
  }
  void await_tables() const { must(engine_.await_no_lag(kCatchUpLimit)); }

 private:
  static std::string address(const DiskFolder& folder) {
    return fmt::format("127.0.0.1:{}",
                       must(postgres::free_port(postgres::preferred_port(folder.path()))));
  }

  std::filesystem::path data_;
  torture::EngineUnderTest engine_;
};

struct Scale {
  std::size_t commands = 10'000'000;
  bool flat = true;  // the state has taken the memory that it may take after half of them
};

// What it takes after each part of the soak, and at last when the tables have caught up.
std::vector<Footprint> soak(const Up& up, const Scale& scale) {
  const Mix mix(100);
  (void)stream_of_lines(up.address(), mix.preload());
  std::vector<Footprint> taken;
  const std::size_t part = scale.commands / kSamples;
  constexpr std::size_t kStream = 20'000;
  std::size_t given = 0;
  while (given < scale.commands) {
    const std::size_t count = std::min(kStream, part - given % part);
    (void)stream_of_lines(up.address(), mix.commands(given, count));
    given += count;
    if (given % part == 0) taken.push_back(up.footprint(given));
  }
  up.await_tables();
  taken.push_back(up.footprint(given));
  return taken;
}

bool run(const Scale& scale) {
  const DiskFolder folder("bench-size");
  const Up up(folder);
  const Footprint idle = up.footprint(0);
  const Stopwatch time;
  const std::vector<Footprint> taken = soak(up, scale);
  plot(taken);
  const Footprint& early = taken[kSamples / 2 - 1];
  const Footprint& last = taken.back();
  const auto flat = scale.flat ? std::optional(kFlat) : std::nullopt;
  const Figures figures{
      {"idle, resident, beside the limit", idle.memory_mb, "MB", kIdleMb, 1, true},
      {"memory after the soak, beside half of it", last.memory_mb, "MB", early.memory_mb, flat,
       true},
      {"handles after the soak, beside the limit", static_cast<double>(last.handles), "", kHandles,
       1, true},
      {"log, for each command", last.log_mb * 1e6 / static_cast<double>(last.commands), "bytes"},
      {"commands, until the rows are there", static_cast<double>(scale.commands) / time.seconds(),
       "per second"},
  };
  return report("What `daybook up` takes",
                fmt::format("{} commands of the mix of `commands` for 100 organizations, streamed "
                            "by HTTP into `daybook up` with its private PostgreSQL, whose own "
                            "memory is not counted; on {}",
                            scale.commands, folder.file_system()),
                figures);
}

}  // namespace
}  // namespace daybook::bench

int main(int argc, char** argv) {
  using daybook::bench::Scale;
  const bool quick = daybook::bench::begin(argc, argv);
  return daybook::bench::run(quick ? Scale{20'000, false} : Scale{}) ? 0 : 1;
}
