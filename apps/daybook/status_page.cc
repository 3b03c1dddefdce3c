#include "apps/daybook/status_page.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "domain/core/time.h"

namespace daybook::app {
namespace {

double seconds(std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000; }

// As far as this process knows: 0 if it does not own the partition.
std::int64_t newest_decision(const std::vector<commands::HandlerStatus>& handlers, std::size_t i) {
  return i < handlers.size() && handlers[i].owns ? handlers[i].progress.decided_at() : 0;
}

// Where another process decides, what is known is how long nothing has come of it.
double lag_seconds(std::int64_t newest, const projections::ProjectorStatus& projector) {
  if (projector.lag_records == 0) return 0;
  if (newest == 0) return seconds(projector.stuck);
  return static_cast<double>(std::max<std::int64_t>(0, newest - projector.applied_decided_at)) /
         1000;
}

constexpr double kLagSecondsReady = 5;
constexpr std::chrono::seconds kStuckMax{5};

}  // namespace

bool is_stuck(const projections::ProjectorStatus& projector) { return projector.stuck > kStuckMax; }

bool is_caught_up(const std::vector<commands::HandlerStatus>& handlers,
                  const std::vector<projections::ProjectorStatus>& projectors) {
  for (const commands::HandlerStatus& handler : handlers) {
    if (handler.assigned && !handler.decides) return false;
  }
  for (std::size_t i = 0; i < projectors.size(); ++i) {
    const projections::ProjectorStatus& projector = projectors[i];
    if (!projector.assigned) continue;
    if (!projector.running ||
        lag_seconds(newest_decision(handlers, i), projector) > kLagSecondsReady ||
        is_stuck(projector))
      return false;
  }
  return true;
}

std::string readiness_json(bool ready, const std::string& trouble) {
  nlohmann::ordered_json page{{"status", ready ? "ready" : "catching up"}};
  if (!trouble.empty()) page["trouble"] = trouble;
  return page.dump();
}

namespace {

nlohmann::ordered_json commands_json(const commands::HandlerStatus& handler) {
  const log::Progress& progress = handler.progress;
  return {{"owns", handler.owns},
          {"decides", handler.decides},
          {"assigned", handler.assigned},
          {"epoch", progress.epoch()},
          {"nextOffset", progress.next_offset()},
          {"sequence", progress.sequence()},
          {"accepted", handler.accepted},
          {"rejected", handler.rejected},
          {"repeated", handler.repeated},
          {"unavailable", handler.unavailable},
          {"forwarded", handler.forwarded},
          {"lost", handler.lost},
          {"deadLetters", handler.dead_letters},
          {"queue", handler.queue},
          {"answersOnTheirWay", handler.unacknowledged},
          {"voidRecords", progress.void_records()},
          {"foreignRecords", progress.foreign_records()},
          {"trouble", handler.trouble}};
}

nlohmann::ordered_json projection_json(std::int64_t newest,
                                       const projections::ProjectorStatus& projector) {
  return {{"running", projector.running},
          {"assigned", projector.assigned},
          {"sequence", projector.checkpoint.position.sequence},
          {"nextOffset", projector.checkpoint.next_offset},
          {"lagRecords", projector.lag_records},
          {"lagSeconds", lag_seconds(newest, projector)},
          {"stuckSeconds", seconds(projector.stuck)},
          {"rows", projector.rows},
          {"parked", projector.parked},
          {"trouble", projector.trouble}};
}

// What the part itself says stays: it is newer.
void add_standing(nlohmann::ordered_json& json, const char* next,
                  const std::vector<PartitionStanding>& standings, std::size_t partition) {
  if (partition >= standings.size()) return;
  const PartitionStanding& standing = standings[partition];
  json["owner"] = standing.owner;
  if (standing.next_offset) json[next] = *standing.next_offset;
  if (!standing.lag || (json.value("running", false))) return;
  json["lagRecords"] = standing.lag->records;
  json["lagSeconds"] = seconds(standing.lag->age);
}

}  // namespace

PartitionOffsets next_commands(const std::vector<commands::HandlerStatus>& handlers) {
  PartitionOffsets offsets;
  for (const commands::HandlerStatus& handler : handlers) {
    const log::Progress& progress = handler.progress;
    const bool known = handler.owns && progress.has_source() && progress.source().offset() >= 0;
    offsets.push_back(
        known ? std::optional(static_cast<std::uint64_t>(progress.source().offset()) + 1)
              : std::nullopt);
  }
  return offsets;
}

PartitionOffsets next_outcomes(const std::vector<projections::ProjectorStatus>& projectors) {
  PartitionOffsets offsets;
  for (const projections::ProjectorStatus& projector : projectors) {
    offsets.push_back(projector.running ? std::optional(projector.next_offset) : std::nullopt);
  }
  return offsets;
}

std::string status_json(Backend& backend, const std::vector<commands::HandlerStatus>& handlers,
                        const std::vector<projections::ProjectorStatus>& projectors) {
  nlohmann::ordered_json status;
  const std::uint32_t count = backend.log().partition_count();
  status["log"] = {{"kind", backend.kind()}, {"id", backend.log_id()}, {"partitions", count}};
  status["partitions"] = nlohmann::ordered_json::array();
  PartitionOffsets decided = next_commands(handlers);
  PartitionOffsets projected = next_outcomes(projectors);
  decided.resize(count);
  projected.resize(count);
  const auto deciding = backend.standings(Role::kCommands, decided);
  const auto projecting = backend.standings(Role::kProjections, projected);
  for (std::uint32_t i = 0; i < count; ++i) {
    nlohmann::ordered_json partition{{"partition", i}};
    if (i < handlers.size()) partition["commands"] = commands_json(handlers[i]);
    if (i < projectors.size())
      partition["projection"] = projection_json(newest_decision(handlers, i), projectors[i]);
    if (!deciding.empty()) add_standing(partition["commands"], "nextCommand", deciding, i);
    if (!projecting.empty()) add_standing(partition["projection"], "nextOffset", projecting, i);
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
    total("commands_forwarded_total", "Commands sent on to the partition where they belong.", {}, i,
          handler.forwarded);
    total("commands_lost_total", "Commands that retention removed before they were read.", {}, i,
          handler.lost);
    total("dead_letters_total", "Records that could not be taken as commands.", {}, i,
          handler.dead_letters);
    gauge("answers_on_their_way", "Results and dead letters that are not acknowledged yet.", i,
          static_cast<double>(handler.unacknowledged));
    total("append_groups_total", "Groups of outcomes appended to the log.", {}, i, handler.groups);
    total("partition_claims_total", "Times that a handler took its partition over.", {}, i,
          handler.claims);
    gauge("commands_waiting", "Commands waiting to be decided.", i,
          static_cast<double>(handler.queue));
    gauge("commands_waiting_seconds", "How long the oldest one from the topic has been waiting.", i,
          seconds(handler.waiting));
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
            lag_seconds(newest_decision(handlers, i), projector));
    }
  }
}

}  // namespace daybook::app
