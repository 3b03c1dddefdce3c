#include "infra/http/gateway.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <utility>

#include "commands/codec/json.h"
#include "domain/core/text.h"
#include "infra/http/record_pages.h"
#include "infra/metrics/metrics.h"

namespace daybook::http {
namespace {

constexpr std::string_view kProtobufType = "application/x-protobuf";
constexpr std::string_view kStreamType = "application/x-ndjson";
constexpr std::size_t kTokenLengthMax = 1024;

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

std::string_view path_of_target(std::string_view target) {
  return target.substr(0, target.find('?'));
}

// The host without its port.
std::string_view host_name(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    const auto end = host.find(']');
    return end == std::string_view::npos ? host : host.substr(1, end - 1);
  }
  return host.substr(0, host.rfind(':'));
}

Route answered(std::string endpoint, Answer answer) {
  Route route;
  route.endpoint = std::move(endpoint);
  route.answer = std::move(answer);
  return route;
}

Answer method_not_allowed(const std::string& allowed) {
  Answer answer = error_answer(405, request_error("http.method_not_allowed", "use " + allowed));
  answer.headers.emplace_back("Allow", allowed);
  return answer;
}

Answer nothing_here() {
  return error_answer(Error{ErrorKind::kNotFound,
                            "http.not_found",
                            "nothing is here; commands go to POST /v1/commands",
                            {}});
}

// What stands before the next slash, which is taken away with it.
std::string_view next_part(std::string_view& path) {
  const auto slash = path.find('/');
  const std::string_view part = path.substr(0, slash);
  path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  return part;
}

bool matches(std::string_view pattern, std::string_view path) {
  if (std::count(pattern.begin(), pattern.end(), '/') != std::count(path.begin(), path.end(), '/'))
    return false;
  while (!pattern.empty()) {
    const std::string_view wanted = next_part(pattern);
    const std::string_view part = next_part(path);
    if (wanted.starts_with('{') ? part.empty() : part != wanted) return false;
  }
  return true;
}

Answer page(const std::function<Report()>& report) {
  const Report result = report ? report() : Report{};
  Answer answer;
  answer.status = result.good ? 200 : 503;
  answer.body = result.json + "\n";
  if (!result.good) answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

Answer text_page(const std::function<std::string()>& text, const std::string& content_type,
                 const char* otherwise) {
  Answer answer;
  answer.content_type = content_type;
  answer.body = text ? text() : otherwise;
  return answer;
}

// Without its parameters.
std::string_view media_type(const RequestHead& head) {
  return trimmed(std::string_view(head.content_type).substr(0, head.content_type.find(';')));
}

bool accepts_protobuf(const RequestHead& head) {
  return head.accept.find(kProtobufType) != std::string::npos;
}

Answer unsupported_media_type(const std::string& wanted) {
  return error_answer(
      415, request_error("http.unsupported_media_type", "give the Content-Type " + wanted));
}

}  // namespace

const KnownRoute* known_route(std::string_view path) {
  const auto* found =
      std::find_if(kKnownRoutes.begin(), kKnownRoutes.end(),
                   [&](const KnownRoute& each) { return matches(each.path, path); });
  return found == kKnownRoutes.end() ? nullptr : found;
}

std::shared_ptr<Gateway> Gateway::make(const HttpConfig& config, std::optional<TokenTable> tokens,
                                       commands::CommandDoor& door, Pages pages,
                                       metrics::Registry& registry) {
  return std::shared_ptr<Gateway>(
      new Gateway(config, std::move(tokens), door, std::move(pages), registry));
}

Gateway::Gateway(HttpConfig config, std::optional<TokenTable> tokens, commands::CommandDoor& door,
                 Pages pages, metrics::Registry& registry)
    : config_(std::move(config)),
      tokens_(std::move(tokens)),
      door_(door),
      pages_(std::move(pages)),
      metrics_(registry) {}

// Where no token is needed, a web page in a browser on this machine must not be able to send
// commands: it can reach a loopback port under a name of its own.
std::optional<Error> Gateway::head_refusal(const RequestHead& head) const {
  if (tokens_ || head.host.empty() || is_loopback(host_name(head.host))) return std::nullopt;
  return Error{ErrorKind::kNotAllowed,
               "http.foreign_host",
               "without a token file the server answers only to localhost; use http://127.0.0.1, "
               "or give it a token file",
               {}};
}

std::optional<Answer> Gateway::authorize(const RequestHead& head, const Grant*& grant) const {
  if (!tokens_) return std::nullopt;
  static constexpr std::string_view kScheme = "Bearer ";
  const std::string_view header = head.authorization;
  const bool bearer = equal_ignoring_case(header.substr(0, kScheme.size()), kScheme) &&
                      header.size() <= kTokenLengthMax;
  grant = bearer ? tokens_->find(trimmed(header.substr(kScheme.size()))) : nullptr;
  if (grant != nullptr) return std::nullopt;
  metrics_.unauthorized.add();
  Answer answer = error_answer(
      401,
      bearer
          ? Error{ErrorKind::kNotAllowed, "auth.unknown_token", "this token is not known here", {}}
          : Error{ErrorKind::kNotAllowed,
                  "auth.missing",
                  "give the header Authorization: Bearer TOKEN",
                  {}});
  answer.headers.emplace_back(
      "WWW-Authenticate",
      bearer ? R"(Bearer realm="daybook", error="invalid_token")" : R"(Bearer realm="daybook")");
  return answer;
}

// The pages that need no token and are given under any host name.
Answer Gateway::open_page(std::string_view path) const {
  if (path == "/healthz") return page(pages_.health);
  if (path == "/readyz") return page(pages_.readiness);
  return text_page(pages_.metrics, metrics::kTextContentType, "");
}

Route Gateway::route(const RequestHead& head) const {
  const std::string_view path = path_of_target(head.target);
  const KnownRoute* known = known_route(path);
  const std::string endpoint(known == nullptr ? "other" : known->endpoint);
  const bool open = known != nullptr && !path.starts_with("/v1/");
  const Grant* grant = nullptr;
  if (const auto refusal = open ? std::nullopt : head_refusal(head))
    return answered(endpoint, error_answer(*refusal));
  if (path.starts_with("/v1/")) {
    if (auto refusal = authorize(head, grant)) return answered(endpoint, std::move(*refusal));
  }
  if (known == nullptr) return answered(endpoint, nothing_here());
  if (head.method != known->method) {
    return answered(endpoint, method_not_allowed(known->method == "GET" ? "GET, HEAD" : "POST"));
  }
  if (open) return answered(endpoint, open_page(path));
  if (endpoint == "commands") {
    Route route = route_commands(head);
    route.grant = grant;
    return route;
  }
  if (endpoint == "status")
    return answered(endpoint, text_page(pages_.status, "application/json", "{}\n"));
  if (endpoint == "parked") return answered(endpoint, retry_page(head, grant));
  Route route = route_lookup(head, grant);
  route.endpoint = endpoint;
  return route;
}

Route Gateway::route_commands(const RequestHead& head) const {
  Route route;
  route.endpoint = "commands";
  // A browser may send a body without a type to any address unasked; so over HTTP a type is needed.
  const auto type = codec::content_type_of(head.content_type);
  const std::string_view media = media_type(head);
  if (equal_ignoring_case(media, kStreamType)) {
    route.kind = Route::Kind::kStream;
    route.endpoint = "stream";
  } else if (media.empty() || !type) {
    route.answer =
        unsupported_media_type("application/json, application/x-protobuf or application/x-ndjson");
  } else {
    route.kind = Route::Kind::kCommand;
    route.type = *type;
    route.protobuf_answer = accepts_protobuf(head);
  }
  return route;
}

Route Gateway::route_lookup(const RequestHead& head, const Grant* grant) const {
  Route route;
  route.kind = Route::Kind::kLookup;
  if (auto receipt = receipt_address(head.target)) {
    route.look_up = [this, address = *std::move(receipt), grant,
                     protobuf = accepts_protobuf(head)](std::function<void(Answer)> answer) {
      receipt_page(door_, address, grant, protobuf, std::move(answer));
    };
  } else {
    route.look_up = [this, address = *history_address(head.target),
                     grant](std::function<void(Answer)> answer) {
      history_page(door_, address, grant, std::move(answer));
    };
  }
  return route;
}

// For operators: whoever reaches the port, or, with a token file, the integration.
Answer Gateway::retry_page(const RequestHead& head, const Grant* grant) const {
  // A page in a browser may post a form to any address unasked, but not JSON.
  if (!equal_ignoring_case(media_type(head), "application/json"))
    return unsupported_media_type("application/json");
  if (grant != nullptr && grant->actor != "integration") {
    return error_answer(
        {ErrorKind::kNotAllowed, "not_allowed", "this is for the actor integration", {}});
  }
  if (pages_.retry_parked) pages_.retry_parked();
  Answer answer;
  answer.status = 202;
  answer.body = "{}\n";
  return answer;
}

std::optional<Error> Gateway::admit(std::size_t bytes) {
  const std::size_t commands = commands_in_flight_.fetch_add(1) + 1;
  const std::size_t in_flight = bytes_in_flight_.fetch_add(bytes) + bytes;
  if (commands <= config_.commands_in_flight_max && in_flight <= config_.bytes_in_flight_max) {
    metrics_.commands_in_flight.add(1);
    return std::nullopt;
  }
  commands_in_flight_.fetch_sub(1);
  bytes_in_flight_.fetch_sub(bytes);
  return overloaded_error("commands in flight");
}

void Gateway::release(std::size_t bytes) {
  commands_in_flight_.fetch_sub(1);
  bytes_in_flight_.fetch_sub(bytes);
  metrics_.commands_in_flight.add(-1);
}

void Gateway::pass_on(Command command, std::size_t bytes, Reply reply) {
  if (const auto full = admit(bytes)) {
    reply(fail(*full));
    return;
  }
  const auto begun = std::chrono::steady_clock::now();
  door_.submit({std::move(command), [self = shared_from_this(), bytes, begun,
                                     reply = std::move(reply)](Result<Receipt> receipt) {
                  self->metrics_.command_answered(std::chrono::steady_clock::now() - begun);
                  self->release(bytes);
                  reply(std::move(receipt));
                }});
}

void Gateway::submit(const Route& route, std::string_view body,
                     std::function<void(Answer)> answer) {
  const bool protobuf = route.protobuf_answer;
  auto command = codec::decode_command(body, route.type);
  if (!command) {
    metrics_.undecodable.add();
    answer(receipt_answer(400, undecodable(command.error()), protobuf));
    return;
  }
  if (const auto refusal = route.grant == nullptr ? std::nullopt : route.grant->refusal(*command)) {
    metrics_.unauthorized.add();
    answer(error_answer(*refusal));
    return;
  }
  pass_on(std::move(*command), body.size(),
          [protobuf, answer = std::move(answer)](Result<Receipt> receipt) {
            answer(receipt ? receipt_answer(status_of(*receipt), *receipt, protobuf)
                           : error_answer(receipt.error()));
          });
}

void Gateway::submit_line(const Route& route, std::string_view line,
                          std::function<void(std::string)> answer) {
  metrics_.stream_lines.add();
  auto command = codec::decode_command(line, codec::ContentType::kJson);
  if (!command) {
    metrics_.undecodable.add();
    answer(codec::encode_json(undecodable(command.error())));
    return;
  }
  if (const auto refusal = route.grant == nullptr ? std::nullopt : route.grant->refusal(*command)) {
    metrics_.unauthorized.add();
    answer(error_json(*refusal));
    return;
  }
  pass_on(std::move(*command), line.size(), [answer = std::move(answer)](Result<Receipt> receipt) {
    answer(receipt ? codec::encode_json(*receipt) : error_json(receipt.error()));
  });
}

}  // namespace daybook::http
