// From a SQLSTATE to what the caller can do. Internal to the library.
#pragma once

#include <string_view>

#include "domain/core/result.h"

namespace daybook::postgres {

// `sqlstate` is empty when the server gave none: then the session is lost.
[[nodiscard]] Error make_sql_error(std::string_view sqlstate, std::string_view message);

}  // namespace daybook::postgres
