// The records of a partition as the reader rule sees them, with what must hold of owners and
// sequences told once more, beside the rule. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "domain/core/read_outcome.h"
#include "infra/log/event_log.h"

namespace daybook::check {

struct Judgement {
  std::uint32_t partition = 0;
  std::map<std::uint64_t, ReadOutcome> outcomes;       // the valid ones, by offset
  std::map<std::uint64_t, ReadOutcome> void_outcomes;  // at the last valid record before them
  Position end;                                        // after the last valid record
  std::uint64_t last_fence = 0;                        // its offset
  std::size_t fences = 0;
  std::size_t voids = 0;
  std::size_t foreign = 0;
  std::vector<std::string> faults;

  void fault(const std::string& what) {
    faults.push_back("partition " + std::to_string(partition) + ": " + what);
  }
};

// I5, I10: each valid outcome carries epoch and owner of the newest valid fence, each epoch has one
// owner, sequences have no gap.
[[nodiscard]] Judgement judge(std::uint32_t partition, const std::vector<log::RawRecord>& events);

}  // namespace daybook::check
