#include "bench/projection/load.h"

#include <fmt/format.h>

#include <utility>

#include "bench/must.h"

namespace daybook::bench {
namespace {

constexpr std::size_t kBehind = 2'000;  // records at most, while rows are counted

}  // namespace

std::vector<Command> Load::take(std::size_t count) {
  return mix_.commands(std::exchange(given_, given_ + count), count);
}

void Load::start(double per_second, ReadableTimes& times) {
  per_second_ = per_second;
  thread_ = std::jthread([this, &times](const std::stop_token& stop) { run(stop, times); });
}

void Load::stop() {
  thread_.request_stop();
  thread_.join();
  const Answered answered = total();
  require_mix(answered);
  if (answered.per_second() >= kRateHeld * per_second_) return;
  give_up({ErrorKind::kUnavailable, "bench.rate",
           fmt::format("{:.0f} commands a second were meant, {:.0f} were answered", per_second_,
                       answered.per_second()),
           ""});
}

Reached Load::reached_beside(const RunningEngine& running, std::chrono::seconds time) {
  begin();
  const std::size_t before = running.rows();
  while (since_.seconds() < static_cast<double>(time.count())) {
    if (submitted_ - tally_->answered() < kInFlight && running.records_behind() < kBehind)
      submit_round();
    else
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const double seconds = since_.seconds();
  const Reached reached{static_cast<double>(running.rows() - before) / seconds,
                        static_cast<double>(submitted_) / seconds};
  require_mix(total());
  running.await_tables();
  return reached;
}

void Load::run(const std::stop_token& stop, ReadableTimes& times) {
  begin();
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t round = 0; !stop.stop_requested(); ++round) {
    const auto due =
        start + std::chrono::duration_cast<std::chrono::nanoseconds>(
                    std::chrono::duration<double>(static_cast<double>(submitted_) / per_second_));
    std::this_thread::sleep_until(due);
    submit_round(
        [&times, due, sampled = round % kRoundSize](std::size_t place, const Receipt& receipt) {
          const bool has_rows = !receipt.token().empty();  // else it was refused
          if (place == sampled && has_rows) times.add(due, receipt.token());
        });
  }
}

void Load::begin() {
  tally_ = std::make_shared<Tally>();
  submitted_ = 0;
  since_ = {};
}

void Load::submit_round(const Told& told) {
  std::size_t place = 0;
  for (Command& command : take(kRoundSize)) {
    door_.submit({std::move(command), [tally = tally_, told, place](Result<Receipt> result) {
                    const Receipt receipt = must(std::move(result));
                    if (told) told(place, receipt);
                    (void)tally->count(receipt);
                  }});
    ++place;
  }
  submitted_ += kRoundSize;
}

Answered Load::total() const {
  while (tally_->answered() < submitted_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return tally_->total(since_.seconds());
}

}  // namespace daybook::bench
