// What a running engine tells about itself: as JSON for people and scripts, as metrics for
// monitoring.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/daybook/backend.h"
#include "commands/partition_handler.h"
#include "infra/metrics/metrics.h"
#include "projections/projector.h"

namespace daybook::app {

[[nodiscard]] std::string status_json(Backend& backend,
                                      const std::vector<commands::HandlerStatus>& handlers,
                                      const std::vector<projections::ProjectorStatus>& projectors);

// How far the partitions of this process have been worked off; nothing for those of others.
using PartitionOffsets = std::vector<std::optional<std::uint64_t>>;
[[nodiscard]] PartitionOffsets next_commands(const std::vector<commands::HandlerStatus>& handlers);
[[nodiscard]] PartitionOffsets next_outcomes(
    const std::vector<projections::ProjectorStatus>& projectors);

// Every handler decides, every projector follows, and no read table is more than a few seconds
// behind.
[[nodiscard]] bool is_caught_up(const std::vector<commands::HandlerStatus>& handlers,
                                const std::vector<projections::ProjectorStatus>& projectors);

// It has a lag, and nothing has come of it for some seconds.
[[nodiscard]] bool is_stuck(const projections::ProjectorStatus& projector);

// `trouble` is why it is not ready, as far as that is known.
[[nodiscard]] std::string readiness_json(bool ready, const std::string& trouble);

void export_metrics(metrics::Registry& registry,
                    const std::vector<commands::HandlerStatus>& handlers,
                    const std::vector<projections::ProjectorStatus>& projectors);

}  // namespace daybook::app
