// Requests and answers as the routing sees them: no sockets, no HTTP library.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/core/result.h"
#include "domain/core/validate.h"
#include "schemas/receipt.pb.h"

namespace daybook::http {

struct RequestHead {
  std::string method;
  std::string target;
  std::string host;
  std::string content_type;
  std::string accept;
  std::string authorization;
};

struct Answer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // beyond the usual ones
};

// The kind that an answer names, as to_string writes it.
[[nodiscard]] std::optional<ErrorKind> kind_named(std::string_view name);

// The HTTP status of a fault of this kind, as domain/core/result.h says.
[[nodiscard]] int status_of(ErrorKind kind);

// 200 for an accepted command; for a rejected one the status of its first violation's kind.
[[nodiscard]] int status_of(const Receipt& receipt);

// {"error":{"kind","code","message","path"?}}
[[nodiscard]] std::string error_json(const Error& error);

// The receipt of a command that could not be decoded: rejected, with its violations.
[[nodiscard]] Receipt undecodable(const Violations& violations);

[[nodiscard]] Answer error_answer(int status, const Error& error);
[[nodiscard]] Answer error_answer(const Error& error);
[[nodiscard]] Answer receipt_answer(int status, const Receipt& receipt, bool protobuf);

// Answers that the server gives by itself.
[[nodiscard]] Error stopping_error();
[[nodiscard]] Error overloaded_error(std::string_view what);
[[nodiscard]] Error request_error(std::string code, std::string remedy);

}  // namespace daybook::http
