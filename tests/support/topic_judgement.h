// A partition of the events topic as the reader rule sees it: what the checks of topic_checker.h
// begin with. Internal to them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "apps/daybook/check/judgement.h"
#include "tests/support/topic_checker.h"

namespace daybook::testing {

using check::judge;
using check::Judgement;

// What is wrong with results and dead letters, added to the faults; gives how many results there
// are beyond the first one of each outcome.
std::size_t check_answers(Judgement& judged, const PartitionContents& contents);
// Outcomes that have no result, or no dead letter though they should.
[[nodiscard]] std::vector<std::string> untold(const Judgement& judged,
                                              const PartitionContents& contents);

}  // namespace daybook::testing
