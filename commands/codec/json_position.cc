#include "commands/codec/json_position.h"

#include <algorithm>

namespace daybook::codec {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kBetweenValues = " \t\r\n,:]}";

std::size_t end_of_text(std::string_view text, std::size_t quote) {
  std::size_t at = quote + 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return std::min(at + 1, text.size());
}

std::size_t end_of_token(std::string_view text, std::size_t start) {
  if (text[start] == '{' || text[start] == '[') return start + 1;
  if (text[start] == '"') return end_of_text(text, start);
  return std::min(text.find_first_of(kBetweenValues, start), text.size());
}

bool is_name(std::string_view text, std::size_t start, std::size_t end) {
  const std::size_t next = text.find_first_not_of(kBlanks, end);
  return text[start] == '"' && next != std::string_view::npos && text[next] == ':';
}

}  // namespace

std::string position_text(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, byte == 0 ? 0 : byte - 1);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto last = before.rfind('\n');
  const std::size_t column = before.size() - (last == std::string_view::npos ? 0 : last + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

// Read once more, so that nobody else pays for the places of values.
std::size_t byte_of_value(std::string_view text, std::size_t number) {
  std::size_t end = 0;
  for (;;) {
    const std::size_t start = text.find_first_not_of(kBetweenValues, end);
    if (start == std::string_view::npos) return text.size();
    end = end_of_token(text, start);
    if (!is_name(text, start, end) && --number == 0) return start + 1;
  }
}

}  // namespace daybook::codec
