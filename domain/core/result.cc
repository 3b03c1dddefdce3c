#include "domain/core/result.h"

namespace daybook {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalid:
      return "invalid";
    case ErrorKind::kRejected:
      return "rejected";
    case ErrorKind::kNotAllowed:
      return "not_allowed";
    case ErrorKind::kNotFound:
      return "not_found";
    case ErrorKind::kConflict:
      return "conflict";
    case ErrorKind::kUnavailable:
      return "unavailable";
    case ErrorKind::kUnknownOutcome:
      return "unknown_outcome";
    case ErrorKind::kCorrupt:
      return "corrupt";
  }
  return "invalid";
}

}  // namespace daybook
