// ./dev bench projection: the live projector beside the same rows written by hand.
#include <fmt/format.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "bench/commands/in_flight.h"
#include "bench/commands/mix.h"
#include "bench/disk_folder.h"
#include "bench/figures.h"
#include "bench/private_database.h"
#include "bench/projection/by_hand.h"
#include "bench/projection/load.h"
#include "bench/running_engine.h"
#include "infra/postgres/connection.h"

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

// The load uses the commands from number 0 on, and what is waited for in a stretch those with as
// many numbers from a further multiple of this one on.
constexpr std::size_t kNumbers = 4'000'000;

// From handing a command over to having read that its rows are there, one command after the other,
// for so long, while there is a load.
std::vector<double> readable_times(RunningEngine& running, const std::string& url, const Mix& mix,
                                   std::size_t first, std::chrono::seconds load_time) {
  auto reader = must(postgres::Connection::open(url));
  must(reader.prepare("wait", "SELECT daybook.wait_for($1, '10 seconds')"));
  std::vector<double> times;
  const Stopwatch since;
  for (std::size_t i = 0; since.seconds() < static_cast<double>(load_time.count()); ++i) {
    std::promise<Result<Receipt>> answered;
    const Stopwatch time;
    running.engine().submit({mix.commands(first + i, 1).front(), [&](Result<Receipt> result) {
                               answered.set_value(std::move(result));
                             }});
    const Receipt receipt = must(answered.get_future().get());
    if (receipt.token().empty()) continue;  // refused
    (void)must(reader.exec_prepared("wait", std::vector<postgres::Value>{receipt.token()}));
    times.push_back(time.seconds() * 1'000);
  }
  if (times.empty())
    give_up({ErrorKind::kUnavailable, "bench.no_times", "no command became readable in time", ""});
  return times;
}

// Rows that are written for each change of the same few records, in a burst.
double rows_per_change(RunningEngine& running, std::size_t patches) {
  const Mix few(1, 10);
  std::vector<Command> commands;
  constexpr std::size_t kNotGivenYet = 100 * kNumbers;
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

// What the projector reaches on the tables as they are by now, with a log that is ahead of them.
double rate_on(RunningEngine& running, const std::string& url, std::vector<Command> commands) {
  running.follow_no_more();
  (void)keep_in_flight(running.engine(), std::move(commands), kInFlight);
  running.follow(url);
  running.await_following();
  const Stopwatch time;
  running.await_tables();
  return static_cast<double>(running.rows()) / time.seconds();
}

// From a command to its row at one load, in all stretches.
struct Times {
  std::vector<double> loads;  // commands per second
  std::vector<double> p50s;
  std::vector<double> p99s;

  void add(double load, const std::vector<double>& times) {
    loads.push_back(load);
    p50s.push_back(percentile(times, 0.5));
    p99s.push_back(percentile(times, 0.99));
  }
};

Figures figures_of(const Times& beside, const Times& alone) {
  const auto middle = [](const std::vector<double>& values) { return percentile(values, 0.5); };
  return {{"rows beside the commands", 2 * middle(beside.loads), "rows per second"},
          {"commands at half of that", middle(beside.loads), "commands per second"},
          {"command to readable row, p50", middle(beside.p50s), "ms"},
          {"command to readable row, p99", middle(beside.p99s), "ms", kReadableWithinMs, 1, true},
          {"commands at half of what it reaches alone", middle(alone.loads), "commands per second"},
          {"command to readable row then, p50", middle(alone.p50s), "ms"},
          {"command to readable row then, p99", middle(alone.p99s), "ms"}};
}

// Rows by the projector and by hand into new tables; then, on tables that grow with each stretch,
// the times at half of what the projector reaches beside the commands, and at half of what it
// reaches alone; and all of it again: the speed of a machine may change from one minute to the
// next.
Figures in_turn(RunningEngine& running, const std::string& url, const Mix& mix,
                const Scale& scale) {
  Rate seconds;  // for each row, summed up
  Times beside;
  Times alone;
  Load load(running.engine(), mix);
  std::size_t waited_for = 0;
  const auto measure = [&](Times& times, double rows_per_second) {
    const double rate = rows_per_second / 2;  // about as many commands as rows
    load.start(rate);
    times.add(rate, readable_times(running, url, mix, ++waited_for * kNumbers, scale.load));
    load.stop();
    running.await_tables();
  };
  for (std::size_t stretch = 0; stretch < scale.stretches; ++stretch) {
    const Rate rate = row_rates(mix, scale.commands);
    seconds.by_projector += 1 / rate.by_projector;
    seconds.by_hand += 1 / rate.by_hand;
    measure(beside, load.rows_beside(running, scale.load));
    measure(alone, rate_on(running, url, load.take(scale.commands / 4)));
  }
  const auto count = static_cast<double>(scale.stretches);
  Figures figures = figures_of(beside, alone);
  figures.insert(figures.begin(), {"rows by the projector", count / seconds.by_projector,
                                   "rows per second", count / seconds.by_hand, kOfByHand});
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
  return daybook::bench::run(quick ? Scale{30'000, 10'000, std::chrono::seconds(5), 1} : Scale{})
             ? 0
             : 1;
}
