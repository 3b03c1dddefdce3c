// ./dev bench latency: one durable command at a time over the embedded log, beside the machine's
// own sync of as many bytes.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "bench/commands/in_flight.h"
#include "bench/commands/mix.h"
#include "bench/disk_folder.h"
#include "bench/figures.h"
#include "bench/running_engine.h"

namespace daybook::bench {
namespace {

// The two take turns, so that both meet the same moments of the machine.
constexpr std::size_t kTurn = 100;
constexpr std::size_t kWarmUp = 2'000;
constexpr double kAtMost = 3;

double microseconds(const Stopwatch& time) { return time.seconds() * 1e6; }

double answer_time(commands::CommandDoor& door, Command command) {
  std::promise<Result<Receipt>> answered;
  const Stopwatch time;
  door.submit({std::move(command),
               [&](Result<Receipt> receipt) { answered.set_value(std::move(receipt)); }});
  (void)must(answered.get_future().get());
  return microseconds(time);
}

// A file that grows, as a log does.
class SyncedFile {
 public:
  explicit SyncedFile(const std::filesystem::path& path)
      : file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {}
  ~SyncedFile() { ::close(file_); }
  SyncedFile(const SyncedFile&) = delete;
  SyncedFile& operator=(const SyncedFile&) = delete;

  double append_time(const std::string& bytes) const {
    const Stopwatch time;
    const bool written = ::write(file_, bytes.data(), bytes.size()) >= 0 && ::fdatasync(file_) == 0;
    if (!written) give_up({ErrorKind::kUnavailable, "bench.file", "cannot be written", ""});
    return microseconds(time);
  }

 private:
  int file_;
};

// What the log got for the average command of those that have been decided.
std::size_t bytes_of_command(log::EventLog& log) {
  const auto cursor = must(log.open_cursor(0, must(log.end_offset(0)) - kWarmUp / 2));
  std::size_t bytes = 0;
  std::size_t records = 0;
  for (const log::RawRecord& record : must(cursor->read(kWarmUp / 2, std::chrono::seconds(10)))) {
    bytes += record.bytes.size();
    ++records;
  }
  return bytes / std::max<std::size_t>(records, 1);
}

bool run(std::size_t turns) {
  const DiskFolder folder("bench-latency");
  RunningEngine running(settings_in(folder));
  running.await_owned();
  const Mix mix(1);
  (void)keep_in_flight(running.engine(), mix.preload(), 32);
  (void)keep_in_flight(running.engine(), mix.commands(0, kWarmUp), 1);
  const std::string bytes(bytes_of_command(running.log()), 'x');
  const SyncedFile file(folder.path() / "baseline");
  std::vector<double> answers;
  std::vector<double> syncs;
  for (std::size_t turn = 0; turn < turns; ++turn) {
    for (Command& command : mix.commands(kWarmUp + turn * kTurn, kTurn))
      answers.push_back(answer_time(running.engine(), std::move(command)));
    for (std::size_t i = 0; i < kTurn; ++i) syncs.push_back(file.append_time(bytes));
  }
  Figures figures;
  for (const double part : {0.5, 0.99})
    figures.push_back({fmt::format("answer, p{:.0f}", part * 100), percentile(answers, part), "us",
                       percentile(syncs, part), kAtMost, true});
  return report(
      "One command at a time",
      fmt::format("embedded log, 1 partition, synced on {}; {} commands of the mix, one after the "
                  "other, in process\nbaseline: {} bytes, what the log gets for a command, "
                  "written to the end of a file and synced, in turns with the commands",
                  folder.file_system(), turns * kTurn, bytes.size()),
      figures);
}

}  // namespace
}  // namespace daybook::bench

int main(int argc, char** argv) {
  const bool quick = daybook::bench::begin(argc, argv);
  return daybook::bench::run(quick ? 20 : 200) ? 0 : 1;
}
