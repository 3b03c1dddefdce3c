// The commands that the engine is tortured with: creates 35 %, patches 30 %, deal moves 15 %,
// primary switches and assignments 5 %, batches 5 %, refusals 5 %, duplicates 5 %. Ten
// organizations, the first with half of the load; every third change is of a few hot records.
//
// A command follows from the seed and its number alone, whatever became of the others. Pure;
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "schemas/command.pb.h"

namespace daybook::torture {

inline constexpr std::size_t kOrganizations = 10;

class Workload {
 public:
  explicit Workload(std::uint64_t seed) : seed_(seed) {}

  // What the others change: to be sent, in this order, before them.
  [[nodiscard]] std::vector<Command> preload() const;
  // A duplicate is the very same command as one of a little lower number.
  [[nodiscard]] Command command(std::size_t number) const;

  [[nodiscard]] static std::string organization(std::size_t number);

 private:
  std::uint64_t seed_;
};

}  // namespace daybook::torture
