// ./dev bench projection: the live projector beside the same rows written by hand.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/commands/in_flight.h"
#include "bench/commands/mix.h"
#include "bench/disk_folder.h"
#include "bench/figures.h"
#include "bench/private_database.h"
#include "bench/projection/by_hand.h"
#include "bench/projection/load.h"
#include "bench/projection/readable_times.h"
#include "bench/running_engine.h"

namespace daybook::bench {
namespace {

constexpr double kOfByHand = 0.8;
constexpr double kReadableWithinMs = 50;

struct Scale {
  std::size_t commands = 200'000;  // of the mix, in the log before the projector starts
  std::size_t patches = 50'000;    // of a few records
  std::chrono::seconds load{15};   // for as long as rates and times under it are measured
  std::size_t stretches = 3;       // of all that is compared
};

struct Rate {
  double by_projector = 0;
  double by_hand = 0;
};

// One after the other, into new tables each.
Rate row_rates(const Mix& mix, std::size_t commands) {
  const DiskFolder folder("bench-projection-rows");
  RunningEngine running(settings_in(folder));
  running.await_owned();
  (void)keep_in_flight(running.engine(), mix.preload(), 32);
  (void)keep_in_flight(running.engine(), mix.commands(0, commands), kInFlight);
  Rate rate;
  {
    const PrivateDatabase database(folder.path() / "projector");
    running.follow(database.url());
    running.await_following();
    const Stopwatch time;
    running.await_tables();
    rate.by_projector = static_cast<double>(running.rows()) / time.seconds();
    running.follow_no_more();
  }
  const std::vector<RowBatch> batches = batches_of(running.log());
  const PrivateDatabase database(folder.path() / "by-hand");
  const double seconds = write_by_hand(database.url(), batches);
  rate.by_hand = static_cast<double>(row_count(batches)) / seconds;
  return rate;
}

// Rows that are written for each change of the same few records, in a burst.
double rows_per_change(RunningEngine& running, std::size_t patches) {
  const Mix few(1, 10);
  std::vector<Command> commands;
  constexpr std::size_t kNotGivenYet = 400'000'000;  // the load's numbers begin at 0
  for (std::size_t number = kNotGivenYet; commands.size() < patches; number += kRoundSize) {
    for (Command& command : few.commands(number, kRoundSize)) {
      if (command.action().has_patch_deal()) commands.push_back(std::move(command));
    }
  }
  running.await_tables();
  const std::size_t before = running.rows();
  const Answered answered = keep_in_flight(running.engine(), std::move(commands), kInFlight);
  running.await_tables();
  return static_cast<double>(running.rows() - before) / static_cast<double>(answered.accepted);
}

// On the tables as they are by now, with a log that is ahead of them.
Reached reached_alone(RunningEngine& running, const std::string& url,
                      std::vector<Command> commands) {
  const auto count = static_cast<double>(commands.size());
  running.follow_no_more();
  (void)keep_in_flight(running.engine(), std::move(commands), kInFlight);
  running.follow(url);
  running.await_following();
  const Stopwatch time;
  running.await_tables();
  const double seconds = time.seconds();
  return {static_cast<double>(running.rows()) / seconds, count / seconds};
}

// From a command to its row at half of what a projector reaches, in all stretches.
class AtHalf {
 public:
  // "beside commands": what the projector reaches.
  explicit AtHalf(std::string reached) : reached_(std::move(reached)) {}

  void add(const Reached& reached, const std::vector<double>& times) {
    rows_.push_back(reached.rows);
    commands_.push_back(reached.commands / 2);
    p50s_.push_back(percentile(times, 0.5));
    p99s_.push_back(percentile(times, 0.99));
  }

  [[nodiscard]] Figures figures(std::optional<double> p99_goal) const {
    const auto middle = [](const std::vector<double>& values) { return percentile(values, 0.5); };
    const std::string then = "at half of the rate " + reached_;
    const std::string row = "command to readable row " + then;
    Figure p99{row + ", p99", middle(p99s_), "ms"};
    if (p99_goal) p99 = {p99.name, p99.value, p99.unit, *p99_goal, 1, true};
    return {{"rows " + reached_, middle(rows_), "rows per second"},
            {"commands " + then, middle(commands_), "commands per second"},
            {row + ", p50", middle(p50s_), "ms"},
            p99,
            {row + ", p99 of the worst stretch", percentile(p99s_, 1), "ms"}};
  }

 private:
  std::string reached_;
  std::vector<double> rows_;
  std::vector<double> commands_;
  std::vector<double> p50s_;
  std::vector<double> p99s_;
};

// Rows by the projector and by hand into new tables; then, on tables that grow with each stretch,
// the times at half of what the projector reaches beside the commands, and at half of what it
// reaches alone; and all of it again: the speed of a machine may change from one minute to the
// next.
Figures in_turn(RunningEngine& running, const std::string& url, const Mix& mix,
                const Scale& scale) {
  Rate seconds;  // for each row, summed up
  AtHalf beside("beside commands");
  AtHalf alone("alone");
  Load load(running.engine(), mix);
  ReadableTimes times(url);
  const auto measure = [&](AtHalf& at_half, const Reached& reached) {
    load.start(reached.commands / 2, times);
    std::this_thread::sleep_for(scale.load);
    load.stop();
    at_half.add(reached, times.take());
    running.await_tables();
  };
  for (std::size_t stretch = 0; stretch < scale.stretches; ++stretch) {
    const Rate rate = row_rates(mix, scale.commands);
    seconds.by_projector += 1 / rate.by_projector;
    seconds.by_hand += 1 / rate.by_hand;
    measure(beside, load.reached_beside(running, scale.load));
    measure(alone, reached_alone(running, url, load.take(scale.commands / 4)));
  }
  const auto count = static_cast<double>(scale.stretches);
  Figures figures{{"rows by the projector", count / seconds.by_projector, "rows per second",
                   count / seconds.by_hand, kOfByHand}};
  for (const Figures& more : {beside.figures(kReadableWithinMs), alone.figures(std::nullopt)})
    figures.insert(figures.end(), more.begin(), more.end());
  return figures;
}

bool run(const Scale& scale) {
  const DiskFolder folder("bench-projection");
  const Mix mix(1);
  const PrivateDatabase database(folder.path() / "tables");
  RunningEngine running(settings_in(folder));
  running.await_owned();
  (void)keep_in_flight(running.engine(), mix.preload(), 32);
  running.follow(database.url());
  running.await_tables();
  Figures figures = in_turn(running, database.url(), mix, scale);
  figures.push_back({"rows written for a change of a hot record",
                     rows_per_change(running, scale.patches), "rows", 1, 1, true});
  return report(
      "The live projector",
      fmt::format(
          "{} commands of the mix of `commands` in the log; then, for {} s each on tables "
          "that have rows: as many as these keep up with, half as many, and half of what "
          "the projector reaches alone with {} in the log; all {} times in turn: the middle "
          "one of the rates and times; on {}\n"
          "baselines: the same rows in the same batches by COPY and upsert on one "
          "connection; 50 ms; a row for each change",
          scale.commands, scale.load.count(), scale.commands / 4, scale.stretches,
          folder.file_system()),
      figures);
}

}  // namespace
}  // namespace daybook::bench

int main(int argc, char** argv) {
  using daybook::bench::Scale;
  const bool quick = daybook::bench::begin(argc, argv);
  return daybook::bench::run(quick ? Scale{10'000, 5'000, std::chrono::seconds(2), 1} : Scale{})
             ? 0
             : 1;
}
