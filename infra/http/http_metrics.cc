#include "infra/http/http_metrics.h"

namespace daybook::http {

HttpMetrics::HttpMetrics(metrics::Registry& registry)
    : connections(registry.gauge("http_connections", "Open connections")),
      commands_in_flight(
          registry.gauge("http_commands_in_flight", "Commands that wait for their answer")),
      connections_refused(
          registry.counter("http_connections_refused_total", "Connections beyond the limit")),
      idle_connections_closed(registry.counter("http_idle_connections_closed_total",
                                               "Idle connections closed in favour of new ones")),
      accept_errors(
          registry.counter("http_accept_errors_total", "Connections that could not be accepted")),
      timeouts(registry.counter("http_timeouts_total", "Connections whose client was too slow")),
      stream_lines(
          registry.counter("http_stream_lines_total", "Commands that came as lines of a stream")),
      undecodable(registry.counter("http_undecodable_total",
                                   "Commands that could not be decoded: answered, not recorded")),
      unauthorized(registry.counter("http_unauthorized_total",
                                    "Requests without a valid token, or beyond its rights")),
      registry_(registry),
      command_seconds_(registry.histogram("http_command_seconds",
                                          "From a command read to its answer",
                                          metrics::duration_bounds())) {}

void HttpMetrics::answered(const std::string& endpoint, int status) {
  const std::lock_guard lock(mutex_);
  auto [place, is_new] = requests_.try_emplace({endpoint, status});
  if (is_new) {
    place->second = registry_.counter("http_requests_total", "Requests answered",
                                      {{"endpoint", endpoint}, {"status", std::to_string(status)}});
  }
  place->second.add();
}

void HttpMetrics::command_answered(std::chrono::steady_clock::duration duration) const {
  command_seconds_.observe(std::chrono::duration<double>(duration).count());
}

}  // namespace daybook::http
