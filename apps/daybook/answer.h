// What an engine says over HTTP when it does not do what was asked, as an Error again.
#pragma once

#include <string>

#include "domain/core/result.h"
#include "infra/http/client.h"

namespace daybook::app {

// The error of {"error": {...}}; `otherwise` in whatever it does not say.
[[nodiscard]] Error error_in(const std::string& json, Error otherwise);

// Of a response whose status is not the one hoped for.
[[nodiscard]] Error error_of(const http::Response& response);

// Trying the same again may help, and nobody knows more than that. Anything else is final.
[[nodiscard]] bool may_try_again(ErrorKind kind);

}  // namespace daybook::app
