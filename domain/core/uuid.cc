#include "domain/core/uuid.h"

#include <algorithm>
#include <array>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>

namespace daybook {
namespace {

constexpr std::size_t kTextLength = 36;
constexpr bool is_dash_position(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

// Of every character, -1 for what is no hexadecimal digit: ids are read for every key.
constexpr std::array<std::int8_t, 256> kHexValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::int8_t i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = i;
  for (std::int8_t i = 0; i < 6; ++i) {
    values[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
    values[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(10 + i);
  }
  return values;
}();

int hex_value(char c) { return kHexValues[static_cast<std::uint8_t>(c)]; }

}  // namespace

std::optional<std::string> canonical_uuid(std::string_view text) {
  if (text.size() != kTextLength) return std::nullopt;
  std::string canonical(text);
  for (std::size_t i = 0; i < kTextLength; ++i) {
    if (is_dash_position(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    if (hex_value(text[i]) < 0) return std::nullopt;
    if (text[i] >= 'A' && text[i] <= 'F') canonical[i] = static_cast<char>(text[i] - 'A' + 'a');
  }
  return canonical;
}

UuidBytes uuid_bytes(std::string_view canonical) {
  // Where each byte's two digits stand.
  static constexpr std::array<std::size_t, 16> kPlaces{0,  2,  4,  6,  9,  11, 14, 16,
                                                       19, 21, 24, 26, 28, 30, 32, 34};
  UuidBytes bytes{};
  if (canonical.size() != kTextLength) return bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char* digits = &canonical[kPlaces[i]];
    bytes[i] = static_cast<std::uint8_t>(hex_value(digits[0]) * 16 + hex_value(digits[1]));
  }
  return bytes;
}

std::string uuid_text(const UuidBytes& bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(kTextLength);
  for (const std::uint8_t byte : bytes) {
    if (is_dash_position(text.size())) text.push_back('-');
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 0xF]);
  }
  return text;
}

std::string uuid_v5(std::string_view namespace_id, std::string_view name) {
  boost::uuids::uuid space{};
  const UuidBytes bytes = uuid_bytes(namespace_id);
  std::copy(bytes.begin(), bytes.end(), space.begin());
  const boost::uuids::uuid derived =
      boost::uuids::name_generator_sha1(space)(name.data(), name.size());
  UuidBytes result{};
  std::copy(derived.begin(), derived.end(), result.begin());
  return uuid_text(result);
}

std::string external_record_id(std::string_view organization_id, std::string_view entity,
                               std::string_view name_space, std::string_view external_id) {
  std::string name(entity);
  name.append("/x/").append(name_space).append("/").append(external_id);
  return uuid_v5(organization_id, name);
}

std::string command_record_id(std::string_view organization_id, std::string_view entity,
                              std::string_view command_id, std::uint32_t member,
                              std::uint32_t record) {
  std::string name(entity);
  name.append("/c/").append(command_id);
  name.append("/").append(std::to_string(member)).append("/").append(std::to_string(record));
  return uuid_v5(organization_id, name);
}

}  // namespace daybook
