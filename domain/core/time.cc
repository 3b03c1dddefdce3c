#include "domain/core/time.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace daybook {
namespace {

struct CivilDate {
  std::int64_t year;
  unsigned month;
  unsigned day;
};

// Proleptic Gregorian calendar, after Howard Hinnant's days_from_civil.
std::int64_t days_from_civil(CivilDate date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t month = date.month;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

CivilDate civil_from_days(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<unsigned>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const auto month =
      static_cast<unsigned>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

unsigned days_in_month(std::int64_t year, unsigned month) {
  static constexpr std::array<unsigned, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays.at(month - 1);
}

// Reads fixed-width numbers and separators from the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::optional<unsigned> digits(std::size_t width) {
    if (rest_.size() < width) return std::nullopt;
    unsigned value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
      value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    rest_.remove_prefix(width);
    return value;
  }
  bool literal(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  char next() {
    if (rest_.empty()) return '\0';
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] bool at_digit() const {
    return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
  }

 private:
  std::string_view rest_;
};

constexpr std::int64_t kYears = 10'000;
bool in_range(std::int64_t year) { return year > 0 && year < kYears; }

// Four digits; more of them, or a sign, only for a year that is out of range.
std::optional<std::int64_t> read_year(Reader& in) {
  const bool negative = in.literal('-');
  const bool plain = !negative && !in.literal('+');
  std::int64_t year = 0;
  int width = 0;
  for (; in.at_digit(); ++width) {
    year = year * 10 + (in.next() - '0');
    // The calendar repeats itself, so the last digits are enough of a year that is far away.
    if (year >= 2 * kYears) year = kYears + year % kYears;
  }
  if (negative) year = -year;
  if (width < 4 || (in_range(year) && !(plain && width == 4))) return std::nullopt;
  return year;
}

struct ReadDate {
  std::int64_t days = 0;
  bool in_range = false;
};

std::optional<ReadDate> read_date(Reader& in) {
  const auto year = read_year(in);
  if (!year || !in.literal('-')) return std::nullopt;
  const auto month = in.digits(2);
  if (!month || !in.literal('-')) return std::nullopt;
  const auto day = in.digits(2);
  if (!day || *month < 1 || *month > 12) return std::nullopt;
  if (*day < 1 || *day > days_in_month(*year, *month)) return std::nullopt;
  return ReadDate{days_from_civil({*year, *month, *day}), in_range(*year)};
}

// Milliseconds of ".123456"; further digits are cut.
std::optional<std::int64_t> read_fraction(Reader& in) {
  if (!in.literal('.') && !in.literal(',')) return 0;
  if (!in.at_digit()) return std::nullopt;
  std::int64_t milliseconds = 0;
  for (int place = 100; in.at_digit(); place /= 10) milliseconds += (in.next() - '0') * place;
  return milliseconds;
}

// Offset from UTC in minutes: "Z", "+01:00", "-0530", "+02".
std::optional<std::int64_t> read_offset(Reader& in) {
  const char sign = in.next();
  if (sign == 'Z' || sign == 'z') return 0;
  if (sign != '+' && sign != '-') return std::nullopt;
  const auto hours = in.digits(2);
  if (!hours) return std::nullopt;
  std::optional<unsigned> minutes = 0;
  if (!in.done()) {
    in.literal(':');
    minutes = in.digits(2);
  }
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::int64_t total = static_cast<std::int64_t>(*hours) * 60 + *minutes;
  return sign == '-' ? -total : total;
}

std::string print(const char* format, std::int64_t milliseconds) {
  const std::int64_t days = day_of(milliseconds);
  const std::int64_t in_day = milliseconds - days * kMillisecondsPerDay;
  const CivilDate date = civil_from_days(days);
  std::array<char, 48> buffer{};
  const int length = std::snprintf(
      buffer.data(), buffer.size(), format, static_cast<long>(date.year), date.month, date.day,
      static_cast<int>(in_day / 3'600'000), static_cast<int>(in_day / 60'000 % 60),
      static_cast<int>(in_day / 1000 % 60), static_cast<int>(in_day % 1000));
  return {buffer.data(), static_cast<std::size_t>(length)};
}

}  // namespace

std::int32_t day_of(std::int64_t milliseconds) {
  std::int64_t days = milliseconds / kMillisecondsPerDay;
  if (milliseconds % kMillisecondsPerDay < 0) --days;
  return static_cast<std::int32_t>(days);
}

std::string date_text(std::int64_t days) {
  return print("%04ld-%02u-%02u", days * kMillisecondsPerDay);
}
std::string timestamp_text(std::int64_t milliseconds) {
  return print("%04ld-%02u-%02uT%02d:%02d:%02d.%03dZ", milliseconds);
}
std::string timestamp_sql(std::int64_t milliseconds) {
  return print("%04ld-%02u-%02u %02d:%02d:%02d.%03d", milliseconds);
}

ParsedTime<std::int32_t> parse_date(std::string_view text) {
  Reader in(text);
  const auto date = read_date(in);
  // A date-time stands for its UTC day.
  if (!date || !in.done()) return parse_timestamp(text).map(day_of);
  if (!date->in_range) return tl::unexpected(TimeFault::kOutOfRange);
  return static_cast<std::int32_t>(date->days);
}

ParsedTime<std::int64_t> parse_timestamp(std::string_view text) {
  static constexpr auto kMalformed = tl::unexpected(TimeFault::kMalformed);
  Reader in(text);
  const auto date = read_date(in);
  if (!date || !(in.literal('T') || in.literal('t') || in.literal(' '))) return kMalformed;
  const auto hours = in.digits(2);
  if (!hours || !in.literal(':')) return kMalformed;
  const auto minutes = in.digits(2);
  if (!minutes) return kMalformed;
  std::optional<unsigned> seconds = 0;
  std::optional<std::int64_t> fraction = 0;
  if (in.literal(':')) {
    seconds = in.digits(2);
    if (!seconds) return kMalformed;
    fraction = read_fraction(in);
  }
  const auto offset = read_offset(in);
  if (!fraction || !offset || !in.done()) return kMalformed;
  if (*hours > 23 || *minutes > 59 || *seconds > 59) return kMalformed;
  const std::int64_t in_minutes = date->days * 1440 + *hours * 60 + *minutes - *offset;
  const std::int64_t time = (in_minutes * 60 + *seconds) * 1000 + *fraction;
  if (!date->in_range || time < kTimestampMin || time > kTimestampMax)
    return tl::unexpected(TimeFault::kOutOfRange);
  return time;
}

std::string hundredths_text(std::int64_t hundredths) {
  const bool negative = hundredths < 0;
  const auto magnitude = negative ? 0 - static_cast<std::uint64_t>(hundredths)
                                  : static_cast<std::uint64_t>(hundredths);
  std::string cents = std::to_string(magnitude % 100);
  if (cents.size() < 2) cents.insert(cents.begin(), '0');
  return (negative ? "-" : "") + std::to_string(magnitude / 100) + "." + cents;
}

std::optional<std::int64_t> parse_hundredths(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  std::string digits;
  std::int64_t scale = 0;  // digits after the point, less the exponent
  bool point = false;
  std::size_t i = 0;
  for (; i < text.size() && (text[i] == '.' || (text[i] >= '0' && text[i] <= '9')); ++i) {
    if (text[i] == '.') {
      if (point) return std::nullopt;
      point = true;
      continue;
    }
    digits.push_back(text[i]);
    if (point) ++scale;
  }
  if (digits.empty()) return std::nullopt;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (digits.size() > 40) return std::nullopt;
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') return std::nullopt;
    std::string_view exponent = text.substr(i + 1);
    bool exponent_negative = false;
    if (!exponent.empty() && (exponent.front() == '-' || exponent.front() == '+')) {
      exponent_negative = exponent.front() == '-';
      exponent.remove_prefix(1);
    }
    if (exponent.empty() || exponent.size() > 2) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : exponent) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    scale += exponent_negative ? value : -value;
  }
  while (scale > 2 && !digits.empty() && digits.back() == '0') {
    digits.pop_back();
    --scale;
  }
  if (digits.empty()) return 0;
  const bool zero = digits.find_first_not_of('0') == std::string::npos;
  if (zero) return 0;
  if (scale > 2) return std::nullopt;
  for (; scale < 2; ++scale) {
    if (digits.size() > 40) return std::nullopt;
    digits.push_back('0');
  }
  std::int64_t value = 0;
  for (const char c : digits) {
    if (__builtin_mul_overflow(value, std::int64_t{10}, &value)) return std::nullopt;
    if (__builtin_add_overflow(value, std::int64_t{c - '0'}, &value)) return std::nullopt;
  }
  return negative ? -value : value;
}

}  // namespace daybook
