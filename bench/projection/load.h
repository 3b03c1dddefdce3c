// Rounds of the mix from a thread of its own, one stretch after the other: each goes on where the
// last one ended.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "bench/commands/in_flight.h"
#include "bench/commands/mix.h"
#include "bench/figures.h"
#include "bench/projection/readable_times.h"
#include "bench/running_engine.h"

namespace daybook::bench {

inline constexpr std::size_t kInFlight = 256;

// What a projector reaches.
struct Reached {
  double rows = 0;      // a second
  double commands = 0;  // that wrote them, refused ones included
};

class Load {
 public:
  Load(commands::CommandDoor& door, const Mix& mix) : door_(door), mix_(mix) {}

  // The next ones, for whoever submits them himself between two stretches.
  [[nodiscard]] std::vector<Command> take(std::size_t count);
  // Begins a stretch of that many commands a second. One of each round, of every kind in turn, is
  // given to `times` with when it was due.
  void start(double per_second, ReadableTimes& times);
  // Ends it when all of it is answered. Ends the program if it was lighter than it was meant to be.
  void stop();
  // A stretch of as many commands as the tables keep up with, from the calling thread.
  [[nodiscard]] Reached reached_beside(const RunningEngine& running, std::chrono::seconds time);

 private:
  void run(const std::stop_token& stop, ReadableTimes& times);
  void begin();
  // What becomes of each command is told with its place in the round, if somebody wants to know.
  using Told = std::function<void(std::size_t place, const Receipt&)>;
  void submit_round(const Told& told = {});
  // When all of it is answered.
  [[nodiscard]] Answered total() const;

  commands::CommandDoor& door_;
  const Mix& mix_;
  double per_second_ = 0;
  std::size_t given_ = 0;      // in all stretches
  std::size_t submitted_ = 0;  // in this one
  Stopwatch since_;
  std::shared_ptr<Tally> tally_;  // an answer may end after it was counted
  std::jthread thread_;
};

}  // namespace daybook::bench
