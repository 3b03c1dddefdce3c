#include "domain/core/position.h"

namespace daybook {

std::string hex(const std::uint8_t* bytes, std::size_t count) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(count * 2);
  for (std::size_t i = 0; i < count; ++i) {
    text.push_back(kDigits[bytes[i] >> 4]);
    text.push_back(kDigits[bytes[i] & 0xF]);
  }
  return text;
}

std::string token_of(const Position& position) {
  return position.log_id + ":" + std::to_string(position.partition) + ":" +
         std::to_string(position.offset) + ":" + std::to_string(position.sequence) + ":" +
         hex(position.hash.data(), 8);
}

}  // namespace daybook
