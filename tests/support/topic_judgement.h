// A partition of the events topic as the reader rule sees it: what the checks of topic_checker.h
// begin with. Internal to them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "domain/core/read_outcome.h"
#include "tests/support/topic_checker.h"

namespace daybook::testing {

struct Judgement {
  std::uint32_t partition = 0;
  std::map<std::uint64_t, ReadOutcome> outcomes;  // the valid ones, by offset
  Position end;                                   // after the last valid record
  std::size_t fences = 0;
  std::size_t voids = 0;
  std::size_t foreign = 0;
  std::vector<std::string> faults;

  void fault(const std::string& what) {
    faults.push_back("partition " + std::to_string(partition) + ": " + what);
  }
};

[[nodiscard]] Judgement judge(std::uint32_t partition, const std::vector<log::RawRecord>& events);

// What is wrong with results and dead letters, added to the faults; gives how many results there
// are beyond the first one of each outcome.
std::size_t check_answers(Judgement& judged, const PartitionContents& contents);
// Outcomes that have no result, or no dead letter though they should.
[[nodiscard]] std::vector<std::string> untold(const Judgement& judged,
                                              const PartitionContents& contents);

}  // namespace daybook::testing
