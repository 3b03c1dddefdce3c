// An engine that is given the mix, in the order of the commands' numbers.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "bench/commands/in_flight.h"
#include "bench/commands/mix.h"
#include "bench/disk_folder.h"
#include "bench/must.h"
#include "bench/running_engine.h"

namespace daybook::bench {

inline constexpr std::size_t kMostInFlight = 256;

// Has what the mix changes. The functions that measure end the program where the engine refused or
// repeated other commands than the mix means it to.
class Measured {
 public:
  Measured(const DiskFolder& folder, const Mix& mix) : mix_(mix), engine_(settings_in(folder)) {
    engine_.await_owned();
    const std::vector<Command> preload = mix_.preload();
    if (keep_in_flight(engine_.engine(), preload, kMostInFlight).accepted != preload.size())
      give_up({ErrorKind::kUnavailable, "bench.refused", "the preload was not accepted", ""});
  }

  [[nodiscard]] RunningEngine& operator*() { return engine_; }
  // Not given before.
  [[nodiscard]] std::vector<Command> next(std::size_t count) {
    return mix_.commands(std::exchange(given_, given_ + count), count);
  }
  // A past that made nothing: only changes, half as many as `count`. A few at a time, as there may
  // be many.
  void change_for(std::size_t count) {
    constexpr std::size_t kAtATime = 20'000;
    for (const std::size_t end = given_ + count; given_ < end;) {
      const std::size_t part = std::min(kAtATime, end - given_);
      (void)keep_in_flight(engine_.engine(), mix_.changes(given_, part), kMostInFlight);
      given_ += part;
    }
  }
  // After as many as a tenth that do not count.
  [[nodiscard]] double accepted_per_second(std::size_t count, std::size_t in_flight) {
    constexpr std::size_t kWarmUp = 10;
    (void)keep_in_flight(engine_.engine(), next(whole_rounds(count / kWarmUp)), in_flight);
    const Answered answered = keep_in_flight(engine_.engine(), next(count), in_flight);
    require_mix(answered);
    return answered.accepted_per_second();
  }
  // So many a second for that long; the rate that was reached is the caller's to look at.
  [[nodiscard]] AnswerTimes answer_times_at(double per_second, std::chrono::seconds time,
                                            std::size_t in_flight) {
    const double wanted = per_second * static_cast<double>(time.count());
    AnswerTimes times = bench::answer_times_at(engine_.engine(),
                                               next(whole_rounds(static_cast<std::size_t>(wanted))),
                                               per_second, in_flight);
    require_mix(times.answered);
    return times;
  }

 private:
  const Mix mix_;
  RunningEngine engine_;
  std::size_t given_ = 0;
};

}  // namespace daybook::bench
