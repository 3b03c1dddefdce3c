// What a benchmark found: a table for people, then a line of JSON for each figure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace daybook::bench {

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  double baseline = 0;              // measured in the same run; 0: none
  std::optional<double> goal = {};  // for the ratio, at least; does not hold without a baseline
  bool less_is_better = false;      // at most, then
};

using Figures = std::vector<Figure>;

// Prints them; false if a goal does not hold. `settings` says what the figures depend on.
[[nodiscard]] bool report(const std::string& title, const std::string& settings,
                          const Figures& figures);

// Of a sorted or unsorted sample; `part` from 0 to 1.
[[nodiscard]] double percentile(std::vector<double> sample, double part);

// CPU, cores, memory: as far as the system tells.
[[nodiscard]] std::string machine();

// What every benchmark begins with: only errors are logged, so that the table stands alone. True if
// it is to be a quick run (--quick); ends the program with exit code 2 if it is given anything
// else.
[[nodiscard]] bool begin(int argc, char** argv);

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace daybook::bench
