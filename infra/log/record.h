// The bytes of a log record, and the running hash over valid records.
//
// A record is a LogRecord message whose first field is the magic and whose last nine bytes are the
// checksum field: XXH3-64 of everything before it. The running hash after a valid record is
// SHA-256(running hash before it, bytes).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/core/position.h"
#include "domain/core/result.h"
#include "schemas/log.pb.h"

namespace daybook::log {

inline constexpr std::uint32_t kMagic = 0x59414459;
inline constexpr std::uint32_t kFormat = 1;
inline constexpr std::uint32_t kReaderVersion = 1;  // the newest body that this reader understands

// Adds magic and checksum. `record` has neither.
[[nodiscard]] std::string encode_record(LogRecord record);

enum class RecordFault { kForeign, kDamaged };
// A record of ours; or foreign (not begun with our magic); or damaged (ours, but the checksum
// fails).
[[nodiscard]] tl::expected<LogRecord, RecordFault> decode_record(std::string_view bytes);

[[nodiscard]] std::uint64_t checksum_of(std::string_view record_bytes);
[[nodiscard]] RunningHash hash_after(const RunningHash& before, std::string_view record_bytes);
[[nodiscard]] std::string to_bytes(const RunningHash& hash);
[[nodiscard]] RunningHash to_hash(const std::string& bytes);

}  // namespace daybook::log
