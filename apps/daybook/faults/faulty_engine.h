// Everything of an engine that can hurt its process, put between the engine and its ports.
#pragma once

#include "apps/daybook/faults/faults.h"
#include "apps/daybook/wiring.h"

namespace daybook::faults {

// The wiring of an engine on the embedded log with all points of `faults`, which must outlive it.
[[nodiscard]] app::Wiring faulty_wiring(Faults& faults);

}  // namespace daybook::faults
