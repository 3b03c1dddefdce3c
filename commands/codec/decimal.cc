#include "commands/codec/decimal.h"

namespace daybook::codec {
namespace {

constexpr std::int64_t kExponentMax = 1'000'000;
constexpr std::int64_t kWholeDigitsMax = 20;  // of the largest uint64

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool take_sign(std::string_view& text) {
  if (text.empty() || (text.front() != '-' && text.front() != '+')) return false;
  const bool negative = text.front() == '-';
  text.remove_prefix(1);
  return negative;
}

// The exponent behind "e", cut to what no number of ours can reach anyway.
std::optional<std::int64_t> parse_exponent(std::string_view text) {
  const bool negative = take_sign(text);
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value < kExponentMax ? value * 10 + (c - '0') : kExponentMax;
  }
  return negative ? -value : value;
}

void drop_zeros(Decimal& number) {
  while (number.scale > 0 && !number.digits.empty() && number.digits.back() == '0') {
    number.digits.pop_back();
    --number.scale;
  }
  const auto first = number.digits.find_first_not_of('0');
  number.digits.erase(0, first == std::string::npos ? number.digits.size() : first);
  if (number.digits.empty()) number.scale = 0;
}

}  // namespace

std::optional<Decimal> parse_decimal(std::string_view text) {
  Decimal number;
  number.negative = take_sign(text);
  bool point = false;
  std::size_t i = 0;
  for (; i < text.size() && (is_digit(text[i]) || text[i] == '.'); ++i) {
    if (text[i] == '.') {
      if (point) return std::nullopt;
      point = true;
      continue;
    }
    number.digits.push_back(text[i]);
    if (point) ++number.scale;
  }
  if (number.digits.empty()) return std::nullopt;
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') return std::nullopt;
    const auto exponent = parse_exponent(text.substr(i + 1));
    if (!exponent) return std::nullopt;
    number.scale -= *exponent;
  }
  drop_zeros(number);
  return number;
}

std::optional<std::string> Decimal::whole_digits() const {
  const std::int64_t count = static_cast<std::int64_t>(digits.size()) - scale;
  if (digits.empty() || count <= 0) return "0";
  if (count > kWholeDigitsMax) return std::nullopt;
  std::string whole = digits.substr(0, static_cast<std::size_t>(count));
  whole.resize(static_cast<std::size_t>(count), '0');
  return whole;
}

}  // namespace daybook::codec
