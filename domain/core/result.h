// Errors as values.
//
// Every fallible operation of Daybook returns Result<T>. An Error says what the caller can do (its
// kind), names the rule or fault in a stable machine-readable code ("deal.stage_inactive"), and
// explains it with the remedy in `detail`. Exceptions of third-party libraries are turned into
// Errors by the adapter that calls them and never cross a port.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace daybook {

// What the caller can do about it.
enum class ErrorKind {
  kInvalid,         // the request is malformed: fix it                                   (HTTP 400)
  kRejected,        // a business rule refuses it: show the reason                        (HTTP 400)
  kNotAllowed,      // the actor may not do this                                          (HTTP 403)
  kNotFound,        // no such record, or none that the actor may see                     (HTTP 404)
  kConflict,        // something changed or is taken: reload and decide again             (HTTP 409)
  kUnavailable,     // nothing happened: retry the same call with back-off                (HTTP 503)
  kUnknownOutcome,  // it may or may not have happened: look it up, never blindly repeat  (HTTP 500)
  kCorrupt,         // stored data is damaged: stop and alert an operator                 (HTTP 500)
};

[[nodiscard]] std::string_view to_string(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::kInvalid;
  std::string code;    // stable, lower case, "<subject>.<fault>"
  std::string detail;  // for a person: what is wrong and the remedy
  std::string path;    // the field of the command it is about, "" when it is about the whole
};

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorKind kind, std::string code,
                                                std::string detail, std::string path = {}) {
  return tl::unexpected<Error>(Error{kind, std::move(code), std::move(detail), std::move(path)});
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace daybook

// Returns the error of `result_expr` from the enclosing function, if it has one.
#define DAYBOOK_TRY(result_expr)                                      \
  do {                                                                \
    if (auto daybook_try = (result_expr); !daybook_try.has_value()) { \
      return ::daybook::fail(std::move(daybook_try).error());         \
    }                                                                 \
  } while (false)

// Binds `name` to the value of `result_expr`, or returns its error from the enclosing function.
#define DAYBOOK_ASSIGN(name, result_expr)                     \
  auto name##_result = (result_expr);                         \
  if (!name##_result.has_value()) {                           \
    return ::daybook::fail(std::move(name##_result).error()); \
  }                                                           \
  auto name = std::move(name##_result).value()
