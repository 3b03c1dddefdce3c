// JSON and protobuf messages, turned into each other by the schemas' descriptors and field options.
//
// The mapping: members are lowerCamelCase (the original snake_case names are read too); enum values
// are their short text
// ("ACTIVE", read in any letter case); amounts (FORMAT_HUNDREDTHS) are decimals, written as text
// ("85000.00") and read from text or number without ever passing through binary floating point;
// times are ISO 8601, dates YYYY-MM-DD; bytes are base64; whole numbers are written as JSON
// numbers, versions and counts too (they stay far below 2^53), and read from numbers or decimal
// text; google.protobuf.Value and Struct are plain JSON. In a patch's `set`, null means "clear":
// the member's name is added to the `clear` beside it. Anywhere else null is refused, except inside
// a google.protobuf.Value.
//
// Reading is strict (unknown members, duplicate keys, lone surrogates, NUL, wrong types and numbers
// out of range are refused, each with its path) and bounded in time and memory: depth, number of
// values and number of reported faults have limits. Text length, required fields and formats are
// the business of daybook::normalize. Every function is thread-safe and throws nothing.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "domain/core/validate.h"

namespace daybook::codec {

inline constexpr std::size_t kJsonDepthMax = 32;    // objects and lists inside each other
inline constexpr std::size_t kValuesMax = 100'000;  // values in one document, of either encoding
inline constexpr std::size_t kViolationsMax = 100;  // faults reported of one document

// Fills `out`, which must be empty, from one JSON object. Returns every fault found; `out` is
// complete only if none.
[[nodiscard]] Violations decode_json(std::string_view text, google::protobuf::Message& out);

// One line without blanks. Absent fields are left out; the same message always gives the same text.
[[nodiscard]] std::string encode_json(const google::protobuf::Message& message);

// The same over several lines, for people.
[[nodiscard]] std::string encode_json_indented(const google::protobuf::Message& message);

// Appends `text`, which must be valid UTF-8, as a JSON string with its quotes.
void append_json_text(std::string& out, std::string_view text);

}  // namespace daybook::codec
