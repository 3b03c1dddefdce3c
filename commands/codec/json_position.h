// Where something stands in a JSON document, for messages to whoever wrote it.
//
// Pure; every function is thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace daybook::codec {

// "line 2, column 7", of a byte that is counted from 1.
[[nodiscard]] std::string position_text(std::string_view text, std::size_t byte);

// The first byte, counted from 1, of the how-manieth value (objects and lists are values too). The
// text has to be JSON up to there.
[[nodiscard]] std::size_t byte_of_value(std::string_view text, std::size_t number);

}  // namespace daybook::codec
