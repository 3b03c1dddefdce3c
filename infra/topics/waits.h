// How long the cluster is waited for when it is asked about topics.
#pragma once

#include <chrono>

namespace daybook::topics {

inline constexpr std::chrono::seconds kRequestWait{10};   // by a process that others wait for
inline constexpr std::chrono::seconds kOperatorWait{30};  // by somebody who asked for it himself

}  // namespace daybook::topics
