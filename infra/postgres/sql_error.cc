#include "infra/postgres/sql_error.h"

#include <array>
#include <string>

#include "infra/postgres/connection.h"

namespace daybook::postgres {
namespace {

constexpr std::string_view kCodePrefix = "sql.";
constexpr std::size_t kSqlstateLength = 5;

struct KindOfPrefix {
  std::string_view prefix;  // of the SQLSTATE; the first that matches counts
  ErrorKind kind;
};

constexpr std::array kKinds{
    KindOfPrefix{"40003", ErrorKind::kUnknownOutcome},  // statement completion unknown
    KindOfPrefix{"08", ErrorKind::kUnavailable},        // connection exceptions
    KindOfPrefix{"40", ErrorKind::kUnavailable},        // serialization failure, deadlock
    KindOfPrefix{"53", ErrorKind::kUnavailable},        // disk, memory or connections used up
    KindOfPrefix{"55P03", ErrorKind::kUnavailable},     // lock not available in time
    KindOfPrefix{"57", ErrorKind::kUnavailable},        // cancelled, shutting down, starting up
    KindOfPrefix{"58", ErrorKind::kUnavailable},        // the operating system failed the server
    KindOfPrefix{"22", ErrorKind::kRejected},           // data exceptions
    KindOfPrefix{"23", ErrorKind::kRejected},           // integrity violations
    KindOfPrefix{"28", ErrorKind::kNotAllowed},         // wrong user or password
    KindOfPrefix{"42501", ErrorKind::kNotAllowed},      // insufficient privilege
    KindOfPrefix{"XX001", ErrorKind::kCorrupt},         // data corrupted
    KindOfPrefix{"XX002", ErrorKind::kCorrupt},         // index corrupted
};

ErrorKind kind_of(std::string_view sqlstate) {
  for (const auto& [prefix, kind] : kKinds) {
    if (sqlstate.starts_with(prefix)) {
      return kind;
    }
  }
  return ErrorKind::kInvalid;
}

std::string without_line_end(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return std::string(text);
}

}  // namespace

Error make_sql_error(std::string_view sqlstate, std::string_view message) {
  if (sqlstate.empty()) {
    return Error{ErrorKind::kUnavailable,
                 "sql.connection_lost",
                 "the session with PostgreSQL is lost: " + without_line_end(message),
                 {}};
  }
  return Error{
      kind_of(sqlstate), std::string(kCodePrefix).append(sqlstate), without_line_end(message), {}};
}

std::string_view sqlstate(const Error& error) {
  const std::string_view code = error.code;
  if (!code.starts_with(kCodePrefix) || code.size() != kCodePrefix.size() + kSqlstateLength) {
    return {};
  }
  return code.substr(kCodePrefix.size());
}

bool is_refused_data(const Error& error) {
  const std::string_view state = sqlstate(error);
  return state.starts_with("22") || state.starts_with("23");
}

}  // namespace daybook::postgres
