// A load generator inside the process: as many commands under way as asked for, or up to an eighth
// less, so that it is not woken for every answer.
#pragma once

#include <atomic>
#include <cstddef>
#include <vector>

#include "commands/submission.h"

namespace daybook::bench {

struct Answered {
  std::size_t accepted = 0;  // for the first time
  std::size_t rejected = 0;
  std::size_t repeated = 0;
  double seconds = 0;  // from the first submission to the last answer

  [[nodiscard]] std::size_t answered() const { return accepted + rejected + repeated; }
  [[nodiscard]] double per_second() const { return static_cast<double>(answered()) / seconds; }
  [[nodiscard]] double accepted_per_second() const {
    return static_cast<double>(accepted) / seconds;
  }
};

// Counts outcomes, which come from any thread.
class Tally {
 public:
  // How many there are with this one.
  std::size_t count(const Receipt& receipt);
  [[nodiscard]] std::size_t answered() const { return answered_; }
  [[nodiscard]] Answered total(double seconds) const {
    return {accepted_, rejected_, repeated_, seconds};
  }

 private:
  std::atomic<std::size_t> accepted_{0};
  std::atomic<std::size_t> rejected_{0};
  std::atomic<std::size_t> repeated_{0};
  std::atomic<std::size_t> answered_{0};
};

// Submits the commands in their order, never more than `in_flight` unanswered. Ends the program if
// one is not answered with an outcome.
[[nodiscard]] Answered keep_in_flight(commands::CommandDoor& door, std::vector<Command> commands,
                                      std::size_t in_flight);

// Of the rate that was wanted: with less the load was lighter than it is said to be.
inline constexpr double kRateHeld = 0.95;

// In milliseconds.
struct AnswerTimes {
  std::vector<double> since_submitted;
  std::vector<double> since_due;  // what a sender feels that had to wait before it could submit
  Answered answered;              // its `per_second` is the rate that was reached
};

// Submits so many a second, as far as never more than `in_flight` are unanswered: what is late then
// is submitted as soon as there is room, so whoever uses the times looks at the rate too
// (`kRateHeld`). Ends the program if one is not answered with an outcome.
[[nodiscard]] AnswerTimes answer_times_at(commands::CommandDoor& door,
                                          std::vector<Command> commands, double per_second,
                                          std::size_t in_flight);

}  // namespace daybook::bench
