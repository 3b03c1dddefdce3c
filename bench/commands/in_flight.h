// A load generator inside the process: as many commands under way as asked for, or up to an eighth
// less, so that it is not woken for every answer.
#pragma once

#include <cstddef>
#include <vector>

#include "commands/submission.h"

namespace daybook::bench {

struct Answered {
  std::size_t accepted = 0;  // for the first time
  std::size_t rejected = 0;
  std::size_t repeated = 0;
  double seconds = 0;  // from the first submission to the last answer

  [[nodiscard]] double accepted_per_second() const {
    return static_cast<double>(accepted) / seconds;
  }
};

// Submits the commands in their order, never more than `in_flight` unanswered. Ends the program if
// one is not answered with an outcome.
[[nodiscard]] Answered keep_in_flight(commands::CommandDoor& door, std::vector<Command> commands,
                                      std::size_t in_flight);

// In milliseconds.
struct AnswerTimes {
  std::vector<double> since_submitted;
  std::vector<double> since_due;  // what a sender feels that had to wait before it could submit
};

// Submits so many a second, as far as never more than `in_flight` are unanswered: what is late then
// is submitted as soon as there is room. Ends the program if one is not answered with an outcome.
[[nodiscard]] AnswerTimes answer_times_at(commands::CommandDoor& door,
                                          std::vector<Command> commands, double per_second,
                                          std::size_t in_flight);

}  // namespace daybook::bench
