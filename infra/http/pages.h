// What the application tells over HTTP about itself.
//
// Each function may be called from any thread, at once from several, must not block for long and
// must not throw. One that is empty gets a plain default.
#pragma once

#include <functional>
#include <string>

namespace daybook::http {

struct Report {
  bool good = true;                         // false: answered with 503
  std::string json = R"({"status":"ok"})";  // one object
};

struct Pages {
  std::function<Report()> health;        // /healthz: alive
  std::function<Report()> readiness;     // /readyz: caught up
  std::function<std::string()> status;   // /v1/status: JSON
  std::function<std::string()> metrics;  // /metrics: Prometheus' text format
  std::function<void()> retry_parked;    // POST /v1/parked/retry: tries parked rows again soon
};

}  // namespace daybook::http
