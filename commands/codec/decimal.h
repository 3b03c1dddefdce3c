// Decimal numbers as text, without binary floating point.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace daybook::codec {

// The value is digits * 10^-scale. Trailing zeros after the point are gone: scale > 0 means a true
// fraction.
struct Decimal {
  bool negative = false;
  std::string digits;  // without leading zeros; empty for zero
  std::int64_t scale = 0;

  // The digits before the decimal point, or nothing if there are more than fit any integer type.
  [[nodiscard]] std::optional<std::string> whole_digits() const;
};

// Reads "-12.50", "8.5e4" and the like; nothing if the text is not a decimal number.
[[nodiscard]] std::optional<Decimal> parse_decimal(std::string_view text);

}  // namespace daybook::codec
