// Base64 as protobuf-JSON has it: written in the standard alphabet with padding; read in the
// URL-safe one too, padded or not.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace daybook::codec {

[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] std::optional<std::string> parse_base64(std::string_view text);

}  // namespace daybook::codec
