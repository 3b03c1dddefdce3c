#include "apps/daybook/status_page.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "domain/core/time.h"

namespace daybook::app {
namespace {

double lag_seconds(const commands::HandlerStatus& handler,
                   const projections::ProjectorStatus& projector) {
  if (projector.lag_records == 0) return 0;
  const std::int64_t newest = handler.progress.decided_at();
  return static_cast<double>(std::max<std::int64_t>(0, newest - projector.applied_decided_at)) /
         1000;
}

double seconds(std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000; }

constexpr double kLagSecondsReady = 5;
constexpr std::chrono::seconds kStuckMax{5};

}  // namespace

bool is_stuck(const projections::ProjectorStatus& projector) { return projector.stuck > kStuckMax; }

bool is_caught_up(const std::vector<commands::HandlerStatus>& handlers,
                  const std::vector<projections::ProjectorStatus>& projectors) {
  for (std::size_t i = 0; i < handlers.size(); ++i) {
    if (!handlers[i].owns) return false;
    if (i >= projectors.size()) continue;
    if (!projectors[i].running || lag_seconds(handlers[i], projectors[i]) > kLagSecondsReady ||
        is_stuck(projectors[i]))
      return false;
  }
  return true;
}

std::string readiness_json(bool ready, const std::string& trouble) {
  nlohmann::ordered_json page{{"status", ready ? "ready" : "catching up"}};
  if (!trouble.empty()) page["trouble"] = trouble;
  return page.dump();
}

std::string status_json(const log::EmbeddedLog& log,
                        const std::vector<commands::HandlerStatus>& handlers,
                        const std::vector<projections::ProjectorStatus>& projectors) {
  nlohmann::ordered_json status;
  status["log"] = {
      {"kind", "embedded"}, {"id", log.log_id()}, {"partitions", log.partition_count()}};
  status["partitions"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < handlers.size(); ++i) {
    const commands::HandlerStatus& handler = handlers[i];
    nlohmann::ordered_json partition;
    partition["partition"] = i;
    partition["commands"] = {{"owns", handler.owns},
                             {"epoch", handler.progress.epoch()},
                             {"nextOffset", handler.progress.next_offset()},
                             {"sequence", handler.progress.sequence()},
                             {"accepted", handler.accepted},
                             {"rejected", handler.rejected},
                             {"repeated", handler.repeated},
                             {"unavailable", handler.unavailable},
                             {"queue", handler.queue},
                             {"voidRecords", handler.progress.void_records()},
                             {"foreignRecords", handler.progress.foreign_records()},
                             {"trouble", handler.trouble}};
    if (i < projectors.size()) {
      const projections::ProjectorStatus& projector = projectors[i];
      partition["projection"] = {{"running", projector.running},
                                 {"sequence", projector.checkpoint.position.sequence},
                                 {"nextOffset", projector.checkpoint.next_offset},
                                 {"lagRecords", projector.lag_records},
                                 {"lagSeconds", lag_seconds(handler, projector)},
                                 {"stuckSeconds", seconds(projector.stuck)},
                                 {"rows", projector.rows},
                                 {"parked", projector.parked},
                                 {"trouble", projector.trouble}};
    }
    status["partitions"].push_back(std::move(partition));
  }
  return status.dump();
}

void export_metrics(metrics::Registry& registry,
                    const std::vector<commands::HandlerStatus>& handlers,
                    const std::vector<projections::ProjectorStatus>& projectors) {
  const auto gauge = [&](const char* name, const char* help, std::size_t partition, double value) {
    registry.gauge(name, help, {{"partition", std::to_string(partition)}}).set(value);
  };
  // Totals that the parts count themselves: the counter takes the difference since the last
  // exposition.
  const auto total = [&](const char* name, const char* help, metrics::Labels labels,
                         std::size_t partition, std::uint64_t value) {
    labels["partition"] = std::to_string(partition);
    const metrics::Counter counter = registry.counter(name, help, labels);
    counter.add(std::max(0.0, static_cast<double>(value) - counter.value()));
  };
  for (std::size_t i = 0; i < handlers.size(); ++i) {
    const commands::HandlerStatus& handler = handlers[i];
    total("commands_total", "Commands answered.", {{"outcome", "accepted"}}, i, handler.accepted);
    total("commands_total", "Commands answered.", {{"outcome", "rejected"}}, i, handler.rejected);
    total("commands_total", "Commands answered.", {{"outcome", "repeated"}}, i, handler.repeated);
    total("commands_total", "Commands answered.", {{"outcome", "unavailable"}}, i,
          handler.unavailable);
    total("append_groups_total", "Groups of outcomes appended to the log.", {}, i, handler.groups);
    total("partition_claims_total", "Times that a handler took its partition over.", {}, i,
          handler.claims);
    gauge("commands_waiting", "Commands waiting to be decided.", i,
          static_cast<double>(handler.queue));
    gauge("partition_owned", "1 if the handler owns its partition.", i, handler.owns ? 1 : 0);
    gauge("log_next_offset", "The offset after the last record read.", i,
          static_cast<double>(handler.progress.next_offset()));
    gauge("log_void_records", "Void records seen.", i,
          static_cast<double>(handler.progress.void_records()));
    gauge("log_foreign_records", "Foreign records seen.", i,
          static_cast<double>(handler.progress.foreign_records()));
  }
  for (std::size_t i = 0; i < projectors.size(); ++i) {
    const projections::ProjectorStatus& projector = projectors[i];
    total("projected_outcomes_total", "Outcomes applied to the read tables.", {}, i,
          projector.outcomes);
    total("projected_rows_total", "Rows written to the read tables.", {}, i, projector.rows);
    total("projection_batches_total", "Transactions of the projector.", {}, i, projector.batches);
    total("parked_rows_total", "Rows that were parked.", {}, i, projector.parked_total);
    gauge("parked_rows", "Rows parked now.", i, static_cast<double>(projector.parked));
    gauge("projection_running", "1 if the projector follows the log.", i,
          projector.running ? 1 : 0);
    gauge("projection_lag_records", "Records of the log that the read tables do not have yet.", i,
          static_cast<double>(projector.lag_records));
    gauge("projection_stuck_seconds", "How long nothing has come of it though there is a lag.", i,
          seconds(projector.stuck));
    if (i < handlers.size()) {
      gauge("projection_lag_seconds",
            "How much newer the log's newest decision is than the read tables.", i,
            lag_seconds(handlers[i], projector));
    }
  }
}

}  // namespace daybook::app
