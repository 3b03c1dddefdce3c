#include "infra/postgres/sql_text.h"

namespace daybook::postgres {
namespace {

std::string doubled(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote || (quote == '\'' && c == '\\')) {
      result.push_back(c);
    }
    result.push_back(c);
  }
  result.push_back(quote);
  return result;
}

}  // namespace

std::string quote_identifier(std::string_view name) { return doubled(name, '"'); }

std::string quote_literal(std::string_view text) {
  const bool has_backslash = text.find('\\') != std::string_view::npos;
  return (has_backslash ? "E" : "") + doubled(text, '\'');
}

void append_copy_value(std::string& line, std::optional<std::string_view> value) {
  if (!value) {
    line += "\\N";
    return;
  }
  for (const char c : *value) {
    switch (c) {
      case '\\':
        line += "\\\\";
        break;
      case '\t':
        line += "\\t";
        break;
      case '\n':
        line += "\\n";
        break;
      case '\r':
        line += "\\r";
        break;
      default:
        line.push_back(c);
    }
  }
}

void append_array_element(std::string& array, std::optional<std::string_view> value) {
  if (!value) {
    array += "NULL";
    return;
  }
  array.push_back('"');
  for (const char c : *value) {
    if (c == '"' || c == '\\') array.push_back('\\');
    array.push_back(c);
  }
  array.push_back('"');
}

}  // namespace daybook::postgres
