// A model of two handlers on one partition, on the real journal and reader rule, run through every
// interleaving and every fate of their records up to a bound.
//
// A run is decided by a list of choices; `Choices` walks through all lists. What a handler is here:
// it folds commands it finds, decides the others ahead, and answers what it reads back
// (commands/partition_handler does the same at length).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace daybook::test {

// Walks through all runs, depth first: a run asks `choose` whenever something is open.
class Choices {
 public:
  [[nodiscard]] std::size_t choose(std::size_t options);
  // Begins the next run; false after the last one.
  [[nodiscard]] bool next_run();

 private:
  struct Choice {
    std::size_t taken = 0;
    std::size_t options = 1;
  };
  std::vector<Choice> choices_;
  std::size_t depth_ = 0;
};

// Mistakes that a handler could make: the model must find each.
enum class Defect {
  kNone,
  kAnswersBeforeReadBack,
  kForgetsWhatItFolded,  // decides again what already has an outcome
  kAnswersWhatWasLost,
  kAppliesVoidRecords,
};

struct Bounds {
  int steps = 5;   // of both handlers together, late landings included
  int faults = 2;  // records that do not simply land
  int crashes = 1;
  int commands = 2;  // which both handlers want to have decided
};

// One run. Empty if all invariants held, else what was violated and how it came to that.
[[nodiscard]] std::string run_model(Choices& choices, const Bounds& bounds, Defect defect);

}  // namespace daybook::test
