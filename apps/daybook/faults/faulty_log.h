// A log whose appends hurt the process, or get lost.
#pragma once

#include <cstdint>
#include <memory>

#include "apps/daybook/faults/faults.h"
#include "infra/log/event_log.h"

namespace daybook::faults {

// As `inner`, with the points of fences and appends; and the append that `lost` counts down to
// never gets there, though later ones do. All of them must outlive it.
[[nodiscard]] std::unique_ptr<log::EventLog> faulty_log(log::EventLog& inner, Faults& faults,
                                                        Countdown& lost);

}  // namespace daybook::faults
