// A short history of one organization in which every kind of event happens.
#pragma once

#include <vector>

#include "schemas/log.pb.h"

namespace daybook::test {

// Decided by today's rules: only for making the golden outcomes, which are then folded as they are.
[[nodiscard]] std::vector<log::Outcome> golden_history();

}  // namespace daybook::test
