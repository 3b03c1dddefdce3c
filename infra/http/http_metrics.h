// What the HTTP server counts. Thread-safe.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "infra/metrics/metrics.h"

namespace daybook::http {

class HttpMetrics {
 public:
  // `registry` must outlive this.
  explicit HttpMetrics(metrics::Registry& registry);

  // `endpoint` is one of a fixed few words.
  void answered(const std::string& endpoint, int status);
  void command_answered(std::chrono::steady_clock::duration duration) const;

  const metrics::Gauge connections;
  const metrics::Gauge commands_in_flight;
  const metrics::Counter connections_refused;
  const metrics::Counter idle_connections_closed;
  const metrics::Counter accept_errors;
  const metrics::Counter timeouts;
  const metrics::Counter stream_lines;
  const metrics::Counter undecodable;
  const metrics::Counter unauthorized;

 private:
  metrics::Registry& registry_;
  const metrics::Histogram command_seconds_;
  std::mutex mutex_;
  std::map<std::pair<std::string, int>, metrics::Counter> requests_;
};

}  // namespace daybook::http
