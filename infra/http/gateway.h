// What each request asks for, who may ask, and how commands go through the door and come back as
// answers.
//
// Knows nothing of sockets: sessions feed it request heads, bodies and lines. Thread-safe. The
// door, the pages and the metrics must outlive it, and it must outlive every command in flight.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "commands/codec/decode.h"
#include "commands/submission.h"
#include "infra/http/config.h"
#include "infra/http/http_metrics.h"
#include "infra/http/message.h"
#include "infra/http/pages.h"
#include "infra/http/tokens.h"

namespace daybook::http {

// All that is answered with anything but "nothing is here", in the words of docs/http.md.
struct KnownRoute {
  std::string_view method;    // HEAD comes with GET
  std::string_view path;      // {words} stand for one part each
  std::string_view endpoint;  // for metrics
};
inline constexpr std::array<KnownRoute, 8> kKnownRoutes{
    {{"GET", "/healthz", "health"},
     {"GET", "/readyz", "readiness"},
     {"GET", "/metrics", "metrics"},
     {"GET", "/v1/status", "status"},
     {"POST", "/v1/commands", "commands"},
     {"GET", "/v1/organizations/{organization}/commands/{id}", "receipt"},
     {"GET", "/v1/organizations/{organization}/history/{entity}/{id}", "history"},
     {"POST", "/v1/parked/retry", "parked"}}};
// The one that a path belongs to, whatever the method; null if none.
[[nodiscard]] const KnownRoute* known_route(std::string_view path);

// What to do with a request, decided on its head alone.
struct Route {
  enum class Kind { kAnswer, kLookup, kCommand, kStream };
  Kind kind = Kind::kAnswer;
  std::string endpoint = "other";  // for metrics
  Answer answer;                   // of kAnswer
  // Of kLookup: gives its answer exactly once, from any thread, possibly before it returns.
  std::function<void(std::function<void(Answer)>)> look_up;
  codec::ContentType type = codec::ContentType::kJson;
  bool protobuf_answer = false;
  const Grant* grant = nullptr;  // null: nobody needs a token here
};

class Gateway : public std::enable_shared_from_this<Gateway> {
 public:
  // Without `tokens` every sender is believed.
  [[nodiscard]] static std::shared_ptr<Gateway> make(const HttpConfig& config,
                                                     std::optional<TokenTable> tokens,
                                                     commands::CommandDoor& door, Pages pages,
                                                     metrics::Registry& registry);

  [[nodiscard]] HttpMetrics& metrics() { return metrics_; }

  [[nodiscard]] Route route(const RequestHead& head) const;

  // `answer` is called exactly once, from any thread, possibly before the function returns.
  void submit(const Route& route, std::string_view body, std::function<void(Answer)> answer);
  // The same for one line of a stream; the answer is one line, without its end.
  void submit_line(const Route& route, std::string_view line,
                   std::function<void(std::string)> answer);

 private:
  Gateway(HttpConfig config, std::optional<TokenTable> tokens, commands::CommandDoor& door,
          Pages pages, metrics::Registry& registry);

  using Reply = std::function<void(Result<Receipt>)>;

  [[nodiscard]] Answer open_page(std::string_view path) const;
  [[nodiscard]] Route route_commands(const RequestHead& head) const;
  [[nodiscard]] Route route_lookup(const RequestHead& head, const Grant* grant) const;
  [[nodiscard]] Answer retry_page(const RequestHead& head, const Grant* grant) const;
  [[nodiscard]] std::optional<Error> head_refusal(const RequestHead& head) const;
  [[nodiscard]] std::optional<Answer> authorize(const RequestHead& head, const Grant*& grant) const;
  // Counts the command in; an error if there is no room.
  [[nodiscard]] std::optional<Error> admit(std::size_t bytes);
  void release(std::size_t bytes);
  void pass_on(Command command, std::size_t bytes, Reply reply);

  const HttpConfig config_;
  const std::optional<TokenTable> tokens_;
  commands::CommandDoor& door_;
  const Pages pages_;
  mutable HttpMetrics metrics_;
  std::atomic<std::size_t> commands_in_flight_ = 0;
  std::atomic<std::size_t> bytes_in_flight_ = 0;
};

}  // namespace daybook::http
