// How text becomes part of SQL. Values are always statement parameters; only names (roles, tables,
// columns), which cannot be parameters, and lines of COPY go through here. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace daybook::postgres {

// "name", with inner quotes doubled: safe wherever SQL takes an identifier.
[[nodiscard]] std::string quote_identifier(std::string_view name);

// 'text', with inner quotes doubled, as an E'' string when it holds a backslash: for utility
// statements (CREATE ROLE ... PASSWORD), which take no parameters.
[[nodiscard]] std::string quote_literal(std::string_view text);

// Appends one value of a COPY line (text format): NULL as \N, tabs, line ends and backslashes
// escaped. The caller puts
// '\t' between values and '\n' after the line.
void append_copy_value(std::string& line, std::optional<std::string_view> value);

// Appends one element of an array's text form: NULL, or quoted and escaped. The caller puts '{'
// before the first, ',' between them and '}' after the last.
void append_array_element(std::string& array, std::optional<std::string_view> value);

}  // namespace daybook::postgres
