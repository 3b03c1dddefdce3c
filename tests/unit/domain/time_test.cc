// Times, dates and amounts, and their text forms. Day numbers were computed with Python's datetime.
#include "domain/core/time.h"

#include <gtest/gtest.h>

#include <limits>

namespace daybook {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

TEST(Date, IsReadAndPrinted) {
  const std::vector<std::pair<const char*, std::int32_t>> days{
      {"0001-01-01", -719162}, {"1600-02-29", -135081}, {"1900-03-01", -25508},
      {"1969-12-31", -1},      {"1970-01-01", 0},       {"2000-02-29", 11016},
      {"2024-02-29", 19782},   {"2025-03-15", 20162},   {"2100-03-01", 47541},
      {"9999-12-31", 2932896}};
  for (const auto& [text, day] : days) {
    EXPECT_EQ(parse_date(text), day);
    EXPECT_EQ(date_text(day), text);
  }
}

TEST(Date, OfEveryDayComesBack) {
  for (std::int32_t day = -719162; day <= 2932896; day += 97)
    EXPECT_EQ(parse_date(date_text(day)), day);
}

TEST(Date, OfADateTimeIsItsUtcDay) {
  EXPECT_EQ(parse_date("2025-03-15T23:30:00-01:00"), 20163);
  EXPECT_EQ(parse_date("2025-03-15T00:30:00+01:00"), 20161);
  EXPECT_EQ(parse_date("2025-03-15T12:00Z"), 20162);
}

TEST(Date, OtherTextsAreNone) {
  for (const char* bad : {"",
                          "2025",
                          "2025-3-15",
                          "2025-02-29",
                          "1900-02-29",
                          "2025-13-01",
                          "2025-00-10",
                          "2025-04-31",
                          "2025-01-00",
                          "0000-13-01",
                          "10001-02-29",
                          "-001-01-01",
                          "+2025-03-15",
                          "02025-03-15",
                          "10000-01-01x",
                          "2025/03/15",
                          "15.03.2025",
                          "2025-03-15 ",
                          " 2025-03-15",
                          "2025-03-15T",
                          "2025-03-15x",
                          "2025-03-1\xC2\xB2"}) {
    EXPECT_EQ(parse_date(bad), tl::unexpected(TimeFault::kMalformed)) << bad;
  }
}

TEST(Date, BeyondTheRangeIsSaidToBeThat) {
  for (const char* beyond :
       {"0000-01-01", "0000-12-31", "10000-01-01", "+10000-01-01", "-0001-12-31", "10000-02-29",
        "999999999999999999990000-02-29", "9999-12-31T23:30:00-01:00", "10000-01-01T00:00:00Z"}) {
    EXPECT_EQ(parse_date(beyond), tl::unexpected(TimeFault::kOutOfRange)) << beyond;
  }
}

TEST(Timestamp, IsReadInTheFormsOfIso8601) {
  constexpr std::int64_t kTen = 1742032800000;  // 2025-03-15T10:00:00Z
  for (const char* same :
       {"2025-03-15T10:00:00Z", "2025-03-15T10:00Z", "2025-03-15t10:00:00z", "2025-03-15 10:00:00Z",
        "2025-03-15T11:00:00+01:00", "2025-03-15T11:00:00+0100", "2025-03-15T05:30:00-04:30",
        "2025-03-15T10:00:00.000Z", "2025-03-15T10:00:00.0009999Z", "2025-03-15T10:00:00,0Z"}) {
    EXPECT_EQ(parse_timestamp(same), kTen) << same;
  }
  EXPECT_EQ(parse_timestamp("2025-03-15T10:00:00.1Z"), kTen + 100);
  EXPECT_EQ(parse_timestamp("2025-03-15T10:00:00.123456789Z"), kTen + 123);
  EXPECT_EQ(parse_timestamp("1969-12-31T23:59:59.999Z"), -1);
}

TEST(Timestamp, IsPrinted) {
  EXPECT_EQ(timestamp_text(1742032800123), "2025-03-15T10:00:00.123Z");
  EXPECT_EQ(timestamp_sql(1742032800123), "2025-03-15 10:00:00.123");
  EXPECT_EQ(timestamp_text(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(timestamp_text(kTimestampMin), "0001-01-01T00:00:00.000Z");
  EXPECT_EQ(timestamp_text(kTimestampMax), "9999-12-31T23:59:59.999Z");
  for (const std::int64_t time :
       {kTimestampMin, std::int64_t{-1}, std::int64_t{0}, kTimestampMax}) {
    EXPECT_EQ(parse_timestamp(timestamp_text(time)), time);
  }
}

TEST(Timestamp, OtherTextsAreNone) {
  for (const char* bad :
       {"", "2025-03-15", "2025-03-15T10:00:00", "2025-03-15T10+01:00", "2025-03-15T24:00:00Z",
        "2025-03-15T10:60:00Z", "2025-03-15T10:00:60Z", "2025-03-15T10:00:00.Z",
        "2025-03-15T10:00:00ZZ", "2025-03-15T10:00:00+24:00", "2025-03-15T10:00:00+01:60",
        "2025-03-15T10:00:00+1", "2025-03-15T10:00:00+01:", "2025-03-15T1:00:00Z",
        "2025-02-30T10:00:00Z", "10000-01-01", "10000-01-01T00:00:00", "now"}) {
    EXPECT_EQ(parse_timestamp(bad), tl::unexpected(TimeFault::kMalformed)) << bad;
  }
}

TEST(Timestamp, BeyondTheRangeIsSaidToBeThat) {
  for (const char* beyond :
       {"0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "0000-12-31T23:59:59Z",
        "10000-01-01T00:00:00Z", "+12025-01-01T00:00:00Z", "10000-01-01T00:30:00+01:00"}) {
    EXPECT_EQ(parse_timestamp(beyond), tl::unexpected(TimeFault::kOutOfRange)) << beyond;
  }
}

TEST(Day, OfATimeIsRoundedDown) {
  EXPECT_EQ(day_of(0), 0);
  EXPECT_EQ(day_of(kMillisecondsPerDay - 1), 0);
  EXPECT_EQ(day_of(kMillisecondsPerDay), 1);
  EXPECT_EQ(day_of(-1), -1);
  EXPECT_EQ(day_of(-kMillisecondsPerDay), -1);
  EXPECT_EQ(day_of(-kMillisecondsPerDay - 1), -2);
}

TEST(Hundredths, AreReadExactly) {
  const std::vector<std::pair<const char*, std::int64_t>> amounts{
      {"0", 0},
      {"-0", 0},
      {"0.00", 0},
      {"0e99", 0},
      {"85000", 8500000},
      {"85000.5", 8500050},
      {"0.10", 10},
      {"0.01", 1},
      {"-12.50", -1250},
      {"+3", 300},
      {".5", 50},
      {"5.", 500},
      {"1.230", 123},
      {"1.2300000", 123},
      {"8.5e4", 8500000},
      {"8.5E+4", 8500000},
      {"12345e-2", 12345},
      {"1230e-3", 123},
      {"9999999999.99", 999999999999},
      {"999999999999", 99999999999900},
      {"00000000000000000000000001", 100},
      {"92233720368547758.07", kMax}};
  for (const auto& [text, hundredths] : amounts)
    EXPECT_EQ(parse_hundredths(text), hundredths) << text;
}

TEST(Hundredths, WithMoreDigitsOrOtherSignsAreNone) {
  for (const char* bad : {"",
                          "-",
                          "+",
                          ".",
                          "1.234",
                          "0.001",
                          "1e-3",
                          "1,5",
                          "1 000",
                          "$5",
                          "0x10",
                          "NaN",
                          "Infinity",
                          "1.2.3",
                          "1e",
                          "1e+",
                          "1e100",
                          "--1",
                          "1-",
                          " 1",
                          "1 ",
                          "92233720368547758.08",
                          "1e17",
                          "99999999999999999999",
                          "0.0000000000000000000000000000000000000001",
                          "\xD9\xA1"}) {
    EXPECT_EQ(parse_hundredths(bad), std::nullopt) << bad;
  }
}

TEST(Hundredths, ArePrintedWithTwoDigits) {
  EXPECT_EQ(hundredths_text(0), "0.00");
  EXPECT_EQ(hundredths_text(1), "0.01");
  EXPECT_EQ(hundredths_text(-1250), "-12.50");
  EXPECT_EQ(hundredths_text(113300000), "1133000.00");
  EXPECT_EQ(hundredths_text(kMax), "92233720368547758.07");
  EXPECT_EQ(hundredths_text(kMin), "-92233720368547758.08");
}

TEST(Hundredths, ComeBackFromTheirText) {
  for (std::int64_t amount = -100'000; amount < 100'000; amount += 37) {
    EXPECT_EQ(parse_hundredths(hundredths_text(amount)), amount);
  }
}

}  // namespace
}  // namespace daybook
