// What an engine is put together with where it meets the world: everything as users have it, unless
// something is put in between (`daybook torture`, tests of faults).
//
// Whatever is given here must outlive the engine.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "apps/daybook/backend.h"
#include "commands/partition_handler.h"
#include "projections/ports/read_tables.h"
#include "projections/projector.h"

namespace daybook::app {

template <class Port>
using Around = std::function<std::unique_ptr<Port>(std::unique_ptr<Port>)>;
template <class Port>
std::unique_ptr<Port> nothing_around(std::unique_ptr<Port> port) {
  return port;
}

struct Wiring {
  const commands::Clock* clock = &system_clock();
  commands::HandlerOptions handler = {};
  // Bytes, about, that the handlers of all partitions may take for what they decide on. Absent: an
  // eighth of the machine's, if that is more than the handler's own bounds.
  std::optional<std::uint64_t> state_memory = {};
  projections::ProjectorOptions projector = {};
  Around<Backend> around_backend = nothing_around<Backend>;
  Around<commands::Journal> around_journal = nothing_around<commands::Journal>;
  Around<projections::ReadTables> around_tables = nothing_around<projections::ReadTables>;
  // Inside of the tables, where nothing around them comes to: when all of a batch is in its
  // transaction, and COMMIT has not been sent.
  std::function<void()> before_commit = {};
};

}  // namespace daybook::app
