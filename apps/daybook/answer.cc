#include "apps/daybook/answer.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "infra/http/message.h"

namespace daybook::app {
namespace {

ErrorKind kind_of_status(int status) {
  if (status == 401 || status == 403) return ErrorKind::kNotAllowed;
  if (status == 404) return ErrorKind::kNotFound;
  const bool busy = status == 408 || status == 429 || status >= 500;
  return busy ? ErrorKind::kUnavailable : ErrorKind::kInvalid;
}

}  // namespace

Error error_in(const std::string& json, Error otherwise) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  const auto error =
      parsed.is_object() ? parsed.value("error", nlohmann::json()) : nlohmann::json();
  if (!error.is_object()) return otherwise;
  otherwise.kind = http::kind_named(error.value("kind", "")).value_or(otherwise.kind);
  otherwise.code = error.value("code", otherwise.code);
  otherwise.detail = error.value("message", otherwise.detail);
  return otherwise;
}

Error error_of(const http::Response& response) {
  Error error = error_in(response.body, {kind_of_status(response.status), "http.status",
                                         fmt::format("HTTP status {}", response.status), ""});
  // The server speaks of headers to whoever asks; here it is about a setting.
  if (error.code == "auth.missing")
    error.detail = "the engine asks for a token: give yours in DAYBOOK_TOKEN";
  if (error.code == "auth.unknown_token")
    error.detail = "the engine does not know the token in DAYBOOK_TOKEN";
  return error;
}

bool may_try_again(ErrorKind kind) {
  return kind == ErrorKind::kUnavailable || kind == ErrorKind::kUnknownOutcome;
}

}  // namespace daybook::app
