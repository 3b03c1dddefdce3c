// Where in which log: what every stored position, checkpoint and token carries.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace daybook {

using RunningHash = std::array<std::uint8_t, 32>;

struct Position {
  std::string log_id;  // canonical UUID of the log; empty: nowhere yet
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;    // of the last record taken into account
  std::uint64_t sequence = 0;  // of the last valid record
  RunningHash hash{};          // running hash after it

  [[nodiscard]] bool nowhere() const { return log_id.empty(); }
  friend bool operator==(const Position&, const Position&) = default;
};

// "<log id>:<partition>:<offset>:<sequence>:<first 16 hex digits of the hash>", for
// daybook.wait_for.
[[nodiscard]] std::string token_of(const Position& position);

[[nodiscard]] std::string hex(const std::uint8_t* bytes, std::size_t count);

}  // namespace daybook
