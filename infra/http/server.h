// The HTTP server: commands in, answers out, and the pages that operators and monitoring ask for.
// What it answers: kKnownRoutes in infra/http/gateway.h; for senders: docs/http.md.
//
// It listens on loopback unless a token file says who may send what (infra/http/tokens.h).
// Asynchronous, on a few threads of its own; every connection, buffer, wait and window has a bound
// (infra/http/config.h).
//
// Ownership: door and metrics registry must outlive the server, and the door every answer that it
// still owes. Threading: stop() and the destructor may be called from any thread but the server's
// own, one at a time. Errors: only start() fails.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "commands/submission.h"
#include "domain/core/result.h"
#include "infra/http/config.h"
#include "infra/http/pages.h"
#include "infra/metrics/metrics.h"

namespace daybook::http {

class Server {
 public:
  // Listens when it returns. kInvalid for settings that cannot work, kUnavailable
  // "http.cannot_listen" if the port is taken.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(const HttpConfig& config,
                                                             commands::CommandDoor& door,
                                                             Pages pages,
                                                             metrics::Registry& registry);
  // Stops without waiting for anybody.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // "127.0.0.1:7420": where it really listens.
  [[nodiscard]] std::string address() const;
  [[nodiscard]] std::uint16_t port() const;

  // Accepts nothing new, answers every command that was fully received and "not taken" to those
  // that were not, then closes all connections: at the deadline at the latest. True if nobody was
  // cut off. Idempotent.
  bool stop(std::chrono::milliseconds deadline);

 private:
  struct Implementation;
  explicit Server(std::unique_ptr<Implementation> implementation);

  std::unique_ptr<Implementation> implementation_;
};

}  // namespace daybook::http
