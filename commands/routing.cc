#include "commands/routing.h"

namespace daybook::commands {

std::uint32_t murmur2(std::string_view key) {
  constexpr std::uint32_t kMultiplier = 0x5bd1e995;
  constexpr std::uint32_t kSeed = 0x9747b28c;
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<std::uint8_t>(key[i]));
  };
  std::uint32_t hash = kSeed ^ static_cast<std::uint32_t>(key.size());
  std::size_t i = 0;
  for (; i + 4 <= key.size(); i += 4) {
    std::uint32_t word = byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24;
    word *= kMultiplier;
    word ^= word >> 24;
    word *= kMultiplier;
    hash *= kMultiplier;
    hash ^= word;
  }
  std::uint32_t tail = 0;
  for (std::size_t j = key.size(); j > i; --j) tail = tail << 8 | byte(j - 1);
  if (i < key.size()) {
    hash ^= tail;
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return hash;
}

std::uint32_t partition_of(std::string_view organization_id, std::uint32_t partition_count) {
  return (murmur2(organization_id) & 0x7fffffff) % partition_count;
}

}  // namespace daybook::commands
