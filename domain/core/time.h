// Times, dates and amounts as the schemas store them, and their text forms.
//
// Times are whole milliseconds since 1970-01-01T00:00:00Z, dates whole days since 1970-01-01,
// amounts whole hundredths. Binary floating point is never involved.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace daybook {

inline constexpr std::int64_t kMillisecondsPerDay = 86'400'000;
inline constexpr std::int64_t kDateMin = -719162;  // 0001-01-01
inline constexpr std::int64_t kDateMax = 2932896;  // 9999-12-31
inline constexpr std::int64_t kTimestampMin = kDateMin * kMillisecondsPerDay;
inline constexpr std::int64_t kTimestampMax = (kDateMax + 1) * kMillisecondsPerDay - 1;

// The UTC day of a time.
[[nodiscard]] std::int32_t day_of(std::int64_t milliseconds);

// "2025-03-15", "2025-03-15T10:00:00.000Z" and, for SQL, "2025-03-15 10:00:00.000".
[[nodiscard]] std::string date_text(std::int64_t days);
[[nodiscard]] std::string timestamp_text(std::int64_t milliseconds);
[[nodiscard]] std::string timestamp_sql(std::int64_t milliseconds);

// Why a text is no time: out of range is what ISO 8601 could say, but nothing here can hold.
enum class TimeFault { kMalformed, kOutOfRange };
template <class Value>
using ParsedTime = tl::expected<Value, TimeFault>;

// ISO 8601: "2025-03-15"; "2025-03-15T10:00[:00[.123456]](Z|+01:00)", cut to milliseconds.
[[nodiscard]] ParsedTime<std::int32_t> parse_date(std::string_view text);
[[nodiscard]] ParsedTime<std::int64_t> parse_timestamp(std::string_view text);

// "-12.50", "0.10", "1133000.00".
[[nodiscard]] std::string hundredths_text(std::int64_t hundredths);
// A decimal with at most two fraction digits other than zero and an optional exponent ("85000",
// "0.1", "8.5e4").
[[nodiscard]] std::optional<std::int64_t> parse_hundredths(std::string_view text);

}  // namespace daybook
