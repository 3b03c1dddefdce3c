// Figures for people, not checked: run by name with --gtest_also_run_disabled_tests
// --gtest_filter=*Figures*
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "tests/support/kafka_topics.h"

namespace daybook::test {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kPatience{30};

TEST(KafkaLogFigures, DISABLED_ProduceAndReadBack) {
  const auto log = open_log(make_topic(1));
  auto appender = log->open_appender(0);
  auto cursor = log->open_cursor(0, 0);
  std::vector<double> milliseconds_each;
  for (int i = 0; i < 3000; ++i) {
    const auto start = steady_clock::now();
    ASSERT_TRUE((*appender)->append({std::string(300, 'x')}));
    ASSERT_EQ((*cursor)->read(10, kPatience)->size(), 1U);
    if (i < 1000) continue;
    milliseconds_each.push_back(
        std::chrono::duration<double, std::milli>(steady_clock::now() - start).count());
  }
  std::sort(milliseconds_each.begin(), milliseconds_each.end());
  std::cout << "produce and read back: p50 " << milliseconds_each[milliseconds_each.size() / 2]
            << " ms, p99 " << milliseconds_each[milliseconds_each.size() * 99 / 100] << " ms\n";
}

TEST(KafkaLogFigures, DISABLED_Throughput) {
  constexpr int kGroups = 3000;
  constexpr int kGroup = 1000;
  const auto log = open_log(make_topic(1));
  auto appender = log->open_appender(0);
  const auto start = steady_clock::now();
  for (int i = 0; i < kGroups; ++i)
    ASSERT_TRUE((*appender)->append(std::vector<std::string>(kGroup, std::string(300, 'x'))));
  ASSERT_TRUE((*appender)->flush(seconds(120)));
  const auto appended = steady_clock::now();
  auto cursor = log->open_cursor(0, 0);
  std::size_t read = 0;
  while (read < std::size_t{kGroups} * kGroup) read += (*cursor)->read(5000, kPatience)->size();
  const auto scanned = steady_clock::now();
  const auto rate = [](auto from, auto to) {
    return static_cast<int>(kGroups * kGroup / std::chrono::duration<double>(to - from).count());
  };
  std::cout << "append " << rate(start, appended) << "/s, scan " << rate(appended, scanned)
            << "/s\n";
  std::vector<double> each;
  for (int i = 0; i < 500; ++i) {
    const auto begin = steady_clock::now();
    auto one = log->open_cursor(0, static_cast<std::uint64_t>(i) * 5000);
    ASSERT_EQ((*one)->read(1, kPatience)->size(), 1U);
    each.push_back(std::chrono::duration<double, std::milli>(steady_clock::now() - begin).count());
  }
  std::sort(each.begin(), each.end());
  std::cout << "open a cursor and read one record: p50 " << each[250] << " ms, p99 " << each[495]
            << " ms\n";
}

}  // namespace
}  // namespace daybook::test
